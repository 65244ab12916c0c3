import { describe, expect, it } from '@jest/globals';
import { NAMES } from '../../../sandbox/names.js';
import type { Outcome } from '../../../src/outcome.js';
import { run } from '../../../src/run.js';
import { image, readyWorld, type ReadyWorld } from '../../ready-world.js';
import { takeShortCuts } from '../../simulation/direct.js';
import { inputs } from '../../world.js';

takeShortCuts();

/*
 * A runner that is lost with its machine runs no post step: all that is left of the run are the tags of its revision.
 */

const revision = ({ cloud }: ReadyWorld, number: number) =>
  cloud.ecs.families.get(NAMES.family)![number - 1]!;
const live = (there: ReadyWorld): number =>
  Number(there.service().deployments[0]!.taskDefinition.split(':').at(-1));
const RUN = { GITHUB_REPOSITORY: 'o/r', GITHUB_RUN_ATTEMPT: '1' };

const release = (
  there: ReadyWorld,
  tag: string,
  id: string,
  more: Record<string, string> = {},
): Promise<Outcome> =>
  there.during(
    run({
      ...there.world,
      env: { ...inputs({ image: `${NAMES.repository}:${tag}`, ...more }), ...RUN, GITHUB_RUN_ID: id },
    }),
  );

/** Releases until its deployment leads, and then nothing of the run is left. */
async function lose(there: ReadyWorld, tag: string, id: string): Promise<void> {
  await release(there, tag, id);
  const last = there.cloud.ecs.families.get(NAMES.family)!.at(-1)!;
  last.tags = last.tags.filter(({ key }) => key !== 'deploy-backend:result');
}

describe('a run that was lost after its deployment was complete', () => {
  it('is named by the next one, which falls back to what was proven before', async () => {
    const there = await readyWorld();
    await lose(there, 'v2', '7');
    const third = await image(there.cloud, 'v3', '3'.repeat(40));
    there.script.set(third, { exit: { after: 1_000, exitCode: 1 } });
    there.warnings.length = 0;
    const outcome = await release(there, 'v3', '8');
    expect(there.warnings.join('\n')).toMatch(
      /mentalspace-backend-prod:2 was put live by o\/r\/7\/1, which never came to prove it: the way back is mentalspace-backend-prod:1/,
    );
    expect(outcome).toMatchObject({ kind: 'rolled-back' });
    expect(live(there)).toBe(1);
  });

  it('is named as one by hand where there was no GitHub', async () => {
    const there = await readyWorld({ env: inputs() });
    await there.during(run(there.world));
    const first = revision(there, 2);
    first.tags = first.tags.filter(({ key }) => key !== 'deploy-backend:result');
    await image(there.cloud, 'v3', '3'.repeat(40));
    const env = inputs({ image: `${NAMES.repository}:v3`, 'dry-run': 'true' });
    await there.during(run({ ...there.world, env }));
    expect(there.warnings.join('\n')).toMatch(
      /mentalspace-backend-prod:2 was put live by a run by hand, which/,
    );
  });

  it('is made good by a run of the same commit, which proves what is live', async () => {
    const there = await readyWorld();
    await lose(there, 'v2', '7');
    expect(await release(there, 'v2', '8')).toEqual({ kind: 'released' });
    expect(there.outputs.get('changed')).toBe('false');
    expect(revision(there, 2).tags).toContainEqual({ key: 'deploy-backend:result', value: 'released' });
  });

  it('is no reason to go back further when results are never written', async () => {
    const there = await readyWorld();
    await lose(there, 'v2', '7');
    await image(there.cloud, 'v3', '3'.repeat(40));
    await lose(there, 'v3', '8');
    const fourth = await image(there.cloud, 'v4', '4'.repeat(40));
    there.script.set(fourth, { exit: { after: 1_000, exitCode: 1 } });
    there.warnings.length = 0;
    expect(await release(there, 'v4', '9')).toMatchObject({ kind: 'rolled-back' });
    expect(there.warnings.join('\n')).toMatch(/no other way back is known/);
    expect(live(there)).toBe(3);
  });
});

describe('a run that was lost while its deployment went on', () => {
  it('is named by the next one, which refuses or replaces its rollout', async () => {
    const there = await readyWorld();
    there.script.set(there.newDigest, { unhealthyAfter: 0 });
    await release(there, 'v2', '7', { 'auto-rollback': 'false' });
    await image(there.cloud, 'v3', '3'.repeat(40));
    there.warnings.length = 0;
    expect(await release(there, 'v3', '8')).toMatchObject({ error: { code: 'rollout-in-flight' } });
    expect(there.warnings.join('\n')).toMatch(
      /The rollout of mentalspace-backend-prod:2 was begun by o\/r\/7\/1/,
    );
    expect(await release(there, 'v3', '8', { 'in-flight': 'replace' })).toEqual({ kind: 'released' });
    expect(there.outputs.get('previous-task-definition-arn')).toBe(revision(there, 1).arn);
  });
});
