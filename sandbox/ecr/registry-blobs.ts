import { pipeline } from 'node:stream/promises';
import { isDigest } from './manifest.js';
import { RegistryError } from './registry-errors.js';
import { reply, type Exchange, type Methods } from './registry-exchange.js';
import type { ByteRange, Repository } from './state.js';
import { beginUpload, completeUpload, dropUpload, uploadOf } from './uploads.js';

/** `/v2/NAME/blobs/DIGEST` (OCI distribution-spec, "Pulling blobs"). */
export const blobMethods: Methods = {
  GET: { action: 'ecr:GetDownloadUrlForLayer', answer: getBlob },
  HEAD: { action: 'ecr:BatchCheckLayerAvailability', answer: getBlob },
};

/** `/v2/NAME/blobs/uploads/` (OCI distribution-spec, "Pushing blobs" and "Mounting a blob from another repository"). */
export const uploadsMethods: Methods = {
  POST: { action: 'ecr:InitiateLayerUpload', answer: startUpload },
};

/** `/v2/NAME/blobs/uploads/ID` (OCI distribution-spec, "Pushing a blob in chunks"). */
export const uploadMethods: Methods = {
  GET: {
    action: 'ecr:UploadLayerPart',
    answer: (exchange, repository) => progress(exchange, repository, 204),
  },
  PATCH: { action: 'ecr:UploadLayerPart', answer: patchUpload },
  PUT: { action: 'ecr:CompleteLayerUpload', answer: putUpload },
  DELETE: { action: 'ecr:UploadLayerPart', answer: deleteUpload },
};

/** Sends a blob of a repository, whole or the range that was asked for. */
export async function getBlob(exchange: Exchange, repository: Repository): Promise<void> {
  const { cloud, method, reference, request, response } = exchange;
  const { blobs } = cloud.ecr;
  if (!repository.layers.has(reference)) {
    throw new RegistryError(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
  }
  const size = blobs.size(reference);
  const range = rangeOf(request.headers.range, size);
  response.writeHead(range ? 206 : 200, {
    'content-type': 'application/octet-stream',
    'content-length': range ? range.end - range.start + 1 : size,
    'docker-content-digest': reference,
    'accept-ranges': 'bytes',
    ...(range && { 'content-range': `bytes ${range.start}-${range.end}/${size}` }),
  });
  if (method === 'HEAD') response.end();
  else await pipeline(blobs.stream(reference, range), response);
}

async function startUpload(exchange: Exchange, repository: Repository): Promise<void> {
  const { cloud, url } = exchange;
  const [mount, from, digest] = ['mount', 'from', 'digest'].map((name) => url.searchParams.get(name));
  if (mount && from && cloud.ecr.repositories.get(from)?.layers.has(mount)) {
    repository.layers.add(mount);
    stored(exchange, repository, mount);
    return;
  }
  const id = beginUpload(cloud, repository);
  const begun = { ...exchange, reference: id };
  if (digest) return putUpload(begun, repository);
  progress(begun, repository, 202);
}

async function patchUpload(exchange: Exchange, repository: Repository): Promise<void> {
  await receive(exchange, repository);
  progress(exchange, repository, 202);
}

async function putUpload(exchange: Exchange, repository: Repository): Promise<void> {
  const { cloud, reference, url } = exchange;
  const digest = url.searchParams.get('digest') ?? '';
  if (!isDigest(digest)) {
    throw new RegistryError(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
  }
  await receive(exchange, repository);
  await completeUpload(cloud, repository, reference, digest);
  stored(exchange, repository, digest);
}

async function deleteUpload(exchange: Exchange, repository: Repository): Promise<void> {
  await dropUpload(exchange.cloud, repository, exchange.reference);
  reply(exchange, 204, {});
}

/** Appends the request's body to the upload; a chunk that says where it belongs has to follow on the last. */
async function receive(exchange: Exchange, repository: Repository): Promise<void> {
  const { cloud, reference, request } = exchange;
  const writer = uploadOf(cloud, repository, reference);
  const start = /^(?:bytes )?(\d+)-\d+/.exec(request.headers['content-range'] ?? '')?.[1];
  if (start !== undefined && Number(start) !== writer.size) {
    throw new RegistryError(416, 'BLOB_UPLOAD_INVALID', `The upload goes on at byte ${writer.size}`);
  }
  await writer.append(request as AsyncIterable<Uint8Array>);
}

function progress(exchange: Exchange, repository: Repository, status: number): void {
  const { cloud, reference } = exchange;
  const { size } = uploadOf(cloud, repository, reference);
  reply(exchange, status, {
    location: `/v2/${repository.name}/blobs/uploads/${reference}`,
    'docker-upload-uuid': reference,
    range: `0-${Math.max(0, size - 1)}`,
    ...(status !== 204 && { 'content-length': 0 }),
  });
}

function stored(exchange: Exchange, { name }: Repository, digest: string): void {
  reply(exchange, 201, {
    location: `/v2/${name}/blobs/${digest}`,
    'docker-content-digest': digest,
    'content-length': 0,
  });
}

/** One range of bytes (RFC 9110, "Range"); anything else is answered with the whole. Throws for one that lies outside. */
function rangeOf(header: string | undefined, size: number): ByteRange | undefined {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === undefined) return undefined;
  const start = Number(first);
  const end = Math.min(last ? Number(last) : size - 1, size - 1);
  if (start > end) throw new RegistryError(416, 'SIZE_INVALID', `The blob has ${size} bytes`);
  return { start, end };
}
