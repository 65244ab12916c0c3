import type { Cloud } from '../cloud.js';
import { object, objects, present, text, texts, timestamp } from '../ecs/fields.js';
import { AwsError } from '../errors.js';
import type { JsonObject } from '../json.js';
import type { Operations } from '../protocol/operation.js';
import { findImage, imageSize, putImage, tagsOf, type ImageId } from './images.js';
import { isDigest, readManifest } from './manifest.js';
import { pageOf } from './paging.js';
import { invalidParameter } from './refusals.js';
import { repositoryOf } from './repositories.js';
import type { Manifest, Repository } from './state.js';

/** ECR's operations on images. */
export const imageOperations: Operations = {
  DescribeImages(cloud, input) {
    const repository = repositoryOf(cloud, input);
    const ids = objects(input, 'imageIds').map(idOf);
    const named = [...new Set(ids.map((id) => requiredImage(cloud, repository, id)))];
    const listed = ids.length > 0 ? named : [...repository.manifests.values()];
    const wanted = listed.filter(({ digest }) => hasStatus(input, tagsOf(repository, digest)));
    const { items, rest } = pageOf(wanted, input, ids.length > 0);
    return { imageDetails: items.map((image) => describe(cloud, repository, image)), ...rest };
  },

  ListImages(cloud, input) {
    const repository = repositoryOf(cloud, input);
    const ids = [...repository.manifests.keys()].flatMap((digest) => {
      const tags = tagsOf(repository, digest);
      if (!hasStatus(input, tags)) return [];
      return tags.length > 0 ? tags.map((tag) => idFields({ digest, tag })) : [idFields({ digest })];
    });
    const { items, rest } = pageOf(ids, input, false);
    return { imageIds: items, ...rest };
  },

  BatchGetImage(cloud, input) {
    const repository = repositoryOf(cloud, input);
    const accepted = texts(input, 'acceptedMediaTypes');
    const answers = idsOf(input).map((id) => {
      const image = findImage(repository, id);
      if (!image || (accepted.length > 0 && !accepted.includes(image.mediaType))) return failure(id);
      return { image: imageFields(cloud, repository, image, id.tag) };
    });
    return batch('images', answers);
  },

  PutImage(cloud, input) {
    const repository = repositoryOf(cloud, input);
    const tag = text(input, 'imageTag');
    const image = putImage(cloud, repository, {
      body: text(input, 'imageManifest') ?? '',
      mediaType: text(input, 'imageManifestMediaType'),
      tag,
      digest: text(input, 'imageDigest'),
    });
    return { image: imageFields(cloud, repository, image, tag) };
  },

  BatchDeleteImage(cloud, input) {
    const repository = repositoryOf(cloud, input);
    return batch(
      'imageIds',
      idsOf(input).flatMap((id) => remove(repository, id)),
    );
  },
};

type Answer = { readonly image: JsonObject } | { readonly failure: JsonObject };

function batch(name: string, answers: readonly Answer[]): JsonObject {
  return {
    [name]: answers.flatMap((one) => ('image' in one ? [one.image] : [])),
    failures: answers.flatMap((one) => ('failure' in one ? [one.failure] : [])),
  };
}

function describe({ account }: Cloud, repository: Repository, image: Manifest): JsonObject {
  const tags = tagsOf(repository, image.digest);
  return present({
    registryId: account,
    repositoryName: repository.name,
    imageDigest: image.digest,
    imageTags: tags.length > 0 ? tags : undefined,
    imageSizeInBytes: imageSize(repository, image),
    imagePushedAt: timestamp(image.pushedAt),
    imageManifestMediaType: image.mediaType,
    artifactMediaType: readManifest(image.body, image.mediaType).config?.mediaType,
  });
}

function imageFields(
  { account }: Cloud,
  { name }: Repository,
  image: Manifest,
  tag: string | undefined,
): JsonObject {
  return {
    registryId: account,
    repositoryName: name,
    imageId: idFields({ digest: image.digest, tag }),
    imageManifest: image.body,
    imageManifestMediaType: image.mediaType,
  };
}

/** By tag only the tag goes, and the image with its last tag; by digest the image with all its tags (BatchDeleteImage). */
function remove(repository: Repository, id: ImageId): readonly Answer[] {
  const image = findImage(repository, id);
  if (!image) return [failure(id)];
  const { digest } = image;
  const tags = id.tag === undefined ? tagsOf(repository, digest) : [id.tag];
  const last = tagsOf(repository, digest).every((tag) => tags.includes(tag));
  const indexes = last ? indexesOf(repository, digest) : [];
  if (indexes.length > 0) {
    const reason = `Requested image referenced by manifest list: [${indexes.join(', ')}]`;
    return [failure(id, 'ImageReferencedByManifestList', reason)];
  }
  for (const tag of tags) repository.tags.delete(tag);
  if (last) repository.manifests.delete(digest);
  const removed = tags.length > 0 ? tags.map((tag) => ({ digest, tag })) : [{ digest }];
  return removed.map((one) => ({ image: idFields(one) }));
}

function indexesOf(repository: Repository, digest: string): readonly string[] {
  return [...repository.manifests.values()].flatMap((index) => {
    const { manifests } = readManifest(index.body, index.mediaType);
    return manifests.some((entry) => entry.digest === digest) ? [index.digest] : [];
  });
}

/** ECR API Reference, ImageFailure; the reasons as the service words them. */
function failure(id: ImageId, code?: string, reason?: string): Answer {
  const [failureCode, failureReason] =
    code !== undefined
      ? [code, reason]
      : id.digest === undefined && id.tag === undefined
        ? ['MissingDigestAndTag', 'Invalid request parameters: both tag and digest cannot be null']
        : id.digest !== undefined && !isDigest(id.digest)
          ? ['InvalidImageDigest', 'Invalid request parameters: image digest should satisfy the regex']
          : ['ImageNotFound', 'Requested image not found'];
  return { failure: present({ imageId: idFields(id), failureCode, failureReason }) };
}

function requiredImage({ account }: Cloud, repository: Repository, id: ImageId): Manifest {
  const image = findImage(repository, id);
  if (image) return image;
  throw new AwsError(
    'ImageNotFoundException',
    `The image with imageId {imageDigest:'${id.digest ?? 'null'}', imageTag:'${id.tag ?? 'null'}'} does not exist ` +
      `within the repository with name '${repository.name}' in the registry with id '${account}'`,
  );
}

function hasStatus(input: JsonObject, tags: readonly string[]): boolean {
  const filter = object(input, 'filter');
  const status = (filter && text(filter, 'tagStatus')) ?? 'ANY';
  return status === 'ANY' || (status === 'TAGGED') === tags.length > 0;
}

/** BatchGetImage and BatchDeleteImage take 1 to 100 images. */
function idsOf(input: JsonObject): readonly ImageId[] {
  const ids = objects(input, 'imageIds').map(idOf);
  if (ids.length < 1 || ids.length > 100) throw invalidParameter('imageIds', 'must have 1 to 100 members');
  return ids;
}

function idOf(entry: JsonObject): ImageId {
  return { digest: text(entry, 'imageDigest'), tag: text(entry, 'imageTag') };
}

function idFields({ digest, tag }: ImageId): JsonObject {
  return present({ imageDigest: digest, imageTag: tag });
}
