import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseDuration, showDuration } from '../../../src/model/duration.js';

describe('durations', () => {
  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['1h', 3_600_000],
    ['1h30m', 5_400_000],
    ['2m5s', 125_000],
    ['0s', 0],
  ])('%s is %d milliseconds', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '90', '1.5m', '-5s', '5 m', '5s1m', '10ms', 'm', '٣s', '1e3s', ' 5s'])(
    '%j is no duration',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it.each([
    [0, '0.0s'],
    [449, '0.4s'],
    [9_960, '10s'],
    [59_400, '59s'],
    [59_600, '1m 00s'],
    [185_000, '3m 05s'],
    [3_720_000, '1h 02m'],
    [-5, '0.0s'],
  ])('%d milliseconds read %s', (ms, text) => {
    expect(showDuration(ms)).toBe(text);
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const ms = parseDuration(text);
        return ms === undefined || (Number.isInteger(ms) && ms >= 0);
      }),
    );
  });
});
