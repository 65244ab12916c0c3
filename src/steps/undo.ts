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
import { gone, superseded } from './wait.js';
import { wayBack } from './way-back.js';

/** Milliseconds between two looks until the way back leads, and until that has to be so. */
const INTERVAL = 2_000;
const LIMIT = 3 * 60_000;
/** The same for a run that has been cancelled: the runner kills it after ten seconds (ProcessInvoker.cs). */
const REQUEST_INTERVAL = 500;
const REQUEST_LIMIT = 7_000;
/** Milliseconds by which a service deployment may be older than the deployment that it is of. */
const SAME_MOMENT = 5_000;

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
  /** The revision that it chose to lead back to. */
  readonly chosen?: string | undefined;
}

/** The deployment that brings the service back. */
export interface Restoring {
  readonly deployment: Deployment;
  /** The service as it was seen then: its events are old news. */
  readonly service: Service;
  /** Made by our own UpdateService; else ECS restored it. */
  readonly byUpdate: boolean;
  /** Ours never came to be, so that there was nothing to undo. */
  readonly untouched: boolean;
}

/** An undo under way: what was asked for, and when. Times are monotonic milliseconds. */
interface Asking {
  readonly undo: Undo;
  readonly ecs: Ecs;
  readonly world: World;
  stopAsked?: number;
  /** The service deployment that ECS was asked to stop. */
  stopped?: string;
  /** That ECS cannot be asked to stop it, and why that is so was said. */
  mayNotStop?: true;
  updateAsked?: number;
  asBeforeSince?: number;
  /** The revision that the way back leads to, once it was made sure of: the recorded one, or a copy of it. */
  target?: string;
}

/**
 * Asks for the undo, and returns the deployment that brings the service back as soon as it leads. While ours goes on,
 * ECS is asked to stop it and to restore what was there before: that names one deployment, so that it can hit no newer
 * one of somebody else. Where that is not possible or led elsewhere, one UpdateService points the service at the
 * recorded revision. Once it is asked for, aborting `cancel` ends the wait. Throws `superseded` when somebody else's
 * deployment leads, and `service-gone`.
 */
export async function askForUndo(
  undo: Undo,
  ecs: Ecs,
  world: World,
  cancel: AbortSignal,
): Promise<Restoring> {
  const asking = begin(undo, ecs, world);
  return poll({
    observe: async () => {
      const restoring = await act(asking, await ecs.service(undo.cluster, undo.service));
      if (!restoring && isAsked(asking)) cancel.throwIfAborted();
      return restoring;
    },
    judge: (restoring) => (restoring ? { done: true, result: restoring } : { done: false }),
    ...limits(world, LIMIT, INTERVAL),
  });
}

/**
 * Asks for the undo and no more, for a run that has seconds left: whoever comes after it follows the undo. Throws what
 * `askForUndo` throws, and when the undo could not be asked for in time.
 */
export async function requestUndo(undo: Undo, ecs: Ecs, world: World): Promise<void> {
  const asking = begin(undo, ecs, world);
  await poll({
    observe: async () =>
      (await act(asking, await ecs.service(undo.cluster, undo.service))) ?? isAsked(asking),
    judge: (asked) => (asked ? { done: true, result: undefined } : { done: false }),
    ...limits(world, REQUEST_LIMIT, REQUEST_INTERVAL),
  });
}

/** Points the service at the recorded revision, because the deployment that ECS has restored runs another image. */
export async function deployWayBack(
  undo: Undo,
  restored: string,
  ecs: Ecs,
  world: World,
): Promise<Restoring> {
  const asking = begin(undo, ecs, world);
  return poll({
    async observe() {
      const service = await ecs.service(undo.cluster, undo.service);
      const wrong = service?.status === 'ACTIVE' && primary(service)?.id === restored;
      if (!wrong) return act(asking, service);
      return isRecent(asking, asking.updateAsked) ? undefined : update(asking, service);
    },
    judge: (restoring) => (restoring ? { done: true, result: restoring } : { done: false }),
    ...limits(world, LIMIT, INTERVAL),
  });
}

function limits({ clock, signal }: World, limit: number, interval: number) {
  const expired = (): Error =>
    new DeployError('rollback-unproven', 'No deployment that restores the service is to be seen.', {
      hint: 'Look at the deployments of the service.',
    });
  return { limit, interval, clock, signal, expired };
}

function begin(undo: Undo, ecs: Ecs, world: World): Asking {
  const { clock } = world;
  const asked = undo.askedAt === undefined ? undefined : clock.monotonic() - (clock.now() - undo.askedAt);
  return {
    undo,
    ecs,
    world,
    ...(asked === undefined ? {} : { stopAsked: asked, updateAsked: asked }),
    ...(undo.chosen === undefined ? {} : { target: undo.chosen }),
  };
}

function isAsked({ stopAsked, updateAsked }: Asking): boolean {
  return stopAsked !== undefined || updateAsked !== undefined;
}

