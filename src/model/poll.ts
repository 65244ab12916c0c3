import type { Clock } from '../world.js';
import { isTransient } from './aws-failure.js';
import { paidAfter } from './pace.js';

/** What an observation means for a wait: go on, or done with a result. A failure is thrown. */
export type Progress<Result> = { readonly done: false } | { readonly done: true; readonly result: Result };

/** So many requests of a wait may come at once: three looks that take four, as a proof does. */
const AT_ONCE = 12;

const GO_ON = { done: false } as const;

export interface Poll<Observation, Result> {
  readonly observe: () => Promise<Observation>;
  readonly judge: (observation: Observation) => Progress<Result>;
  /** Milliseconds between the starts of two observations. */
  readonly interval: number;
  /** Milliseconds after which the wait is over. */
  readonly limit: number;
  /** The error to throw when the limit passes; it is given the last observation. */
  readonly expired: (last: Observation | undefined) => Error;
  /** How many requests were sent so far, where a look takes several: more of them than one a second make the looks rarer. */
  readonly requests?: () => number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * The one loop that waits: observes, judges, sleeps, until the judge is done or throws, the limit has
 * passed or the signal is aborted (its reason is thrown). An observation is always judged before the limit
 * is looked at, so a limit of zero still asks once. AWS not answering for a while is no verdict: it is asked
 * again until the limit, and its error is thrown only then.
 */
export async function poll<Observation, Result>(wait: Poll<Observation, Result>): Promise<Result> {
  const { clock, signal, requests = () => 0 } = wait;
  const [began, before] = [clock.monotonic(), requests()];
  const end = began + wait.limit;
  for (;;) {
    signal.throwIfAborted();
    const started = clock.monotonic();
    const observed = await wait.observe().then(
      (observation) => ({ observation }),
      (error: unknown) => ({ error }),
    );
    if ('error' in observed && !isTransient(observed.error)) throw observed.error;
    const progress = 'error' in observed ? GO_ON : wait.judge(observed.observation);
    if (progress.done) return progress.result;
    const next = Math.max(started + wait.interval, clock.monotonic());
    if (next > end) throw 'error' in observed ? observed.error : wait.expired(observed.observation);
    const paid = began + paidAfter(requests() - before, AT_ONCE);
    await clock.sleep(Math.max(next, Math.min(paid, end)) - clock.monotonic(), signal);
  }
}
