import { describe, expect, it } from '@jest/globals';
import { ecsOperations } from '../../../sandbox/ecs/operations.js';
import { NAMES } from '../../../sandbox/names.js';
import { run } from '../../../src/run.js';
import { readyWorld, type ReadyWorld } from '../../ready-world.js';
import { takeShortCuts } from '../../simulation/direct.js';
import { inputs } from '../../world.js';

takeShortCuts();

/* AWS may be asked once a second on average, beside what a run asks at its start and at its end. */

/** Calls before and after the waits, and for those in them that a change asks for at once. */
const AT_ONCE = 90;
/** The same for a thousand tasks, which it takes twenty calls to list and describe. */
const AT_ONCE_FOR_MANY = 200;

/** Runs the action, and counts what it asks beyond one call a second. */
async function excess(there: ReadyWorld) {
  const began = there.clock.now();
  const outcome = await there.during(run(there.world));
  const seconds = (there.clock.now() - began) / 1_000;
  return { outcome, seconds, beyond: there.cloud.calls.length - seconds };
}

const crash = { exit: { after: 1_000, exitCode: 1 } };
const rollingBack = {
  deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
};

describe('a service whose tasks crash again and again', () => {
  it.each([
    ['five tasks, with addresses of their own', 5, 'awsvpc'],
    ['two tasks on an instance, which has to be asked for', 2, 'bridge'],
  ] as const)(
    'is not asked after every one of them while ECS goes on trying: %s',
    async (_, count, network) => {
      const there = await readyWorld({
        env: inputs({ 'rollback-timeout': '30m' }),
        service: { desiredCount: count, network, settings: rollingBack },
      });
      there.script.set(there.newDigest, crash).set(there.oldDigest, crash);
      there.cloud.ecs.rollbackDeployment = 'new';
      const { outcome, seconds, beyond } = await excess(there);
      expect(outcome).toMatchObject({ kind: 'rollback-failed' });
      expect(seconds).toBeGreaterThan(1_000);
      expect(beyond).toBeLessThan(AT_ONCE);
    },
    60_000,
  );
});

describe('a service whose targets may not be looked at', () => {
  it('is not asked for them at every look while its rollout goes on', async () => {
    const there = await readyWorld({ env: inputs() });
    there.script.set(there.newDigest, { pull: 500_000 });
    there.cloud.faults.push({ action: 'elasticloadbalancing:DescribeTargetHealth', kind: 'deny', after: 1 });
    const { outcome, seconds, beyond } = await excess(there);
    expect(outcome).toMatchObject({ error: { code: 'access-denied' } });
    expect(seconds).toBeGreaterThan(500);
    expect(beyond).toBeLessThan(AT_ONCE);
  }, 60_000);
});

describe('a service that loses a task once its rollout is complete', () => {
  it('is asked no more than once a second until the next one is healthy', async () => {
    const there = await readyWorld({ env: inputs() });
    there.cloud.afterCall.push(({ action }) => {
      const [leader] = there.service().deployments;
      const isProof = action === 'elasticloadbalancing:DescribeTargetHealth' && there.outputs.has('changed');
      if (!isProof || leader?.rolloutState !== 'COMPLETED' || there.script.size > 0) return;
      there.script.set(there.newDigest, { pull: 200_000 });
      const [task] = [...there.cloud.ecs.clusters.get(NAMES.cluster)!.tasks.values()].filter(
        ({ startedBy }) => startedBy === leader.id,
      );
      void ecsOperations['StopTask']?.(there.cloud, { cluster: NAMES.cluster, task: task?.arn ?? '' });
    });
    const { outcome, seconds, beyond } = await excess(there);
    expect(outcome).toMatchObject({ kind: 'released' });
    expect(seconds).toBeGreaterThan(250);
    expect(beyond).toBeLessThan(AT_ONCE);
  }, 60_000);
});

describe('a service of a thousand tasks', () => {
  it('is asked no more than once a second while its rollout goes on, and all are proven at its end', async () => {
    const there = await readyWorld({ env: inputs(), service: { desiredCount: 1_000 } });
    there.script.set(there.newDigest, { pull: 500_000 });
    const { outcome, seconds, beyond } = await excess(there);
    expect(outcome).toMatchObject({ kind: 'released' });
    expect(seconds).toBeGreaterThan(500);
    expect(beyond).toBeLessThan(AT_ONCE_FOR_MANY);
    expect(there.logged.join('\n')).toContain('1000 of 1000 tasks provably run the image');
  }, 120_000);
});
