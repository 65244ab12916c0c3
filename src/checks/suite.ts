import { redact } from '../model/redact.js';
import { cleanLine } from '../model/untrusted-text.js';
import type { World } from '../world.js';
import { auth } from './auth.js';
import { bounded } from './bounded.js';
import { Unanswered, type Check, type CheckName, type CheckResult, type Finding } from './check.js';
import { cors } from './cors.js';
import { custom } from './custom.js';
import { database } from './database.js';
import { errorFormat } from './error-format.js';
import { health } from './health.js';
import { https } from './https.js';
import { SlowPattern } from './pattern.js';
import { probe, type Tally } from './probe.js';
import { responseTime } from './response-time.js';
import { root } from './root.js';
import { securityHeaders } from './security-headers.js';
import type { SmokeSettings } from './settings.js';
import { version, type ExpectedVersion } from './version.js';

/** Why a check is skipped that does not belong to what is proven, such as those of a rollback that failed before. */
export const NOT_INCLUDED = 'not part of this proof';

/** What the suite is run with. */
export interface Suite {
  readonly baseUrl: URL;
  readonly settings: SmokeSettings;
  readonly expected: ExpectedVersion;
  /** Milliseconds in which answers have to become stable. */
  readonly timeout: number;
  /** Whether a check is part of it, by its name; the others are skipped. Absent: all are. */
  readonly includes?: (name: string) => boolean;
}

/** What the suite needs of the world. */
export type SuiteWorld = Pick<World, 'http' | 'clock' | 'random' | 'signal'>;

/** Exchanges with one host at a time: a client ought to limit its connections (RFC 9112, 9.4). */
const MOST_AT_A_TIME = 8;

/**
 * Runs the checks side by side, so that all take about as long as the slowest. Never rejects: a check that could not be
 * asked, or was cut off by a cancel, has failed.
 */
export async function runSuite(suite: Suite, world: SuiteWorld): Promise<readonly CheckResult[]> {
  const shared = { ...world, http: bounded(world.http, MOST_AT_A_TIME) };
  return Promise.all(
    checksOf(suite).map(async ([name, check]) => {
      const why = skipOf(name, suite);
      return why === undefined ? perform(name, check, suite.timeout, shared) : unasked(name, 'skipped', why);
    }),
  );
}

/** The results of a suite that could not be begun: nothing but what was to be skipped anyway can be said to be well. */
export function notBegun(suite: Suite, why: string): readonly CheckResult[] {
  return checksOf(suite).map(([name]) => {
    const skip = skipOf(name, suite);
    return skip === undefined ? unasked(name, 'fail', `not asked: ${why}`) : unasked(name, 'skipped', skip);
  });
}

/** Why a check is left out; undefined when it is not. */
function skipOf(name: string, { settings, includes = () => true }: Suite): string | undefined {
  return settings.skips.get(name) ?? (includes(name) ? undefined : NOT_INCLUDED);
}

function checksOf({ settings, baseUrl, expected }: Suite): readonly (readonly [string, Check])[] {
  const ten: Record<CheckName, Check> = {
    version: version(settings.version, expected, baseUrl),
    health: health(settings.health, baseUrl),
    database: database(settings.database, baseUrl),
    https: https(settings.https, baseUrl),
    auth: auth(settings.auth, baseUrl),
    cors: cors(settings.cors, baseUrl),
    'security-headers': securityHeaders(settings['security-headers'], baseUrl),
    'response-time': responseTime(settings['response-time'], baseUrl),
    'error-format': errorFormat(settings['error-format'], baseUrl),
    root: root(settings.root, baseUrl),
  };
  const own = settings.custom.map((check) => [check.name, custom(check, baseUrl)] as const);
  return [...Object.entries(ten), ...own];
}

/** Does one check and makes its result; never rejects. */
export async function perform(
  check: string,
  ask: Check,
  timeout: number,
  world: SuiteWorld,
): Promise<CheckResult> {
  const tally: Tally = { attempts: 0, retried: false };
  const started = world.clock.monotonic();
  const { ok, detail } = await ask(probe(world, timeout, tally)).catch((error: unknown) =>
    withoutAnswer(error, world.signal),
  );
  return {
    check,
    verdict: ok ? (tally.retried ? 'flaky' : 'pass') : 'fail',
    detail: cleanLine(detail),
    attempts: tally.attempts,
    durationMs: Math.round(world.clock.monotonic() - started),
  };
}

function withoutAnswer(error: unknown, signal: AbortSignal): Finding {
  if (signal.aborted) return { ok: false, detail: 'not finished: the run was cancelled' };
  if (error instanceof Unanswered) return { ok: false, detail: error.fault.says };
  if (error instanceof SlowPattern) return { ok: false, detail: error.message };
  const why = redact(error instanceof Error ? error.message : String(error));
  return { ok: false, detail: `not judged, by a defect of this action: ${why}` };
}

function unasked(check: string, verdict: 'fail' | 'skipped', detail: string): CheckResult {
  return { check, verdict, detail: cleanLine(detail), attempts: 0, durationMs: 0 };
}
