import { github, type GitHub } from '../adapters/github.js';
import { explain, type Allowance } from '../adapters/github-requests.js';
import type { ChangeInputs } from '../inputs/inputs.js';
import type { Journal, Voice } from '../journal.js';
import { lastPart } from '../model/arn.js';
import type { PushedImage } from '../model/image.js';
import type { JsonObject } from '../model/json.js';
import type { TaskDefinition } from '../model/task-definition.js';
import { failure, type Outcome } from '../outcome.js';
import { rememberGitHubDeployment, rememberGitHubEnd, type OpenDeployment } from '../state.js';
import type { World } from '../world.js';
import {
  describe,
  isProduction,
  isSuccess,
  line,
  placeOf,
  runIn,
  type RecordPlace,
} from './github-record.js';

/*
 * A change of the service as GitHub shows it under an environment. It costs the change nothing: GitHub is asked while ECS
 * works, and what GitHub does not take is one warning.
 */

/** Requests of a run for its record; with the list of commits they are ten. */
const ALLOWANCE = 8;
/** Requests of a post step for it. */
const LATE_ALLOWANCE = 4;

/** What is recorded of a change. */
export interface RecordWish {
  readonly inputs: ChangeInputs;
  /** Absent when nobody knows which commit it is. */
  readonly commit: string | undefined;
  /** Absent when it was there before. */
  readonly image: Pick<PushedImage, 'digest'> | undefined;
  /** ARN of the revision that is live. */
  readonly from: string;
  readonly next: Pick<TaskDefinition, 'arn'>;
}

/** Does the work and has GitHub show it, if that is wanted: how it began beside it, and how it ended before this returns. */
export async function recorded(
  wish: RecordWish,
  world: World,
  journal: Journal,
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  const record = begin(wish, world, journal.voice);
  const outcome = await work().catch((error: unknown) => failure(error, journal.facts.changed ?? false));
  await record?.end(outcome);
  return outcome;
}

/** Ends what a run left open that was cut off. `outcome` is what became of its work, where the post step found that out. */
export async function endLeftOpen(
  { id, end }: OpenDeployment,
  outcome: Outcome | undefined,
  inputs: ChangeInputs,
  world: World,
): Promise<void> {
  const place = placeOf(inputs, world);
  if (!place) return;
  const success = outcome ? isSuccess(outcome, inputs.mode) : end === 'success';
  const words = success ? 'after its work was proven' : 'before its end';
  const description = outcome ? describe(outcome) : `The run was cut off ${words}.`;
  const allowance = { left: LATE_ALLOWANCE };
  const api = converse(world, inputs, allowance);
  await tolerant((text) => world.log.warning(text))(async () => {
    if (api) await tellEnd({ api, allowance }, id, { success, description }, place);
  });
}

interface Record {
  /** Tells GitHub how it ended; of a cancelled run the post step does. Within the limit of one conversation. */
  end(outcome: Outcome): Promise<void>;
}

function begin(wish: RecordWish, world: World, voice: Voice): Record | undefined {
  const { inputs, from, next } = wish;
  const place = placeOf(inputs, world);
  const forced = inputs.mode === 'release' && inputs.forceNewDeployment;
  if (!place || (from === next.arn && !forced)) return undefined;
  const commit = wish.commit?.replace(/-dirty-.*$/, '');
  const allowance = { left: ALLOWANCE };
  const api = converse(world, inputs, allowance);
  if (!api || commit === undefined) {
    const why = api ? 'its commit is not known' : 'it takes github-token and GITHUB_REPOSITORY';
    voice.warn(`No GitHub deployment is recorded: ${why}.`);
    return undefined;
  }
  const tolerate = tolerant((text) => voice.warn(text));
  const begun = tellBegin(api, { ...wish, commit }, place, world, tolerate);
  return {
    async end(outcome) {
      if (outcome.kind === 'cancelled') return;
      const late = converse(world, inputs, allowance);
      const success = isSuccess(outcome, inputs.mode);
      // Both first: who is killed while he waits for GitHub leaves the rest to the post step.
      await rememberGitHubEnd(world, success ? 'success' : 'failure');
      const id = await begun;
      if (id === undefined || !late) return;
      const end = { success, description: describe(outcome) };
      await tolerate(() => tellEnd({ api: late, allowance }, id, end, place));
      await rememberGitHubEnd(world, 'told');
    },
  };
}

/** Creates the deployment and says that it is on its way; its id, or undefined when there is none. Never rejects. */
async function tellBegin(
  api: GitHub,
  { inputs, commit, image, next, from }: RecordWish & { readonly commit: string },
  place: RecordPlace,
  world: World,
  tolerate: Tolerate,
): Promise<string | undefined> {
  const way = inputs.mode === 'rollback' ? 'back to' : 'to';
  const description = line(`${place.service}: ${lastPart(from)} ${way} ${lastPart(next.arn)}`);
  let id: string | undefined;
  await tolerate(async () => {
    id = await api.createDeployment({
      ref: commit,
      task: place.task,
      environment: place.environment,
      production: isProduction(place.environment),
      description,
      payload: { ...place.payload, ...runIn(world.env), ...(image && { digest: image.digest }) },
    });
    await rememberGitHubDeployment(world, id);
    world.log.info(`GitHub shows this as deployment ${id} of ${place.environment}.`);
    await api.setStatus(id, { state: 'in_progress', description, ...place.urls });
  });
  return id;
}

interface Line {
  readonly api: GitHub;
  readonly allowance: Allowance;
}

/** The end, and after a success the end of those before it. */
async function tellEnd(
  { api, allowance }: Line,
  id: string,
  { success, description }: { readonly success: boolean; readonly description: string },
  place: RecordPlace,
): Promise<void> {
  await api.setStatus(id, { state: success ? 'success' : 'failure', description, ...place.urls });
  if (success) await endOlder({ api, allowance }, id, place);
}

/**
 * Ends what the action recorded of this service before. GitHub would do so for every service of the environment, and not
 * at all for one of production ("Create a deployment status", `auto_inactive`). Behind one that is inactive already there
 * is nothing left to end.
 */
async function endOlder({ api, allowance }: Line, id: string, place: RecordPlace): Promise<void> {
  const { environment, task, payload } = place;
  const listed = await api.deployments(environment, task);
  const ours = (one: JsonObject): boolean =>
    one['region'] === payload.region && one['cluster'] === payload.cluster;
  for (const one of listed.filter((older) => Number(older.id) < Number(id) && ours(older.payload))) {
    // One to ask and one to tell; the next release goes on where this one stops.
    if (allowance.left < 2) return;
    const state = await api.stateOf(one.id);
    if (state === 'inactive') return;
    if (state === 'success' || state === 'in_progress')
      await api.setStatus(one.id, { state: 'inactive', description: `Deployment ${id} took its place.` });
  }
}

/** A cancel of the run does not end it: what GitHub was told has to come to its end. */
function converse(
  { env, clock }: World,
  { githubToken }: ChangeInputs,
  allowance: Allowance,
): GitHub | undefined {
  return github({ env, clock, signal: new AbortController().signal }, githubToken, { allowance });
}

type Tolerate = (work: () => Promise<void>) => Promise<void>;

/** Does what may fail; the first failure is a warning. */
function tolerant(warn: (text: string) => void): Tolerate {
  let warned = false;
  return async (work) => {
    try {
      await work();
    } catch (error) {
      if (!warned)
        warn(`The deployment is not fully recorded on GitHub. ${explain(error, 'deployments: write')}`);
      warned = true;
    }
  };
}
