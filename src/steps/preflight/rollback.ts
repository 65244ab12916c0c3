import type { Aws } from '../../adapters/aws/aws.js';
import { DeployError, Findings } from '../../errors.js';
import type { RollbackInputs } from '../../inputs/inputs.js';
import type { SmokeRequest } from '../../inputs/smoke.js';
import type { StepVoice } from '../../journal.js';
import { lastPart } from '../../model/arn.js';
import { chooseContainer, serviceProblems } from '../../model/service-checks.js';
import { inFlight, primary, type Service, type Task } from '../../model/service.js';
import type { TaskDefinition } from '../../model/task-definition.js';
import type { World } from '../../world.js';
import { contact } from '../contact.js';
import { commitOf } from './downgrade.js';
import { lookAtImage } from './fallback-image.js';
import type { Fallback } from './fallback.js';
import { findTarget } from './rollback-target.js';
import { checkAccount, findService, revision, tryTargets, tryTasks } from './service.js';

/** What a rollback starts from, and where it leads. */
export interface RollbackBaseline {
  readonly service: Service;
  readonly live: TaskDefinition;
  readonly target: TaskDefinition;
  readonly container: string;
  /** Absent when nothing can be asked over HTTP. */
  readonly smoke: SmokeRequest | undefined;
  /** The live revision as the way back, when it was healthy before; else there is none. */
  readonly fallback: Fallback | undefined;
}

/** Looks before a rollback touches anything; every problem is in one error. */
export async function preflightRollback(
  inputs: RollbackInputs,
  aws: Aws,
  world: World,
  voice: StepVoice,
): Promise<RollbackBaseline> {
  const { place } = inputs;
  const findings = new Findings();
  const service = await findService(place, aws);
  await findings.attempt(checkAccount(place, aws));
  findings.add(...serviceProblems(service));
  findings.finish();
  if (inputs.unasked) {
    voice.warn('There is no base-url: the rollback is proven by revision, targets and image, not over HTTP.');
  }
  const smoke = inputs.smoke && (await askable(inputs.smoke, world, voice));
  const [live, tasks] = await Promise.all([
    revision(service.taskDefinition, aws),
    tryTasks(service, place, aws),
    tryTargets(service, inputs, aws),
  ]);
  const container = chooseContainer(live.body, place.container);
  if (container instanceof DeployError) throw container;
  const question = { cluster: place.cluster, service, to: inputs.to, container };
  const target = await findTarget(question, aws, voice);
  await refuseGoneImage(target, container, aws, voice);
  const [from, to] = [commitOf(live, container), commitOf(target, container)];
  await voice.know({
    region: place.region,
    cluster: lastPart(service.clusterArn),
    service: service.name,
    taskDefinitionArn: service.taskDefinition,
    previousTaskDefinitionArn: live.arn,
    ...(from === undefined ? {} : { previousGitSha: from }),
    ...(inputs.smoke ? { url: inputs.smoke.baseUrl.href } : {}),
  });
  world.signal.throwIfAborted();
  const commit = to === undefined ? '' : ` (commit ${to.slice(0, 12)})`;
  voice.note(`${service.name} goes from ${lastPart(live.arn)} back to ${lastPart(target.arn)}${commit}`);
  return { service, live, target, container, smoke, fallback: healthyStart(service, live, tasks, container) };
}

/** A service that cannot be reached now may well be the reason for the rollback, so that this is no reason to refuse it. */
async function askable(
  smoke: SmokeRequest,
  world: World,
  voice: StepVoice,
): Promise<SmokeRequest | undefined> {
  try {
    await contact(smoke, world);
    return smoke;
  } catch (error) {
    if (!(error instanceof DeployError) || error.code !== 'base-url-unreachable') throw error;
    voice.warn(`${error.message} The rollback is proven by revision, targets and image, not over HTTP.`);
    return undefined;
  }
}

/** The starting revision is worth going back to only when it was healthy: a stuck rollout is not. */
function healthyStart(
  service: Service,
  live: TaskDefinition,
  tasks: readonly Task[],
  container: string,
): Fallback | undefined {
  const settled = !inFlight(service) && primary(service)?.rolloutState !== 'FAILED';
  if (!settled || service.runningCount < service.desiredCount) return undefined;
  const digests = tasks
    .filter(({ taskDefinition }) => taskDefinition === live.arn)
    .flatMap(({ containers }) => containers.filter(({ name }) => name === container));
  return {
    taskDefinition: live.arn,
    digest: digests.find(({ imageDigest }) => imageDigest !== undefined)?.imageDigest,
    // What the live revision answers was not asked: it is on its way out.
    commit: undefined,
  };
}

async function refuseGoneImage(
  target: TaskDefinition,
  container: string,
  aws: Aws,
  voice: StepVoice,
): Promise<void> {
  const image = await lookAtImage(target.body, container, undefined, aws).catch((error: unknown) => {
    if (!(error instanceof DeployError) || error.code === 'cancelled') throw error;
    return { state: 'unknown', why: `its image cannot be looked at. ${error.message}` } as const;
  });
  if (image.state === 'there') return;
  if (image.state === 'unknown') {
    voice.warn(`Whether ${lastPart(target.arn)} can be run is not certain: ${image.why}`);
    return;
  }
  throw new DeployError('rollback-target-invalid', `${lastPart(target.arn)} cannot be run: ${image.why}`, {
    hint: 'Name another revision with rollback-to.',
  });
}
