import type { Ecs } from '../adapters/aws/ecs.js';
import { DeployError } from '../errors.js';
import type { StepVoice } from '../journal.js';
import { lastPart } from '../model/arn.js';
import { isRefusal } from '../model/aws-failure.js';
import { showDuration } from '../model/duration.js';
import { poll } from '../model/poll.js';
import { VISIBILITY_GRACE, type OwnDeployment } from '../model/rollout.js';
import { primary, type Deployment, type Service } from '../model/service.js';
import type { TaskDefinition } from '../model/task-definition.js';
import { asDeployError } from '../outcome.js';
import { rememberDeployment, rememberIntent } from '../state.js';
import type { World } from '../world.js';
import type { Fallback } from './preflight/fallback.js';

/** Milliseconds between two looks for a deployment whose making was not confirmed. */
const INTERVAL = 2_000;

const OTHERS = 'Look who deployed, and run this job again if its commit should be live.';

/** What is to be deployed, and what runs now. */
export interface Deploy {
  readonly cluster: string;
  /** The service as preflight saw it. */
  readonly service: Service;
  readonly next: TaskDefinition;
  readonly fallback: Fallback | undefined;
  readonly forceNewDeployment: boolean;
  /** With `replace` any deployment may be in the way. */
  readonly inFlight: 'refuse' | 'wait' | 'replace';
}

/** The deployment to follow from here on, and whether this run made it. */
export interface Started extends OwnDeployment {
  readonly changed: boolean;
}

/**
 * Points the service at the revision with exactly one UpdateService that sends nothing else: desired count and
 * configuration stay as they are. When the service runs the revision already, nothing is sent. Throws
 * `superseded` when somebody else deployed since preflight.
 */
export async function deploy(wish: Deploy, ecs: Ecs, world: World, voice: StepVoice): Promise<Started> {
  const { service, next, fallback, forceNewDeployment } = wish;
  const current = primary(service);
  const own = { taskDefinition: next.arn, previous: fallback?.taskDefinition };
  if (current && service.taskDefinition === next.arn && !forceNewDeployment) {
    voice.skip(`${lastPart(next.arn)} is live already: nothing to change`);
    await voice.know({ changed: false, deploymentId: current.id });
    return { ...own, id: current.id, before: [], changed: false };
  }
  const before = await unchanged(wish, ecs);
  const ids = before.deployments.map(({ id }) => id);
  await rememberIntent(world, { taskDefinition: next.arn, fallback, before: ids });
  const made = await start(wish, before, ecs, world, voice);
  await voice.know({ changed: true, deploymentId: made.id });
  await rememberDeployment(world, made.id);
  voice.note(
    `${made.id} takes ${service.name} from ${lastPart(service.taskDefinition)} to ${lastPart(next.arn)}`,
  );
  return { ...own, id: made.id, before: ids, changed: true };
}

/** The service right before the change: between preflight and here a build may have taken many minutes. */
async function unchanged({ cluster, service, inFlight }: Deploy, ecs: Ecs): Promise<Service> {
  const now = await ecs.service(cluster, service.name);
  if (now?.status !== 'ACTIVE') {
    throw new DeployError('service-gone', `The service ${service.name} was deleted meanwhile.`, {
      hint: 'Create it again, then run the job again.',
    });
  }
  const [before, newest] = [primary(service), primary(now)];
  if (inFlight === 'replace' || !newest || newest.id === before?.id) return now;
  throw new DeployError(
    'superseded',
    `Somebody else started ${newest.id} of ${lastPart(newest.taskDefinition)} since preflight.`,
    { hint: OTHERS },
  );
}

async function start(
  wish: Deploy,
  before: Service,
  ecs: Ecs,
  world: World,
  voice: StepVoice,
): Promise<Deployment> {
  const { cluster, service, next, forceNewDeployment } = wish;
  const known = new Set(before.deployments.map(({ id }) => id));
  const madeIn = (found: Service | undefined): Deployment | undefined =>
    found?.deployments.find(({ id, taskDefinition }) => taskDefinition === next.arn && !known.has(id));
  let lost: DeployError;
  try {
    const look = (): Promise<Service> => unchanged(wish, ecs);
    const made = madeIn(await ecs.update(cluster, service.name, next.arn, forceNewDeployment, look));
    if (made) return made;
    lost = new DeployError('aws-unavailable', 'UpdateService answered without a new deployment.');
  } catch (error) {
    lost = asDeployError(error);
    if (lost.code !== 'internal' && !isUncertain(lost)) throw error;
  }
  world.log.info(`${lost.message} Looking whether ECS took the update.`);
  await voice.know({ changed: true });
  const look: Look = {
    observe: () => ecs.service(cluster, service.name),
    madeIn,
    otherIn: (found) => found?.deployments.find(({ id, status }) => status === 'PRIMARY' && !known.has(id)),
  };
  return lookForDeployment(look, lost, world, voice);
}

/** Whether an error leaves open what AWS did: an answer that was lost or cannot be read. */
function isUncertain({ code, cause }: DeployError): boolean {
  return code === 'aws-unavailable' && !isRefusal(cause);
}

/** How the service is looked at, and which deployment of it is ours, or leads it and is somebody else's. */
interface Look {
  readonly observe: () => Promise<Service | undefined>;
  readonly madeIn: (found: Service | undefined) => Deployment | undefined;
  readonly otherIn: (found: Service | undefined) => Deployment | undefined;
}

/**
 * The answer was lost: only the service itself can tell whether the update was taken. It is never sent again. Throws
 * `superseded` where somebody else's deployment leads by now, as ECS keeps none that was replaced before it had a task.
 */
async function lookForDeployment(
  { observe, madeIn, otherIn }: Look,
  lost: DeployError,
  { clock, signal }: World,
  voice: StepVoice,
): Promise<Deployment> {
  const found = await poll({
    observe,
    judge: (service) => {
      const made = madeIn(service);
      return made ? { done: true, result: made } : { done: false };
    },
    expired: (last) => mayBeReplaced(otherIn(last), lost) ?? lost,
    interval: INTERVAL,
    limit: VISIBILITY_GRACE,
    clock,
    signal,
  }).catch((error: unknown) => {
    if (error === lost) return undefined;
    throw error;
  });
  if (found) return found;
  await voice.know({ changed: false });
  throw new DeployError(
    'aws-unavailable',
    `${lost.message} ECS shows no new deployment after ${showDuration(VISIBILITY_GRACE)}.`,
    { hint: 'Look at the deployments of the service, then run the job again.', cause: lost.cause },
  );
}

function mayBeReplaced(other: Deployment | undefined, lost: DeployError): DeployError | undefined {
  return (
    other &&
    new DeployError(
      'superseded',
      `${lost.message} Somebody else started ${other.id} of ${lastPart(other.taskDefinition)}, which may have replaced our deployment.`,
      { hint: OTHERS, cause: lost.cause },
    )
  );
}
