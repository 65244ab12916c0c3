import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildMachine } from '../../scripts/demo/build-machine.js';

/*
 * The image of the example, made by a real Docker Engine with both builders that engine 20.10 has.
 */
const EXAMPLE = fileURLToPath(new URL('../../examples/backend/', import.meta.url));
const COMMIT = '29d74b5d1f0f0a5a5f3c0d9b8e7c6a5b4d3e2f10';
const run = promisify(execFile);

const machine = await buildMachine();
if (!machine.engine && process.env['REQUIRE_DOCKER'])
  throw new Error(`Docker has to be there. ${machine.why}`);
const given = machine.engine ? machine.buildArgs : [];

/** Debian's client 20.10 speaks to the BuildKit inside the engine; newer clients need buildx for it. */
const BUILDERS = [
  { name: 'the classic builder', client: 'docker', env: { DOCKER_BUILDKIT: '0' } },
  { name: 'BuildKit', client: '/usr/bin/docker', env: { DOCKER_BUILDKIT: '1' } },
];

const builders = await whichBuild();
if (builders.length === 0 && process.env['REQUIRE_DOCKER']) throw new Error('No builder can build an image.');
if (builders.length === 0) {
  it.skip(`the image of the example (skipped: ${machine.engine ? 'nothing builds images' : machine.why})`, () =>
    undefined);
} else {
  describe.each(builders)('an image made by $name', describeImage);
}

/** Those builders that can build an image of nothing but a label. */
async function whichBuild() {
  if (!machine.engine) return [];
  const can = await Promise.all(
    BUILDERS.map(({ client, env }) => builds(client, { ...process.env, ...env })),
  );
  return BUILDERS.filter((_one, index) => can[index]);
}

function builds(client: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  return new Promise((resolve) => {
    const build = execFile(client, ['build', '--quiet', '-'], { env }, (error, image) => {
      if (error) resolve(false);
      else execFile(client, ['image', 'rm', image.trim()], () => resolve(true));
    });
    build.stdin?.on('error', () => undefined).end('FROM scratch\nLABEL io.github.deploy-backend.try=1\n');
  });
}

function describeImage({ client, env }: (typeof BUILDERS)[number]): void {
  const image = `example-${randomUUID()}`;
  const docker = async (...args: string[]): Promise<string> => {
    const options = { env: { ...process.env, ...env }, maxBuffer: 2 ** 28, encoding: 'latin1' as const };
    return (await run(client, args, options)).stdout;
  };
  const settings = async <T>(format: string): Promise<T> =>
    JSON.parse(await docker('image', 'inspect', '--format', `{{json ${format}}}`, image)) as T;

  beforeAll(async () => {
    const args = [...given, `GIT_SHA=${COMMIT}`, 'BUILD_TIME=2026-01-02T03:04:05Z'];
    await docker('build', '--tag', image, ...args.flatMap((one) => ['--build-arg', one]), EXAMPLE);
  }, 180_000);
  afterAll(() => docker('image', 'rm', '--force', image));

  it('knows its commit, runs as nobody in particular, and checks its health without a shell', async () => {
    const config = await settings<Readonly<Record<string, unknown>>>('.Config');
    expect(config).toMatchObject({
      User: 'node',
      Env: expect.arrayContaining([
        'NODE_ENV=production',
        `GIT_SHA=${COMMIT}`,
        'BUILD_TIME=2026-01-02T03:04:05Z',
      ]),
      ExposedPorts: { '3001/tcp': {} },
      Cmd: ['node', 'dist/server.js'],
      Healthcheck: {
        Test: ['CMD', 'node', 'dist/healthcheck.js'],
        Interval: 30e9,
        Timeout: 5e9,
        StartPeriod: 60e9,
        Retries: 3,
      },
    });
  });

  it('holds nothing of the registry that it was installed from', async () => {
    const registry = await run('npm', ['config', 'get', 'registry']).then(({ stdout }) => stdout.trim());
    const names = [registry, ...given.filter((one) => one.startsWith('NPM_REGISTRY='))].map(
      (address) => new URL(address.replace(/^NPM_REGISTRY=/, '')).host,
    );
    const container = (await docker('create', image)).trim();
    const app = await docker('cp', `${container}:/app`, '-');
    await docker('rm', container);
    const history = await docker('history', '--no-trunc', '--format', '{{.CreatedBy}}', image);
    expect(app).toContain('express');
    expect(history).toContain('GIT_SHA');
    for (const text of [app, history, JSON.stringify(await settings('.'))]) {
      expect(names.filter((name) => text.includes(name))).toEqual([]);
      expect(text.includes('NPM_REGISTRY')).toBe(false);
    }
  });

  it('holds no sources and no tools of the build', async () => {
    const container = (await docker('create', image)).trim();
    for (const path of ['src', 'tsconfig.json', 'node_modules/typescript']) {
      await expect(docker('cp', `${container}:/app/${path}`, '-')).rejects.toThrow(
        /Could not find the file|No such container:path/,
      );
    }
    await docker('rm', container);
  });

  it('cannot change its own program, and stops when it is told to', async () => {
    const container = (await docker('run', '--detach', '--network', 'none', image)).trim();
    try {
      const write = "require('fs').writeFileSync('dist/server.js', '')";
      await expect(docker('exec', container, 'node', '-e', write)).rejects.toThrow('EACCES');
      await logged(() => docker('logs', container), 'listening');
      await docker('stop', '--time', '20', container);
      expect(await docker('inspect', '--format', '{{.State.ExitCode}}', container)).toBe('0\n');
    } finally {
      await docker('rm', '--force', container);
    }
  }, 60_000);
}

/** Looks again until the container has written this. */
async function logged(read: () => Promise<string>, msg: string): Promise<void> {
  while (!(await read()).includes(`"msg":"${msg}"`));
}
