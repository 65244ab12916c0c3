import type { Cloud } from '../cloud.js';
import { AwsError } from '../errors.js';
import { digestOf } from './blob-writer.js';
import { isDigest, readManifest, type Descriptor, type ManifestContent } from './manifest.js';
import { invalidParameter } from './refusals.js';
import { isImmutable } from './repositories.js';
import type { Manifest, Repository } from './state.js';

/** How a request names an image; with both, the tag has to point to the digest. */
export interface ImageId {
  readonly digest?: string | undefined;
  readonly tag?: string | undefined;
}

/** A manifest on its way in. */
export interface PushedManifest {
  readonly body: string;
  /** What came beside it; absent: what it says itself. */
  readonly mediaType?: string | undefined;
  readonly tag?: string | undefined;
  /** What the client thinks its digest is. */
  readonly digest?: string | undefined;
}

/** Reference grammar of the distribution project ("reference/regexp.go"). */
const TAG = /^\w[\w.-]{0,127}$/;

/** An image by tag, digest, or both. */
export function findImage(repository: Repository, { digest, tag }: ImageId): Manifest | undefined {
  const tagged = tag === undefined ? digest : repository.tags.get(tag);
  if (tagged === undefined || (digest !== undefined && tagged !== digest)) return undefined;
  return repository.manifests.get(tagged);
}

/** The tags that point to an image, in alphabetical order. */
export function tagsOf(repository: Repository, digest: string): readonly string[] {
  return [...repository.tags].flatMap(([tag, tagged]) => (tagged === digest ? [tag] : [])).sort();
}

/**
 * Stores a manifest and points a tag to it. Throws what PutImage answers (ECR API Reference): among others
 * `LayersNotFoundException`, `ImageTagAlreadyExistsException` and, when nothing is new,
 * `ImageAlreadyExistsException`.
 */
export function putImage(cloud: Cloud, repository: Repository, pushed: PushedManifest): Manifest {
  const { body, tag } = pushed;
  if (tag !== undefined && !TAG.test(tag)) {
    throw invalidParameter('imageTag', "must satisfy regular expression '[a-zA-Z0-9_][a-zA-Z0-9-_.]{0,127}'");
  }
  const content = readManifest(body, pushed.mediaType);
  const digest = digestOf(body);
  if (pushed.digest !== undefined && pushed.digest !== digest) throw otherDigest(pushed.digest);
  checkContent(cloud, repository, content);
  const known = repository.manifests.get(digest);
  if (tag !== undefined) checkTag(cloud, repository, tag, digest);
  else if (known) throw alreadyExists(cloud, repository, { digest });
  const image = known ?? { digest, mediaType: content.mediaType, body, pushedAt: cloud.clock.now() };
  repository.manifests.set(digest, image);
  if (tag !== undefined) repository.tags.set(tag, digest);
  return image;
}

/**
 * Bytes of an image: its layers and configuration; of an index, the most that one of its images has (ECR API
 * Reference, ImageDetail, `imageSizeInBytes`).
 */
export function imageSize(repository: Repository, image: Manifest): number {
  const { config, layers, manifests } = readManifest(image.body, image.mediaType);
  const own = [...layers, ...(config ? [config] : [])].reduce((sum, { size }) => sum + size, 0);
  const inIndex = manifests.map(({ digest }) => {
    const one = repository.manifests.get(digest);
    return one ? imageSize(repository, one) : 0;
  });
  return Math.max(own, ...inIndex);
}

/** Everything that a manifest names has to be in the repository already. */
function checkContent({ account }: Cloud, repository: Repository, content: ManifestContent): void {
  const blobs = [...(content.config ? [content.config] : []), ...content.layers.filter(isStored)];
  const where = `into repository with name '${repository.name}' in the registry with id '${account}' do not exist`;
  const layers = missing(blobs, repository.layers);
  if (layers) {
    throw new AwsError(
      'LayersNotFoundException',
      `Layers with digests '[${layers}]' required for pushing image ${where}`,
    );
  }
  const images = missing(content.manifests, repository.manifests);
  if (images) {
    throw new AwsError(
      'ReferencedImagesNotFoundException',
      `Images with digests '[${images}]' required for pushing image ${where}`,
    );
  }
}

/** Foreign layers stay where their `urls` say and are never pushed (OCI image-spec, "Non-Distributable Layers"). */
function isStored({ mediaType }: Descriptor): boolean {
  return !/foreign|nondistributable/.test(mediaType);
}

function missing(wanted: readonly Descriptor[], there: { has(digest: string): boolean }): string {
  return wanted
    .map(({ digest }) => digest)
    .filter((digest) => !there.has(digest))
    .join(', ');
}

/**
 * An immutable tag is refused even when it points to the same image already (aws/containers-roadmap#2179).
 * The wording is that of aws/containers-roadmap#2179 and osscontainertools/kaniko#204.
 */
function checkTag(cloud: Cloud, repository: Repository, tag: string, digest: string): void {
  const tagged = repository.tags.get(tag);
  if (tagged === undefined) return;
  if (isImmutable(repository, tag)) {
    throw new AwsError(
      'ImageTagAlreadyExistsException',
      `The image tag '${tag}' already exists in the '${repository.name}' repository ` +
        'and cannot be overwritten because the tag is immutable.',
    );
  }
  if (tagged === digest) throw alreadyExists(cloud, repository, { digest, tag });
}

function alreadyExists({ account }: Cloud, { name }: Repository, { digest, tag }: ImageId): AwsError {
  return new AwsError(
    'ImageAlreadyExistsException',
    `Image with digest '${digest ?? ''}' and tag '${tag ?? 'null'}' already exists in the repository ` +
      `with name '${name}' in registry with id '${account}'`,
  );
}

function otherDigest(told: string): AwsError {
  if (!isDigest(told)) return invalidParameter('imageDigest', 'must be sha256: and 64 hexadecimal digits');
  return new AwsError(
    'ImageDigestDoesNotMatchException',
    `The provided digest '${told}' does not match the digest of the image manifest`,
  );
}
