import type { Aws } from '../../adapters/aws/aws.js';
import type { Ecr } from '../../adapters/aws/ecr.js';
import { asPushed, readImage, type ImageWorld, type StoredImage } from '../../adapters/aws/stored-image.js';
import { DeployError } from '../../errors.js';
import { INPUTS_LABEL, labelledCommit } from '../../model/build-inputs.js';
import {
  formatImageReference,
  isImmutable,
  parseImageReference,
  parseRepository,
  registryOf,
  type ImageReference,
  type PushedImage,
  type Repository,
} from '../../model/image.js';
import type { BuildPlan } from './build-plan.js';

/** A repository with the ECR of its own region. */
export interface Registry {
  readonly ecr: Ecr;
  readonly repository: Repository;
}

/** Opens the repository that a name or URI means; throws `inputs` or `repository-missing`. */
export async function openRegistry(aws: Pick<Aws, 'region' | 'ecr'>, text: string): Promise<Registry> {
  const address = parseRepository(text);
  const ecr = aws.ecr(address.region ?? aws.region);
  return { ecr, repository: await ecr.repository(address) };
}

/**
 * The image that an earlier run made of this commit and these inputs; undefined when it has to be built.
 * Throws `tag-taken` when the tag holds another image and can never be moved.
 */
export async function findImage(
  world: ImageWorld,
  { ecr, repository }: Registry,
  plan: BuildPlan,
): Promise<PushedImage | undefined> {
  const found = await orUnreadable(readImage(world, ecr, repository, { tag: plan.tag }));
  if (found === undefined) return undefined;
  const why = found === 'unreadable' ? 'its labels cannot be read' : difference(found, plan);
  if (why === undefined && found !== 'unreadable') {
    return asPushed(repository, found, { tag: plan.tag, reused: true });
  }
  if (isImmutable(repository.tags, plan.tag)) {
    throw new DeployError(
      'tag-taken',
      `The tag "${plan.tag}" of ${repository.uri} is immutable and holds another image: ${why ?? 'it differs'}.`,
      { hint: 'Give another image-tag, or release the image that is there with the input image.' },
    );
  }
  return undefined;
}

/** What makes a stored image another one than this build would be; undefined when it is the same. */
function difference({ labels }: StoredImage, plan: BuildPlan): string | undefined {
  if (plan.dirty) return 'a build of changed files is never reused';
  const revision = labelledCommit(labels);
  if (revision !== plan.revision) return `it was built from ${revision ?? 'an unknown commit'}`;
  return labels[INPUTS_LABEL] === plan.inputsHash ? undefined : 'it was built with other build inputs';
}

/** An image whose labels cannot be read is built again. A read that is denied is not tolerated: after the push it is needed. */
async function orUnreadable(
  reading: Promise<StoredImage | undefined>,
): Promise<StoredImage | 'unreadable' | undefined> {
  return reading.catch((error: unknown) => {
    if (error instanceof DeployError && error.code === 'image-missing') return 'unreadable';
    throw error;
  });
}

/**
 * The existing image that the input `image` means: in ECR by tag or digest, elsewhere by digest. Throws
 * `inputs`, `repository-missing` or `image-missing`.
 */
export async function resolveImage(
  world: ImageWorld,
  aws: Pick<Aws, 'region' | 'ecr'>,
  text: string,
): Promise<PushedImage> {
  const reference = parseImageReference(text.trim());
  if (reference.tag === undefined && reference.digest === undefined) {
    throw new DeployError('inputs', `The image ${shown(reference)} has neither tag nor digest.`, {
      hint: 'Write name:tag for an image in ECR, or name@sha256:… for any.',
    });
  }
  const registry = await registryFor(aws, reference);
  if (!registry) return foreignImage(reference);
  const { tag, digest } = reference;
  const found = await readImage(
    world,
    registry.ecr,
    registry.repository,
    digest === undefined ? { tag: tag ?? '' } : { digest },
  );
  if (found) return asPushed(registry.repository, found, { tag, reused: true });
  // A bare name with a digest may as well mean Docker Hub.
  if (reference.host === undefined && digest !== undefined) return foreignImage(reference);
  throw new DeployError(
    'image-missing',
    `There is no image ${shown(reference)} in ${registry.repository.uri}.`,
    {
      hint: 'Correct image, or build it: without the input image the action builds the commit.',
    },
  );
}

/** The ECR repository of a reference; undefined when its host, or a bare name, is not of ECR. */
export async function registryFor(
  aws: Pick<Aws, 'region' | 'ecr'>,
  { host, path }: ImageReference,
): Promise<Registry | undefined> {
  const name = host === undefined ? path : `${host}/${path}`;
  if (registryOf(host).account !== undefined) return openRegistry(aws, name);
  return openRegistry(aws, name).catch((error: unknown) => {
    const other = ['inputs', 'repository-missing', 'access-denied'];
    if (error instanceof DeployError && other.includes(error.code)) return undefined;
    throw error;
  });
}

/** What is in another registry cannot be asked about: it is taken by its digest, and its commit is not known. */
function foreignImage(reference: ImageReference): PushedImage {
  const { digest, tag } = reference;
  const repository = formatImageReference({ ...reference, tag: undefined, digest: undefined });
  if (digest === undefined) {
    throw new DeployError('inputs', `The image ${shown(reference)} is not in ECR and has no digest.`, {
      hint: 'Write name@sha256:… so that every task runs the same image.',
    });
  }
  return {
    uri: `${repository}@${digest}`,
    repository,
    digest,
    acceptedDigests: [digest],
    gitSha: undefined,
    buildTime: undefined,
    tag,
    architectures: [],
    reused: true,
  };
}

function shown(reference: ImageReference): string {
  return `"${formatImageReference(reference)}"`;
}
