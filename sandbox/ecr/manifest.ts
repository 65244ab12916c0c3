import { isObject, object, objects, text } from '../ecs/fields.js';
import type { Json, JsonObject } from '../json.js';
import { invalidParameter } from './refusals.js';

/** A reference to content by digest (OCI image-spec, "Descriptors"). */
export interface Descriptor {
  readonly digest: string;
  readonly mediaType: string;
  readonly size: number;
  /** `os/architecture`, of an entry in an index. */
  readonly platform: string | undefined;
  /** Whether it is an attestation that buildx hung into the index, and no image. */
  readonly attestation: boolean;
}

/** A manifest or an index, as far as a registry looks into it. */
export interface ManifestContent {
  readonly mediaType: string;
  /** Of an image; undefined in an index. */
  readonly config: Descriptor | undefined;
  readonly layers: readonly Descriptor[];
  /** Entries of an index; empty in an image. */
  readonly manifests: readonly Descriptor[];
}

/** Media types of what can be pushed (ECR User Guide, "Container image manifest format support"). */
const IMAGE_TYPES = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
];
const INDEX_TYPES = [
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.index.v1+json',
];

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Whether a text is a digest as registries write it. */
export function isDigest(value: string): boolean {
  return DIGEST.test(value);
}

/**
 * Reads a manifest; `told` is the media type that came beside it, which has to agree with its own. Throws
 * `InvalidParameterException`.
 */
export function readManifest(body: string, told?: string): ManifestContent {
  const content = parse(body);
  const own = text(content, 'mediaType');
  const mediaType = own ?? told;
  if (mediaType === undefined) throw invalid('Manifest media type must be given');
  if (told !== undefined && told !== mediaType) throw invalid('Media type does not match the manifest');
  if (INDEX_TYPES.includes(mediaType)) {
    return { mediaType, config: undefined, layers: [], manifests: descriptors(content, 'manifests') };
  }
  if (!IMAGE_TYPES.includes(mediaType)) throw invalid(`Unsupported manifest media type '${mediaType}'`);
  const config = object(content, 'config');
  if (!config) throw invalid('Manifest has no config');
  return {
    mediaType,
    config: descriptor(config),
    layers: descriptors(content, 'layers'),
    manifests: [],
  };
}

function parse(body: string): JsonObject {
  let value: Json;
  try {
    value = JSON.parse(body) as Json;
  } catch {
    throw invalid('Invalid JSON syntax');
  }
  if (!isObject(value)) throw invalid('Invalid JSON syntax');
  return value;
}

function descriptors(content: JsonObject, name: string): readonly Descriptor[] {
  if (!Array.isArray(content[name])) throw invalid(`Manifest has no ${name}`);
  return objects(content, name).map(descriptor);
}

function descriptor(entry: JsonObject): Descriptor {
  const digest = text(entry, 'digest') ?? '';
  if (!isDigest(digest)) throw invalid(`'${digest}' is not a digest`);
  const size = entry['size'];
  const platform = object(entry, 'platform');
  const annotations = object(entry, 'annotations');
  return {
    digest,
    mediaType: text(entry, 'mediaType') ?? '',
    size: typeof size === 'number' ? size : 0,
    platform: platform && `${text(platform, 'os') ?? ''}/${text(platform, 'architecture') ?? ''}`,
    attestation: annotations?.['vnd.docker.reference.type'] === 'attestation-manifest',
  };
}

function invalid(constraint: string) {
  return invalidParameter('ImageManifest', constraint);
}
