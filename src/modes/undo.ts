import { connect } from '../adapters/aws/aws.js';
import type { Ecs } from '../adapters/aws/ecs.js';
import { DeployError } from '../errors.js';
import type { Journal, StepVoice } from '../journal.js';
import { familyAndRevision, lastPart } from '../model/arn.js';
import { asDeployError, failure, type Outcome } from '../outcome.js';
import { rememberEnd } from '../state.js';
import { gatherEvidence, type Evidence } from '../steps/evidence.js';
import type { Fallback } from '../steps/preflight/fallback.js';
import { prove } from '../steps/prove.js';
import { askForUndo, deployWayBack, requestUndo, type Restoring, type Undo } from '../steps/undo.js';
import { tagResult } from '../steps/tag-result.js';
import type { World } from '../world.js';
import { interrupted, leftAsIs, notRestored, withEvidence, type Change } from './change.js';

/**
 * What a failed release comes to: puts the service back and proves it, or says loudly that a person has to look. Of a
 * cancelled run the undo is only asked for; its post step follows it. Never throws.
 */
export async function undo(
  thrown: unknown,
  change: Change,
  evidence: Evidence | undefined,
  world: World,
  journal: Journal,
): Promise<Outcome> {
  const error = asDeployError(thrown);
  if (error.code === 'superseded') return failure(error, true);
  if (!change.autoRollback || !change.fallback) {
    // Also of a cancelled run: its post step would only say the same again.
    await rememberEnd(world);
    return leftAsIs(error, change);
  }
  const { signal } = new AbortController();
  const rescue: World = { ...world, signal };
  if (isCancelled(world)) return requested(error, change, rescue, journal);
  const aws = connect(rescue, change.place.region);
  const cause = evidence ? withEvidence(error, await gatherEvidence(evidence, aws, rescue)) : error;
  try {
    const state = await journal.step('rollback', (voice) => restore(change, { world, rescue }, voice));
    return { kind: 'rolled-back', error: cause, state };
  } catch (failed) {
    const failure = asDeployError(failed);
    return isCancelled(world) ? interrupted(failure) : notRestored(failure, cause, change, aws.ecs);
  }
}

/** Asks for the undo, follows it and proves it; returns the state of the service in a sentence. */
export async function restore(
  change: Change,
  { world, rescue }: { readonly world: World; readonly rescue: World },
  voice: StepVoice,
): Promise<string> {
  const { fallback, service } = change;
  if (!fallback) throw new DeployError('no-fallback', 'There is no way back.');
  const { ecs } = connect(rescue, change.place.region);
  const wish = undoOf(change, fallback);
  const proving = ofRestored(voice);
  let restoring = await askForUndo(wish, ecs, rescue, world.signal);
  try {
    await proveRestored(restoring, change, fallback, world, proving);
  } catch (error) {
    if (restoring.byUpdate || !(error instanceof DeployError) || error.code !== 'digest-mismatch')
      throw error;
    world.log.info(`${error.message} The recorded image is deployed instead.`);
    restoring = await deployWayBack(wish, restoring.deployment.id, ecs, rescue);
    await proveRestored(restoring, change, fallback, world, proving);
  }
  const { deployment, untouched } = restoring;
  await voice.know({ restoredTaskDefinitionArn: deployment.taskDefinition });
  const live = lastPart(deployment.taskDefinition);
  voice.note(`${live} is live again by ${deployment.id}`);
  if (untouched)
    return `The change never reached ${service.name}: it still runs ${live}, and that is proven.`;
  await tagResults(change, deployment.taskDefinition, fallback, ecs, voice);
  return `${service.name} is back on ${live}, and that is proven.${newest(change, deployment.taskDefinition)}`;
}

/** What a proof makes known is of the revision that is live again, and not of the one that was released. */
function ofRestored(voice: StepVoice): StepVoice {
  return {
    ...voice,
    know: ({ smoke }) => (smoke ? voice.know({ restoredSmoke: smoke }) : Promise.resolve()),
  };
}

/** So that later runs know what to go back to: a copy is as good as what it was made from. */
async function tagResults(
  { own }: Change,
  restored: string,
  fallback: Fallback,
  ecs: Ecs,
  voice: StepVoice,
): Promise<void> {
  if (restored !== own.taskDefinition) await tagResult(own.taskDefinition, 'rolled-back', ecs, voice);
  if (restored !== fallback.taskDefinition) await tagResult(restored, 'released', ecs, voice);
}

/** Who starts from the newest revision of the family would start from the failed one. */
function newest({ own }: Change, restored: string): string {
  const [failed, back] = [familyAndRevision(own.taskDefinition), familyAndRevision(restored)];
  const isNewest = failed !== undefined && back !== undefined && failed.revision > back.revision;
  return isNewest ? ` ${lastPart(own.taskDefinition)} stays the newest revision of its family.` : '';
}

/** Proves the deployment that brings the service back; without a fallback the digest is the one that its revision names. */
export async function proveRestored(
  { deployment: { id, taskDefinition }, service, byUpdate }: Restoring,
  change: Change,
  expected: Pick<Fallback, 'digest' | 'commit' | 'checks'>,
  world: World,
  voice: StepVoice,
): Promise<void> {
  const undone = change.own.id === undefined ? [] : [change.own.id];
  const before = [...undone, ...change.before].filter((one) => one !== id);
  const own = { id, taskDefinition, previous: change.own.taskDefinition, before };
  const { place, rollbackTimeout: timeout } = change;
  const { digest, commit, checks } = expected;
  const proof = {
    ...change,
    service,
    cluster: place.cluster,
    own,
    recorded: byUpdate,
    timeout,
    digest,
    commit,
    checks,
  };
  try {
    await prove(proof, connect(world, place.region), world, voice);
  } catch (error) {
    const { code, message, hint, evidence, cause } = asDeployError(error);
    if (code === 'superseded') throw error;
    throw new DeployError(code, `${id} of ${lastPart(taskDefinition)} was asked for. ${message}`, {
      ...(hint === undefined ? {} : { hint }),
      evidence,
      cause,
    });
  }
}

function undoOf(change: Change, fallback: Fallback): Undo {
  return { ...change, cluster: change.place.cluster, service: change.service.name, fallback };
}

async function requested(
  error: DeployError,
  change: Change,
  rescue: World,
  journal: Journal,
): Promise<Outcome> {
  const { fallback } = change;
  if (!fallback) return leftAsIs(error, change);
  const { ecs } = connect(rescue, change.place.region);
  try {
    await journal.step('rollback', async (voice) => {
      await requestUndo(undoOf(change, fallback), ecs, rescue);
      voice.note('the undo was asked for; the post step follows and proves it');
    });
    return {
      kind: 'cancelled',
      error,
      state: `The run was cancelled and the way back to ${lastPart(fallback.taskDefinition)} was asked for; the post step says how it ended.`,
    };
  } catch (failed) {
    const why = asDeployError(failed);
    if (why.code === 'superseded') return failure(why, true);
    return {
      kind: 'cancelled',
      error,
      state: `The run was cancelled and the undo could not be asked for yet (${why.message}); the post step tries again.`,
    };
  }
}

function isCancelled({ signal }: World): boolean {
  return signal.aborted;
}
