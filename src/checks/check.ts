import type { Clock, HttpRequest, HttpResponse } from '../world.js';

/** The ten checks, in the order in which they are shown. */
export const CHECKS = [
  'version',
  'health',
  'database',
  'https',
  'auth',
  'cors',
  'security-headers',
  'response-time',
  'error-format',
  'root',
] as const;

export type CheckName = (typeof CHECKS)[number];

/** Beside the version: without these a service does not work, whatever else it answers. */
export const VITAL: readonly string[] = ['health', 'database'];

/** What a check of the smoke suite found; the shape of the output `smoke-results`, compatible within v1. */
export interface CheckResult {
  /** One of the ten, or the name of a check of the user's own. */
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

/** What a check makes of the answers: all as it should be or not, and one line of evidence. */
export interface Finding {
  readonly ok: boolean;
  readonly detail: string;
}

/** One check: asks its questions and judges the answers. Rejects with `Unanswered` when they could not be asked. */
export type Check = (probe: Probe) => Promise<Finding>;

/** What a check is given to ask with. */
export interface Probe {
  /** Asks once, over a connection of its own; what went wrong on the way is the answer. */
  readonly once: (question: Question) => Promise<HttpResponse | Fault>;
  /**
   * Asks over a connection that is kept, and again after a transport error, 429 and 502 to 504; but what has one of these
   * codes or statuses is final.
   */
  readonly settle: (question: Question, final: readonly (string | number)[]) => Promise<HttpResponse | Fault>;
  /** Asks likewise; rejects with `Unanswered` when there is no answer in the end. */
  readonly ask: (question: Question, final?: readonly number[]) => Promise<HttpResponse>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Milliseconds in which answers have to become stable, and after which nothing is tried again. */
  readonly timeout: number;
  /** So many hexadecimal digits of chance. */
  readonly chance: (digits: number) => string;
}

/** A request to the service; absent: GET without body. */
export interface Question extends Partial<Pick<HttpRequest, 'method' | 'headers' | 'body'>> {
  readonly url: URL;
}

/** Why there was no answer that could be judged. */
export class Fault {
  /** Such as `ECONNREFUSED` or `CERT_HAS_EXPIRED`. */
  readonly code: string;
  /** The same in words that are safe to show. */
  readonly says: string;

  constructor(code: string, says: string) {
    this.code = code;
    this.says = says;
  }
}

/** Ends a check whose question got no answer. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.says);
    this.fault = fault;
  }
}

/**
 * A finding from everything that is wrong, each said once, or else from what is good; `noted` is worth knowing and no
 * failure. Each is a phrase without a full stop.
 */
export function finding(wrong: readonly string[], good: string, noted: readonly string[] = []): Finding {
  const said = wrong.length > 0 ? [...new Set(wrong)].join('; ') : good;
  const aside = noted.length > 0 ? ` (noted: ${noted.join('; ')})` : '';
  return { ok: wrong.length === 0, detail: `${said}${aside}` };
}
