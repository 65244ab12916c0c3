import { describe, expect, it } from '@jest/globals';
import type { CheckResult } from '../../../src/checks/check.js';
import { judgeSuite, standing } from '../../../src/checks/verdict.js';

type Verdict = CheckResult['verdict'];
const result = (check: string, verdict: Verdict): CheckResult => ({
  check,
  verdict,
  detail: 'x',
  attempts: 1,
  durationMs: 1,
});
const names = (results: readonly CheckResult[]): readonly string[] => results.map(({ check }) => check);

describe('a check beside what it found before the change', () => {
  it.each<[Verdict, Verdict | undefined, string]>([
    ['pass', 'pass', 'passed'],
    ['pass', undefined, 'passed'],
    ['pass', 'skipped', 'passed'],
    ['flaky', 'pass', 'passed'],
    ['pass', 'fail', 'mended'],
    ['flaky', 'fail', 'mended'],
    ['fail', 'pass', 'regression'],
    ['fail', 'flaky', 'regression'],
    ['fail', 'fail', 'pre-existing'],
    ['fail', undefined, 'failed'],
    ['fail', 'skipped', 'failed'],
    ['skipped', 'fail', 'skipped'],
    ['skipped', 'pass', 'skipped'],
  ])('%s after %s is %s', (now, before, expected) => {
    const seen = before && result('root', before);
    expect(standing(result('root', now), seen)).toBe(expected);
  });
});

describe('a suite', () => {
  const before = [
    result('version', 'fail'),
    result('health', 'fail'),
    result('cors', 'fail'),
    result('root', 'pass'),
  ];

  it('fails a release by every check that fails, also by one that failed before', () => {
    const now = [result('cors', 'fail'), result('root', 'pass')];
    expect(judgeSuite(now, before, 'any')).toEqual({
      failing: [now[0]],
      tolerated: [],
      tolerable: true,
    });
  });

  it('lets stand what failed before as well, when only regressions count', () => {
    const now = [result('cors', 'fail'), result('root', 'fail')];
    const judged = judgeSuite(now, before, 'regression');
    expect([names(judged.failing), names(judged.tolerated)]).toEqual([['root'], ['cors']]);
    expect(judged.tolerable).toBe(false);
  });

  it('never lets version, health and database stand', () => {
    const now = [result('version', 'fail'), result('health', 'fail'), result('database', 'fail')];
    const judged = judgeSuite(now, [...before, result('database', 'fail')], 'regression');
    expect(names(judged.failing)).toEqual(['version', 'health', 'database']);
    expect(judged.tolerable).toBe(false);
  });

  it('counts a failure that was not tried before', () => {
    const judged = judgeSuite([result('own check', 'fail')], before, 'regression');
    expect(names(judged.failing)).toEqual(['own check']);
  });
});
