import { cleanLine } from '../model/untrusted-text.js';
import type { HttpRequest, HttpResponse, World } from '../world.js';
import { Fault, Unanswered, type Probe, type Question } from './check.js';
import { showStatus } from './show.js';

/** Milliseconds for a whole exchange; where the time of the check ends, less, but never less than the second. */
const REQUEST_LIMIT = 10_000;
const MIN_LIMIT = 1_000;
const MAX_BYTES = 256 * 1_024;
/** Milliseconds before the second and the third try, each with up to half of it on top. */
const PAUSES: readonly number[] = [1_000, 2_000];

/** What a probe has counted. */
export interface Tally {
  /** Requests sent. */
  attempts: number;
  /** Whether a question was asked again. */
  retried: boolean;
}

/** A probe of one check, which counts what it sends. */
export function probe(
  { http, clock, random, signal }: Pick<World, 'http' | 'clock' | 'random' | 'signal'>,
  timeout: number,
  tally: Tally,
): Probe {
  const deadline = clock.monotonic() + timeout;
  const chance = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
  const send = async (
    question: Question,
    how: Pick<HttpRequest, 'keepAlive' | 'timeout'>,
  ): Promise<HttpResponse | Fault> => {
    signal.throwIfAborted();
    tally.attempts++;
    try {
      return answerable(await http({ ...requestOf(question, chance(16)), ...how, signal }));
    } catch (error) {
      signal.throwIfAborted();
      return faultOf(error);
    }
  };
  const settle: Probe['settle'] = async (question, final) => {
    for (let tries = 0; ; tries++) {
      const answer = await send(question, { keepAlive: true, timeout: REQUEST_LIMIT });
      if (final.includes(answer instanceof Fault ? answer.code : answer.status)) return answer;
      const pause = pauseAfter(answer, tries, random());
      if (pause === undefined || clock.monotonic() + pause > deadline) return answer;
      tally.retried = true;
      await clock.sleep(pause, signal);
    }
  };
  return {
    once: (question) => {
      const left = Math.max(Math.ceil(deadline - clock.monotonic()), MIN_LIMIT);
      return send(question, { keepAlive: false, timeout: Math.min(REQUEST_LIMIT, left) });
    },
    settle,
    ask: async (question, final = []) => answered(await settle(question, final), final),
    clock,
    signal,
    timeout,
    chance,
  };
}

function requestOf(question: Question, id: string) {
  const { url, method = 'GET', headers, body } = question;
  return {
    method,
    url: url.href,
    headers: { 'x-request-id': `smoke-${id}`, ...headers },
    maxBytes: MAX_BYTES,
    ...(body === undefined ? {} : { body }),
  };
}

/**
 * What is not known to its end cannot be judged. A body in an encoding that was not asked for is not unpacked: it could be
 * of any size.
 */
function answerable(answer: HttpResponse): HttpResponse | Fault {
  if (answer.truncated)
    return new Fault('TOO_LONG', `the body is too long, above ${String(MAX_BYTES)} bytes`);
  const encoding = answer.headers['content-encoding']?.join(', ').trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return answer;
  return new Fault('ENCODED', 'the body is encoded, though no encoding was accepted');
}

/** Milliseconds until the next try, or undefined when there is none: the answer stands. */
function pauseAfter(answer: HttpResponse | Fault, tries: number, chance: number): number | undefined {
  const passing = answer instanceof Fault ? !LASTING.test(answer.code) : PASSING.includes(answer.status);
  const pause = passing ? PAUSES[tries] : undefined;
  return pause === undefined ? undefined : Math.max(pause * (1 + chance / 2), retryAfter(answer));
}

/** What somebody says who has no answer now. */
const PASSING: readonly number[] = [429, 502, 503, 504];

/**
 * What no second try cures: a bad certificate (Node "TLS", X509 certificate error codes), no TLS in common, a name that
 * is not there, an address that is not asked, an answer that is not HTTP, a body that is encoded or too long.
 */
const LASTING = /CERT|ISSUER|VERIFY|PATH_LENGTH|INVALID|SSL|TLS|EPROTO|ENOTFOUND|ENCODED|TOO_LONG|FORBIDDEN/;

/** Milliseconds that the service wants us to wait at least (RFC 9110, 10.2.3 Retry-After, in seconds); 0 when it does not say. */
export function retryAfter(answer: HttpResponse | Fault): number {
  const after = answer instanceof Fault ? undefined : answer.headers['retry-after']?.[0];
  return after !== undefined && /^\d{1,4}$/.test(after) ? Number(after) * 1_000 : 0;
}

function answered(answer: HttpResponse | Fault, final: readonly (string | number)[]): HttpResponse {
  if (answer instanceof Fault) throw new Unanswered(answer);
  if (!PASSING.includes(answer.status) || final.includes(answer.status)) return answer;
  throw new Unanswered(new Fault('UNAVAILABLE', `${showStatus(answer)} however often it was asked`));
}

/** What went wrong on the way, in our words where people need them. */
function faultOf(error: unknown): Fault {
  const code = codeOf(error);
  const words = WORDS[code];
  return new Fault(code, words === undefined ? `no answer (${code})` : `no answer: ${words} (${code})`);
}

function codeOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'TIMEOUT';
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return cleanLine(typeof code === 'string' ? code : error instanceof Error ? error.name : 'unknown', 60);
}

/** Node's codes ("Errors", OpenSSL and common system errors) that say little to a person. */
const WORDS: Readonly<Partial<Record<string, string>>> = {
  TIMEOUT: 'there was no whole answer in time',
  CONNECT_TIMEOUT: 'no connection could be made in time',
  FIRST_BYTE_TIMEOUT: 'the answer did not begin in time',
  FORBIDDEN_ADDRESS: 'the name leads to a link-local address, which is not asked',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name cannot be resolved now',
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection was cut',
  ETIMEDOUT: 'no connection could be made in time',
  EPROTO: 'TLS 1.2 or above could not be agreed on',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate authority is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the chain of certificates is not complete',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the chain of certificates does not end at an authority that is trusted',
  HPE_INVALID_CONSTANT: 'what answers does not speak HTTP',
  HPE_HEADER_OVERFLOW: 'the headers are too long',
};
