import { describe, expect, it } from '@jest/globals';
import { readyWorld, type ReadyWorld } from '../../ready-world.js';
import { takeShortCuts } from '../../simulation/direct.js';
import { inputs } from '../../world.js';
import { run } from '../../../src/run.js';
import { runCutOff } from './cut-off.js';

takeShortCuts();

const RUN = { GITHUB_REPOSITORY: 'o/r', GITHUB_RUN_ID: '7', GITHUB_RUN_ATTEMPT: '1' };
const world = (more: Record<string, string> = {}) => readyWorld({ env: { ...inputs(more), ...RUN } });

/** The number of the second look after UpdateService. */
async function midway(): Promise<number> {
  const there = await world();
  await runCutOff(there, { call: Infinity, when: 'before', how: 'kill' });
  return there.cloud.calls.map(({ action }) => action).lastIndexOf('ecs:UpdateService') + 3;
}

/** How main and post of a run ended that was cut off midway, and what post said beside what main had. */
async function cutOff(
  how: 'cancel' | 'kill',
  more: Record<string, string> = {},
  between: (there: ReadyWorld) => unknown = () => undefined,
) {
  const there = await world(more);
  const call = await midway();
  let said = { errors: 0, warnings: 0 };
  const { main, post } = await runCutOff(there, { call, when: 'after', how }, () => {
    said = { errors: there.errors.length, warnings: there.warnings.length };
    return between(there);
  });
  return {
    main: main?.kind,
    post: post?.kind,
    byMain: there.errors.slice(0, said.errors),
    byPost: there.errors.slice(said.errors),
    warnedByPost: there.warnings.slice(said.warnings),
  };
}

describe('the annotations of main and post', () => {
  it('are one error and how the undo ended, when a cancelled release is taken back', async () => {
    const { main, post, byMain, byPost, warnedByPost } = await cutOff('cancel');
    expect([main, post]).toEqual(['cancelled', 'rolled-back']);
    expect(byMain).toEqual([expect.stringMatching(/^cancelled: .*\n[^]*the post step says how it ended/)]);
    expect(byPost).toEqual([]);
    expect(warnedByPost).toEqual([
      expect.stringMatching(/is back on mentalspace-backend-prod:1, and that is proven/),
    ]);
  });

  it('are no error, when a killed release is taken back by post', async () => {
    const { main, post, byMain, byPost, warnedByPost } = await cutOff('kill');
    expect([main, post]).toEqual([undefined, 'rolled-back']);
    expect([...byMain, ...byPost]).toEqual([]);
    expect(warnedByPost).toHaveLength(1);
  });

  it('are one error each, when post cannot take back what was cancelled, and nothing is said twice', async () => {
    const { post, byMain, byPost, warnedByPost } = await cutOff('cancel', {}, ({ cloud }) =>
      cloud.faults.push({ action: 'ecs:DescribeServices', kind: 'deny' }),
    );
    expect(post).toBe('rollback-failed');
    expect([byMain, byPost]).toEqual([
      [expect.stringMatching(/^cancelled: /)],
      [expect.stringMatching(/^access-denied: [^]*\nLook at it: /)],
    ]);
    expect(warnedByPost).toEqual([]);
  });

  it('are one error of main, when a cancelled release is to be left as it is', async () => {
    const { main, post, byMain, byPost, warnedByPost } = await cutOff('cancel', { 'auto-rollback': 'false' });
    expect([main, post]).toEqual(['cancelled', undefined]);
    expect(byMain).toEqual([expect.stringMatching(/auto-rollback is off.*a person should look/)]);
    expect([...byPost, ...warnedByPost]).toEqual([]);
  });

  it('are one error of post with the state in it, when a killed release is to be left as it is', async () => {
    const { post, byPost, warnedByPost } = await cutOff('kill', { 'auto-rollback': 'false' });
    expect(post).toBe('cancelled');
    expect(byPost).toEqual([expect.stringMatching(/auto-rollback is off.*a person should look/)]);
    expect(warnedByPost).toEqual([]);
  });

  it('say each warning once, also those of the report and of the saved state', async () => {
    const there = await world();
    const fails = () => Promise.reject(new Error('disk full'));
    // Without the intent, which post needs, no release begins.
    const save = (name: string) => (name === 'intent' ? Promise.resolve() : fails());
    const runner = { output: fails, save, summary: fails };
    expect(await there.during(run({ ...there.world, runner }))).toEqual({ kind: 'released' });
    const full = there.warnings.filter((text) => text.includes('disk full'));
    expect(full).toEqual([
      expect.stringMatching(/^Outputs cannot be written/),
      expect.stringMatching(/^The state for the post step cannot be written/),
      expect.stringMatching(/^The outputs could not be written/),
      expect.stringMatching(/^The job summary could not be written/),
    ]);
    expect(there.errors).toEqual([]);
  });
});
