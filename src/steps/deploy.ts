import type { Ecs } from '../adapters/aws/ecs.js';
import { DeployError } from '../errors.js';
import type { StepVoice } from '../journal.js';
import { lastPart } from '../model/arn.js';
import { isRefusal } from '../model/aws-failure.js';
import type { OwnDeployment } from '../model/rollout.js';
import { primary, type Deployment, type Service } from '../model/service.js';
import type { TaskDefinition } from '../model/task-definition.js';
import { asDeployError } from '../outcome.js';
import { rememberDeployment, rememberIntent } from '../state.js';
import type { World } from '../world.js';
import { findDeployment, OTHERS } from './lost-update.js';
import type { Fallback } from './preflight/fallback.js';

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
  const { service, next, fallback } = wish;
  const running = runningIn(service, wish);
  if (running) return keep(running, wish, voice);
  const before = await unchanged(wish, ecs);
  // Who replaces whatever there is may find that it leads by now.
  const restored = runningIn(before, wish);
  if (restored) return keep(restored, wish, voice);
  const ids = before.deployments.map(({ id }) => id);
  const intent = { taskDefinition: next.arn, fallback, before: ids };
  await rememberIntent(world, intent);
  const { deployment, isOlder } = await start(wish, before, ecs, world, voice);
  if (isOlder) {
    // For the post step, too, it is none of ours.
    await rememberIntent(world, { ...intent, before: [...ids, deployment.id] });
    return keep(deployment, wish, voice);
  }
  const { id } = deployment;
  await voice.know({ changed: true, deploymentId: id });
  await rememberDeployment(world, id);
  voice.note(`${id} takes ${service.name} from ${lastPart(service.taskDefinition)} to ${lastPart(next.arn)}`);
  return { id, taskDefinition: next.arn, previous: fallback?.taskDefinition, before: ids, changed: true };
}

/** The leading deployment, when there is nothing to change. */
function runningIn(service: Service, { next, forceNewDeployment }: Deploy): Deployment | undefined {
  return service.taskDefinition === next.arn && !forceNewDeployment ? primary(service) : undefined;
}

async function keep({ id }: Deployment, { next, fallback }: Deploy, voice: StepVoice): Promise<Started> {
  voice.skip(`${lastPart(next.arn)} is live already by ${id}: nothing was changed`);
  await voice.know({ changed: false, deploymentId: id });
  return { id, taskDefinition: next.arn, previous: fallback?.taskDefinition, before: [], changed: false };
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

/** The deployment that leads to the revision, and whether there was nothing to change when ECS took the update. */
interface Begun {
  readonly deployment: Deployment;
  readonly isOlder: boolean;
}

async function start(
  wish: Deploy,
  before: Service,
  ecs: Ecs,
  world: World,
  voice: StepVoice,
): Promise<Begun> {
  const { cluster, service, next, forceNewDeployment } = wish;
  const known = new Set(before.deployments.map(({ id }) => id));
  let lost: DeployError;
  try {
    const look = (): Promise<Service> => unchanged(wish, ecs);
    const { deployments } = await ecs.update(cluster, service.name, next.arn, forceNewDeployment, look);
    const deployment = deployments.find(
      ({ id, taskDefinition }) => taskDefinition === next.arn && !known.has(id),
    );
    if (deployment) return { deployment, isOlder: !forceNewDeployment && isUnderWay(deployment) };
    lost = new DeployError('aws-unavailable', 'UpdateService answered without a new deployment.');
  } catch (error) {
    lost = asDeployError(error);
    if (lost.code !== 'internal' && !isUncertain(lost)) throw error;
  }
  world.log.info(`${lost.message} Looking whether ECS took the update.`);
  await voice.know({ changed: true });
  const update = { cluster, before, taskDefinition: next.arn, lost };
  return { deployment: await findDeployment(update, ecs, world, voice), isOlder: false };
}

/**
 * Whether a deployment is older than the answer that names it: ECS starts tasks only after it has answered. The look right
 * before may have been of before it (RunTask API reference, "eventual consistency model"), and to a service that is
 * pointed at the revision already UpdateService does nothing. One that no task was started for yet cannot be told from
 * ours: no answer of ECS says when it was asked.
 */
function isUnderWay({ rolloutState, runningCount, pendingCount, failedTasks }: Deployment): boolean {
  const begins = rolloutState === 'IN_PROGRESS' || rolloutState === '';
  return !begins || runningCount + pendingCount + failedTasks > 0;
}

/** Whether an error leaves open what AWS did: an answer that was lost or cannot be read. */
function isUncertain({ code, cause }: DeployError): boolean {
  return code === 'aws-unavailable' && !isRefusal(cause);
}
