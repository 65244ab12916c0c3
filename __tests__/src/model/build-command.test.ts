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
    const { args, env, secrets } = command({ secrets: ['id=npm,env=NPM_TOKEN'] }, KIT, given);
    expect(secrets).toContain('t');
    expect(args).toEqual(expect.arrayContaining(['--secret', 'id=npm,env=NPM_TOKEN']));
    expect(env).toEqual({ DOCKER_BUILDKIT: '1', NPM_TOKEN: 't' });
  });

  it("gives buildx the job's cache token only when GitHub's cache is asked for", () => {
    const env = {
      ACTIONS_RUNTIME_TOKEN: 't',
      ACTIONS_RESULTS_URL: 'u',
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'no',
    };
    const cached = command({ cacheTo: ['type=gha,mode=max'] }, BUILDX, env).env;
    expect(cached).toMatchObject({ ACTIONS_RUNTIME_TOKEN: 't', ACTIONS_RESULTS_URL: 'u' });
    expect(cached).not.toHaveProperty('ACTIONS_ID_TOKEN_REQUEST_TOKEN');
    expect(command({ cacheTo: ['type=inline'] }, BUILDX, env).env).not.toHaveProperty(
      'ACTIONS_RUNTIME_TOKEN',
    );
  });

  it.each<[Builder, Partial<BuildInputs>, string]>([
    [CLASSIC, { secrets: ['id=a'] }, 'build-secrets: it has no BuildKit'],
    [CLASSIC, { secrets: ['id=a'], cacheFrom: ['x'], cacheTo: ['y'] }, 'build-secrets, cache-from, cache-to'],
    [KIT, { cacheTo: ['type=inline'] }, 'cache-to: it has no buildx'],
    [KIT, { cacheFrom: ['type=registry,ref=a/b'] }, 'cache-from: it has no buildx'],
  ])('is refused for %j with %j', (builder, changes, message) => {
    expect(() => command(changes, builder)).toThrow(message);
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
});
