import { describe, expect, it } from '@jest/globals';
import { buildFailure, pushedDigest, pushFailure } from '../../../src/model/docker-failure.js';

const DIGEST = `sha256:${'ab'.repeat(32)}`;

describe('a failed build', () => {
  it('shows the last lines', () => {
    const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);
    const error = buildFailure(3, [...lines, '']);
    expect(error.code).toBe('build-failed');
    expect(error.message).toContain('exit status 3');
    expect(error.evidence).toHaveLength(20);
    expect(error.evidence.at(-1)).toBe('line 99');
  });

  it.each([
    ['pull access denied for x, repository does not exist', 'log in to its registry'],
    ['ERROR: failed to resolve source metadata for docker.io/x', 'does not exist for this platform'],
    ['the user said something else', 'The last lines of the build say why.'],
    ['write /x: no space left on device', 'disk is full'],
    ['process "/bin/sh -c npm ci" did not complete successfully: exit code: 137', 'memory'],
    ['toomanyrequests: You have reached your pull rate limit.', 'limits pulls'],
    ['exec /bin/sh: exec format error', 'platform'],
    ['target stage "prod" could not be found', 'Correct target'],
    ['failed to read dockerfile: open Dockerfile: no such file or directory', 'Correct dockerfile'],
  ])('of %j says what to do', (line, hint) => {
    expect(buildFailure(1, [line]).hint).toContain(hint);
  });

  it('without a daemon is no fault of the Dockerfile', () => {
    const line = 'ERROR: Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?';
    expect(buildFailure(1, [line])).toMatchObject({
      code: 'docker-unavailable',
      message: 'No Docker daemon answers.',
      evidence: [line],
      hint: expect.stringContaining('DOCKER_HOST'),
    });
  });

  it('is read line by line, and blank lines are none', () => {
    const { evidence, hint } = buildFailure(1, ['the rate', ' \t', 'limit of x']);
    expect(evidence).toEqual(['the rate', 'limit of x']);
    expect(hint).toBe('The last lines of the build say why.');
  });
});

describe('a failed push', () => {
  it.each([
    [
      "name unknown: The repository with name 'app' does not exist in the registry with id '1'",
      'repository-missing',
      false,
    ],
    [
      "tag invalid: The image tag 'v1' already exists in the 'app' repository and cannot be overwritten because the tag is immutable.",
      'tag-taken',
      false,
    ],
    [
      'denied: User: arn:aws:sts::1:role is not authorized to perform: ecr:InitiateLayerUpload',
      'push-failed',
      false,
    ],
    ['unexpected status from POST request: 403 Forbidden', 'push-failed', false],
    ['no basic auth credentials', 'push-failed', false],
    ['received unexpected HTTP status: 500 Internal Server Error', 'push-failed', true],
    ['Put "https://host/v2/": net/http: TLS handshake timeout', 'push-failed', true],
    ['toomanyrequests: Rate exceeded', 'push-failed', true],
    [
      'Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?',
      'docker-unavailable',
      false,
    ],
  ])('of %j is %s', (line, code, again) => {
    const failure = pushFailure('host/app:v1', 1, ['The push refers to repository [host/app]', line]);
    expect(failure.error.code).toBe(code);
    expect(failure.again).toBe(again);
    expect(failure.error.evidence).toContain(line);
  });

  it.each([
    ["The repository with name 'app' does not exist", 'Create the repository'],
    ["The image tag 'v1' already exists and the tag is immutable.", 'give another image-tag'],
    ['no basic auth credentials', 'did not accept the login'],
    ['403 Forbidden', 'Allow ecr:BatchCheckLayerAvailability'],
    ['An image does not exist locally with the tag: host/app', 'another DOCKER_HOST or builder'],
    ['received unexpected HTTP status: 500', 'words of docker and the registry'],
  ])('of %j says what to do', (line, hint) => {
    const { error } = pushFailure('host/app:v1', 1, ['Preparing', line]);
    expect(error.hint).toContain(hint);
    expect(error.message).toBe(`The registry did not take host/app:v1: ${line}`);
    expect(['push-failed', 'repository-missing', 'tag-taken']).toContain(error.code);
  });

  it('without a word is told by its exit status, and may be tried again', () => {
    const { error, again } = pushFailure('host/app:v1', 137, ['', ' ']);
    expect(error.message).toBe('The registry did not take host/app:v1: exit status 137');
    expect(again).toBe(true);
  });

  it('is read line by line', () => {
    const lines = ['tag of yours', 'already exists', 'immutable'];
    expect(pushFailure('host/app:v1', 1, lines).error.code).toBe('push-failed');
  });
});

describe('the digest of a push', () => {
  it('is in the last line that has one', () => {
    expect(pushedDigest(['abc: Pushed', `v1: digest: ${DIGEST} size: 735`])).toBe(DIGEST);
  });

  it.each([[[]], [['abc: Pushed']], [['v1: digest: sha256:abc size: 1']]])('is missing in %j', (lines) => {
    expect(pushedDigest(lines)).toBeUndefined();
  });
});
