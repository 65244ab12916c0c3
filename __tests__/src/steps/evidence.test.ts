import { describe, expect, it } from '@jest/globals';
import type { Ecs } from '../../../src/adapters/aws/ecs.js';
import type { Task } from '../../../src/model/service.js';
import type { TargetHealth } from '../../../src/model/target-health.js';
import { gatherEvidence, type Evidence } from '../../../src/steps/evidence.js';
import { testWorld } from '../../world.js';
import { deploymentOf, serviceOf } from '../model/rolling-service.js';
import { crashed, scriptedAws, taskOf } from './scripted.js';

const GROUP = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/0123456789abcdef';
const logConfiguration = {
  logDriver: 'awslogs',
  options: { 'awslogs-group': 'g', 'awslogs-stream-prefix': 'ecs' },
};

interface Wish {
  readonly stopped?: readonly Task[];
  readonly states?: readonly string[];
  readonly tasks?: Ecs['tasks'];
  /** What the failed task logged; absent: CloudWatch never answers. */
  readonly logged?: readonly string[];
}

/** What is gathered of a failed deployment, and how long that took. */
async function gathered({ stopped = [], states = [], tasks, logged }: Wish) {
  const there = testWorld();
  const running = states.map((_, index) => taskOf(String(index)));
  const reported = states.map((state, index): TargetHealth => ({
    ...{ id: `10.0.0.${String(index)}`, port: 80, state, reason: undefined, description: undefined },
  }));
  const events = (logged ?? []).map((message, timestamp) => ({ timestamp, message }));
  const aws = scriptedAws(
    { tasks: tasks ?? ((_, __, status) => Promise.resolve(status === 'STOPPED' ? stopped : running)) },
    {
      balancing: { targetHealth: () => Promise.resolve(reported) } as never,
      logs: () =>
        ({
          lastEvents: () =>
            logged ? Promise.resolve({ events, cut: undefined }) : new Promise(() => undefined),
        }) as never,
    },
  );
  const subject = {
    ...{ cluster: 'prod', own: { id: 'ecs-svc/2' }, container: 'api', targetGroups: [] },
    service: serviceOf([deploymentOf()], {
      loadBalancers: [{ targetGroupArn: GROUP, containerName: 'api', containerPort: 80 }],
    }),
    next: { body: { containerDefinitions: [{ name: 'api', logConfiguration }] } },
    logs: { group: undefined, lines: 50, excerpt: 'redacted' },
  } as unknown as Evidence;
  const began = there.clock.now();
  const found = await there.during(gatherEvidence(subject, aws, there.world));
  return { ...found, took: there.clock.now() - began };
}

describe('the evidence of a failed release', () => {
  it('is why tasks stopped, what the last one said, and which targets are unhealthy', async () => {
    const { lines, lastWords } = await gathered({
      stopped: [taskOf('8', { stoppedReason: 'Scaling activity initiated by x' }), crashed('9')],
      states: ['healthy', 'unhealthy', 'initial', 'unused'],
      logged: ['ready', 'Error: no'],
    });
    expect([...lines].sort()).toEqual([
      expect.stringMatching(/^1 task stopped: A container ended.* \(task 9\)$/),
      'log: Error: no',
      'log: ready',
      expect.stringMatching(/^target 10\.0\.0\.1:80 is unhealthy/),
      expect.stringMatching(/^target 10\.0\.0\.3:80 is unused/),
    ]);
    expect(lastWords).toBe('Error: no');
  });

  it('is nothing of tasks of others, and no log where none of ours failed', async () => {
    const stopped = [{ ...crashed('9'), startedBy: 'ecs-svc/9' }, taskOf('8')];
    expect(await gathered({ stopped, logged: ['Error: no'] })).toMatchObject({
      lines: [],
      lastWords: undefined,
    });
  });

  it('is what could be had within a second', async () => {
    const { lines, took } = await gathered({ stopped: [crashed('9')], states: ['unhealthy'] });
    expect([lines, took]).toEqual([[expect.stringContaining('10.0.0.0:80 is unhealthy')], 1_000]);
  });

  it('is what can be had without what fails', async () => {
    const tasks: Ecs['tasks'] = (_, __, status) =>
      status === 'STOPPED' ? Promise.reject(new Error('no')) : Promise.resolve([taskOf('0')]);
    const { lines } = await gathered({ tasks, states: ['unhealthy'] });
    expect(lines).toHaveLength(1);
  });
});
