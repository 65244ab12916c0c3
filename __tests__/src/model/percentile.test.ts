import { describe, expect, it } from '@jest/globals';
import { nearestRank } from '../../../src/model/percentile.js';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => count - index);

describe('the nearest rank', () => {
  it.each<[number[], number, number | undefined]>([
    [upTo(20), 95, 19],
    [upTo(19), 95, 19],
    [upTo(5), 95, 5],
    [upTo(100), 95, 95],
    [upTo(100), 7, 7],
    [[15, 20, 35, 40, 50], 30, 20],
    [[15, 20, 35, 40, 50], 40, 20],
    [[15, 20, 35, 40, 50], 50, 35],
    [[15, 20, 35, 40, 50], 100, 50],
    [[3, 1, 2], 0, 1],
    [[100, 20, 3], 50, 20],
    [[7], 95, 7],
    [[], 95, undefined],
  ])('of %j at %d %% is %s', (samples, percent, expected) => {
    expect(nearestRank(samples, percent)).toBe(expected);
  });

  it('leaves the samples in their order', () => {
    const samples = [3, 1, 2];
    nearestRank(samples, 50);
    expect(samples).toEqual([3, 1, 2]);
  });
});
