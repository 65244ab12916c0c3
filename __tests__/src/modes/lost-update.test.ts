import { describe, expect, it } from '@jest/globals';
import { changeService, deployCopy, whenReleased } from '../../../sandbox/scenarios/release.js';
import { run } from '../../../src/run.js';
import { later } from '../../../sandbox/ecs/timers.js';
import { changes, readyWorld, type ReadyWorld } from '../../ready-world.js';
import { inputs } from '../../world.js';

const FORCED = { forceNewDeployment: true };

describe('an update of the service whose answer is lost', () => {
  it('may have been taken when somebody else leads before it can be seen', async () => {
    const there = await readyWorld({ env: inputs() });
    there.cloud.faults.push({ action: 'ecs:UpdateService', kind: 'lost-reply', times: 1 });
    whenReleased(there.cloud, (ours) => {
      there.cloud.faults.push({ action: 'ecs:DescribeServices', kind: 'stale', times: 1, delay: 10_000 });
      // ECS keeps no deployment that was replaced before it had a task.
      void deployCopy(there.cloud, () => ({ environment: [] })).then(() => {
        const { deployments } = there.service();
        deployments.splice(deployments.indexOf(ours), 1);
      });
    });
    const outcome = await there.during(run(there.world));
    expect(outcome).toMatchObject({ kind: 'superseded', error: { code: 'superseded' } });
    expect(there.outputs.get('changed')).toBe('true');
  });

  /** A release whose answer is lost, and whose deployment somebody forces again before it is to be seen. */
  async function forcedAgain(prepare: (there: ReadyWorld) => unknown = () => undefined) {
    const there = await readyWorld({ env: inputs() });
    there.cloud.faults.push({ action: 'ecs:UpdateService', kind: 'lost-reply', times: 1 });
    there.cloud.faults.push({ action: 'ecs:RegisterTaskDefinition', kind: 'stale', times: 1, delay: 10_000 });
    prepare(there);
    whenReleased(there.cloud, () => {
      later(there.cloud, 4_000, () => void changeService(there.cloud, 'UpdateService', FORCED));
    });
    const outcome = await there.during(run(there.world));
    return { there, outcome };
  }

  it('may have been replaced by another deployment of the same revision, which is not taken for ours', async () => {
    const { there, outcome } = await forcedAgain();
    expect(outcome).toMatchObject({ kind: 'superseded', error: { code: 'superseded' } });
    expect(there.outputs.get('changed')).toBe('true');
    expect(there.outputs.get('deployment-id')).toBeUndefined();
    expect(changes(there.cloud)).toEqual(['ecs:RegisterTaskDefinition', 'ecs:UpdateService']);
  });

  it('is taken to be what leads, where the service deployments may not be listed', async () => {
    const { there, outcome } = await forcedAgain(({ cloud }) =>
      cloud.faults.push({ action: 'ecs:ListServiceDeployments', kind: 'deny' }),
    );
    expect(outcome).toEqual({ kind: 'released' });
    expect(there.outputs.get('changed')).toBe('true');
  });

  it('is told from one that is forced later by their age, while both are to be seen', async () => {
    const there = await readyWorld({ env: inputs() });
    there.cloud.faults.push({ action: 'ecs:UpdateService', kind: 'lost-reply', times: 1 });
    let ours: string | undefined;
    whenReleased(there.cloud, ({ id }) => {
      ours = id;
      void changeService(there.cloud, 'UpdateService', FORCED);
    });
    const outcome = await there.during(run(there.world));
    expect(outcome).toMatchObject({ kind: 'superseded' });
    expect(there.outputs.get('deployment-id')).toBe(ours);
  });

  it('is found and followed when nobody else deploys', async () => {
    const there = await readyWorld({ env: inputs() });
    there.cloud.faults.push({ action: 'ecs:UpdateService', kind: 'lost-reply', times: 1 });
    expect(await there.during(run(there.world))).toEqual({ kind: 'released' });
    expect(there.outputs.get('deployment-id')).toBe(there.service().deployments[0]!.id);
  });
});
