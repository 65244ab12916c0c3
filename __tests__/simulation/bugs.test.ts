import { describe, expect, it } from '@jest/globals';
import { EVERY, WHY_SKIPPED } from '../e2e/every-scenario.js';
import { BUGS, editOf } from './bugs.js';
import { simulate } from './simulate.js';
import type { Broken } from './worker.js';

/** Milliseconds for two thousand days at most. */
const LONG = 600_000;
const DAYS = 2_000;
/** Any would do: from here on the rarest of them comes soon. */
const SEED = 425;

const days = Array.from({ length: DAYS }, (_, index) => SEED + index);
const all = EVERY ? describe : describe.skip;

all(`a bug that others have had${EVERY ? '' : ` (${WHY_SKIPPED})`}`, () => {
  it.each(Object.entries(BUGS))(
    'is found on one of two thousand days, which is good without it: %s',
    async (_, bug) => {
      const foundIn = (broken: readonly Broken[]): Broken | undefined =>
        broken.find(({ reasons }) => reasons.some((reason) => bug.reason.test(reason)));
      const isEnough = (broken: readonly Broken[]): boolean => foundIn(broken) !== undefined;
      const wish = { schedules: days, workers: 2, shrinks: false, isEnough, edit: editOf(bug) };
      const found = foundIn((await simulate(wish)).broken);
      expect(found).toBeDefined();
      const without = await simulate({ schedules: [found!.seed], workers: 1, shrinks: false });
      expect(without.broken).toEqual([]);
    },
    LONG,
  );
});

describe('a bug that is put into the sources', () => {
  it.each(Object.entries(BUGS))('is still about what is there: %s', async (_, bug) => {
    const { readFile } = await import('node:fs/promises');
    const edit = editOf(bug);
    for (const { path } of bug.changes) {
      const text = await readFile(path, 'utf8');
      expect(edit(path, text)).not.toBe(text);
    }
  });
});
