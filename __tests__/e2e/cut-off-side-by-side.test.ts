import { describe, it } from '@jest/globals';
import type { Fault } from '../../sandbox/faults.js';
import type { Sandbox } from '../../sandbox/sandbox.js';
import {
  cancelInTrouble,
  cutRelease,
  cutRollback,
  cutUndo,
  expectBack,
  inSandbox,
  RELEASE_CUTS,
  ROLLBACK_CUTS,
  UNDO_CUTS,
  type Cut,
  type How,
} from './cut-off.js';
import { EVERY, WHY_SKIPPED } from './every-scenario.js';

/* Releases and rollbacks that are cut off where nothing is measured, so that they can wait side by side. */

const LIMIT = 180_000;

/** Tests of all cuts; one that is named runs in every `npm test`. */
function cutEach(cuts: readonly Cut[], always: string | undefined, play: (cut: Cut) => Promise<void>): void {
  for (const cut of cuts) {
    if (EVERY || cut.at === always) it.concurrent(cut.at, () => play(cut), LIMIT);
    else it.skip(`${cut.at} (${WHY_SKIPPED})`, () => undefined);
  }
}

describe('a release that is killed is back on the revision before, or was proven already', () => {
  cutEach(RELEASE_CUTS, 'at the start of wait', (cut) =>
    inSandbox(async (sandbox) => {
      await cutRelease(sandbox, 'kill', cut);
    }),
  );
});

describe.each<[string, How, string | undefined]>([
  ['cancels', 'cancel', undefined],
  ['kills', 'kill', 'while tasks start'],
])('a rollback that somebody %s goes on to its target, unless it had not begun', (_, how, always) => {
  cutEach(ROLLBACK_CUTS, always, (cut) => inSandbox((sandbox) => cutRollback(sandbox, how, cut)));
});

describe.each<[string, How]>([
  ['cancels', 'cancel'],
  ['kills', 'kill'],
])('a failed release that somebody %s on its way back comes back all the same', (_, how) => {
  cutEach(UNDO_CUTS, undefined, (cut) => inSandbox((sandbox) => cutUndo(sandbox, how, cut), 'crash-loop'));
});

describe('a release that the runner cancels while AWS is in trouble', () => {
  const test = (sentence: string, work: (sandbox: Sandbox) => Promise<void>): void => {
    if (EVERY) it.concurrent(sentence, () => inSandbox(work), LIMIT);
    else it.skip(`${sentence} (${WHY_SKIPPED})`, () => undefined);
  };

  const TROUBLES: readonly [string, Fault][] = [
    ['a read of the service never answers', { action: 'ecs:DescribeServices', kind: 'hang', times: 1 }],
    ['reads of the service are throttled', { action: 'ecs:DescribeServices', kind: 'throttle', times: 4 }],
    ['ECS may not be asked to stop', { action: 'ecs:StopServiceDeployment', kind: 'deny' }],
    [
      'ECS is asked to stop, and its answer lost',
      { action: 'ecs:StopServiceDeployment', kind: 'lost-reply' },
    ],
    [
      'ECS is asked to stop, and never answers',
      { action: 'ecs:StopServiceDeployment', kind: 'hang', times: 1 },
    ],
  ];
  for (const [sentence, trouble] of TROUBLES) {
    test(`is back on the revision before when ${sentence}`, async (sandbox) => {
      await expectBack(sandbox, await cancelInTrouble(sandbox, [{ ...trouble }]));
    });
  }

  test('says loudly that it is not back when the credentials expire', async (sandbox) => {
    const { post } = await cancelInTrouble(sandbox, [{ action: '*', kind: 'expire' }]);
    expect(post?.exitCode).toBe(1);
    const errors = (post?.annotations ?? []).filter(({ level }) => level === 'error');
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toMatch(/^credentials-expired: [\s\S]*could not be proven to be back/);
  });
});
