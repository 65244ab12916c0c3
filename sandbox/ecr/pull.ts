import type { Cloud } from '../cloud.js';
import { isObject, object, text, texts } from '../ecs/fields.js';
import type { Json, JsonObject } from '../json.js';
import { findImage } from './images.js';
import { readManifest } from './manifest.js';
import type { Manifest, Repository } from './state.js';

/** An image as a container runtime fetches it. */
export interface PulledImage {
  /** What ECS reports as `imageDigest`: the digest of the manifest or index that was asked for. */
  readonly digest: string;
  /** Digest of the manifest for this platform; equals `digest` when no index is involved. */
  readonly manifestDigest: string;
  readonly config: ImageConfig;
  /** Digests of the layers, lowest first, with their media types. */
  readonly layers: readonly { readonly digest: string; readonly mediaType: string }[];
}

/** The parts of an OCI image configuration that a runtime needs. */
export interface ImageConfig {
  readonly architecture: string;
  readonly os: string;
  readonly env: readonly string[];
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly workingDir: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** An image reference, taken apart. */
interface Reference {
  readonly host: string;
  readonly path: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/**
 * Finds an image by its reference (`host/repository:tag` or `host/repository@sha256:…`). `architecture` is
 * Docker's name for it or ECS's. It decides in an index alone: an image without one is fetched whatever it was
 * built for, and what then fails is its program, with `exec format error` and exit code 1 (AWS re:Post, "How
 * do I resolve the exec format error in Amazon ECS?").
 * Throws a `PullFailure` with ECS's wording (`CannotPullContainerError: …`) when it cannot be had.
 */
export async function pull(cloud: Cloud, image: string, architecture: string): Promise<PulledImage> {
  const reference = parseReference(image);
  if (reference.host !== cloud.ecr.host) throw unreachable(reference);
  const repository = cloud.ecr.repositories.get(reference.path);
  const found = repository && findImage(repository, idOf(reference));
  if (!repository || !found) throw notFound(image);
  const manifest = manifestFor(repository, found, architecture);
  const { config, layers } = readManifest(manifest.body, manifest.mediaType);
  if (!config) throw wrongPlatform(architecture);
  return {
    digest: found.digest,
    manifestDigest: manifest.digest,
    config: configOf(JSON.parse((await cloud.ecr.blobs.read(config.digest)).toString()) as Json),
    layers: layers.map(({ digest, mediaType }) => ({ digest, mediaType })),
  };
}

/** Why a pull failed, as ECS writes it into a task's stopped reason. */
export class PullFailure extends Error {
  /** `reason` is what follows on `CannotPullContainerError: `. */
  constructor(reason: string) {
    super(`CannotPullContainerError: ${reason}`);
  }
}

function manifestFor(repository: Repository, image: Manifest, architecture: string): Manifest {
  const { config, manifests } = readManifest(image.body, image.mediaType);
  if (config) return image;
  const platform = `linux/${dockerName(architecture)}`;
  const entry = manifests.find((one) => one.platform === platform && !one.attestation);
  const manifest = entry && repository.manifests.get(entry.digest);
  if (!manifest) throw wrongPlatform(architecture);
  return manifest;
}

function configOf(content: Json): ImageConfig {
  const image: JsonObject = isObject(content) ? content : {};
  const config = object(image, 'config') ?? {};
  const labels = Object.entries(object(config, 'Labels') ?? {});
  return {
    architecture: text(image, 'architecture') ?? 'amd64',
    os: text(image, 'os') ?? 'linux',
    env: texts(config, 'Env'),
    entrypoint: texts(config, 'Entrypoint'),
    cmd: texts(config, 'Cmd'),
    workingDir: text(config, 'WorkingDir') || '/',
    labels: Object.fromEntries(labels.map(([name, value]) => [name, typeof value === 'string' ? value : ''])),
  };
}

/** Docker takes the first part for a host when it has a dot or a colon or is `localhost`; else it is Docker Hub. */
function parseReference(image: string): Reference {
  const [named = '', digest] = image.split('@');
  const slash = named.indexOf('/');
  const first = slash < 0 ? '' : named.slice(0, slash);
  const hasHost = /[.:]/.test(first) || first === 'localhost';
  const rest = hasHost ? named.slice(slash + 1) : named;
  const colon = rest.lastIndexOf(':');
  const path = colon < 0 ? rest : rest.slice(0, colon);
  const hub = path.includes('/') ? path : `library/${path}`;
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  return { host: hasHost ? first : 'docker.io', path: hasHost ? path : hub, tag, digest };
}

/** With a digest the tag says nothing; with neither it is `latest`. */
function idOf({ digest, tag }: Reference) {
  return digest === undefined ? { tag: tag ?? 'latest' } : { digest };
}

/** ECS writes `X86_64` and `ARM64` where images have `amd64` and `arm64`. */
function dockerName(architecture: string): string {
  return architecture.toUpperCase() === 'X86_64' ? 'amd64' : architecture.toLowerCase();
}

/** Wording of usdigitalresponse/usdr-gost#4036 and aws/containers-roadmap#2493. */
function notFound(image: string): PullFailure {
  return new PullFailure(`${RETRIED}: failed to resolve ref ${image}: ${image}: not found`);
}

/** ECS Developer Guide, "CannotPullContainer task errors in Amazon ECS". */
function wrongPlatform(architecture: string): PullFailure {
  const platform = `linux/${dockerName(architecture)}`;
  return new PullFailure(
    `${RETRIED}: image Manifest does not contain descriptor matching platform '${platform}'`,
  );
}

/** A registry that the task's network does not reach, because the local AWS has no other than its own. */
function unreachable({ host, path, tag, digest }: Reference): PullFailure {
  const reference = digest ?? tag ?? 'latest';
  const registry = host === 'docker.io' ? 'registry-1.docker.io' : host;
  return new PullFailure(
    `${RETRIED}: failed to resolve ref ${host}/${path}${digest === undefined ? ':' : '@'}${reference}: ` +
      `failed to do request: Head "https://${registry}/v2/${path}/manifests/${reference}": ` +
      `dial tcp: i/o timeout`,
  );
}

const RETRIED = 'pull image manifest has been retried 1 time(s)';
