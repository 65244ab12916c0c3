import { describe, expect, it } from '@jest/globals';
import { NAMES } from '../../../sandbox/names.js';
import { builtFrom } from '../../../sandbox/runtime/example-answers.js';
import { run } from '../../../src/run.js';
import { changes, readyWorld } from '../../ready-world.js';
import { takeShortCuts } from '../../simulation/direct.js';
import { inputs } from '../../world.js';

takeShortCuts();

const TAGGED = `${NAMES.account}.dkr.ecr.${NAMES.region}.amazonaws.com/${NAMES.repository}:v1`;

describe('the copy of a revision that names its image by a tag', () => {
  it.each(['no-body', 'lost-reply'] as const)(
    'is registered once, although no answer says that it was (%s)',
    async (kind) => {
      const there = await readyWorld({ env: inputs(), service: { image: TAGGED } });
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

  // Day 5951 of the simulation.
  it('is registered as soon as a registration arrives, each on a look that shows that the one before did not', async () => {
    const there = await readyWorld({ env: inputs(), service: { image: TAGGED } });
    there.script.set(there.newDigest, { answer: builtFrom('9'.repeat(40)) });
    there.cloud.faults.push({ action: 'ecs:RegisterTaskDefinition', kind: 'reset', after: 1, times: 2 });
    const sent: string[] = [];
    const aws: typeof there.world.aws = {
      handle(...[request, options]) {
        sent.push(request.headers['x-amz-target']?.split('.')[1] ?? '');
        return there.world.aws!.handle(request, options);
      },
    };
    const outcome = await there.during(run({ ...there.world, aws }));
    expect(outcome).toMatchObject({ kind: 'rolled-back', error: { code: 'smoke-failed' } });
    const places = sent.flatMap((one, place) => (one === 'RegisterTaskDefinition' ? [place] : []));
    expect(places).toHaveLength(4);
    for (const [index, place] of places.slice(1).entries())
      expect(sent.slice(places[index], place)).toContain('DescribeTaskDefinition');
    const revisions = there.cloud.ecs.families.get(NAMES.family)!;
    expect(revisions).toHaveLength(3);
    expect(there.service().deployments[0]!.taskDefinition).toBe(revisions[2]!.arn);
  });
});
