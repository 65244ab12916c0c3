import { DeployError } from '../errors.js';

/** A release of buildx, and the SHA-256 that its binary must have, if the user pinned it. */
export interface BuildxVersion {
  /** With its `v`. */
  readonly version: string;
  readonly sha256: string | undefined;
}

/** Reads `v0.31.1` or `v0.31.1@sha256:…`. Throws a `DeployError` of code `inputs`. */
export function parseBuildxVersion(text: string): BuildxVersion {
  const match = /^(v\d+\.\d+\.\d+(?:-[\w.]+)?)(?:@sha256:([0-9a-f]{64}))?$/.exec(text);
  if (match?.[1] === undefined) {
    throw new DeployError('inputs', 'buildx-version is not a release of buildx.', {
      hint: 'Write v0.31.1, or v0.31.1@sha256: and 64 hexadecimal digits.',
    });
  }
  return { version: match[1], sha256: match[2] };
}
