import { describe, expect, it } from '@jest/globals';
import { buildCommand, shownCommand, type Builder } from '../../../src/model/build-command.js';
import type { BuildInputs } from '../../../src/model/build-inputs.js';

const INPUTS: BuildInputs = {
  context: 'packages/backend',
  dockerfile: 'packages/backend/Dockerfile',
  target: 'production',
  platform: 'linux/amd64',
  buildArgs: ['NODE_ENV=production', 'NPM_TOKEN=hunter2hunter2', 'REGISTRY'],
  secrets: [],
  cacheFrom: [],
  cacheTo: [],
};
const SUBJECT = {
  reference: 'host/app:abc',
  revision: 'abc',
  buildTime: '2026-11-24T03:00:00Z',
  source: 'https://github.com/o/r',
  version: 'abc',
  inputsHash: 'ff',
};
const CLASSIC: Builder = { kind: 'classic', name: undefined, driver: undefined };
const KIT: Builder = { ...CLASSIC, kind: 'buildkit' };
const BUILDX: Builder = { kind: 'buildx', name: 'default', driver: 'docker' };

const command = (changes: Partial<BuildInputs> = {}, builder = CLASSIC, env = {}) =>
  buildCommand({ ...INPUTS, ...changes }, SUBJECT, builder, env);

