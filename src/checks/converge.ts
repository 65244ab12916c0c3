import type { HttpResponse } from '../world.js';
import { Fault, finding, type Finding, type Probe, type Question } from './check.js';
import { retryAfter } from './probe.js';

/** A question whose answer has to become, and stay, the right one. */
export interface Convergence {
  readonly question: Question;
  readonly read: (answer: HttpResponse) => Reading;
  /** So many right answers in a row, each over a connection of its own; twice as many once another answer was among them. */
  readonly consecutive: number;
  /** What the right answer is, for the failure. */
  readonly expected: string;
}

/** One answer: whether it is the right one, and what it says in a form that is safe to show. */
export interface Reading {
  readonly right: boolean;
  readonly says: string;
}

/** Milliseconds: right answers are spread over a moment, in which an old target may still show. */
const PAUSE_AFTER_RIGHT = 250;
const PAUSE_AFTER_WRONG = 1_000;
/** So many questions at a time, once the answer was right. */
const AT_A_TIME = 5;

/**
 * Asks until the answer is right several times in a row, or the probe's time is over. A load balancer that still has an
 * old target gives the old answer now and then, so a single answer proves nothing.
 */
export async function converge(
  { question, read, consecutive, expected }: Convergence,
  probe: Probe,
): Promise<Finding> {
  const { clock, signal, timeout } = probe;
  const end = clock.monotonic() + timeout;
  let [streak, others, otherwise] = [0, 0, ''];
  for (;;) {
    const wanted = (others > 0 ? 2 : 1) * consecutive;
    const count = streak === 0 ? 1 : Math.min(AT_A_TIME, wanted - streak);
    const answers = await Promise.all(Array.from({ length: count }, () => probe.once(question)));
    const readings = answers.map((answer) => readingOf(answer, read));
    const wrong = readings.filter(({ right }) => !right);
    streak = wrong.length > 0 ? 0 : streak + count;
    others += wrong.length;
    otherwise = wrong.at(-1)?.says ?? otherwise;
    if (streak >= wanted) {
      const before = others > 0 ? `, after ${String(others)} others` : '';
      return finding([], `${String(streak)} answers in a row: ${readings[0]?.says ?? ''}${before}`);
    }
    const pause =
      wrong.length > 0 ? Math.max(PAUSE_AFTER_WRONG, ...answers.map(retryAfter)) : PAUSE_AFTER_RIGHT;
    if (clock.monotonic() + pause > end) {
      const right = streak > 0 ? [`${String(streak)} of ${String(wanted)} right in a row`] : [];
      const last = others > 0 ? [`last ${streak > 0 ? 'other ' : ''}answer: ${otherwise}`] : [];
      return finding(
        [[`expected ${expected} at ${question.url.pathname}`, ...right, ...last].join(', ')],
        '',
      );
    }
    await clock.sleep(pause, signal);
  }
}

function readingOf(answer: HttpResponse | Fault, read: (answer: HttpResponse) => Reading): Reading {
  if (answer instanceof Fault) return { right: false, says: answer.says };
  return isCached(answer) ? { right: false, says: 'an answer out of a cache' } : read(answer);
}

/** In which caches say whether they had the answer (RFC 9211; Amazon CloudFront, Akamai, Fastly, Cloudflare). */
const CACHES: readonly string[] = ['cache-status', 'x-cache', 'cf-cache-status'];
/** An answer that the cache has asked the service about (`RefreshHit`) is not meant. */
const HIT = /(?<![a-z]|refresh_)hit\b/i;

/** Whether somebody else has kept the answer (RFC 9111, 5.1 Age; what caches say themselves). */
function isCached({ headers }: HttpResponse): boolean {
  const age = headers['age']?.[0];
  return (
    (age !== undefined && Number(age) > 0) || CACHES.some((name) => HIT.test(headers[name]?.join() ?? ''))
  );
}
