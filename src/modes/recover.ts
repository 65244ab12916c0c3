import { connect, type Aws } from '../adapters/aws/aws.js';
import type { Ecs } from '../adapters/aws/ecs.js';
import { DeployError } from '../errors.js';
import type { Facts } from '../facts.js';
import type { ChangeInputs } from '../inputs/inputs.js';
import { versionUrl } from '../inputs/smoke.js';
import type { Journal } from '../journal.js';
import { familyAndRevision, lastPart } from '../model/arn.js';
import { poll } from '../model/poll.js';
import { VISIBILITY_GRACE } from '../model/rollout.js';
import { nextMove } from '../model/undo.js';
import { runOf, TAGS } from '../model/run-tags.js';
import { chooseContainer } from '../model/service-checks.js';
import { primary, type Service } from '../model/service.js';
import type { TaskDefinition } from '../model/task-definition.js';
import { asDeployError, type Outcome } from '../outcome.js';
import type { Unfinished } from '../state.js';
import { commitOf } from '../steps/preflight/downgrade.js';
import type { Fallback } from '../steps/preflight/fallback.js';
import type { Restoring } from '../steps/undo.js';
import { superseded } from '../steps/wait.js';
import type { World } from '../world.js';
import { leftAsIs, look, notRestored, takenBack, undoneByEcs, type Change } from './change.js';
import { proveRestored, restore } from './undo.js';

/** Milliseconds for all of it: after a cancel GitHub ends the job within five minutes ("Workflow cancellation reference"). */
const BUDGET = 4 * 60_000;
/** Milliseconds between two looks for a deployment that is not to be seen yet. */
const INTERVAL = 2_000;

/**
 * Finishes what a run that was cancelled or killed has left behind: undoes its release, or follows its rollback, and
 * proves how it ended. What was saved is only a hint: AWS is read again, and nothing is touched unless the service still
 * runs a revision of this very run. Undefined when there is nothing to do. Never throws.
 */
export async function recover(
  saved: Unfinished,
  inputs: ChangeInputs,
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
  inputs: ChangeInputs,
  world: World,
  journal: Journal,
): Promise<Outcome | undefined> {
  const cause = new DeployError('cancelled', 'The run ended before its work was proven.');
  const aws = connect(world, inputs.place.region);
  try {
    const found = await changeOf(saved, inputs, aws, world);
    if (typeof found === 'string') {
      world.log.warning(`What a run left behind that was cut off is not undone: ${found}.`);
      return undefined;
    }
    const { change, revision } = found;
    await journal.voice.know({ ...knownOf(found), ...addressOf(inputs) });
    const back = inputs.mode === 'release' || change.askedAt !== undefined;
    if (!back) return await follow(change, revision, world, journal);
    if (!inputs.autoRollback || !change.fallback) return isOurs(change) ? leftAsIs(cause, change) : undefined;
    const outcome = await takeBack(change, cause, aws.ecs, world, journal);
    return inputs.mode === 'rollback' ? asFailedRollback(outcome, cause) : outcome;
  } catch (error) {
    const { code, message } = asDeployError(error);
    const service = { name: lastPart(inputs.place.service) };
    const why = `What the run left behind could not be looked at: ${message}`;
    return {
      kind: 'rollback-failed',
      error: new DeployError(code, why, { hint: look({ ...inputs, service }) }),
    };
  }
}

async function takeBack(
  change: Change,
  cause: DeployError,
  ecs: Ecs,
  world: World,
  journal: Journal,
): Promise<Outcome> {
  try {
    const refused = takenBack(change);
    if (refused) throw refused;
    const state = await journal.step('rollback', (voice) => restore(change, { world, rescue: world }, voice));
    return { kind: 'rolled-back', state };
  } catch (error) {
    return notRestored(asDeployError(error), cause, change, ecs);
  }
}

/** Back where the rollback had started, because its target had failed. */
function asFailedRollback(outcome: Outcome, error: DeployError): Outcome {
  if (outcome.kind !== 'rolled-back') return outcome;
  return { kind: 'rollback-failed', error, state: `The rollback failed. ${outcome.state ?? ''}`.trimEnd() };
}

function isOurs(change: Change): boolean {
  return nextMove(change.service, { ...change, targets: [] }).kind === 'ours';
}

/** A rollback is not undone: it leads to a revision that was good before. */
async function follow(
  change: Change,
  revision: TaskDefinition,
  world: World,
  journal: Journal,
): Promise<Outcome> {
  const { place, service, container } = change;
  const target = lastPart(revision.arn);
  try {
    return await journal.step('rollback', async (voice): Promise<Outcome> => {
      const restoring = await leading(change, world);
      if (!restoring) {
        const error = new DeployError('cancelled', 'The run ended before its rollback began.');
        return { kind: 'failed', error };
      }
      const commit = commitOf(revision, container);
      const expected = { digest: undefined, commit, ...checksOf(change) };
      await proveRestored(restoring, change, expected, world, voice);
      voice.note(`${target} is live by ${restoring.deployment.id}`);
      return { kind: 'rolled-back', state: `${service.name} is back on ${target}, and that is proven.` };
    });
  } catch (error) {
    const why = asDeployError(error);
    if (why.code === 'superseded') return { kind: 'superseded', error: why };
    const message = `The rollback of ${service.name} in ${lastPart(place.cluster)} to ${target} could not be proven: ${why.message}`;
    const unproven = new DeployError(why.code, message, { hint: look(change), evidence: why.evidence });
    return { kind: 'rollback-failed', error: unproven };
  }
}

