import type { Cloud } from '../cloud.js';

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

/**
 * Finds an image by its reference (`host/repository:tag` or `host/repository@sha256:…`).
 * Throws a `PullFailure` with ECS's wording (`CannotPullContainerError: …`) when it cannot be had.
 */
export function pull(_cloud: Cloud, _image: string, _architecture: string): Promise<PulledImage> {
  throw new Error('not built yet');
}

/** Why a pull failed, as ECS writes it into a task's stopped reason. */
export class PullFailure extends Error {}
