import type { Ecs } from '../adapters/aws/ecs.js';
import { DeployError } from '../errors.js';
import { lastPart } from '../model/arn.js';
import { isRefusal, isTurnedAway } from '../model/aws-failure.js';
import { poll } from '../model/poll.js';
import { VISIBILITY_GRACE } from '../model/rollout.js';
import { primary, type Deployment, type Service } from '../model/service.js';
import { nextMove, type Undoing } from '../model/undo.js';
import { rememberUndo } from '../state.js';
import type { World } from '../world.js';
import type { Fallback } from './preflight/fallback.js';
import { superseded } from './wait.js';
import { wayBack } from './way-back.js';

/** Milliseconds between two looks until the way back leads. */
const INTERVAL = 2_000;
/** Milliseconds until an undo has to be under way. */
const LIMIT = 3 * 60_000;
/** The same for a run that has been cancelled: the runner kills it after ten seconds (ProcessInvoker.cs). */
const REQUEST_INTERVAL = 500;
const REQUEST_LIMIT = 7_000;

/** What is to be undone. */
export interface Undo {
  readonly cluster: string;
  /** Name of the service. */
  readonly service: string;
  /** The container that got the image. */
  readonly container: string;
  readonly own: Undoing['own'];
  readonly before: readonly string[];
  readonly fallback: Fallback;
  /** When a run that was cut off asked for the undo, in milliseconds since the epoch. */
  readonly askedAt?: number | undefined;
}

/** The deployment that brings the service back. */
export interface Restoring {
  readonly deployment: Deployment;
  /** Made by our own UpdateService; else ECS restored it, or nothing had to be undone. */
  readonly byUpdate: boolean;
}

/** An undo under way: what was asked for, and when. Times are monotonic milliseconds. */
interface Asking {
  readonly undo: Undo;
  readonly ecs: Ecs;
  readonly world: World;
  mayStop: boolean;
  stopAsked?: number;
  updateAsked?: number;
  asBeforeSince?: number;
  /** The revision that the way back leads to, once it was made sure of: the recorded one, or a copy of it. */
  target?: string;
}

/**
 * Asks for the undo, and returns the deployment that brings the service back as soon as it leads. While ours goes on,
 * ECS is asked to stop it and to restore what was there before: that names one deployment, so that it can hit no newer
 * one of somebody else. Where that is not possible or led elsewhere, one UpdateService points the service at the
 * recorded revision. Throws `superseded` when somebody else's deployment leads, and `service-gone`.
 */
export async function askForUndo(undo: Undo, ecs: Ecs, world: World): Promise<Restoring> {
  await rememberUndo(world);
  const asking = begin(undo, ecs, world);
  return poll({
    observe: async () => act(asking, await ecs.service(undo.cluster, undo.service)),
    judge: (restoring) => (restoring ? { done: true, result: restoring } : { done: false }),
    expired: () =>
      new DeployError(
        'rollback-unproven',
        'The undo was asked for, but no deployment restores the service.',
        {
          hint: 'Look at the deployments of the service.',
        },
      ),
    interval: INTERVAL,
    limit: LIMIT,
    clock: world.clock,
    signal: world.signal,
  });
}

/**
 * Asks for the undo and no more, for a run that has seconds left: whoever comes after it follows the undo. Throws what
 * `askForUndo` throws, and when the undo could not be asked for in time.
 */
export async function requestUndo(undo: Undo, ecs: Ecs, world: World): Promise<void> {
  await rememberUndo(world);
  const asking = begin(undo, ecs, world);
  await poll({
    observe: async () => {
      const restoring = await act(asking, await ecs.service(undo.cluster, undo.service));
      return restoring !== undefined || asking.stopAsked !== undefined;
    },
    judge: (asked) => (asked ? { done: true, result: undefined } : { done: false }),
    expired: () => new DeployError('rollback-unproven', 'The undo could not be asked for in time.'),
    interval: REQUEST_INTERVAL,
    limit: REQUEST_LIMIT,
    clock: world.clock,
    signal: world.signal,
  });
}

/** Points the service at the recorded revision, because what ECS has restored runs another image. */
export async function deployWayBack(undo: Undo, ecs: Ecs, world: World): Promise<Restoring> {
  const service = await ecs.service(undo.cluster, undo.service);
  if (service?.status !== 'ACTIVE') throw gone(service);
  return update(begin(undo, ecs, world), service);
}

