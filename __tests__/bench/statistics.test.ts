import { describe, expect, it } from '@jest/globals';
import { shuffled, spread } from '../../bench/statistics.js';

describe('Measurements', () => {
  it('have a median and percentiles that do not depend on their order', () => {
    const values = [50, 10, 40, 20, 30, 0, 60, 80, 70, 90, 100];
    expect(spread(values)).toEqual({ p10: 10, median: 50, p90: 90 });
    expect(spread([1, 2])).toEqual({ p10: 1.1, median: 1.5, p90: 1.9 });
  });

  it('are taken in an order that chance gives, each contender once', () => {
    expect(shuffled(['a', 'b', 'c'], () => 0.99)).toEqual(['c', 'b', 'a']);
    expect(shuffled(['a', 'b', 'c'], () => 0)).toEqual(['a', 'b', 'c']);
  });
});
