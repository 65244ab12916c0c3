import type { Aws } from '../../adapters/aws/aws.js';
import { DeployError } from '../../errors.js';
import { OWN_VARIABLES, type Place, type ReleaseInputs } from '../../inputs/inputs.js';
import type { StepVoice } from '../../journal.js';
import { lastPart } from '../../model/arn.js';
import { chooseContainer, secretProblems, serviceProblems } from '../../model/service-checks.js';
import type { Service, Task } from '../../model/service.js';
import { cpuArchitecture, type StartingPoint, type TaskDefinition } from '../../model/task-definition.js';
import { warnOfDuration } from './duration.js';
import { warnOfFallbackImage } from './fallback-image.js';
import { findFallback, noFallback, type Fallback } from './fallback.js';
import { settleRollout } from './in-flight.js';
import type { Look } from './source.js';
import { startingPoint } from './starting-point.js';
import { warnOfUnfinished } from './unfinished.js';

/** The service as a release finds it: its live revision, where the next one starts from, and the way back. */
export interface ServiceBaseline {
  readonly service: Service;
  /** The revision that the service points to. */
  readonly live: TaskDefinition;
  readonly from: StartingPoint;
  /** The container that gets the image. */
  readonly container: string;
  /** `X86_64` or `ARM64`: what the image has to be built for. */
  readonly architecture: string;
  /** Absent only with `allow-no-fallback`. */
  readonly fallback: Fallback | undefined;
}

/**
 * Everything about the service that has to be right before anything is touched; what is wrong is added to
 * the findings, and undefined is returned when too little is left to go on with.
 */
export async function lookAtService(
  seen: Service,
  inputs: ReleaseInputs,
  look: Look,
): Promise<ServiceBaseline | undefined> {
  const { place } = inputs;
  const { aws, world, findings, voice } = look;
  // First, because a wait may end with another revision live than it began with.
  const service = (await findings.attempt(settleRollout(seen, inputs, aws, world, voice))) ?? seen;
  findings.add(...serviceProblems(service));
  if (service.status !== 'ACTIVE') return undefined;
  const [live, from, tasks] = await Promise.all([
    findings.attempt(revision(service.taskDefinition, aws)),
    findings.attempt(startingPoint(inputs.taskDefinition, service, aws, world)),
    findings.attempt(tryTasks(service, place, aws)),
    findings.attempt(tryTargets(service, inputs, aws)),
  ]);
  if (!live) return undefined;
  warnOfUnfinished(service, live, voice);
  const start = from ?? live;
  const container = chooseContainer(start.body, place.container);
  if (container instanceof DeployError) {
    findings.add(container);
    return undefined;
  }
  findings.add(...secretProblems(start.body, container, [...OWN_VARIABLES, ...inputs.environment.keys()]));
  const fallback =
    tasks &&
    (await findFallback(service, live, tasks, { cluster: place.cluster, container }, aws.ecs, voice));
  if (tasks && !fallback && !inputs.allowNoFallback) findings.add(noFallback(service));
  await Promise.all([
    fallback && warnOfFallbackImage(fallback, live, container, aws, voice),
    warnOfDuration(service, start.body, inputs, aws, voice),
    inputs.taskDefinition === 'latest' ? undefined : warnOfNewer(live, aws, voice),
  ]);
  return { service, live, from: start, container, architecture: cpuArchitecture(start.body), fallback };
}

/** Throws `wrong-account` when the credentials are of another account than the inputs name. */
async function checkAccount({ account }: Place, aws: Aws): Promise<void> {
  if (account === undefined) return;
  const identity = await aws.identity();
  if (account !== identity.account) {
    throw new DeployError(
      'wrong-account',
      `The credentials are of account ${identity.account}, not ${account}.`,
      {
        hint: 'Check aws-account, and which role the job assumes.',
      },
    );
  }
}

/**
 * The service as ECS shows it; throws `wrong-account`, since in another account nothing would be found, `cluster-missing`
 * or `service-missing`.
 */
export async function findService(place: Place, aws: Aws): Promise<Service> {
  const { cluster, service, region } = place;
  await checkAccount(place, aws);
  const found = await aws.ecs.service(cluster, service);
  if (found) return found;
  throw new DeployError(
    'service-missing',
    `There is no service ${lastPart(service)} in the cluster ${lastPart(cluster)} in ${region}.`,
    {
      hint: 'Check the inputs service, cluster and aws-region.',
    },
  );
}

/** A revision that the service runs; throws when it cannot be described. */
export async function revision(arn: string, { ecs }: Aws): Promise<TaskDefinition> {
  const found = await ecs.taskDefinition(arn);
  if (found) return found;
  throw new DeployError(
    'task-definition-invalid',
    `The live revision ${lastPart(arn)} cannot be described.`,
    {
      hint: 'It was deleted: point the service at another revision first.',
    },
  );
}

/** The running tasks, and on EC2 their instances: the health step has to be allowed to ask for both. */
export async function tryTasks(
  { name }: Service,
  { cluster }: Place,
  { ecs }: Aws,
): Promise<readonly Task[]> {
  const tasks = await ecs.tasks(cluster, name, 'RUNNING');
  const instances = tasks.flatMap(({ containerInstanceArn }) => containerInstanceArn ?? []);
  await ecs.instanceIds(cluster, [...new Set(instances)]);
  return tasks;
}

/** Target health is a required read: better to learn now than after the change that it is not allowed. */
export async function tryTargets(
  { loadBalancers }: Service,
  { targetGroups }: Pick<ReleaseInputs, 'targetGroups'>,
  { balancing }: Aws,
): Promise<void> {
  const used = loadBalancers.map(({ targetGroupArn }) => targetGroupArn);
  const foreign = targetGroups.find((arn) => !used.includes(arn));
  if (foreign !== undefined) {
    throw new DeployError('inputs', `The service does not register its tasks in ${foreign}.`, {
      hint: `Check the input target-groups; the service uses ${used.join(', ') || 'none'}.`,
    });
  }
  await Promise.all(used.map((arn) => balancing.targetHealth(arn)));
}

/** A newer revision than the live one is often a release that failed, or one that somebody prepared. */
async function warnOfNewer(live: TaskDefinition, { ecs }: Aws, voice: StepVoice): Promise<void> {
  const newest = await ecs.taskDefinition(live.family).catch(() => undefined);
  if (newest && newest.revision > live.revision) {
    voice.warn(
      `${lastPart(newest.arn)} is newer than the live ${lastPart(live.arn)} and not in use; this release starts from the live one unless task-definition says otherwise.`,
    );
  }
}
