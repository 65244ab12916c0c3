import { passed, VITAL, type CheckResult } from './check.js';

/** What a result means beside the one of the same check before the change. */
export type Standing =
  | 'passed'
  /** Failed before, passes now. */
  | 'mended'
  | 'skipped'
  /** Passed before, fails now. */
  | 'regression'
  /** Failed before as well. */
  | 'pre-existing'
  /** Fails, and was not tried before. */
  | 'failed';

/** Compares a check with what it found before the change, where it was tried. */
export function standing(result: CheckResult, before: CheckResult | undefined): Standing {
  const earlier = before === undefined || before.verdict === 'skipped' ? undefined : passed(before);
  if (result.verdict === 'skipped') return 'skipped';
  if (passed(result)) return earlier === false ? 'mended' : 'passed';
  return earlier === undefined ? 'failed' : earlier ? 'regression' : 'pre-existing';
}

/** The results of a suite, sorted by what they mean for a release. */
export interface Judged {
  /** What fails it. */
  readonly failing: readonly CheckResult[];
  /** What failed before as well, and is let stand. */
  readonly tolerated: readonly CheckResult[];
  /** Whether everything that fails it would have been tolerated with `fail-on: regression`. */
  readonly tolerable: boolean;
}

/** What counts whatever the service was like before. */
const COUNTING: readonly string[] = ['version', ...VITAL];

/** Decides which failures count: all, or with `regression` only those that were not there before. */
export function judgeSuite(
  results: readonly CheckResult[],
  baseline: readonly CheckResult[],
  failOn: 'any' | 'regression',
): Judged {
  const failed = results.filter(({ verdict }) => verdict === 'fail');
  const old = (result: CheckResult): boolean =>
    !COUNTING.includes(result.check) && standing(result, resultOf(baseline, result.check)) === 'pre-existing';
  const tolerated = failOn === 'regression' ? failed.filter(old) : [];
  const failing = failed.filter((result) => !tolerated.includes(result));
  return { failing, tolerated, tolerable: failing.every(old) };
}

/** The result of a check by its name. */
export function resultOf(results: readonly CheckResult[], name: string): CheckResult | undefined {
  return results.find(({ check }) => check === name);
}
