import { describe, expect, it } from '@jest/globals';
import { ratesBetween } from '../../bench/release.js';
import { sizeTable, startupPicture, startupTable } from '../../bench/reports.js';
import { ours, theirs } from '../../bench/verdict.js';

/** The cells of a table's lines. */
const cells = (table: string): readonly (readonly string[])[] =>
  table.split('\n').map((line) => line.split(/\s{2,}/u));

const starts = new Map([
  [ours, [{ wall: 150, processor: 75 }]],
  [theirs, [{ wall: 200, processor: 150 }]],
]);

describe('The report on starts', () => {
  it('has both kinds of time, each as a ratio of its own', () => {
    const table = cells(startupTable(starts));
    expect(table).toContainEqual([theirs, '200', '200', '200', '0.75']);
    expect(table).toContainEqual([theirs, '150', '150', '150', '0.50']);
  });

  it('draws the bar at a share of the other, and none without the other', () => {
    expect(startupPicture(starts, theirs, 0.75).limit).toBe(112.5);
    const alone = new Map([...starts].filter(([name]) => name === ours));
    expect(startupPicture(alone, theirs, 0.75)).not.toHaveProperty('limit');
  });
});

describe('Requests a minute', () => {
  it('are those after the first moment and until the second, by service', () => {
    const at = (second: number, action: string) => ({ at: second * 1_000, action });
    const calls = [
      at(0, 'ecs:UpdateService'),
      at(10, 'ecs:DescribeServices'),
      at(20, 'elasticloadbalancing:DescribeTargetHealth'),
      at(30, 'ecs:DescribeServices'),
      at(31, 'ecs:DescribeServices'),
    ];
    expect(ratesBetween(calls, 0, 30_000)).toEqual({ ecs: 4, elasticloadbalancing: 2 });
  });
});

describe('The report on sizes', () => {
  it('adds up what each mode loads', () => {
    const files = new Map([
      ['index.js', 1_000],
      ['1.index.js', 500],
    ]);
    const loaded = new Map([['smoke', ['index.js', '1.index.js']]]);
    const table = cells(sizeTable({ files, total: 1_500, loaded }));
    expect(table).toContainEqual(['smoke', '1,500', '2']);
    expect(table).toContainEqual(['dist in all', '1,500']);
  });
});