describe('the command line of a build', () => {
  it('has nothing that only some builders understand', () => {
    expect(command({}, CLASSIC, { REGISTRY: 'r' }).args).toEqual([
      ...[
        'build',
        '--file',
        'packages/backend/Dockerfile',
        '--tag',
        'host/app:abc',
        '--platform',
        'linux/amd64',
      ],
      ...['--target', 'production'],
      ...['--label', 'org.opencontainers.image.revision=abc'],
      ...['--label', 'org.opencontainers.image.created=2026-11-24T03:00:00Z'],
      ...['--label', 'org.opencontainers.image.source=https://github.com/o/r'],
      ...['--label', 'org.opencontainers.image.version=abc'],
      ...['--label', 'io.github.deploy-backend.inputs=ff'],
      ...['--build-arg', 'GIT_SHA=abc', '--build-arg', 'BUILD_TIME=2026-11-24T03:00:00Z'],
      ...[
        '--build-arg',
        'NODE_ENV=production',
        '--build-arg',
        'NPM_TOKEN=hunter2hunter2',
        '--build-arg',
        'REGISTRY',
      ],
      ...['--', 'packages/backend'],
    ]);
  });

  it('is the same for every builder, but for what the builder needs in its environment', () => {
    expect(command({}, KIT).args).toEqual(command({}, CLASSIC).args);
    expect(command({}, BUILDX).args).toEqual(command({}, CLASSIC).args);
    expect(command({}, CLASSIC).env).toEqual({});
    expect(command({}, KIT).env).toEqual({ DOCKER_BUILDKIT: '1' });
    expect(command({}, BUILDX).env).toEqual({
      BUILDX_BUILDER: 'default',
      BUILDX_NO_DEFAULT_ATTESTATIONS: '1',
    });
  });

  it('loads the image where the builder would keep it', () => {
    expect(command({}, { ...BUILDX, driver: 'docker-container' }).args).toContain('--load');
  });

  it.each<[Builder, string]>([
    [{ ...BUILDX, driver: 'docker' }, 'the engine builds'],
    [{ ...BUILDX, driver: undefined }, 'buildx does not say who builds'],
    [{ ...KIT, driver: 'docker-container' }, 'there is no buildx'],
  ])('loads nothing for %j, where %s', (builder) => {
    expect(command({}, builder).args).not.toContain('--load');
  });

  it('says nothing of what is not known', () => {
    const unknown = { ...SUBJECT, source: undefined };
    const { args, env } = buildCommand(
      { ...INPUTS, target: undefined, buildArgs: [] },
      unknown,
      { ...BUILDX, name: undefined },
      {},
    );
    expect(args.filter((arg) => arg === '--target' || /source|undefined/.test(arg))).toEqual([]);
    expect(args.slice(0, 3)).toEqual(['build', '--file', 'packages/backend/Dockerfile']);
    expect(args[args.indexOf('--platform') + 2]).toBe('--label');
    expect(env).toEqual({ BUILDX_NO_DEFAULT_ATTESTATIONS: '1' });
  });

  it('leaves attestations to who asked for them', () => {
    const { env } = command({}, BUILDX, { BUILDX_NO_DEFAULT_ATTESTATIONS: '0' });
    expect(env).toMatchObject({ BUILDX_NO_DEFAULT_ATTESTATIONS: '0' });
  });

  it('passes an inherited argument through the environment, so that no process list shows it', () => {
    const { args, env } = command({ buildArgs: ['REGISTRY'] }, CLASSIC, {
      REGISTRY: 'https://r',
      OTHER: 'o',
    });
    expect(args.join(' ')).not.toContain('https://r');
    expect(env).toEqual({ REGISTRY: 'https://r' });
  });

  it('gives BuildKit the variable of a secret, and nothing else', () => {
    const given = { NPM_TOKEN: 't', OTHER: 'o' };
    const { args, env, secrets } = command(
      { secrets: ['id=npm,env=NPM_TOKEN', 'id=file,src=./token', 'id=UNSET'] },
      KIT,
      given,
    );
    expect(secrets).toEqual(['hunter2hunter2', 't']);
    expect(args).toEqual(expect.arrayContaining(['--secret', 'id=npm,env=NPM_TOKEN']));
    expect(env).toEqual({ DOCKER_BUILDKIT: '1', NPM_TOKEN: 't' });
  });

  it("gives buildx the job's cache token only when GitHub's cache is asked for", () => {
    const env = {
      ACTIONS_RUNTIME_TOKEN: 't',
      ACTIONS_RESULTS_URL: 'u',
      ACTIONS_CACHE_URL: 'v',
      ACTIONS_CACHE_SERVICE_V2: 'true',
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'no',
    };
    for (const asks of [
      { cacheTo: ['type=gha,mode=max'] },
      { cacheFrom: ['host/app:cache', 'type=gha'] },
      { cacheFrom: ['scope=x,type=gha'] },
    ]) {
      const cached = command(asks, BUILDX, env).env;
      expect(cached).toMatchObject({ ACTIONS_RUNTIME_TOKEN: 't', ACTIONS_RESULTS_URL: 'u' });
      expect(cached).toMatchObject({ ACTIONS_CACHE_URL: 'v', ACTIONS_CACHE_SERVICE_V2: 'true' });
      expect(cached).not.toHaveProperty('ACTIONS_ID_TOKEN_REQUEST_TOKEN');
    }
    expect(command({ cacheTo: ['type=inline'] }, BUILDX, env).env).not.toHaveProperty(
      'ACTIONS_RUNTIME_TOKEN',
    );
  });

  it.each<[Builder, Partial<BuildInputs>, string]>([
    [CLASSIC, { secrets: ['id=a'] }, 'build-secrets: it has no BuildKit'],
    [CLASSIC, { secrets: ['id=a'], cacheFrom: ['x'], cacheTo: ['y'] }, 'build-secrets, cache-from, cache-to'],
    [KIT, { cacheTo: ['type=inline'] }, 'cache-to: it has no buildx'],
    [KIT, { cacheFrom: ['type=registry,ref=a/b'] }, 'cache-from: it has no buildx'],
    [KIT, { cacheFrom: ['host/app:cache', 'ref=a/b,type=registry'] }, 'cache-from: it has no buildx'],
  ])('is refused for %j with %j', (builder, changes, message) => {
    expect(() => command(changes, builder)).toThrow(
      expect.objectContaining({
        code: 'inputs',
        message: expect.stringContaining(message),
        hint: expect.stringContaining('buildx-version'),
      }),
    );
  });

  it('takes every cache with buildx', () => {
    const { args } = command({ cacheFrom: ['type=gha'], cacheTo: ['type=gha', 'type=inline'] }, BUILDX);
    expect(args.join(' ')).toContain('--cache-from type=gha --cache-to type=gha --cache-to type=inline --');
  });

  it('takes a plain image as a cache with the BuildKit of the engine', () => {
    expect(command({ cacheFrom: ['host/app:cache'] }, KIT).args).toEqual(
      expect.arrayContaining(['--cache-from', 'host/app:cache']),
    );
  });

  it('is shown without the values of arguments, and those that look secret are masked', () => {
    const { args, secrets } = command();
    expect(shownCommand(args)).toContain('--build-arg NODE_ENV=… --build-arg NPM_TOKEN=…');
    expect(shownCommand(args)).toContain('GIT_SHA=abc');
    expect(secrets).toEqual(['hunter2hunter2']);
  });

  it('is shown so that a shell would read it', () => {
    expect(shownCommand(['build', '--label', "title=it's a", '--file', 'A file', '--', '.'])).toBe(
      "build --label 'title=it'\\''s a' --file 'A file' -- .",
    );
    expect(shownCommand(['--build-arg', 'A=1\n2\n3', 'B=2', '--build-arg', 'C'])).toBe(
      '--build-arg A=… B=2 --build-arg C',
    );
    expect(shownCommand(['a;b', ';a', 'a;'])).toBe("'a;b' ';a' 'a;'");
  });

  it.each([
    ['API_KEY', 'secret', true],
    ['key', 'secret', true],
    ['APIKEY', 'secret', true],
    ['GitHub_Auth', 'secret', true],
    ['DB_PASSWORD', 'secret', true],
    ['NPM_TOKEN', 'short', false],
    ['KEYBOARD', 'secret', false],
    ['MONKEY', 'secret', false],
    ['X_KEYS', 'secret', false],
    ['NODE_ENV', 'production', false],
  ])('with %s=%s hides the value from the log: %s', (name, value, isHidden) => {
    expect(command({ buildArgs: [`${name}=${value}`] }).secrets).toEqual(isHidden ? [value] : []);
  });
});
