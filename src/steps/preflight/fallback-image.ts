import type { Aws } from '../../adapters/aws/aws.js';
import { DeployError } from '../../errors.js';
import type { StepVoice } from '../../journal.js';
import { lastPart } from '../../model/arn.js';
import { parseImageReference } from '../../model/image.js';
import { textAt, type JsonObject } from '../../model/json.js';
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
  const image = await lookAtImage(definition?.body ?? {}, container, digest, aws);
  return image.state === 'there' ? undefined : image.why;
}

/** Whether the image of a container can still be had. */
export type ImageLook =
  | { readonly state: 'there' }
  /** `gone` is certain; `unknown` is an image where we cannot look. */
  | { readonly state: 'gone' | 'unknown'; readonly why: string };

/** Looks for the image of a container by the digest that ran, which its tag may not name any more. */
export async function lookAtImage(
  body: JsonObject,
  container: string,
  digest: string | undefined,
  aws: Aws,
): Promise<ImageLook> {
  const image = textAt(containerOf(body, container) ?? {}, 'image');
  if (image === undefined) return { state: 'gone', why: `it has no container ${container}.` };
  const reference = parseImageReference(image);
  const registry = await registryFor(aws, reference);
  if (!registry)
    return {
      state: 'unknown',
      why: `its image ${image} is not in ECR, so that nobody knows whether it is still there.`,
    };
  const wanted = digest ?? reference.digest;
  const { ecr, repository } = registry;
  const id = wanted === undefined ? { tag: reference.tag ?? 'latest' } : { digest: wanted };
  if ((await ecr.digest(repository, id)) !== undefined) return { state: 'there' };
  return { state: 'gone', why: `its image ${wanted ?? image} is no longer in ${repository.uri}.` };
}
