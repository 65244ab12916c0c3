import { DeployError } from '../errors.js';
import { redact } from './redact.js';

/** Lines of docker's output that tell what happened, oldest first. */
const SHOWN = 20;

/** Why a build failed, from what docker wrote. */
export function buildFailure(exitCode: number, lines: readonly string[]): DeployError {
  const evidence = lastLines(lines);
  const text = evidence.join('\n');
  if (isUnreachable(text)) return daemonUnreachable(evidence);
  return new DeployError('build-failed', `docker build failed with exit status ${exitCode}.`, {
    evidence,
    hint: BUILD_HINTS.find(([pattern]) => pattern.test(text))?.[1] ?? 'The last lines of the build say why.',
  });
}

const BUILD_HINTS: readonly (readonly [RegExp, string])[] = [
  [/no space left on device/i, 'The disk is full: free space on the runner, or take a larger one.'],
  [
    /exit code: 137|returned a non-zero code: 137|\bOOM\b|signal: killed/i,
    'The build ran out of memory: take a larger runner.',
  ],
  [
    /toomanyrequests|rate limit/i,
    'A registry limits pulls of base images: log in to it before this step, or use a mirror.',
  ],
  [
    /exec format error/i,
    'The machine cannot run the platform of the image: take a runner of that architecture, or install QEMU.',
  ],
  [
    /pull access denied|unauthorized|no basic auth credentials/i,
    'A base image cannot be read: log in to its registry before this step.',
  ],
  [
    /manifest unknown|not found: manifest|failed to resolve source metadata/i,
    'A base image does not exist for this platform, or its registry cannot be reached.',
  ],
  [
    /failed to read dockerfile|unable to evaluate symlinks in Dockerfile path|Cannot locate specified Dockerfile/i,
    'Correct dockerfile: it is a path from the root of the workspace.',
  ],
  [
    /target stage .* could not be found|failed to reach build target/i,
    'Correct target: the Dockerfile has no stage of that name.',
  ],
];

/** Why a push failed; `again` when the same push may succeed a moment later. */
export interface PushFailure {
  readonly error: DeployError;
  readonly again: boolean;
}

/** Reads the registry's words from what `docker push` wrote. */
export function pushFailure(reference: string, exitCode: number, lines: readonly string[]): PushFailure {
  const evidence = lastLines(lines);
  const text = evidence.join('\n');
  if (isUnreachable(text)) return { error: daemonUnreachable(evidence), again: false };
  const known = PUSH_CAUSES.find(({ pattern }) => pattern.test(text));
  const said = redact(evidence.at(-1) ?? `exit status ${exitCode}`);
  return {
    error: new DeployError(known?.code ?? 'push-failed', `The registry did not take ${reference}: ${said}`, {
      evidence,
      hint: known?.hint ?? 'The lines above are the words of docker and the registry.',
    }),
    again: known === undefined,
  };
}

interface Cause {
  readonly pattern: RegExp;
  readonly code: 'push-failed' | 'repository-missing' | 'tag-taken';
  readonly hint: string;
}

/** What no second attempt can heal; the words are ECR's and the distribution project's. */
const PUSH_CAUSES: readonly Cause[] = [
  {
    pattern: /name unknown|NAME_UNKNOWN|repository with name .* does not exist/i,
    code: 'repository-missing',
    hint: 'Create the repository, or correct ecr-repository.',
  },
  {
    pattern: /tag .*already exists.*immutable|TAG_INVALID|ImageTagAlreadyExists/i,
    code: 'tag-taken',
    hint: 'The tag is immutable and was pushed meanwhile: give another image-tag, or run again to reuse that image.',
  },
  {
    pattern: /no basic auth credentials|authorization token has expired|unauthorized/i,
    code: 'push-failed',
    hint: 'The registry did not accept the login: check that the credentials belong to its account and region.',
  },
  {
    pattern: /denied|403 Forbidden|not authorized/i,
    code: 'push-failed',
    hint: 'Allow ecr:BatchCheckLayerAvailability, InitiateLayerUpload, UploadLayerPart, CompleteLayerUpload and PutImage on the repository.',
  },
  {
    pattern: /An image does not exist locally|tag does not exist/i,
    code: 'push-failed',
    hint: 'The builder did not leave the image in the engine; another DOCKER_HOST or builder may be in use.',
  },
];

/** Digest that `docker push` reports in its last line: `tag: digest: sha256:… size: 1234`. */
export function pushedDigest(lines: readonly string[]): string | undefined {
  return lines.flatMap((line) => /\bdigest: (sha256:[0-9a-f]{64})\b/.exec(line)?.[1] ?? []).at(-1);
}

/** No daemon answered: what to do about it. */
export function daemonUnreachable(evidence: readonly string[]): DeployError {
  return new DeployError('docker-unavailable', 'No Docker daemon answers.', {
    evidence,
    hint: 'Use a runner with Docker, or set DOCKER_HOST; with the input image nothing is built and no Docker is needed.',
  });
}

function isUnreachable(text: string): boolean {
  return /Cannot connect to the Docker daemon|error during connect|docker daemon is not running/i.test(text);
}

function lastLines(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => line.trim() !== '').slice(-SHOWN);
}
