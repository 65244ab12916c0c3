import { describe, expect, it } from '@jest/globals';
import { NAMES } from '../../../sandbox/names.js';
import { builtFrom } from '../../../sandbox/runtime/example-answers.js';
import { run } from '../../../src/run.js';
import { changes, readyWorld } from '../../ready-world.js';
import { inputs } from '../../world.js';

describe('the copy of a revision that names its image by a tag', () => {
  it.each(['no-body', 'lost-reply'] as const)(
    'is registered once, although no answer says that it was (%s)',
    async (kind) => {
      const host = `${NAMES.account}.dkr.ecr.${NAMES.region}.amazonaws.com`;
      const image = `${host}/${NAMES.repository}:v1`;
      const there = await readyWorld({ env: inputs(), service: { image } });
      there.script.set(there.newDigest, { answer: builtFrom('9'.repeat(40)) });
      there.cloud.faults.push({ action: 'ecs:RegisterTaskDefinition', kind, after: 1, times: 30 });
      expect(await there.during(run(there.world))).toMatchObject({
        kind: 'rolled-back',
        error: { code: 'smoke-failed' },
      });
      expect(changes(there.cloud).filter((action) => action === 'ecs:RegisterTaskDefinition')).toHaveLength(
        2,
      );
      const revisions = there.cloud.ecs.families.get(NAMES.family)!;
      expect(revisions).toHaveLength(3);
      expect(there.service().deployments[0]!.taskDefinition).toBe(revisions[2]!.arn);
    },
  );
});
