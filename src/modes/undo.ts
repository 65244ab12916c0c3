import { connect } from '../adapters/aws/aws.js';
import { DeployError } from '../errors.js';
import type { Place, ReleaseInputs } from '../inputs/inputs.js';
import type { Journal, StepVoice } from '../journal.js';
import { lastPart } from '../model/arn.js';
import type { Service } from '../model/service.js';
import { asDeployError, failure, type Outcome } from '../outcome.js';
import { gatherEvidence, type Evidence, type Found } from '../steps/evidence.js';
import type { Fallback } from '../steps/preflight/fallback.js';
import { prove } from '../steps/prove.js';
import { askForUndo, deployWayBack, requestUndo, type Restoring, type Undo } from '../steps/rollback.js';
import { tagResult } from '../steps/tag-result.js';
import type { World } from '../world.js';

/** What the inputs say of an undo. */
export type UndoInputs = Pick<
  ReleaseInputs,
  'autoRollback' | 'rollbackTimeout' | 'targetHealthTimeout' | 'targetGroups' | 'smoke'
>;

/** A change of a service that may have to be undone. */
export interface Change extends UndoInputs {
  readonly place: Place;
  /** The service as it was before the change. */
  readonly service: Service;
  readonly container: string;
  readonly own: Undo['own'];
  /** Ids of the deployments that there were before. */
  readonly before: readonly string[];
  readonly fallback: Fallback | undefined;
  readonly askedAt?: number | undefined;
}

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
  if (!change.autoRollback || !change.fallback) return leftAsIs(error, change);
  const { signal } = new AbortController();
  const rescue: World = { ...world, signal };
  if (isCancelled(world)) return requested(error, change, rescue, journal);
  const aws = connect(rescue, change.place.region);
  const cause = evidence ? withEvidence(error, await gatherEvidence(evidence, aws, rescue)) : error;
  try {
    const state = await journal.step('rollback', (voice) =>
      restore(change, { world, rescue }, { ...voice, know: () => Promise.resolve() }),
    );
    return { kind: 'rolled-back', error: cause, state };
  } catch (failed) {
    const failure = asDeployError(failed);
    return isCancelled(world) ? interrupted(failure) : notRestored(failure, cause, change);
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
  let restoring = await askForUndo(wish, ecs, rescue);
  try {
    await proveRestored(restoring, change, fallback, world, voice);
  } catch (error) {
    if (restoring.byUpdate || !(error instanceof DeployError) || error.code !== 'digest-mismatch')
      throw error;
    world.log.info(`${error.message} The recorded image is deployed instead.`);
    restoring = await deployWayBack(wish, ecs, rescue);
    await proveRestored(restoring, change, fallback, world, voice);
  }
  const { taskDefinition, id } = restoring.deployment;
  if (taskDefinition !== change.own.taskDefinition)
    await tagResult(change.own.taskDefinition, 'rolled-back', ecs, voice);
  if (change.own.id === undefined && change.before.includes(id))
    return `The change never reached ${service.name}: it still runs ${lastPart(taskDefinition)}, and that is proven.`;
  const newest = lastPart(change.own.taskDefinition);
  voice.note(`${lastPart(taskDefinition)} is live again by ${id}`);
  return `${service.name} is back on ${lastPart(taskDefinition)}, and that is proven; ${newest} stays the newest revision of its family.`;
}

/** Proves the deployment that brings the service back; without a fallback digest and version are those that its revision names. */
export async function proveRestored(
  { deployment: { id, taskDefinition }, byUpdate }: Restoring,
  change: Change,
  fallback: Fallback | undefined,
  world: World,
  voice: StepVoice,
): Promise<void> {
  const own = { id, taskDefinition, previous: change.own.taskDefinition };
  const { place, rollbackTimeout: timeout } = change;
  const proof = { ...change, cluster: place.cluster, own, recorded: byUpdate, timeout };
  const expected = { digest: fallback?.digest, commit: fallback?.commit };
  try {
    await prove({ ...proof, ...expected }, connect(world, place.region), world, voice);
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

function undoOf({ place, service, container, own, before, askedAt }: Change, fallback: Fallback): Undo {
  return { cluster: place.cluster, service: service.name, container, own, before, fallback, askedAt };
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
      voice.note('the undo was asked for');
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

/** The post step takes over where a cancel cut the rollback short. */
function interrupted(error: DeployError): Outcome {
  const state =
    'The run was cancelled while the service was on its way back; the post step says how it ended.';
  return { kind: 'cancelled', error, state };
}

/** The outcome of an undo that failed or could not be proven, with the command that a person should run. */
export function notRestored(failed: DeployError, cause: DeployError, change: Change): Outcome {
  if (failed.code === 'superseded') {
    return failure(withEvidence(failed, { lines: [cause.message], lastWords: undefined }), true);
  }
  const reason = asDeployError(failed.cause ?? failed).code;
  const undone = [failed.code, reason].some((code) => code === 'circuit-breaker' || code === 'alarm')
    ? ` ECS undid the rollback and restored ${lastPart(change.own.taskDefinition)}.`
    : '';
  const error = new DeployError(
    cause.code,
    `${cause.message}\nThe rollback could not be proven: ${failed.message}${undone}`,
    { hint: adviceFor(failed, change), evidence: [...cause.evidence, ...failed.evidence], cause: failed },
  );
  return { kind: 'rollback-failed', error };
}

/** Where no revision would help, the failure's own advice does. */
function adviceFor({ code, hint }: DeployError, change: Change): string {
  const own = code === 'service-gone' || code === 'scaled-to-zero' ? hint : undefined;
  return own ?? command(change);
}

/** The outcome of a change that is left in place, with the command that a person may run. */
export function leftAsIs(error: DeployError, change: Change): Outcome {
  const why = change.fallback ? 'auto-rollback is off' : 'there is no way back';
  const state = `The service was changed and left as it is, because ${why}: a person should look. ${command(change)}`;
  return { kind: error.code === 'cancelled' ? 'cancelled' : 'left-as-is', error, state };
}

/** What a person runs to put the service back. */
function command({ place, service, fallback }: Change): string {
  const where = `--region ${place.region} --cluster ${lastPart(place.cluster)}`;
  if (!fallback) return `Look at it: aws ecs describe-services ${where} --services ${service.name}`;
  return `Put it back by hand: aws ecs update-service ${where} --service ${service.name} --task-definition ${lastPart(fallback.taskDefinition)}`;
}

/** The error with what was found beside it; its reasons are known already when it came from the stopped tasks. */
function withEvidence(error: DeployError, { lines, lastWords }: Found): DeployError {
  const known = error.evidence.some((line) => / stopped: /.test(line));
  const more = lines.filter((line) => !known || !/ stopped: /.test(line));
  const message = lastWords === undefined ? error.message : `${error.message}\nIts last words: ${lastWords}`;
  return new DeployError(error.code, message, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    evidence: [...error.evidence, ...more],
    cause: error.cause,
  });
}
