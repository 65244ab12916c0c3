import { isUtf8 } from 'node:buffer';
import { AwsError } from '../errors.js';
import { digestOf } from './blob-writer.js';
import { findImage, putImage } from './images.js';
import { RegistryError } from './registry-errors.js';
import { bodyOf, reply, type Exchange, type Methods } from './registry-exchange.js';
import type { Manifest, Repository } from './state.js';

/** ECR API Reference, PutImage, `imageManifest`: at most 4 MiB. */
const MAX_MANIFEST = 4_194_304;

/** `/v2/NAME/manifests/REFERENCE` (OCI distribution-spec, "Pulling manifests", "Pushing Manifests"). */
export const manifestMethods: Methods = {
  GET: { action: 'ecr:BatchGetImage', answer: getManifest },
  HEAD: { action: 'ecr:BatchGetImage', answer: getManifest },
  PUT: { action: 'ecr:PutImage', answer: putManifest },
};

/** `/v2/NAME/tags/list` (OCI distribution-spec, "Listing Tags"). */
export const tagMethods: Methods = {
  GET: {
    action: 'ecr:ListImages',
    answer({ response }, { name, tags }) {
      const body = JSON.stringify({ name, tags: [...tags.keys()].sort() });
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
        .end(body);
    },
  },
};

function getManifest(exchange: Exchange, repository: Repository): void {
  const { method, reference, request, response } = exchange;
  const image = findImage(repository, idOf(reference));
  if (!image || !accepts(request.headers.accept, image)) {
    throw new RegistryError(404, 'MANIFEST_UNKNOWN', 'Requested image not found');
  }
  response.writeHead(200, {
    'content-type': image.mediaType,
    'content-length': Buffer.byteLength(image.body),
    'docker-content-digest': image.digest,
  });
  response.end(method === 'HEAD' ? undefined : image.body);
}

async function putManifest(exchange: Exchange, repository: Repository): Promise<void> {
  const { cloud, request, reference } = exchange;
  const bytes = await bodyOf(request, MAX_MANIFEST);
  if (!isUtf8(bytes)) throw new RegistryError(400, 'MANIFEST_INVALID', 'The manifest is not UTF-8');
  const [mediaType] = (request.headers['content-type'] ?? '').split(';');
  const body = bytes.toString();
  try {
    putImage(cloud, repository, { body, mediaType: mediaType?.trim() || undefined, ...idOf(reference) });
  } catch (error) {
    if (!isNothingNew(error)) throw error;
  }
  const digest = digestOf(bytes);
  reply(exchange, 201, {
    location: `/v2/${repository.name}/manifests/${digest}`,
    'docker-content-digest': digest,
    'content-length': 0,
  });
}

/** The API refuses to store what is there already; to a docker client the same push is a success. */
function isNothingNew(error: unknown): boolean {
  return error instanceof AwsError && error.code === 'ImageAlreadyExistsException';
}

function idOf(reference: string): { readonly tag?: string; readonly digest?: string } {
  return reference.includes(':') ? { digest: reference } : { tag: reference };
}

/** A client that lists media types gets no other. */
function accepts(accept: string | undefined, { mediaType }: Manifest): boolean {
  const types = (accept ?? '*/*').split(',').map((one) => one.split(';')[0]?.trim());
  return types.includes(mediaType) || types.includes('*/*') || types.includes('application/*');
}
