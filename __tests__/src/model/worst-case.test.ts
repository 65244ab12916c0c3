import { describe, expect, it } from '@jest/globals';
import type { Service } from '../../../src/model/service.js';
import { worstCase, type TargetGroupTiming } from '../../../src/model/worst-case.js';

const service = (more: Partial<Service> = {}): Service => ({
  arn: 'arn',
  name: 'api',
  clusterArn: 'arn',
  status: 'ACTIVE',
  taskDefinition: 'arn',
  currentServiceDeployment: undefined,
  desiredCount: 2,
  runningCount: 2,
  pendingCount: 0,
  controller: 'ECS',
  strategy: 'ROLLING',
  scheduling: 'REPLICA',
  pauses: false,
  loadBalancers: [],
  deployments: [],
  events: [],
  healthCheckGracePeriod: 60_000,
  rolling: { minimumHealthyPercent: 100, maximumPercent: 200, bakeTime: 0, rollsBack: false },
  ...more,
});
const group: TargetGroupTiming = { interval: 30_000, healthyThreshold: 2, drain: 300_000 };
const rolling = (minimumHealthyPercent: number, maximumPercent: number, bakeTime = 0) => ({
  rolling: { minimumHealthyPercent, maximumPercent, bakeTime, rollsBack: false },
});

describe('the longest time of a rollout', () => {
  it('is grace period, health checks and draining', () => {
    expect(worstCase(service(), {}, [group])).toEqual({
      total: 420_000,
      checks: 60_000,
      parts: 'grace period 1m 00s, health checks 1m 00s, draining 5m 00s',
    });
  });

  it.each([
    [2, 100, 200, 1],
    [10, 100, 110, 10],
    [10, 50, 100, 2],
    [10, 50, 150, 1],
    [3, 50, 100, 3],
    [1, 100, 100, 1],
    [1, 0, 100, 1],
  ])('of %d tasks between %d%% and %d%% has %d rounds', (desiredCount, least, most, rounds) => {
    const { total } = worstCase(service({ desiredCount, ...rolling(least, most) }), {}, [group]);
    expect(total).toBe(rounds * 420_000);
  });

  it('has the bake time once', () => {
    const { total, parts } = worstCase(service({ desiredCount: 10, ...rolling(100, 110, 600_000) }), {}, [
      group,
    ]);
    expect(total).toBe(10 * 420_000 + 600_000);
    expect(parts).toBe(
      '10 rounds of grace period 1m 00s, health checks 1m 00s, draining 5m 00s, bake time 10m 00s',
    );
  });

  it('counts the slowest of containers and target groups', () => {
    const body = {
      containerDefinitions: [
        { name: 'a', healthCheck: { command: ['CMD', 'x'], startPeriod: 60 } },
        { name: 'b' },
        { name: 'c', healthCheck: { command: ['CMD', 'x'], interval: 5, retries: 1 } },
      ],
    };
    const slow = { interval: 1_000, healthyThreshold: 1, drain: 600_000 };
    expect(worstCase(service(), body, [group, slow])).toMatchObject({
      checks: 150_000,
      total: 60_000 + 150_000 + 600_000,
    });
  });

  it('is nothing where nothing is known', () => {
    expect(worstCase(service({ healthCheckGracePeriod: 0 }), {}, [])).toEqual({
      total: 0,
      checks: 0,
      parts: '',
    });
  });
});
