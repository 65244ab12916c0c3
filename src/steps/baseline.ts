import { askVersion, isCommit } from '../checks/version.js';
import { DeployError } from '../errors.js';
import type { SmokeRequest } from '../inputs/smoke.js';
import type { StepVoice } from '../journal.js';
import type { TaskDefinition } from '../model/task-definition.js';
import type { World } from '../world.js';
import type { Fallback } from './preflight/fallback.js';

/** Milliseconds between two tries to reach the service. */
const PAUSE = 1_000;
const TRIES = 3;

/** What is asked before anything is changed. */
export interface BaselineQuestion {
  readonly smoke: SmokeRequest | undefined;
  /** The revision that is live. */
  readonly live: TaskDefinition;
  readonly fallback: Fallback | undefined;
}

/**
 * Asks the live service which commit it runs, so that a rollback knows what has to come back. Returns the way back
 * with the commit that it will have to say; none when it does not even say that now. Throws `base-url-unreachable`
 * when the runner gets no answer at all: it could never prove a release.
 */
export async function baseline(
  { smoke, live, fallback }: BaselineQuestion,
  world: World,
  voice: StepVoice,
): Promise<Fallback | undefined> {
  if (!smoke) {
    voice.skip('smoke is false: nothing is asked over HTTP');
    return fallback && { ...fallback, commit: undefined };
  }
  const says = await reach(smoke, world);
  voice.note(
    says === undefined ? 'the live service does not say its commit' : `the live service runs ${says}`,
  );
  if (!fallback) return undefined;
  return { ...fallback, commit: says === undefined ? undefined : expected(fallback, live, says) };
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

/** The commit that the live service says, if any; throws `base-url-unreachable` when there is no answer at all. */
export async function reach(
  { baseUrl, settings: { version } }: SmokeRequest,
  world: World,
): Promise<string | undefined> {
  const url = new URL(version.path, baseUrl);
  for (let tries = 1; ; tries++) {
    const answer = await askVersion({ url, field: version.field.text }, world.http, world.signal);
    if (!('unreachable' in answer)) return answer.commit;
    if (tries >= TRIES) {
      throw new DeployError(
        'base-url-unreachable',
        `${baseUrl.origin} cannot be reached: ${answer.unreachable}.`,
        {
          hint: 'Check base-url, and that this runner may reach it: the release could not be proven otherwise.',
        },
      );
    }
    await world.clock.sleep(PAUSE, world.signal);
  }
}
