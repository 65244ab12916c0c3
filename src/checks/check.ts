/** What a check of the smoke suite found; the shape of the output `smoke-results`, compatible within v1. */
export interface CheckResult {
  readonly check: string;
  /** `flaky` passed after a retry and counts as passed. */
  readonly verdict: 'pass' | 'fail' | 'flaky' | 'skipped';
  /** One line of evidence: status, names, sizes, timings. Never a body. */
  readonly detail: string;
  /** Requests sent. */
  readonly attempts: number;
  readonly durationMs: number;
}

/** Whether a result counts as passed. */
export function passed({ verdict }: CheckResult): boolean {
  return verdict === 'pass' || verdict === 'flaky';
}
