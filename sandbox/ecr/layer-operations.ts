import type { Cloud } from '../cloud.js';
import { number, text, texts } from '../ecs/fields.js';
import { AwsError } from '../errors.js';
import type { JsonObject } from '../json.js';
import type { Operations } from '../protocol/operation.js';
import { downloadUrl } from './downloads.js';
import { isDigest } from './manifest.js';
import { invalidParameter } from './refusals.js';
import { repositoryOf } from './repositories.js';
import type { Repository } from './state.js';
import { beginUpload, completeUpload, uploadOf } from './uploads.js';

/** ECR API Reference, InitiateLayerUpload, `partSize`: what clients should send at once. */
const PART_SIZE = 10_485_760;

/** ECR's operations on layers. */
export const layerOperations: Operations = {
  BatchCheckLayerAvailability(cloud, input) {
    const repository = repositoryOf(cloud, input);
    const digests = texts(input, 'layerDigests');
    if (digests.length < 1 || digests.length > 100) {
      throw invalidParameter('layerDigests', 'must have 1 to 100 members');
    }
    const [valid, invalid] = [digests.filter(isDigest), digests.filter((one) => !isDigest(one))];
    return {
      layers: valid.map((digest) => availability(cloud, repository, digest)),
      failures: invalid.map((layerDigest) => ({
        layerDigest,
        failureCode: 'InvalidLayerDigest',
        failureReason: 'Invalid request parameters: layer digest should satisfy the regex',
      })),
    };
  },

  GetDownloadUrlForLayer(cloud, input) {
    const repository = repositoryOf(cloud, input);
    const digest = text(input, 'layerDigest') ?? '';
    if (!isDigest(digest)) {
      throw invalidParameter('layerDigest', "must satisfy regular expression 'sha256:[0-9a-f]{64}'");
    }
    if (!repository.layers.has(digest)) {
      throw new AwsError(
        'LayersNotFoundException',
        `The layer with digest '${digest}' does not exist in the repository with name '${repository.name}' ` +
          `in the registry with id '${cloud.account}'`,
      );
    }
    return { downloadUrl: downloadUrl(cloud, repository.name, digest), layerDigest: digest };
  },

  InitiateLayerUpload(cloud, input) {
    return { uploadId: beginUpload(cloud, repositoryOf(cloud, input)), partSize: PART_SIZE };
  },

  async UploadLayerPart(cloud, input) {
    const repository = repositoryOf(cloud, input);
    const uploadId = text(input, 'uploadId') ?? '';
    const writer = uploadOf(cloud, repository, uploadId);
    const part = Buffer.from(text(input, 'layerPartBlob') ?? '', 'base64');
    const [first, last] = [number(input, 'partFirstByte'), number(input, 'partLastByte')];
    if (first !== writer.size || last !== writer.size + part.length - 1) {
      throw new AwsError(
        'InvalidLayerPartException',
        `The layer part '${first ?? ''}-${last ?? ''}' does not follow on byte ${writer.size - 1}`,
      );
    }
    await writer.append([part]);
    return { ...placeOf(cloud, repository), uploadId, lastByteReceived: writer.size - 1 };
  },

  async CompleteLayerUpload(cloud, input) {
    const repository = repositoryOf(cloud, input);
    const uploadId = text(input, 'uploadId') ?? '';
    const digest = texts(input, 'layerDigests')[0] ?? '';
    if (uploadOf(cloud, repository, uploadId).size === 0) {
      throw new AwsError('EmptyUploadException', `The upload with id '${uploadId}' has no layer parts`);
    }
    const known = repository.layers.has(digest);
    await completeUpload(cloud, repository, uploadId, digest);
    if (known) {
      throw new AwsError(
        'LayerAlreadyExistsException',
        `The image layer '${digest}' already exists in the '${repository.name}' repository`,
      );
    }
    return { ...placeOf(cloud, repository), uploadId, layerDigest: digest };
  },
};

/** A layer that is not there is no failure but `UNAVAILABLE` (ECR API Reference, Layer). */
function availability({ ecr }: Cloud, repository: Repository, layerDigest: string): JsonObject {
  if (!repository.layers.has(layerDigest)) return { layerDigest, layerAvailability: 'UNAVAILABLE' };
  return { layerDigest, layerAvailability: 'AVAILABLE', layerSize: ecr.blobs.size(layerDigest) };
}

function placeOf({ account }: Cloud, { name }: Repository): JsonObject {
  return { registryId: account, repositoryName: name };
}
