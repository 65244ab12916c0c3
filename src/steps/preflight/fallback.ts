import type { Ecs } from '../../adapters/aws/ecs.js';
import { DeployError } from '../../errors.js';
import type { StepVoice } from '../../journal.js';
import { lastPart } from '../../model/arn.js';
import { inFlight, primary, type Service, type Task } from '../../model/service.js';

/** The way back: the last revision that ECS completed, and the image that its tasks run now. */
export interface Fallback {
  readonly taskDefinition: string;
  /** Absent when none of its tasks runs, or ECS gives no digest. */
  readonly digest: string | undefined;
}

/**
 * Finds the last *completed* deployment's revision, not the last registered one: a revision that never was
 * healthy is no way back. Undefined when the service never completed a deployment.
 */
export async function findFallback(
  service: Service,
  running: readonly Task[],
  place: { readonly cluster: string; readonly container: string },
  ecs: Ecs,
  voice: StepVoice,
): Promise<Fallback | undefined> {
  const taskDefinition =
    completedRevision(service) ?? (await recordedRevision(service, place.cluster, ecs, voice));
  if (taskDefinition === undefined) return undefined;
  const digests = running
    .filter((task) => task.taskDefinition === taskDefinition)
    .flatMap(({ containers }) =>
      containers.filter(({ name }) => name === place.container).map(({ imageDigest }) => imageDigest),
    );
  return { taskDefinition, digest: digests.find((digest) => digest !== undefined) };
}

/** A completed deployment among those that DescribeServices shows; an old one keeps running beside a new one. */
function completedRevision(service: Service): string | undefined {
  const settled = (state: string): boolean => state === 'COMPLETED' || (state === '' && !inFlight(service));
  const current = primary(service);
  const rest = service.deployments.filter((deployment) => deployment !== current);
  return [...(current ? [current] : []), ...rest].find(({ rolloutState }) => settled(rolloutState))
    ?.taskDefinition;
}

/** The newest successful service deployment, where the policy lets us look (ECS keeps them for ninety days). */
async function recordedRevision(
  service: Service,
  cluster: string,
  ecs: Ecs,
  voice: StepVoice,
): Promise<string | undefined> {
  try {
    const [last] = await ecs.serviceDeployments(cluster, service.name, 'SUCCESSFUL');
    return last && (await ecs.revisionTaskDefinition(last.targetServiceRevisionArn));
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
