import { connect, type Aws } from '../adapters/aws/aws.js';
import { VITAL } from '../checks/check.js';
import type { RollbackInputs } from '../inputs/inputs.js';
import type { Journal, StepVoice } from '../journal.js';
import { lastPart } from '../model/arn.js';
import type { Task } from '../model/service.js';
import { asDeployError, failure, type Outcome } from '../outcome.js';
import { recorded } from '../report/github-deployment.js';
import { rememberEnd } from '../state.js';
import { deploy, type Started } from '../steps/deploy.js';
import { health } from '../steps/health.js';
import { identity } from '../steps/identity.js';
import { whileLeading } from '../steps/lead.js';
import { logs } from '../steps/logs.js';
import { commitOf } from '../steps/preflight/downgrade.js';
import { isReached, preflightRollback, type RollbackBaseline } from '../steps/preflight/rollback.js';
import { pinnedDigests } from '../steps/prove.js';
import { smoke } from '../steps/smoke.js';
import { tagReleased, tagResult } from '../steps/tag-result.js';
import { wait } from '../steps/wait.js';
import { activeRevision } from '../steps/way-back.js';
import type { World } from '../world.js';
import { undo } from './undo.js';

/**
 * Returns the service to an earlier good revision and proves it as a release is proven. What it throws happened before
 * the service was changed.
 */
export async function rollback(inputs: RollbackInputs, world: World, journal: Journal): Promise<Outcome> {
  const aws = connect(world, inputs.place.region);
  const before = await journal.step('preflight', (voice) => preflightRollback(inputs, aws, world, voice));
  if (inputs.dryRun) return planned(before, world);
  const next = await activeRevision(before.target, aws.ecs, world.log);
  const commit = commitOf(before.target, before.container);
  const wish = { inputs, image: undefined, commit, from: before.service.taskDefinition, next };
  return recorded(wish, world, journal, () => goBack({ ...before, target: next }, inputs, world, journal));
}

/** From here on the service is in motion. A rollback replaces whatever rollout is stuck. */
async function goBack(
  before: RollbackBaseline,
  inputs: RollbackInputs,
  world: World,
  journal: Journal,
): Promise<Outcome> {
  const aws = connect(world, inputs.place.region);
  const { cluster } = inputs.place;
  const { target: next, service, container } = before;
  const way = {
    ...inputs,
    ...before,
    cluster,
    next,
    recorded: true,
    failFast: true,
    deploymentTimeout: inputs.rollbackTimeout,
  };
  const wish = { ...way, inFlight: 'replace', forceNewDeployment: false } as const;
  let own: Started | undefined;
  let tasks: readonly Task[] = [];
  try {
    own = await journal.step('deploy', (voice) => deploy(wish, aws.ecs, world, voice));
    const course = { ...way, own };
    const settled = await journal.step('wait', (voice) => wait(course, aws, world, voice));
    tasks = await journal.step('health', (voice) =>
      health({ ...course, service: settled }, aws, world, voice),
    );
    const acceptedDigests = await pinnedDigests(next, container, aws, world);
    await journal.step('identity', (voice) =>
      identity({ ...course, acceptedDigests, alone: false }, aws, world, voice),
    );
    await whileLeading({ ...course, service: settled }, aws.ecs, world, () =>
      journal.step('smoke', (voice) => proveOverHttp(before, tasks, world, voice)),
    );
    return await end(before, world, aws, journal);
  } catch (error) {
    if (!journal.facts.changed) return failure(error, false);
    if (world.signal.aborted) return goesOn(error, before);
    const ids = service.deployments.map(({ id }) => id);
    const change = { ...way, own: { id: own?.id, taskDefinition: next.arn }, before: ids };
    return asFailed(await undo(error, change, own && { ...way, own }, world, journal), before);
  } finally {
    const course = own && { ...way, own, tasks };
    if (course) await journal.step('logs', (voice) => logs(course, aws, world, voice));
  }
}

/** Asks for what makes a service work and did so before; for the version where it is known what the answer has to be. */
async function proveOverHttp(
  before: RollbackBaseline,
  tasks: readonly Task[],
  world: World,
  voice: StepVoice,
): Promise<void> {
  const { target, container, vital } = before;
  const expected = commitOf(target, container);
  if (before.smoke && expected === undefined)
    world.log.info('The version is not asked for: which commit it has to be is not known.');
  const failed = (vital ?? []).filter(({ verdict }) => verdict === 'fail').map(({ check }) => check);
  const includes = (name: string): boolean =>
    name === 'version' ? expected !== undefined : VITAL.includes(name) && !failed.includes(name);
  // Who could not be reached before is given the chance to be now.
  const heard = vital !== undefined || (before.smoke && (await isReached(before.smoke, world, voice)));
  await smoke({ smoke: heard ? before.smoke : undefined, expected, tasks, includes }, world, voice);
}

async function end(
  { live, target, service, container }: RollbackBaseline,
  world: World,
  { ecs }: Aws,
  { voice }: Journal,
): Promise<Outcome> {
  await rememberEnd(world);
  const gitSha = commitOf(target, container);
  await voice.know({ taskDefinitionArn: target.arn, ...(gitSha === undefined ? {} : { gitSha }) });
  await tagResult(live.arn, 'rolled-back', ecs, voice);
  await tagReleased(target, ecs, voice);
  return {
    kind: 'rolled-back',
    state: `${service.name} is back on ${lastPart(target.arn)}, and that is proven.`,
  };
}

function planned({ target, live }: RollbackBaseline, { log }: World): Outcome {
  const copy =
    target.status === 'ACTIVE'
      ? ''
      : `ecs:RegisterTaskDefinition (an equal copy of ${lastPart(target.arn)}), `;
  log.info(`A rollback would call ${copy}ecs:UpdateService with ${lastPart(target.arn)}.`);
  return {
    kind: 'planned',
    state: `Nothing was changed: ${lastPart(live.arn)} would go back to ${lastPart(target.arn)}.`,
  };
}

/** A rollback leads to a revision that was good before, so that a cancel does not turn it round. */
function goesOn(error: unknown, { target }: RollbackBaseline): Outcome {
  const state = `The run was cancelled while ECS takes the service back to ${lastPart(target.arn)}; the post step says how it ended.`;
  return { kind: 'cancelled', error: asDeployError(error), state };
}

/** A service that is back where the rollback started, or has nowhere to go back to, has not been rolled back. */
function asFailed(outcome: Outcome, { fallback }: RollbackBaseline): Outcome {
  const { kind, error, state } = outcome;
  const failed = kind === 'rolled-back' || (kind === 'left-as-is' && !fallback);
  if (!failed || !error) return outcome;
  return { kind: 'rollback-failed', error, state: `The rollback failed. ${state ?? ''}`.trimEnd() };
}
