import { describe, expect, it } from '@jest/globals';
import { deployCopy, whenReleased } from '../../../sandbox/scenarios/release.js';
import { run } from '../../../src/run.js';
import { readyWorld } from '../../ready-world.js';
import { inputs } from '../../world.js';

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
});
