import { describe, expect, it } from '@jest/globals';
import { DeployError } from '../../../src/errors.js';
import { readInputs, type Inputs, type ReleaseInputs } from '../../../src/inputs/inputs.js';

const given = (inputs: Record<string, string>, env: Record<string, string> = {}): Record<string, string> => ({
  ...env,
  ...Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  ),
});
const enough = {
  'aws-region': 'us-east-1',
  cluster: 'prod',
  service: 'api',
  'ecr-repository': 'api',
  'base-url': 'https://api.example.com',
};
const inputsOf = (env: Record<string, string>): Promise<Inputs> =>
  readInputs(env, { read: () => Promise.resolve(undefined) });
const read = async (more: Record<string, string>): Promise<ReleaseInputs> => {
  const inputs = await inputsOf(given({ ...enough, ...more }));
  if (inputs.mode !== 'release') throw new Error('not a release');
  return inputs;
};
const problem = async (more: Record<string, string>): Promise<string> => {
  try {
    await read(more);
  } catch (error) {
    if (error instanceof DeployError) return `${error.code}: ${error.message} ${error.hint ?? ''}`;
    throw error;
  }
  throw new Error('nothing was wrong');
};

describe('reading inputs', () => {
  it('fills in what was not given', async () => {
    expect(await read({})).toMatchObject({
      mode: 'release',
      place: {
        region: 'us-east-1',
        cluster: 'prod',
        service: 'api',
        account: undefined,
        container: undefined,
      },
      source: { kind: 'build', repository: 'api', context: '.', dockerfile: 'Dockerfile', allowDirty: false },
      inFlight: 'refuse',
      deploymentTimeout: 900_000,
      targetHealthTimeout: 300_000,
      smoke: { timeout: 30_000, failOn: 'any', settings: { version: { path: '/api/v1/version' } } },
      logs: { lines: 50, excerpt: 'redacted' },
    });
  });

  it('names every missing input in one error', async () => {
    await expect(inputsOf({})).rejects.toThrow(
      /5 problems[\s\S]*aws-region[\s\S]*cluster[\s\S]*service[\s\S]*base-url[\s\S]*ecr-repository/,
    );
  });

  it.each([
    [{ AWS_DEFAULT_REGION: 'eu-west-1' }, 'eu-west-1'],
    [{ AWS_DEFAULT_REGION: 'eu-west-1', AWS_REGION: 'eu-central-1' }, 'eu-central-1'],
  ])("takes the region from the variables of AWS's command line: %j", async (env, region) => {
    const { 'aws-region': _, ...rest } = enough;
    expect(await inputsOf(given(rest, env))).toMatchObject({ place: { region } });
  });

  it.each([
    ['https://app.example.com/start?x=1', 'https://app.example.com/start?x=1'],
    ['http://localhost:3000', 'http://localhost:3000/'],
    ['', 'https://api.example.com/'],
  ])('leads people to environment-url %j, else to base-url: %s', async (text, url) => {
    expect(await read({ 'environment-url': text })).toMatchObject({ url, recordedAs: undefined });
  });

  it('takes the name of an environment as it is, and none for no record', async () => {
    expect(await read({ environment: 'Production EU' })).toMatchObject({ recordedAs: 'Production EU' });
  });

  it.each([
    ['environment', 'two\nlines'],
    ['environment', 'x'.repeat(256)],
    ['environment-url', 'ftp://app.example.com'],
    ['environment-url', 'javascript:alert(1)'],
    ['environment-url', 'https://user:secret@app.example.com'],
    ['environment-url', 'app.example.com'],
  ])('refuses the %s %j, and shows no password', async (name, text) => {
    const said = await problem({ [name]: text });
    expect(said).toMatch(new RegExp(`^inputs: The input ${name} is`));
    expect(said).not.toContain('secret');
  });

  it('reads text with spaces around it, and lists line by line', async () => {
    const { source } = await read({ 'build-args': '\n A=1 \r\n\nB\n', context: '  packages/backend ' });
    expect(source).toMatchObject({ buildArgs: ['A=1', 'B'], context: 'packages/backend' });
  });

  it('keeps everything after the first equals sign of a variable', async () => {
    const { environment } = await read({ 'environment-variables': 'URL=https://a/?b=c\nEMPTY=' });
    expect([...environment]).toEqual([
      ['URL', 'https://a/?b=c'],
      ['EMPTY', ''],
    ]);
  });

  it('takes an image instead of a repository', async () => {
    const { 'ecr-repository': _, ...rest } = enough;
    expect(await inputsOf(given({ ...rest, image: 'api:1' }))).toHaveProperty('source', {
      kind: 'image',
      image: 'api:1',
      expectedSha: undefined,
    });
  });

  it('needs no base-url without smoke checks', async () => {
    const { 'base-url': _, ...rest } = enough;
    expect(await inputsOf(given({ ...rest, smoke: 'false' }))).toHaveProperty('smoke', undefined);
  });

  it.each([
    ['["CMD","node","health.js"]', ['CMD', 'node', 'health.js']],
    ['curl -f http://localhost/ || exit 1', ['CMD-SHELL', 'curl -f http://localhost/ || exit 1']],
  ])('reads the health check %s', async (command, expected) => {
    expect(
      (await read({ 'health-check-command': command, 'health-check-interval': '10s' })).healthCheck,
    ).toEqual({
      command: expected,
      interval: 10,
      timeout: 5,
      retries: 3,
      startPeriod: 60,
    });
  });

  it('allows a health check without a start period', async () => {
    expect(
      (await read({ 'health-check-command': 'true', 'health-check-start-period': '0s' })).healthCheck,
    ).toMatchObject({ startPeriod: 0 });
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['an unknown mode', { mode: 'deploy' }, /mode is "deploy", but must be release, smoke or rollback/],
    [
      'a malformed duration',
      { 'deployment-timeout': '15 minutes' },
      /deployment-timeout is "15 minutes".*90s, 15m/,
    ],
    ['a duration of nothing', { 'deployment-timeout': '0s' }, /deployment-timeout/],
    ['a flag that is neither', { summary: 'yes' }, /summary is "yes".*true or false/],
    ['an account with letters', { 'aws-account': '12345678901x' }, /aws-account.*twelve digits/],
    ['a region that is none', { 'aws-region': 'Frankfurt' }, /aws-region/],
    ['a flag as a service', { service: '--force' }, /service/],
    ['a name with a line break', { cluster: 'prod\n::error::x' }, /cluster/],
    ['a base URL without a scheme', { 'base-url': 'api.example.com' }, /base-url/],
    [
      'a base URL with a password',
      { 'base-url': 'https://u:secret@api.example.com' },
      /base-url.*without user name/,
    ],
    ['a base URL of a file', { 'base-url': 'file:///etc/passwd' }, /base-url/],
    ['both image and image-tag', { image: 'api:1', 'image-tag': '1' }, /exclude each other/],
    ['a tag that docker refuses', { 'image-tag': '-x' }, /image-tag/],
    ['an unknown platform', { platform: 'windows/amd64' }, /platform/],
    ['a build argument that is ours', { 'build-args': 'GIT_SHA=1' }, /GIT_SHA.*sets itself/],
    ['a variable that is ours', { 'environment-variables': 'IMAGE_DIGEST=1' }, /IMAGE_DIGEST.*sets itself/],
    [
      'a line without a name',
      { 'environment-variables': 'A=1\ns3cr3t' },
      /Line 2 of the input environment-variables/,
    ],
    [
      'health check times without a command',
      { 'health-check-retries': '3' },
      /health-check-retries needs health-check-command/,
    ],
    [
      'a health check that is no list of texts',
      { 'health-check-command': '[1]' },
      /health-check-command.*JSON array/,
    ],
    [
      'an interval outside of the limits of ECS',
      { 'health-check-command': 'true', 'health-check-interval': '4s' },
      /from 5s to 300s/,
    ],
    ['a target group that is no ARN', { 'target-groups': 'tg' }, /target-groups/],
    ['too many log lines', { 'log-lines': '100000' }, /log-lines.*0 to 1000/],
    ['a buildx version without v', { 'buildx-version': '0.31.1' }, /buildx-version.*v0\.31\.1/],
  ])('says what is wrong with %s', async (_, more, expected) => {
    expect(await problem(more)).toMatch(expected);
    expect(await problem(more)).toMatch(/^inputs: /);
  });

  it('never shows a value that may be secret', async () => {
    const said = await problem({
      'environment-variables': 'no-equals-s3cr3t',
      'build-args': '-x=s3cr3t',
      'base-url': 'https://u:s3cr3t@a',
    });
    expect(said).not.toContain('s3cr3t');
  });

  it('shows at most 80 safe characters of a wrong value', async () => {
    const said = await problem({ mode: `${'x'.repeat(10_000)}\n::error::` });
    expect(said.length).toBeLessThan(200);
    expect(said).not.toContain('\n::');
  });
});

