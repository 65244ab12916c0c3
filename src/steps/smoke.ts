import { CHECKS, passed, type CheckResult } from '../checks/check.js';
import { SETTINGS } from '../checks/settings.js';
import { notBegun, runSuite, type Suite } from '../checks/suite.js';
import { judgeSuite, resultOf, standing, type Judged } from '../checks/verdict.js';
import { DeployError } from '../errors.js';
import type { SmokeRequest } from '../inputs/smoke.js';
import type { StepVoice } from '../journal.js';
import { showDuration } from '../model/duration.js';
import type { Task } from '../model/service.js';
import type { World } from '../world.js';
import { contact } from './contact.js';

/**
 * So many right answers in a row: five a task, so that one wrong task of two stays unseen once in a thousand times where
 * requests are spread by chance; and no more than a slow service gives in `smoke-timeout`.
 */
const ANSWERS_A_TASK = 5;
const MAX_ANSWERS = 30;

/** A commit in full, which is what later steps may take it for. */
const WHOLE = /^[0-9a-f]{40,64}$/;

/** What is asked, and which commit is expected; absent: any. */
export interface SmokeTest {
  readonly smoke: SmokeRequest | undefined;
  readonly expected: string | undefined;
  readonly tasks: readonly Task[];
  /** What the same checks found before the change. */
  readonly seen?: readonly CheckResult[];
  /** Whether a check is part of it, by its name; absent: all are. */
  readonly includes?: (name: string) => boolean;
}

/**
 * Asks the live service real questions over HTTP; throws `smoke-failed` when a check fails that counts. Without a
 * request the proof is rollout, health and identity, and the step says so.
 */
export async function smoke(
  { smoke: request, expected, tasks, seen = [], includes }: SmokeTest,
  world: World,
  voice: StepVoice,
): Promise<void> {
  if (!request) {
    voice.skip('nothing is asked over HTTP: the proof is rollout, health and identity');
    return;
  }
  const consecutive = Math.min(ANSWERS_A_TASK * Math.max(tasks.length, 1), MAX_ANSWERS);
  const suite = suiteOf(request, { commit: expected, consecutive });
  const results = await runSuite({ ...suite, ...(includes ? { includes } : {}) }, world);
  await voice.know({ smoke: results });
  conclude(results, seen, request, world, voice);
}

/** The suite alone, against whatever is live; throws `base-url-unreachable` or `smoke-failed`. */
export async function smokeAlone(
  request: SmokeRequest,
  expected: string | undefined,
  world: World,
  voice: StepVoice,
): Promise<void> {
  const suite = suiteOf(request, { commit: expected, consecutive: ANSWERS_A_TASK });
  const says = await requireContact(request, suite, world, voice);
  const results = await runSuite(suite, world);
  await voice.know({ smoke: results, ...(says !== undefined && WHOLE.test(says) ? { gitSha: says } : {}) });
  conclude(results, [], request, world, voice);
}

/**
 * The commit that the service says, if any. Throws `base-url-unreachable` when it cannot be reached: then every check has
 * failed, and that is known before.
 */
export async function requireContact(
  request: SmokeRequest,
  suite: Suite,
  world: World,
  voice: StepVoice,
): Promise<string | undefined> {
  try {
    return await contact(request, world);
  } catch (error) {
    if (error instanceof DeployError && error.code === 'base-url-unreachable')
      await voice.know({ smoke: notBegun(suite, error.message) });
    throw error;
  }
}

/** The suite of a request, all of it. */
export function suiteOf({ baseUrl, settings, timeout }: SmokeRequest, expected: Suite['expected']): Suite {
  return { baseUrl, settings, timeout, expected };
}

function conclude(
  results: readonly CheckResult[],
  seen: readonly CheckResult[],
  { failOn }: SmokeRequest,
  { log, signal }: World,
  voice: StepVoice,
): void {
  log.quote(showResults(results, seen));
  signal.throwIfAborted();
  const judged = judgeSuite(results, seen, failOn);
  if (judged.failing.length > 0) throw failed(judged, results, seen);
  for (const { check, detail } of judged.tolerated) {
    voice.warn(
      `The smoke check ${check} fails, as it did before the release; fail-on: regression lets that stand: ${detail}.`,
    );
  }
  voice.note(showCounts(results));
}

function failed(
  { failing, tolerable }: Judged,
  results: readonly CheckResult[],
  seen: readonly CheckResult[],
): DeployError {
  const known = (result: CheckResult): string => {
    const what = standing(result, resultOf(seen, result.check));
    return what === 'failed' ? '' : what === 'regression' ? ' (a regression)' : ' (failed before as well)';
  };
  const lines = failing.map((result) => `${result.check}${known(result)}: ${result.detail}`);
  const names = failing.map(({ check }) => check).join(', ');
  const counted = `${String(failing.length)} of ${String(results.length)} smoke checks failed: ${names}`;
  return new DeployError(
    'smoke-failed',
    lines.length === 1 ? `The smoke check ${lines.join('')}.` : `${counted}.\n- ${lines.join('\n- ')}`,
    { hint: tolerable && seen.length > 0 ? TOLERABLE : adviceOn(failing) },
  );
}

const TOLERABLE = 'It failed before the release as well: fail-on: regression would have let it stand.';

/** Where what is asked and expected can be set, for a service that is as it should be. */
function adviceOn(failing: readonly CheckResult[]): string {
  const settings = CHECKS.filter((name) => resultOf(failing, name)).map((name) => SETTINGS[name]);
  const own = settings.length < failing.length ? ['the checks of your own'] : [];
  return `Mend the service; or where it is right so, set what is asked and expected (inputs, and check.setting in smoke-config): ${[...settings, ...own].join('; ')}.`;
}

/** The results as lines, each with what the check found before, where that differs. */
export function showResults(results: readonly CheckResult[], seen: readonly CheckResult[]): string {
  return results
    .map((result) => {
      const what = standing(result, resultOf(seen, result.check));
      const marked = ['mended', 'regression', 'pre-existing'].includes(what) ? ` [${what}]` : '';
      return `${line(result)}${marked}`;
    })
    .join('\n');
}

/** How many passed, and the names of the others. */
export function showCounts(results: readonly CheckResult[]): string {
  const named = (verdict: CheckResult['verdict']): string => {
    const names = results.filter((one) => one.verdict === verdict).map(({ check }) => check);
    return names.length > 0 ? `; ${verdict}: ${names.join(', ')}` : '';
  };
  const good = results.filter(passed).length;
  return `${String(good)} of ${String(results.length)} checks passed${named('fail')}${named('flaky')}${named('skipped')}`;
}

function line({ check, verdict, detail, attempts, durationMs }: CheckResult): string {
  const spent = attempts > 0 ? ` (${String(attempts)} requests, ${showDuration(durationMs)})` : '';
  return `${verdict.padEnd(7)} ${check}: ${detail}${spent}`;
}
