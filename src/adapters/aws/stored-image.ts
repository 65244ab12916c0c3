import { DeployError } from '../../errors.js';
import { labelledCommit, labelledTime, sha256 } from '../../model/build-inputs.js';
import type { PushedImage, Repository } from '../../model/image.js';
import {
  acceptedDigests,
  parseConfiguration,
  parseManifest,
  type ImageConfiguration,
  type ImageIndex,
  type ImageManifest,
} from '../../model/manifest.js';
import type { World } from '../../world.js';
import type { Ecr, ImageId } from './ecr.js';

/** An image in ECR with all that a release wants to know of it. */
export interface StoredImage {
  readonly digest: string;
  readonly acceptedDigests: readonly string[];
  readonly architectures: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** What reading an image needs of the world: its configuration is fetched from a signed URL. */
export type ImageWorld = Pick<World, 'http' | 'clock' | 'random' | 'signal'>;

const ATTEMPTS = 4;
const TIMEOUT = 20_000;
const MAX_CONFIGURATION = 4 * 1024 * 1024;

/**
 * Reads an image's manifest and configuration. Undefined when there is no such image; throws
 * `image-missing` when what is there is no container image.
 */
export async function readImage(
  world: ImageWorld,
  ecr: Ecr,
  repository: Repository,
  id: ImageId,
): Promise<StoredImage | undefined> {
  const stored = await ecr.manifest(repository, id);
  if (!stored) return undefined;
  const manifest = parseManifest(stored.body);
  if (!manifest) throw unreadable(repository, stored.digest);
  const configuration = await configurationOf(world, ecr, repository, manifest);
  if (!configuration) throw unreadable(repository, stored.digest);
  return {
    digest: stored.digest,
    acceptedDigests: acceptedDigests(stored.digest, manifest),
    architectures: architecturesOf(manifest, configuration),
    labels: configuration.labels,
  };
}

/** An image of ECR in the form that the later steps take. */
export function asPushed(
  repository: Repository,
  image: StoredImage,
  origin: { readonly tag: string | undefined; readonly reused: boolean },
): PushedImage {
  return {
    uri: `${repository.uri}@${image.digest}`,
    repository: repository.uri,
    digest: image.digest,
    acceptedDigests: image.acceptedDigests,
    gitSha: labelledCommit(image.labels),
    buildTime: labelledTime(image.labels),
    architectures: image.architectures,
    ...origin,
  };
}

/** All images of an index are of one build: its first one speaks for the labels. */
async function configurationOf(
  world: ImageWorld,
  ecr: Ecr,
  repository: Repository,
  manifest: ImageManifest | ImageIndex,
): Promise<ImageConfiguration | undefined> {
  if (manifest.kind === 'image') return fetchConfiguration(world, ecr, repository, manifest.config);
  const [first] = manifest.images;
  const stored = first && (await ecr.manifest(repository, { digest: first.digest }));
  const image = stored && parseManifest(stored.body);
  return image?.kind === 'image' ? fetchConfiguration(world, ecr, repository, image.config) : undefined;
}

function architecturesOf(
  manifest: ImageManifest | ImageIndex,
  configuration: ImageConfiguration,
): readonly string[] {
  const own = configuration.platform.architecture;
  if (manifest.kind === 'image') return [own];
  return [...new Set(manifest.images.map(({ platform }) => platform?.architecture ?? own))];
}

/** A configuration is named by the SHA-256 of its bytes, so that what came can be proven. */
async function fetchConfiguration(
  world: ImageWorld,
  ecr: Ecr,
  repository: Repository,
  digest: string,
): Promise<ImageConfiguration | undefined> {
  const { clock, random, signal } = world;
  for (let attempt = 1; ; attempt++) {
    try {
      const url = await ecr.layerUrl(repository, digest);
      return parseConfiguration(await fetchBlob(world, url, digest));
    } catch (error) {
      signal.throwIfAborted();
      const final = error instanceof DeployError && error.code !== 'aws-unavailable';
      if (final || attempt >= ATTEMPTS) throw error;
      await clock.sleep(random() * 500 * 2 ** attempt, signal);
    }
  }
}

async function fetchBlob({ http, signal }: ImageWorld, url: string, digest: string): Promise<string> {
  const request = { method: 'GET', url, timeout: TIMEOUT, maxBytes: MAX_CONFIGURATION, signal };
  const { status, body, truncated } = await http(request).catch((cause: unknown) => {
    throw new DeployError('aws-unavailable', 'The configuration of an image could not be fetched from ECR.', {
      cause,
      hint: 'The runner must reach the address that GetDownloadUrlForLayer gives (S3 in the region of the registry).',
    });
  });
  if (status !== 200 || truncated || `sha256:${sha256(body)}` !== digest) {
    const why = status === 200 ? 'other content than asked for' : `HTTP status ${status}`;
    throw new DeployError('aws-unavailable', `The configuration of an image came from ECR with ${why}.`);
  }
  return body;
}

function unreadable(repository: Repository, digest: string): DeployError {
  return new DeployError('image-missing', `${repository.uri}@${digest} is not a container image.`, {
    hint: 'It may be an artifact such as a chart or a signature; name the image itself.',
  });
}