function begin(undo: Undo, ecs: Ecs, world: World): Asking {
  const { clock } = world;
  const asked =
    undo.askedAt === undefined ? {} : { stopAsked: clock.monotonic() - (clock.now() - undo.askedAt) };
  const updateAsked = asked.stopAsked === undefined ? {} : { updateAsked: asked.stopAsked };
  return { undo, ecs, world, mayStop: true, ...asked, ...updateAsked };
}

/** One look at the service and what it asks for; undefined while ECS has not come round to it. */
async function act(asking: Asking, service: Service | undefined): Promise<Restoring | undefined> {
  const { undo, target = undo.fallback.taskDefinition } = asking;
  const leader = service && primary(service);
  if (!leader) throw gone(service);
  const move = nextMove(service, { ...undo, targets: [undo.fallback.taskDefinition, target] });
  switch (move.kind) {
    case 'gone':
      throw gone(service);
    case 'superseded':
      throw superseded(move.by.id, move.by.taskDefinition);
    case 'follow':
      return { deployment: leader, byUpdate: false };
    case 'as-before':
      asking.asBeforeSince ??= asking.world.clock.monotonic();
      return isRecent(asking, asking.asBeforeSince) ? undefined : { deployment: leader, byUpdate: false };
    case 'wrong-place':
      return isRecent(asking, asking.updateAsked) ? undefined : update(asking, service);
    case 'ours':
      return undoOurs(asking, service, leader);
  }
}

async function undoOurs(
  asking: Asking,
  service: Service,
  leader: Deployment,
): Promise<Restoring | undefined> {
  const { undo, mayStop } = asking;
  if (isRecent(asking, asking.stopAsked) || isRecent(asking, asking.updateAsked)) return undefined;
  const stoppable = leader.rolloutState === 'IN_PROGRESS' ? service.currentServiceDeployment : undefined;
  if (mayStop && stoppable !== undefined && (await stop(asking, stoppable))) return undefined;
  // A new deployment of the same revision that is complete has no other state to go back to.
  const same =
    undo.own.taskDefinition === undo.fallback.taskDefinition && leader.rolloutState === 'COMPLETED';
  return same ? { deployment: leader, byUpdate: false } : update(asking, service);
}

function isRecent({ world: { clock } }: Asking, since: number | undefined): boolean {
  return since !== undefined && clock.monotonic() - since < VISIBILITY_GRACE;
}

/** Whether ECS took it. Asked once: later an update is the way. */
async function stop(asking: Asking, serviceDeployment: string): Promise<boolean> {
  const { ecs, world } = asking;
  asking.mayStop = false;
  asking.stopAsked = world.clock.monotonic();
  try {
    await ecs.stop(serviceDeployment);
    world.log.info('ECS was asked to stop the deployment and to restore what was there before.');
    return true;
  } catch (error) {
    if (!(error instanceof DeployError) || !isRefusal(error.cause)) throw error;
    delete asking.stopAsked;
    world.log.info(`ECS does not stop the deployment: ${error.message}`);
    return false;
  }
}

/** Sent once, unless ECS refused it for coming too fast, or a minute shows that it never arrived. */
async function update(asking: Asking, service: Service): Promise<Restoring> {
  const { undo, ecs, world } = asking;
  const target = (asking.target ??= await wayBack(undo, ecs, world.log));
  asking.updateAsked = world.clock.monotonic();
  const known = new Set(service.deployments.map(({ id }) => id));
  try {
    const after = await ecs.update(undo.cluster, service.name, target, false);
    const made = after.deployments.find(
      ({ id, taskDefinition }) => taskDefinition === target && !known.has(id),
    );
    if (!made) throw new DeployError('aws-unavailable', 'UpdateService answered without a new deployment.');
    world.log.info(`${made.id} takes ${service.name} back to ${lastPart(target)}.`);
    return { deployment: made, byUpdate: true };
  } catch (error) {
    if (error instanceof DeployError && isTurnedAway(error.cause)) delete asking.updateAsked;
    throw error;
  }
}

function gone(service: Service | undefined): DeployError {
  return new DeployError(
    'service-gone',
    `The service is ${service?.status ?? 'MISSING'}: there is nothing to restore.`,
    { hint: 'Create the service again, then release to it.' },
  );
}
