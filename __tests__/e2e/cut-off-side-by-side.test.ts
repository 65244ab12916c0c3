import { describe, it } from '@jest/globals';
import {
  cutRelease,
  cutRollback,
  inSandbox,
  RELEASE_CUTS,
  ROLLBACK_CUTS,
  type Cut,
  type How,
} from './cut-off.js';
import { EVERY, WHY_SKIPPED } from './every-scenario.js';

/* Releases and rollbacks that are cut off where nothing is measured, so that they can wait side by side. */

const LIMIT = 180_000;

/** Tests of all cuts; the one named runs in every `npm test`. */
function cutEach(cuts: readonly Cut[], always: string, play: (cut: Cut) => Promise<void>): void {
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

describe.each<[string, How, string]>([
  ['cancels', 'cancel', 'at the start of health'],
  ['kills', 'kill', 'while tasks start'],
])('a rollback that somebody %s goes on to its target, unless it had not begun', (_, how, always) => {
  cutEach(ROLLBACK_CUTS, always, (cut) => inSandbox((sandbox) => cutRollback(sandbox, how, cut)));
});