/** One look at the service and what it asks for; undefined while ECS has not come round to it. */
async function act(asking: Asking, service: Service | undefined): Promise<Restoring | undefined> {
  const { undo, target = undo.fallback.taskDefinition } = asking;
  const move = nextMove(service, { ...undo, targets: [undo.fallback.taskDefinition, target] });
  if (move.kind === 'gone' || !service) throw gone(service);
  const leader = primary(service);
  if (!leader) return undefined;
  const found = { deployment: leader, service, byUpdate: false, untouched: false };
  switch (move.kind) {
    case 'superseded':
      throw superseded(move.by.id, move.by.taskDefinition);
    case 'follow':
      return found;
    case 'as-before':
      asking.asBeforeSince ??= asking.world.clock.monotonic();
      if (isRecent(asking, asking.asBeforeSince)) return undefined;
      return { ...found, untouched: undo.own.id === undefined };
    case 'wrong-place':
      return isRecent(asking, asking.updateAsked) ? undefined : update(asking, service);
    case 'ours':
      return undoOurs(asking, service, found);
    case 'unclear':
      return undefined;
  }
}

async function undoOurs(asking: Asking, service: Service, ours: Restoring): Promise<Restoring | undefined> {
  const { undo } = asking;
  const leader = ours.deployment;
  if (isRecent(asking, asking.stopAsked) || isRecent(asking, asking.updateAsked)) return undefined;
  if (asking.stopped !== undefined && (await isStopping(asking.stopped, asking.ecs))) return undefined;
  if (leader.rolloutState === 'IN_PROGRESS' && (await stop(asking, service, leader))) return undefined;
  // A new deployment of the same revision has no other state to go back to.
  return undo.own.taskDefinition === undo.fallback.taskDefinition ? ours : update(asking, service);
}

function isRecent({ world: { clock } }: Asking, since: number | undefined): boolean {
  return since !== undefined && clock.monotonic() - since < VISIBILITY_GRACE;
}

async function isStopping(arn: string, ecs: Ecs): Promise<boolean> {
  const record = await ecs.serviceDeployment(arn);
  return record !== undefined && /^(ROLLBACK|STOP)_(REQUESTED|IN_PROGRESS)$/.test(record.status);
}

/** Whether ECS took it. Asked once: later an update is the way. */
async function stop(asking: Asking, service: Service, leader: Deployment): Promise<boolean> {
  const { ecs, world } = asking;
  const arn = service.currentServiceDeployment;
  if (arn === undefined || asking.mayNotStop || asking.stopped !== undefined) return false;
  try {
    // What DescribeServices names may still be an older one: stopping that would hit somebody else.
    const record = await ecs.serviceDeployment(arn);
    if (!record || record.createdAt < leader.createdAt - SAME_MOMENT) return false;
    await rememberUndo(world);
    asking.stopAsked = world.clock.monotonic();
    await ecs.stop(arn);
    asking.stopped = arn;
    world.log.info('ECS was asked to stop the deployment and to restore what was there before.');
    return true;
  } catch (error) {
    if (!(error instanceof DeployError) || !isRefusal(error.cause)) throw error;
    delete asking.stopAsked;
    if (isTurnedAway(error.cause)) throw error;
    asking.mayNotStop = true;
    const why = `The deployment is taken back by an update. ${error.message} ${error.hint ?? ''}`.trimEnd();
    if (error.code === 'access-denied') world.log.warning(why);
    else world.log.info(why);
    return false;
  }
}

/**
 * Sent once, unless ECS turned it away unseen, or a minute shows that it never arrived. Finding the way back took calls, and
 * ECS has no update on a condition: somebody else who came between is left alone, and the service is judged anew.
 */
async function update(asking: Asking, seen: Service): Promise<Restoring> {
  const { undo, ecs, world } = asking;
  const target = (asking.target ??= await wayBack(undo, ecs, world.log));
  const look = async (): Promise<Service> => {
    const now = await ecs.service(undo.cluster, undo.service);
    if (now && primary(now)?.id === primary(seen)?.id) return now;
    throw new DeployError('aws-unavailable', 'Another deployment leads than a moment ago.');
  };
  const service = await look();
  await rememberUndo(world, target);
  asking.updateAsked = world.clock.monotonic();
  const known = new Set(service.deployments.map(({ id }) => id));
  try {
    const after = await ecs.update(undo.cluster, service.name, target, false, look);
    const made = after.deployments.find(
      ({ id, taskDefinition }) => taskDefinition === target && !known.has(id),
    );
    if (!made) throw new DeployError('aws-unavailable', 'UpdateService answered without a new deployment.');
    world.log.info(`${made.id} takes ${service.name} back to ${lastPart(target)}.`);
    return { deployment: made, service, byUpdate: true, untouched: false };
  } catch (error) {
    if (error instanceof DeployError && isTurnedAway(error.cause)) delete asking.updateAsked;
    throw error;
  }
}
