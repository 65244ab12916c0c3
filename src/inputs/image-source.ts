import { parseBuildSecret } from '../model/build-inputs.js';
import { parseBuildxVersion, type BuildxVersion } from '../model/buildx-version.js';
import { parseImageReference, parseRepository } from '../model/image.js';
import type { InputReader } from './reader.js';

const OWN_BUILD_ARGS = ['GIT_SHA', 'BUILD_TIME'] as const;

/** Build the image of the checked-out commit. */
export interface BuildRequest {
  readonly kind: 'build';
  /** Name or URI. */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly context: string;
  readonly dockerfile: string;
  readonly target: string | undefined;
  readonly platform: string | undefined;
  readonly buildArgs: readonly string[];
  readonly secrets: readonly string[];
  readonly cacheFrom: readonly string[];
  readonly cacheTo: readonly string[];
  readonly buildxVersion: BuildxVersion | undefined;
  readonly allowDirty: boolean;
}

/** Release an image that exists. */
export interface ImageRequest {
  readonly kind: 'image';
  /** `repository@sha256:…`, or a tag that ECR resolves. */
  readonly image: string;
  readonly expectedSha: string | undefined;
}

const TAG = /^\w[\w.-]{0,127}$/;

/** Reads whether to build or to take an existing image, and the settings of that. */
export function readSource(read: InputReader): BuildRequest | ImageRequest {
  const image = read.text('image');
  if (image !== undefined) {
    if (read.text('image-tag'))
      read.problem(
        'The inputs image and image-tag exclude each other: nothing is tagged when nothing is built.',
      );
    read.parsed(() => parseImageReference(image));
    return {
      kind: 'image',
      image,
      expectedSha: read
        .matching('expected-sha', /^[0-9a-f]{40}([0-9a-f]{24})?$/i, 'a whole commit SHA')
        ?.toLowerCase(),
    };
  }
  const repository = read.text('ecr-repository');
  if (repository === undefined) {
    read.problem(
      'The input ecr-repository is missing.',
      'Give it to build this commit, or give image to release one that exists.',
    );
  } else read.parsed(() => parseRepository(repository));
  const secrets = read.lines('build-secrets');
  for (const line of secrets) read.parsed(() => parseBuildSecret(line));
  const buildx = read.text('buildx-version');
  return {
    kind: 'build',
    repository: repository ?? '',
    tag: read.matching('image-tag', TAG, 'a tag: letters, digits, ".", "_" and "-"'),
    context: read.text('context') ?? '.',
    dockerfile: read.text('dockerfile') ?? 'Dockerfile',
    target: read.matching('target', /^[\w.-]+$/, 'the name of a build stage'),
    platform: read.matching('platform', /^linux\/(amd64|arm64)(\/v8)?$/, 'linux/amd64 or linux/arm64'),
    buildArgs: readBuildArgs(read),
    secrets,
    cacheFrom: read.lines('cache-from'),
    cacheTo: read.lines('cache-to'),
    buildxVersion: buildx === undefined ? undefined : read.parsed(() => parseBuildxVersion(buildx)),
    allowDirty: read.flag('allow-dirty', false),
  };
}

/** `NAME=value`, or `NAME` alone for the value that the variable has on this machine, as docker takes them. */
function readBuildArgs(read: InputReader): readonly string[] {
  const lines = read.lines('build-args');
  lines.forEach((line, index) => {
    const name = line.split('=', 1)[0] ?? '';
    // The line itself may hold a secret, so it is named by its number.
    if (!/^[A-Za-z_]\w*$/.test(name))
      read.problem(`Line ${String(index + 1)} of the input build-args is neither NAME=value nor NAME.`);
    if (OWN_BUILD_ARGS.some((own) => own === name))
      read.problem(`The input build-args sets ${name}, which this action sets itself.`);
  });
  return lines;
}
