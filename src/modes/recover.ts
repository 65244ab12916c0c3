import { connect, type Aws } from '../adapters/aws/aws.js';
import { DeployError } from '../errors.js';
import type { Inputs } from '../inputs/inputs.js';
import type { Journal } from '../journal.js';
import { familyAndRevision, lastPart } from '../model/arn.js';
import { runOf, TAGS } from '../model/run-tags.js';
import { chooseContainer } from '../model/service-checks.js';
import { primary, type Service } from '../model/service.js';
import type { TaskDefinition } from '../model/task-definition.js';
import { asDeployError, type Outcome } from '../outcome.js';
import type { Unfinished } from '../state.js';
import { superseded } from '../steps/wait.js';
import type { World } from '../world.js';
import { leftAsIs, notRestored, proveRestored, restore, type Change } from './undo.js';

/** Milliseconds for all of it: after a cancel GitHub ends the job within five minutes ("Workflow cancellation reference"). */
const BUDGET = 4 * 60_000;

/**
 * Finishes what a run that was cancelled or killed has left behind: undoes its release, or follows its rollback, and
 * proves how it ended. What was saved is only a hint: AWS is read again, and nothing is touched unless the service still
 * runs a revision of this very run. Undefined when there is nothing to do. Never throws.
 */
export async function recover(
  saved: Unfinished,
  inputs: Inputs,
  world: World,
  journal: Journal,
): Promise<Outcome | undefined> {
  const [budget, done] = [new AbortController(), new AbortController()];
  void world.clock.sleep(BUDGET, done.signal).then(
    () => budget.abort(new DeployError('rollback-unproven', 'It was not proven within four minutes.')),
    () => undefined,
  );
  try {
    return await recoverWithin(saved, inputs, { ...world, signal: budget.signal }, journal);
  } finally {
    done.abort();
  }
}

async function recoverWithin(
  saved: Unfinished,
  inputs: Inputs,
  world: World,
  journal: Journal,
): Promise<Outcome | undefined> {
  const cause = new DeployError('cancelled', 'The run ended before its release was proven.');
  try {
    const change = await changeOf(saved, inputs, connect(world, inputs.place.region), world);
    if (typeof change === 'string') {
      world.log.info(`Nothing is undone: ${change}.`);
      return undefined;
    }
    if (inputs.mode === 'rollback') return await follow(change, world, journal);
    if (!inputs.autoRollback || !change.fallback) return leftAsIs(cause, change);
    return await takeBack(change, cause, world, journal);
  } catch (error) {
    return { kind: 'rollback-failed', error: asDeployError(error) };
  }
}

async function takeBack(
  change: Change,
  cause: DeployError,
  world: World,
  journal: Journal,
): Promise<Outcome> {
  try {
    const state = await journal.step('rollback', (voice) => restore(change, { world, rescue: world }, voice));
    return { kind: 'rolled-back', state };
  } catch (error) {
    return notRestored(asDeployError(error), cause, change);
  }
}

/** A rollback is not undone: it leads to a revision that was good before. */
async function follow(change: Change, world: World, journal: Journal): Promise<Outcome> {
  const { own, place, service } = change;
  const leader = primary(service);
  const target = lastPart(own.taskDefinition);
  try {
    await journal.step('rollback', async (voice) => {
      if (leader?.taskDefinition !== own.taskDefinition || (own.id !== undefined && leader.id !== own.id)) {
        throw superseded(leader?.id ?? 'another deployment', leader?.taskDefinition ?? 'nothing');
      }
      await proveRestored({ deployment: leader, byUpdate: true }, change, undefined, world, voice);
      voice.note(`${target} is live by ${leader.id}`);
    });
    return { kind: 'rolled-back', state: `${service.name} is back on ${target}, and that is proven.` };
  } catch (error) {
    const why = asDeployError(error);
    if (why.code === 'superseded') return { kind: 'superseded', error: why };
    const look = `aws ecs describe-services --region ${place.region} --cluster ${lastPart(place.cluster)} --services ${service.name}`;
    return {
      kind: 'rollback-failed',
      error: new DeployError(why.code, `The rollback to ${target} could not be proven: ${why.message}`, {
        hint: `Look at it: ${look}`,
        evidence: why.evidence,
      }),
    };
  }
}

/** The change that was saved, as AWS shows it now; a text when it is none of this run. */
async function changeOf(
  { intent, deploymentId, undoAskedAt }: Unfinished,
  inputs: Inputs,
  aws: Aws,
  { env }: World,
): Promise<Change | string> {
  const { place } = inputs;
  const [service, revision] = await Promise.all([
    aws.ecs.service(place.cluster, place.service),
    aws.ecs.taskDefinition(intent.taskDefinition),
  ]);
  if (!service) return 'there is no such service';
  if (!revision) return `${lastPart(intent.taskDefinition)} cannot be described`;
  const doubt = doubtOf(revision, intent.fallback?.taskDefinition, service, inputs.mode, runOf(env));
  if (doubt !== undefined) return doubt;
  const container = chooseContainer(revision.body, place.container);
  if (container instanceof DeployError) return container.message;
  const own = { id: deploymentId, taskDefinition: revision.arn };
  const { fallback, before } = intent;
  return { ...inputs, service, container, own, before, fallback, askedAt: undoAskedAt };
}

/** Why what was saved cannot be of this run, whoever wrote it; undefined when nothing speaks against it. */
function doubtOf(
  { family, tags }: TaskDefinition,
  fallback: string | undefined,
  service: Service,
  mode: Inputs['mode'],
  run: string,
): string | undefined {
  if (familyAndRevision(service.taskDefinition)?.family !== family)
    return 'what was saved is of another family';
  if (fallback !== undefined && familyAndRevision(fallback)?.family !== family)
    return 'the saved way back is of another family';
  const owner = tags.get(TAGS.run);
  return mode === 'release' && owner !== undefined && owner !== run
    ? `its revision is of ${owner}`
    : undefined;
}
