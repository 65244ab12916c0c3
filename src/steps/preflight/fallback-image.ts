import type { Aws } from '../../adapters/aws/aws.js';
import { DeployError } from '../../errors.js';
import type { StepVoice } from '../../journal.js';
import { lastPart } from '../../model/arn.js';
import { parseImageReference } from '../../model/image.js';
import { textAt } from '../../model/json.js';
import { containerOf, type TaskDefinition } from '../../model/task-definition.js';
import type { Fallback } from './fallback.js';
import { registryFor } from './find-image.js';

/**
 * Warns when the image of the way back may not be had any more: it was removed, perhaps by a lifecycle policy, or it
 * lies where we cannot look. That is no reason to refuse a release, but people should know before they need it.
 */
export async function warnOfFallbackImage(
  fallback: Fallback,
  live: TaskDefinition,
  container: string,
  aws: Aws,
  voice: StepVoice,
): Promise<void> {
  const doubt = await doubtOf(fallback, live, container, aws).catch((error: unknown) => {
    if (!(error instanceof DeployError) || error.code === 'cancelled') throw error;
    return `its image cannot be looked at. ${error.message} ${error.hint ?? ''}`.trimEnd();
  });
  if (doubt === undefined) return;
  voice.warn(`A way back to ${lastPart(fallback.taskDefinition)} is not certain: ${doubt}`);
}

async function doubtOf(
  { taskDefinition, digest }: Fallback,
  live: TaskDefinition,
  container: string,
  aws: Aws,
): Promise<string | undefined> {
  const definition = taskDefinition === live.arn ? live : await aws.ecs.taskDefinition(taskDefinition);
  const image = textAt(containerOf(definition?.body ?? {}, container) ?? {}, 'image');
  if (image === undefined) return `it has no container ${container}.`;
  const reference = parseImageReference(image);
  const registry = await registryFor(aws, reference);
  if (!registry) return `its image ${image} is not in ECR, so that nobody knows whether it is still there.`;
  // By the digest that runs: a tag may have been moved since.
  const wanted = digest ?? reference.digest;
  const { ecr, repository } = registry;
  const id = wanted === undefined ? { tag: reference.tag ?? 'latest' } : { digest: wanted };
  if ((await ecr.digest(repository, id)) !== undefined) return undefined;
  return `its image ${wanted ?? image} is no longer in ${repository.uri}.`;
}
