import { describe, expect, it } from '@jest/globals';
import { simulate } from './simulate.js';

/* CI plays many more days by `npm run simulate`, and each day that ever broke something is a test of its own elsewhere. */

/** The same days every time, unless SEED says others: new ones are for `npm run simulate`, which the night plays. */
const FIRST = 1_000;

/** Milliseconds for days that are played while the machine does other things, too. */
const LONG = 300_000;

const from = (seed: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => seed + index);

describe('random days of a service', () => {
  it(
    'break no invariant',
    async () => {
      const seed = Number(process.env['SEED'] ?? FIRST);
      process.stderr.write(`The days of this run: npm run simulate -- --schedules 200 --seed ${seed}\n`);
      const { mix, broken } = await simulate({ schedules: from(seed, 200), workers: 1, shrinks: true });
      expect(broken).toEqual([]);
      expect(mix['days']).toBe(200);
    },
    LONG,
  );

  it(
    'leave the same journals and reports, to the byte, when they are played again',
    async () => {
      const wish = { schedules: from(1, 50), workers: 1, shrinks: false, digested: 50 };
      const { digests } = await simulate(wish);
      expect(digests).toHaveLength(50);
      expect((await simulate(wish)).digests).toEqual(digests);
    },
    LONG,
  );
});
