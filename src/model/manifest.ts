import { isObject, objectsAt, parseObject, textAt, type JsonObject } from './json.js';

/** What an image runs on, in Docker's words. */
export interface Platform {
  readonly os: string;
  /** `amd64`, `arm64`, … */
  readonly architecture: string;
  readonly variant: string | undefined;
}

/** The manifest of one image. */
export interface ImageManifest {
  readonly kind: 'image';
  /** Digest of the configuration, which holds labels, environment and platform. */
  readonly config: string;
}

/** An index (Docker: manifest list): one image for several platforms, and what is attached to them. */
export interface ImageIndex {
  readonly kind: 'index';
  /** The image manifests in it; attestations are set aside. */
  readonly images: readonly IndexEntry[];
}

export interface IndexEntry {
  readonly digest: string;
  readonly platform: Platform | undefined;
}

/** Media types that we can read (OCI image-spec; Docker "Image Manifest V2, Schema 2"). */
export const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const;

/** Reads a manifest or index; undefined when it is neither (schema 1, an artifact without configuration). */
export function parseManifest(text: string): ImageManifest | ImageIndex | undefined {
  const body = parseObject(text);
  if (!body) return undefined;
  if (Array.isArray(body['manifests'])) {
    return { kind: 'index', images: objectsAt(body, 'manifests').flatMap(imageEntry) };
  }
  const config = isObject(body['config']) ? textAt(body['config'], 'digest') : undefined;
  return config === undefined ? undefined : { kind: 'image', config };
}

/** Digests that ECS may report for a task of this image: what was asked for, and an index's own images. */
export function acceptedDigests(digest: string, manifest: ImageManifest | ImageIndex): readonly string[] {
  const images = manifest.kind === 'index' ? manifest.images.map((image) => image.digest) : [];
  return [...new Set([digest, ...images])];
}

/** What an image's configuration tells us (OCI image-spec, "Image Configuration"). */
export interface ImageConfiguration {
  readonly platform: Platform;
  readonly labels: Readonly<Record<string, string>>;
}

/** Reads an image configuration; undefined when it is no JSON object. */
export function parseConfiguration(text: string): ImageConfiguration | undefined {
  const body = parseObject(text);
  if (!body) return undefined;
  const config = isObject(body['config']) ? body['config'] : {};
  const labels = isObject(config['Labels']) ? config['Labels'] : {};
  return {
    platform: platformOf(body),
    labels: Object.fromEntries(
      Object.entries(labels).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
    ),
  };
}

/** Buildx hangs attestations into the index under this annotation and the platform unknown/unknown. */
function imageEntry(entry: JsonObject): readonly IndexEntry[] {
  const digest = textAt(entry, 'digest');
  const annotations = isObject(entry['annotations']) ? entry['annotations'] : {};
  if (digest === undefined || textAt(annotations, 'vnd.docker.reference.type') === 'attestation-manifest') {
    return [];
  }
  const platform = isObject(entry['platform']) ? platformOf(entry['platform']) : undefined;
  if (platform?.os === 'unknown' && platform.architecture === 'unknown') return [];
  return [{ digest, platform }];
}

function platformOf(body: JsonObject): Platform {
  return {
    os: textAt(body, 'os') ?? 'linux',
    architecture: textAt(body, 'architecture') ?? 'amd64',
    variant: textAt(body, 'variant'),
  };
}