/** Names of the checks that the service passed before its rollback, where that is known. */
function checksOf({ fallback }: Change): Pick<Fallback, 'checks'> {
  return fallback?.checks ? { checks: fallback.checks } : {};
}

/** Our deployment, as soon as it is to be seen to lead; undefined when it never came to be. */
async function leading(change: Change, { clock, signal, ...world }: World): Promise<Restoring | undefined> {
  const { ecs } = connect({ ...world, clock, signal }, change.place.region);
  const began = clock.monotonic();
  return poll({
    observe: () => ecs.service(change.place.cluster, change.service.name),
    judge(service) {
      const move = nextMove(service, { ...change, targets: [] });
      const deployment = service && primary(service);
      if (!service || !deployment || move.kind === 'gone')
        throw new DeployError('service-gone', 'The service is gone.');
      if (move.kind === 'superseded') throw superseded(move.by.id, move.by.taskDefinition);
      if (move.kind === 'wrong-place') throw undoneByEcs(deployment, service, change);
      const found = { deployment, service, byUpdate: true, untouched: false };
      if (move.kind === 'ours') return { done: true, result: found };
      const waited = clock.monotonic() - began >= VISIBILITY_GRACE;
      return waited ? { done: true, result: undefined } : { done: false };
    },
    expired: () => new DeployError('rollback-unproven', 'Its deployment is not to be seen.'),
    interval: INTERVAL,
    limit: 2 * VISIBILITY_GRACE,
    clock,
    signal,
  });
}

/** What the run had known that was cut off, as far as AWS still tells. */
function knownOf({ change, revision }: Found): Facts {
  const { place, service, own, fallback, container } = change;
  const gitSha = commitOf(revision, container);
  return {
    region: place.region,
    cluster: lastPart(service.clusterArn),
    service: service.name,
    taskDefinitionArn: own.taskDefinition,
    changed: true,
    ...(gitSha === undefined ? {} : { gitSha }),
    ...(own.id === undefined ? {} : { deploymentId: own.id }),
    ...(fallback ? { previousTaskDefinitionArn: fallback.taskDefinition } : {}),
    ...(fallback?.commit === undefined ? {} : { previousGitSha: fallback.commit }),
    ...(fallback?.digest === undefined ? {} : { previousImageDigest: fallback.digest }),
  };
}

function addressOf({ url, smoke }: ChangeInputs): Facts {
  return {
    ...(url === undefined ? {} : { url }),
    ...(smoke ? { versionUrl: versionUrl(smoke) } : {}),
  };
}

interface Found {
  readonly change: Change;
  /** The revision that the run pointed the service to. */
  readonly revision: TaskDefinition;
}

/** The change that was saved, as AWS shows it now; a text when it is none of this run. */
async function changeOf(
  { intent, deploymentId, undoAskedAt, undoTarget }: Unfinished,
  inputs: ChangeInputs,
  aws: Aws,
  { env }: World,
): Promise<Found | string> {
  const { place } = inputs;
  const [service, revision] = await Promise.all([
    aws.ecs.service(place.cluster, place.service),
    aws.ecs.taskDefinition(intent.taskDefinition),
  ]);
  if (!service) return 'there is no such service';
  if (!revision) return `${lastPart(intent.taskDefinition)} cannot be described`;
  const ways = [intent.fallback?.taskDefinition, undoTarget];
  const doubt = doubtOf(revision, ways, service, inputs.mode, runOf(env));
  if (doubt !== undefined) return doubt;
  const container = chooseContainer(revision.body, place.container);
  if (container instanceof DeployError) return container.message;
  const own = { id: deploymentId, taskDefinition: revision.arn };
  const { fallback, before } = intent;
  const undo = { askedAt: undoAskedAt, chosen: undoTarget };
  return { change: { ...inputs, service, container, own, before, fallback, ...undo }, revision };
}

/** Why what was saved cannot be of this run, whoever wrote it; undefined when nothing speaks against it. */
function doubtOf(
  { family, tags }: TaskDefinition,
  ways: readonly (string | undefined)[],
  service: Service,
  mode: ChangeInputs['mode'],
  run: string,
): string | undefined {
  if (familyAndRevision(service.taskDefinition)?.family !== family)
    return 'what was saved is of another family';
  if (ways.some((way) => way !== undefined && familyAndRevision(way)?.family !== family))
    return 'the saved way back is of another family';
  const owner = tags.get(TAGS.run);
  return mode === 'release' && owner !== undefined && owner !== run
    ? `its revision is of ${owner}`
    : undefined;
}
