import { passed, type CheckResult } from '../checks/check.js';
import { runSuite } from '../checks/suite.js';
import { judgeSuite } from '../checks/verdict.js';
import { isCommit } from '../checks/version.js';
import type { SmokeRequest } from '../inputs/smoke.js';
import type { StepVoice } from '../journal.js';
import type { TaskDefinition } from '../model/task-definition.js';
import type { World } from '../world.js';
import type { Fallback } from './preflight/fallback.js';
import { requireContact, showCounts, showResults, suiteOf } from './smoke.js';

/** Milliseconds at most until answers have to be stable: nothing is in motion yet. */
const PATIENCE = 5_000;
/** So many answers in a row have to name a commit. */
const ANSWERS = 3;

/** What is asked before anything is changed. */
export interface BaselineQuestion {
  readonly smoke: SmokeRequest | undefined;
  /** The revision that is live. */
  readonly live: TaskDefinition;
  readonly fallback: Fallback | undefined;
}

/** How the service was before the change. */
export interface Seen {
  /** The way back, with what has to hold once it was taken. */
  readonly fallback: Fallback | undefined;
  /** What the smoke checks found; empty when nothing was asked. */
  readonly seen: readonly CheckResult[];
}

/**
 * Runs the smoke suite against the live version, so that a check which fails already is told from a regression, and so
 * that a rollback knows what has to come back. Throws `base-url-unreachable` when the runner gets no answer at all: it
 * could never prove a release.
 */
export async function baseline(
  { smoke, live, fallback }: BaselineQuestion,
  world: World,
  voice: StepVoice,
): Promise<Seen> {
  if (!smoke) {
    voice.skip('smoke is false: nothing is asked over HTTP');
    return { fallback: fallback && { ...fallback, commit: undefined }, seen: [] };
  }
  const timeout = Math.min(smoke.timeout, PATIENCE);
  const suite = { ...suiteOf(smoke, { commit: undefined, consecutive: ANSWERS }), timeout };
  const says = await requireContact(smoke, suite, world, voice);
  const seen = await runSuite(suite, world);
  world.signal.throwIfAborted();
  await voice.know({ baseline: seen });
  world.log.quote(showResults(seen, []));
  const runs = says === undefined ? 'does not say its commit' : `runs ${says.slice(0, 12)}`;
  voice.note(`the live service ${runs}; ${showCounts(seen)}`);
  const checks = seen.filter(passed).map(({ check }) => check);
  const commit = fallback && says !== undefined ? expected(fallback, live, says) : undefined;
  return { fallback: fallback && { ...fallback, commit, checks }, seen };
}

/** Warns, before a release is tried, of the checks that the live version fails and the new one has to pass. */
export function warnOfFailing(
  seen: readonly CheckResult[],
  smoke: SmokeRequest | undefined,
  voice: StepVoice,
): void {
  const names = smoke ? judgeSuite(seen, seen, smoke.failOn).failing.map(({ check }) => check) : [];
  if (names.length === 0) return;
  voice.warn(
    `A release fails unless the new version passes what the live one does not: ${names.join(', ')}.`,
  );
}

/** What the version check may expect after a rollback: the revision's own commit, unless that is not what it says now. */
function expected(
  { taskDefinition, commit }: Fallback,
  live: TaskDefinition,
  says: string,
): string | undefined {
  if (taskDefinition !== live.arn) return commit;
  return commit === undefined || isCommit(says, commit) ? (commit ?? says) : undefined;
}
