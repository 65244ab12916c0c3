import { describe, expect, it } from '@jest/globals';
import { run } from '../../../src/run.js';
import { readyWorld } from '../../ready-world.js';
import { inputs } from '../../world.js';

/** Calls before and after the wait, and for those of it that no steady course takes. */
const BESIDE = 120;

describe('a service whose tasks crash again and again', () => {
  it('is not asked after every one of them while ECS goes on trying', async () => {
    const there = await readyWorld({
      env: inputs({ 'rollback-timeout': '30m' }),
      service: {
        desiredCount: 5,
        settings: {
          deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
        },
      },
    });
    const crash = { exit: { after: 1_000, exitCode: 1 } };
    there.script.set(there.newDigest, crash).set(there.oldDigest, crash);
    there.cloud.ecs.rollbackDeployment = 'new';
    const began = there.clock.now();
    expect(await there.during(run(there.world))).toMatchObject({ kind: 'rollback-failed' });
    const seconds = (there.clock.now() - began) / 1_000;
    expect(seconds).toBeGreaterThan(1_000);
    expect(there.cloud.calls.length).toBeLessThan(BESIDE + seconds);
  }, 60_000);
});

describe('a service whose targets may not be looked at', () => {
  it('is not asked for them at every look while its rollout goes on', async () => {
    const there = await readyWorld({ env: inputs() });
    there.script.set(there.newDigest, { pull: 500_000 });
    there.cloud.faults.push({ action: 'elasticloadbalancing:DescribeTargetHealth', kind: 'deny', after: 1 });
    const began = there.clock.now();
    expect(await there.during(run(there.world))).toMatchObject({ error: { code: 'access-denied' } });
    const seconds = (there.clock.now() - began) / 1_000;
    expect(seconds).toBeGreaterThan(500);
    expect(there.cloud.calls.length).toBeLessThan(BESIDE + seconds);
  }, 60_000);
});
