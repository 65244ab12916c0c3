import type { Ecs } from '../../adapters/aws/ecs.js';
import { DeployError } from '../../errors.js';
import type { StepVoice } from '../../journal.js';
import { deployedRevisions } from '../../adapters/aws/deployed.js';
import { lastPart } from '../../model/arn.js';
import { commitOf } from './downgrade.js';
import { lastGood } from '../../model/deployed.js';
import { TAGS, unfinishedRun } from '../../model/run-tags.js';
import type { TaskDefinition } from '../../model/task-definition.js';
import { inFlight, primary, type Service, type Task } from '../../model/service.js';

/** The way back: the last revision that ECS completed, and the image that its tasks run now. */
export interface Fallback {
  readonly taskDefinition: string;
  /** Absent when none of its tasks runs, or ECS gives no digest. */
  readonly digest: string | undefined;
  /** The commit that it has to say it runs; absent when that is not known. */
  readonly commit: string | undefined;
  /** Names of the smoke checks that passed before the change; absent when they were not run. */
  readonly checks?: readonly string[];
  /** A later revision that was complete, but not proven when this one was chosen, or whose rollout was in flight. */
  readonly unproven?: string;
}

/** Where the service is, and which container gets the image. */
export interface FallbackPlace {
  readonly cluster: string;
  readonly container: string;
}

/**
 * Finds the last *completed* deployment's revision, not the last registered one: a revision that never was
 * healthy is no way back. One that a run put live and never came to prove is none either, when there is another.
 * Undefined when the service never completed a deployment.
 */
export async function findFallback(
  service: Service,
  live: TaskDefinition,
  running: readonly Task[],
  place: FallbackPlace,
  ecs: Ecs,
  voice: StepVoice,
): Promise<Fallback | undefined> {
  const completed = completedRevision(service);
  const known = completed === live.arn ? live : completed && (await ecs.taskDefinition(completed));
  const lost = known ? unfinishedRun(known) : undefined;
  const proven =
    completed === undefined || lost !== undefined
      ? await recordedRevision(service, completed, place.cluster, ecs, voice)
      : undefined;
  const taskDefinition = proven?.arn ?? completed;
  if (taskDefinition === undefined) return undefined;
  if (lost !== undefined) {
    const back = proven ? `the way back is ${lastPart(proven.arn)}` : 'no other way back is known';
    voice.warn(
      `${lastPart(completed ?? '')} was put live by ${lost}, which never came to prove it: ${back}.`,
    );
  }
  const revision = proven ?? (known || undefined);
  const later = proven && completed !== undefined ? completed : primary(service)?.taskDefinition;
  const digests = running
    .filter((task) => task.taskDefinition === taskDefinition)
    .flatMap(({ containers }) =>
      containers.filter(({ name }) => name === place.container).map(({ imageDigest }) => imageDigest),
    );
  return {
    taskDefinition,
    digest: digests.find((digest) => digest !== undefined),
    commit: revision && commitOf(revision, place.container),
    ...(later === undefined || later === taskDefinition ? {} : { unproven: later }),
  };
}

/**
 * The way back right before the change: a run that seemed lost may have proven its revision meanwhile, and a rollout that
 * was in flight may be complete.
 */
export async function settledFallback(
  fallback: Fallback | undefined,
  { cluster, container, service }: FallbackPlace & { readonly service: Service },
  ecs: Ecs,
): Promise<Fallback | undefined> {
  if (fallback?.unproven === undefined) return fallback;
  const later = await ecs.taskDefinition(fallback.unproven);
  if (!later) return fallback;
  const isSettled =
    later.tags.get(TAGS.result) === 'released' ||
    (later.tags.get(TAGS.run) === undefined && (await isComplete(later, cluster, service.name, ecs)));
  if (!isSettled) return fallback;
  const { checks } = fallback;
  const commit = commitOf(later, container);
  return { taskDefinition: later.arn, digest: undefined, commit, ...(checks ? { checks } : {}) };
}

async function isComplete(
  { arn }: TaskDefinition,
  cluster: string,
  name: string,
  ecs: Ecs,
): Promise<boolean> {
  const service = await ecs.service(cluster, name);
  return service !== undefined && completedRevision(service) === arn;
}

/** A completed deployment among those that DescribeServices shows; an old one keeps running beside a new one. */
function completedRevision(service: Service): string | undefined {
  const settled = (state: string): boolean => state === 'COMPLETED' || (state === '' && !inFlight(service));
  const current = primary(service);
  const rest = service.deployments.filter((deployment) => deployment !== current);
  return [...(current ? [current] : []), ...rest].find(({ rolloutState }) => settled(rolloutState))
    ?.taskDefinition;
}

/**
 * The newest revision but `completed` that was deployed successfully and not rolled away from, where the policy
 * lets us look. In doubt whether it was proven there is none: results may never have been allowed to be written.
 */
async function recordedRevision(
  service: Service,
  completed: string | undefined,
  cluster: string,
  ecs: Ecs,
  voice: StepVoice,
): Promise<TaskDefinition | undefined> {
  try {
    const deployed = await deployedRevisions(cluster, service.name, ecs);
    const found = lastGood(deployed, completed);
    const revision = found === undefined ? undefined : await ecs.taskDefinition(found);
    const left = revision?.tags.get(TAGS.result) === 'rolled-back';
    const doubtful = revision && completed !== undefined && unfinishedRun(revision) !== undefined;
    return left || doubtful ? undefined : revision;
  } catch (error) {
    if (!(error instanceof DeployError) || error.code === 'cancelled') throw error;
    voice.warn(`What was deployed before is not known. ${error.message} ${error.hint ?? ''}`.trimEnd());
    return undefined;
  }
}

/** The error of a release without a way back. */
export function noFallback(service: Service): DeployError {
  return new DeployError(
    'no-fallback',
    `No completed deployment of ${service.name} is known, so there is nothing to fall back to.`,
    {
      hint: 'Set allow-no-fallback to true to release all the same: a failure then leaves the service as it is.',
    },
  );
}

/** One line on the way back, for the log. */
export function showFallback({ taskDefinition, digest }: Fallback): string {
  return `the way back is ${lastPart(taskDefinition)}${digest === undefined ? '' : ` (${digest.slice(0, 19)})`}`;
}
