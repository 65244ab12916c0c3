import type { Aws } from '../../adapters/aws/aws.js';
import { passed, VITAL, type CheckResult } from '../../checks/check.js';
import { runSuite } from '../../checks/suite.js';
import { git } from '../../adapters/git.js';
import { github } from '../../adapters/github.js';
import { DeployError, Findings } from '../../errors.js';
import type { Facts } from '../../facts.js';
import type { RollbackInputs } from '../../inputs/inputs.js';
import { versionUrl } from '../../inputs/smoke.js';
import type { SmokeRequest } from '../../inputs/smoke.js';
import type { StepVoice } from '../../journal.js';
import { lastPart } from '../../model/arn.js';
import { chooseContainer, serviceProblems } from '../../model/service-checks.js';
import { inFlight, primary, type Service, type Task } from '../../model/service.js';
import type { TaskDefinition } from '../../model/task-definition.js';
import type { World } from '../../world.js';
import { contact } from '../contact.js';
import { suiteOf } from '../smoke.js';
import { commitsBetween } from './commits.js';
import { warnOfEnd } from './credentials.js';
import { commitOf } from './downgrade.js';
import { lookAtImage } from './fallback-image.js';
import type { Fallback } from './fallback.js';
import { findTarget } from './rollback-target.js';
import { findService, revision, tryTargets, tryTasks } from './service.js';

/** What a rollback starts from, and where it leads. */
export interface RollbackBaseline {
  readonly service: Service;
  readonly live: TaskDefinition;
  readonly target: TaskDefinition;
  readonly container: string;
  /** Absent when nothing is to be asked over HTTP. */
  readonly smoke: SmokeRequest | undefined;
  /** What the live revision answered; undefined when it could not be reached, or was not asked. */
  readonly vital: readonly CheckResult[] | undefined;
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
  warnOfEnd(inputs, world, voice);
  const findings = new Findings();
  const service = await findService(place, aws);
  findings.add(...serviceProblems(service));
  findings.finish();
  await voice.know(subjectOf(inputs, service));
  if (inputs.unasked) {
    voice.warn('There is no base-url: the rollback is proven by revision, targets and image, not over HTTP.');
  }
  const vital = inputs.smoke && (await askVital(inputs.smoke, world, voice));
  const [live, tasks] = await Promise.all([
    revision(service.taskDefinition, aws),
    tryTasks(service, place, aws),
    tryTargets(service, inputs, aws),
  ]);
  const container = chooseContainer(live.body, place.container);
  if (container instanceof DeployError) throw container;
  const question = { cluster: place.cluster, service, to: inputs.to, container };
  const target = await findTarget(question, aws, voice);
  const commits = { live: commitOf(live, container), next: commitOf(target, container) };
  const [between] = await Promise.all([
    commitsBetween(commits, 'back', git(world, '.'), () =>
      github(world, inputs.githubToken, { limit: PATIENCE }),
    ),
    refuseGoneImage(target, container, aws, voice),
  ]);
  await voice.know({
    taskDefinitionArn: service.taskDefinition,
    previousTaskDefinitionArn: live.arn,
    ...(commits.live === undefined ? {} : { previousGitSha: commits.live }),
    commits: between.commits,
  });
  world.signal.throwIfAborted();
  const commit = commits.next === undefined ? '' : ` (commit ${commits.next.slice(0, 12)})`;
  voice.note(`${service.name} goes from ${lastPart(live.arn)} back to ${lastPart(target.arn)}${commit}`);
  const fallback = healthyStart(service, live, tasks, container, vital ?? []);
  return { service, live, target, container, smoke: inputs.smoke, vital, fallback };
}

/** What the rollback is of, which a page about it names also when it is refused. */
function subjectOf({ place, url, smoke }: RollbackInputs, service: Service): Facts {
  return {
    region: place.region,
    cluster: lastPart(service.clusterArn),
    service: service.name,
    ...(url === undefined ? {} : { url }),
    ...(smoke ? { versionUrl: versionUrl(smoke) } : {}),
  };
}

/** Milliseconds at most: in an incident nobody waits long for a service that is down. */
const PATIENCE = 3_000;

/**
 * What the live revision answers to the checks without which a service does not work. One that cannot be reached may well
 * be the reason for the rollback, so that this is no reason to refuse it. That it does not say its commit is a warning
 * alone: often the path is wrong, and the way there would fail, too.
 */
async function askVital(
  smoke: SmokeRequest,
  world: World,
  voice: StepVoice,
): Promise<readonly CheckResult[] | undefined> {
  const request = { ...smoke, timeout: Math.min(smoke.timeout, PATIENCE) };
  if (!(await isReached(request, world, voice))) return undefined;
  const includes = (name: string): boolean => name === 'version' || VITAL.includes(name);
  const suite = { ...suiteOf(request, { commit: undefined, consecutive: 1 }), includes };
  const results = await runSuite(suite, world);
  world.signal.throwIfAborted();
  for (const { check, detail } of results.filter(({ verdict }) => verdict === 'fail')) {
    voice.warn(
      VITAL.includes(check)
        ? `${check} fails already, so that the rollback is not measured by it: ${detail}.`
        : `${check} fails already, and a rollback to a known commit is measured by it all the same: ${detail}.`,
    );
  }
  return results.filter(({ check }) => VITAL.includes(check));
}

/** Whether the service can be reached; a warning where not. */
export async function isReached(smoke: SmokeRequest, world: World, voice: StepVoice): Promise<boolean> {
  try {
    await contact(smoke, world);
    return true;
  } catch (error) {
    if (!(error instanceof DeployError) || error.code !== 'base-url-unreachable') throw error;
    voice.warn(`${error.message} As long as that is so, the rollback is not proven over HTTP.`);
    return false;
  }
}

/** The starting revision is worth going back to only when it was healthy: neither a stuck rollout is nor what failed its checks. */
function healthyStart(
  service: Service,
  live: TaskDefinition,
  tasks: readonly Task[],
  container: string,
  vital: readonly CheckResult[],
): Fallback | undefined {
  if (vital.some(({ verdict }) => verdict === 'fail')) return undefined;
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
    ...(vital.length > 0 ? { checks: vital.filter(passed).map(({ check }) => check) } : {}),
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
