import type { Clock } from '../world.js';

/** What an observation means for a wait: go on, or done with a result. A failure is thrown. */
export type Progress<Result> = { readonly done: false } | { readonly done: true; readonly result: Result };

export interface Poll<Observation, Result> {
  readonly observe: () => Promise<Observation>;
  readonly judge: (observation: Observation) => Progress<Result>;
  /** Milliseconds between the starts of two observations. */
  readonly interval: number;
  /** Milliseconds after which the wait is over. */
  readonly limit: number;
  /** The error to throw when the limit passes; it is given the last observation. */
  readonly expired: (last: Observation | undefined) => Error;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * The one loop that waits: observes, judges, sleeps, until the judge is done or throws, the limit has
 * passed or the signal is aborted (its reason is thrown). An observation is always judged before the limit
 * is looked at, so a limit of zero still asks once.
 */
export async function poll<Observation, Result>(wait: Poll<Observation, Result>): Promise<Result> {
  const { clock, signal } = wait;
  const end = clock.monotonic() + wait.limit;
  for (;;) {
    signal.throwIfAborted();
    const started = clock.monotonic();
    const observation = await wait.observe();
    const progress = wait.judge(observation);
    if (progress.done) return progress.result;
    const next = Math.max(started + wait.interval, clock.monotonic());
    if (next > end) throw wait.expired(observation);
    await clock.sleep(next - clock.monotonic(), signal);
  }
}