describe('inputs that only their own parser understands', () => {
  it.each<[Record<string, string>, RegExp]>([
    [{ 'build-secrets': 'env=NPM_TOKEN' }, /inputs: build-secrets has a line without id=/],
    [{ 'ecr-repository': 'My Repo' }, /inputs: "My Repo" is not a valid image or repository/],
    [{ 'ecr-repository': 'api:latest' }, /a repository has no tag/],
    [{ image: 'api@sha256:12' }, /what follows @ must be sha256/],
    [{ 'buildx-version': 'latest' }, /buildx-version is not a release of buildx/],
    [{ 'version-path': '//evil.example/x' }, /version-path .* starts with one "\/"/],
  ])('%j is refused, with what is wrong', async (more, expected) => {
    expect(await problem(more)).toMatch(expected);
  });

  it('are reported together with everything else', async () => {
    expect(await problem({ 'build-secrets': 'x=y', 'buildx-version': '1', 'smoke-timeout': 'soon' })).toMatch(
      /3 problems/,
    );
  });

  it.each([
    ['base-url', 'https://api.example.com/svc/'],
    ['base-url', 'https://api.example.com/?token=open-sesame'],
    ['base-url', 'https://admin:open-sesame@api.example.com'],
    ['http-url', 'http://admin:open-sesame@api.example.com'],
  ])('is no part of %s, and never shown: path, query and password (%s)', async (name, url) => {
    const env = {
      INPUT_MODE: 'smoke',
      'INPUT_BASE-URL': 'https://a.example',
      [`INPUT_${name.toUpperCase()}`]: url,
    };
    const error = await readInputs(env, { read: () => Promise.resolve(undefined) }).catch(
      (thrown: unknown) => thrown as Error,
    );
    expect(error).toMatchObject({ code: 'inputs', message: expect.stringMatching(new RegExp(name)) });
    expect((error as Error).message).not.toContain('open-sesame');
  });
});
