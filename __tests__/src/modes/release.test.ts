import { describe, expect, it } from '@jest/globals';
import { NAMES } from '../../../sandbox/names.js';
import { run } from '../../../src/run.js';
import { changes, NEW_COMMIT, OLD_COMMIT, readyWorld } from '../../ready-world.js';
import { inputs } from '../../world.js';

describe('a release of an existing image', () => {
  it('puts the new commit live and proves it', async () => {
    const there = await readyWorld({ env: inputs() });
    const outcome = await there.during(run(there.world));
    expect(there.errors).toEqual([]);
    expect(outcome).toEqual({ kind: 'released' });
    expect(changes(there.cloud)).toEqual(['ecs:RegisterTaskDefinition', 'ecs:UpdateService']);
    expect(Object.fromEntries(there.outputs)).toMatchObject({
      outcome: 'released',
      'failure-code': '',
      'git-sha': NEW_COMMIT,
      'image-digest': there.newDigest,
      'task-definition-revision': '2',
      changed: 'true',
      'smoke-passed': '1',
      'smoke-failed': '0',
    });
    const [live, ...others] = there.service().deployments;
    expect(others).toEqual([]);
    expect(live).toMatchObject({
      rolloutState: 'COMPLETED',
      taskDefinition: there.outputs.get('task-definition-arn'),
    });
    expect(OLD_COMMIT).not.toBe(NEW_COMMIT);
    expect(NAMES.service).toBe(there.service().name);
  });
});
