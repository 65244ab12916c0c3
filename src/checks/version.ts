import type { Clock, HttpResponse, SendHttp } from '../world.js';
import { showDuration } from '../model/duration.js';
import { parseObject, textAt } from '../model/json.js';
import { cleanLine } from '../model/untrusted-text.js';
import type { CheckResult } from './check.js';

/** What the version check asks, and what it expects. */
export interface VersionCheck {
  readonly url: URL;
  /** Name of the field that holds the commit. */
  readonly field: string;
  /** A whole commit SHA; absent: any commit will do. */
  readonly expected: string | undefined;
  /** So many matches in a row, each over a connection of its own. */
  readonly consecutive: number;
  /** Milliseconds in which the answers have to become stable. */
  readonly timeout: number;
}

const REQUEST_LIMIT = 10_000;
const MAX_BYTES = 64 * 1_024;
const PAUSE_AFTER_MATCH = 100;
const PAUSE_AFTER_MISS = 1_000;

/**
 * Check 1: the service says which commit it is, several times in a row. A load balancer that still has an old
 * target answers with the old commit now and then, so a single answer proves nothing.
 */
export async function version(
  check: VersionCheck,
  http: SendHttp,
  clock: Clock,
  signal: AbortSignal,
): Promise<CheckResult> {
  const started = clock.monotonic();
  let [attempts, streak, missed] = [0, 0, 0];
  const result = (verdict: 'pass' | 'fail', detail: string): CheckResult => ({
    check: 'version',
    verdict,
    detail,
    attempts,
    durationMs: Math.round(clock.monotonic() - started),
  });
  const end = started + check.timeout;
  for (;;) {
    attempts++;
    const answer = readAnswer(await answerOf(check, http, signal), check);
    streak = answer.matches ? streak + 1 : 0;
    missed += answer.matches ? 0 : 1;
    if (streak >= check.consecutive) {
      return result(
        'pass',
        `${String(streak)} answers in a row: ${answer.says}${missed > 0 ? `, after ${String(missed)} others` : ''}`,
      );
    }
    const pause = answer.matches ? PAUSE_AFTER_MATCH : PAUSE_AFTER_MISS;
    if (clock.monotonic() + pause > end)
      return result('fail', `expected ${expectation(check)}, last answer: ${answer.says}`);
    await clock.sleep(pause, signal);
  }
}

/** What the service says once: its commit, nothing usable, or why it could not be reached at all. */
export async function askVersion(
  question: Pick<VersionCheck, 'url' | 'field'>,
  http: SendHttp,
  signal: AbortSignal,
): Promise<{ readonly commit: string | undefined } | { readonly unreachable: string }> {
  const answer = await answerOf(question, http, signal);
  if (answer instanceof Error) return { unreachable: transportFault(answer) };
  const said = answer.status === 200 ? textAt(parseObject(answer.body) ?? {}, question.field) : undefined;
  return { commit: said !== undefined && isCommit(said, undefined) ? said.toLowerCase() : undefined };
}

interface Answer {
  readonly matches: boolean;
  /** What was answered, in a form that is safe to show. */
  readonly says: string;
}

async function answerOf(
  { url }: Pick<VersionCheck, 'url'>,
  http: SendHttp,
  signal: AbortSignal,
): Promise<HttpResponse | Error> {
  try {
    return await http({ method: 'GET', url: url.href, timeout: REQUEST_LIMIT, maxBytes: MAX_BYTES, signal });
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Judges one answer: status 200, a JSON object, and in its field a commit that fits the expected one. */
function readAnswer(answer: HttpResponse | Error, { field, expected }: VersionCheck): Answer {
  const no = (says: string): Answer => ({ matches: false, says });
  if (answer instanceof Error) return no(transportFault(answer));
  if (answer.status !== 200) return no(`status ${String(answer.status)}`);
  const body = parseObject(answer.body);
  if (!body) return no('status 200, but not a JSON object');
  const said = textAt(body, field);
  if (said === undefined) return no(`status 200, but no text in the field ${field}`);
  return {
    matches: isCommit(said, expected),
    says: /^[0-9a-f]{7,64}$/i.test(said) ? `commit ${said.slice(0, 12)}` : `"${cleanLine(said, 20)}"`,
  };
}

/**
 * Whether a text names the expected commit: all of it, or at least seven hexadecimal digits of its beginning.
 * Without an expectation any commit will do; `unknown` and `dev` never are one. A dirty build is only named in full:
 * its commit alone is another build.
 */
export function isCommit(said: string, expected: string | undefined): boolean {
  const [text, wanted] = [said.toLowerCase(), expected?.toLowerCase()];
  if (!/^[0-9a-f]{7,64}(-dirty-[0-9a-f]+)?$/.test(text)) return false;
  return wanted === undefined || text === wanted || (/^[0-9a-f]+$/.test(wanted) && wanted.startsWith(text));
}

function transportFault(error: Error): string {
  if (error.name === 'TimeoutError') return `no answer within ${showDuration(REQUEST_LIMIT)}`;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return `no answer (${cleanLine(code, 60)})`;
}

function expectation({ expected }: VersionCheck): string {
  return expected === undefined ? 'a commit' : `commit ${expected.slice(0, 12)}`;
}
