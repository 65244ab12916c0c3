import type { Cloud } from '../cloud.js';
import { AwsError } from '../errors.js';
import { requestId } from '../perform.js';
import type { BlobWriter, Repository } from './state.js';

/** Begins the upload of a layer and returns its id. */
export function beginUpload(cloud: Cloud, repository: Repository): string {
  const { blobs } = cloud.ecr;
  const id = requestId(cloud);
  blobs.uploads.set(id, { repository: repository.name, writer: blobs.begin() });
  return id;
}

/** An upload under way. Throws `UploadNotFoundException`. */
export function uploadOf({ account, ecr }: Cloud, { name }: Repository, id: string): BlobWriter {
  const upload = ecr.blobs.uploads.get(id);
  if (upload?.repository === name) return upload.writer;
  throw new AwsError(
    'UploadNotFoundException',
    `The upload with id '${id}' does not exist in the repository with name '${name}' ` +
      `in the registry with id '${account}'`,
  );
}

/** Makes an upload a layer of its repository; with another digest than told, throws `InvalidLayerException`. */
export async function completeUpload(
  cloud: Cloud,
  repository: Repository,
  id: string,
  digest: string,
): Promise<void> {
  const writer = uploadOf(cloud, repository, id);
  const real = writer.digest();
  if (real !== digest) {
    await dropUpload(cloud, repository, id);
    throw new AwsError(
      'InvalidLayerException',
      `Layer digest '${digest}' does not match the digest of what was uploaded, '${real}'`,
    );
  }
  cloud.ecr.blobs.uploads.delete(id);
  await writer.finish();
  repository.layers.add(digest);
}

/** Gives an upload up. Throws `UploadNotFoundException`. */
export async function dropUpload(cloud: Cloud, repository: Repository, id: string): Promise<void> {
  const writer = uploadOf(cloud, repository, id);
  cloud.ecr.blobs.uploads.delete(id);
  await writer.abandon();
}
