import { describe, expect, it } from '@jest/globals';
import type { Release } from '../../bench/release.js';
import { range } from '../../bench/statistics.js';
import {
  figuresOf,
  ratesTable,
  verdictNotes,
  verdictPictures,
  verdictTable,
  wordsOf,
} from '../../bench/verdict-report.js';
import { ours, paceOf, theirs } from '../../bench/verdict.js';

const good = (name: string, verdict: number, end: number): Release => ({
  name,
  world: 'healthy',
  pace: 1,
  conclusion: 'success',
  verdict,
  undo: undefined,
  end,
  overhead: end - verdict,
  rates: { ecs: 30, elasticloadbalancing: 6 },
  said: 'released',
  afterwards: 'app:2 COMPLETED',
});

const loop = (name: string, undo: number | undefined, end: number, said: string): Release => ({
  ...good(name, 0, end),
  world: 'crash-loop',
  conclusion: 'failure',
  verdict: undefined,
  overhead: undefined,
  undo,
  said,
  afterwards: 'app:1 COMPLETED',
});

const releases: readonly Release[] = [
  good(theirs, 10, 10.5),
  good(ours, 3, 8),
  good(ours, 1, 6),
  good(ours, 1.5, 7),
  loop(theirs, undefined, 100, '{"state":"TIMEOUT"}'),
  loop(ours, 2, 40, 'crash-loop: it ended\nLook at its log.'),
];

/** The cells of a table's lines. */
const cells = (table: string): readonly (readonly string[])[] =>
  table.split('\n').map((line) => line.split(/\s{2,}/u));

describe('The report on verdicts', () => {
  it('has median and extremes, ours first, and how many times ours the other is', () => {
    const table = cells(verdictTable(figuresOf(releases)));
    expect(table.slice(0, 3)).toEqual([
      ['COMPLETED → verdict, s', 'median', 'min', 'max', 'it/ours'],
      [ours, '1.50', '1.00', '3.00', '1.0'],
      [theirs, '10.00', '10.00', '10.00', '6.7'],
    ]);
    expect(table).toContainEqual([theirs, '100.00', '100.00', '100.00', '2.5']);
  });

  it('has the requests of good releases, by service and in all', () => {
    const table = cells(ratesTable(releases));
    expect(table).toContainEqual([ours, '30.0', '6.0', '36.0']);
    expect(table).toHaveLength(3);
  });

  it('has a picture of each measure, without what an action never does', () => {
    const undo = verdictPictures(figuresOf(releases)).find(({ name }) => name === 'crash-loop-undo');
    expect(undo?.bars).toEqual([{ label: ours, value: 2, ours: true }]);
  });

  it('has dashes for what an action never does', () => {
    const table = cells(verdictTable(figuresOf(releases)));
    expect(table).toContainEqual([ours, '2.00', '2.00', '2.00', '1.0']);
    expect(table).toContainEqual([theirs, '–', '–', '–', '–']);
  });

  it('says what each says of a crash loop, and whether a limit ended it', () => {
    expect(wordsOf(releases)).toBe(
      `${ours} says:\n  | crash-loop: it ended\n  | Look at its log.\n  Afterwards: app:1 COMPLETED\n\n` +
        `${theirs} says:\n  | {"state":"TIMEOUT"}\n  Afterwards: app:1 COMPLETED\n`,
    );
    expect(verdictNotes(releases, 3)).toContain('1 times it was still waiting');
    expect(verdictNotes(releases.slice(1, 4), 3)).not.toContain(theirs);
  });

  it('can do without the other', () => {
    const alone = releases.filter(({ name }) => name === ours);
    expect(verdictTable(figuresOf(alone))).not.toContain(theirs);
    expect(wordsOf(alone)).not.toContain(theirs);
  });
});

describe('The rounds', () => {
  it('spread COMPLETED over the time between two looks, of ours and of the other', () => {
    const rounds = 5;
    const moments = Array.from({ length: rounds }, (_, round) => 85 / paceOf('healthy', round, rounds));
    for (const interval of [2, 15]) {
      const phases = moments.map((at) => ((at % interval) / interval) * 5);
      const sorted = phases.toSorted((a, b) => a - b);
      const gaps = sorted.map((phase, index) => phase - (sorted[index - 1] ?? (sorted.at(-1) ?? 0) - 5));
      expect(Math.max(...gaps)).toBeLessThan(2);
    }
  });

  it('have a median between extremes, and NaN when there are none', () => {
    expect(range([3, 1, 2, 10])).toEqual({ min: 1, median: 2.5, max: 10 });
    expect(range([]).median).toBeNaN();
  });
});
