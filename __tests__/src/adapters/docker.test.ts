import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDockerConfig, removeDockerConfig } from '../../../src/adapters/docker-config.js';
import { docker } from '../../../src/adapters/docker.js';
import { realFiles } from '../../../src/adapters/files.js';
import { processRunner } from '../../../src/adapters/process.js';
import type { Environment } from '../../../src/world.js';

const HOST = '706704660887.dkr.ecr.us-east-1.amazonaws.com';
const DIGEST = `sha256:${'ab'.repeat(32)}`;
const roots: string[] = [];
let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'docker-'));
  roots.push(root);
  for (const folder of [
    'bin',
    'home/.docker/cli-plugins',
    'home/.docker/contexts/meta',
    'home/.docker/buildx',
    'temp',
    'ws',
  ])
    mkdirSync(join(root, folder), { recursive: true });
});

afterAll(() => roots.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** Puts a program `docker` into the PATH. It records its calls, then does what the shell lines say. */
function fakeDocker(behaviour: string): void {
  const script = `#!/bin/sh
{ printf 'ARG<%s>\\n' "$@"; echo "PWD<$PWD>"; env; } >> "${root}/calls"
${behaviour}
`;
  writeFileSync(join(root, 'bin/docker'), script, { mode: 0o755 });
}

const VERSIONS = (client: string, server: string, api = '1.41') =>
  `{"Client":{"Version":"${client}"},"Server":{"Version":"${server}","ApiVersion":"${api}","Os":"linux","Arch":"amd64"}}`;

function world(extra: Environment = {}, signal = new AbortController().signal) {
  const env: Environment = {
    PATH: `${root}/bin:${process.env['PATH'] ?? ''}`,
    HOME: `${root}/home`,
    RUNNER_TEMP: `${root}/temp`,
    INPUT_MODE: 'release',
    ACTIONS_RUNTIME_TOKEN: 'runtime-token',
    AWS_SECRET_ACCESS_KEY: 'aws-secret',
    GITHUB_TOKEN: 'github-token',
    SOMETHING_ELSE: 'else',
    HTTPS_PROXY: 'http://proxy:3128',
    BUILDX_CONFIG: '/bx',
    RUNNER_TRACKING_ID: 'github_1',
    ...extra,
  };
  const said: string[] = [];
  const log = {
    info: (text: string) => said.push(`info ${text}`),
    warning: (text: string) => said.push(`warning ${text}`),
    error: (text: string) => said.push(`error ${text}`),
    quote: (text: string) => said.push(`| ${text}`),
    group: () => undefined,
    endGroup: () => undefined,
    status: () => false,
    mask: (text: string) => said.push(`mask ${text}`),
  };
  const files = realFiles(env, join(root, 'ws'));
  return { env, files, log, said, signal, run: processRunner(env, join(root, 'ws')) };
}

const calls = () => readFileSync(join(root, 'calls'), 'utf8');

describe('the private docker configuration', () => {
  const theirs = () => join(root, 'home/.docker');

  it("keeps the user's logins and settings, and answers for our host itself", async () => {
    const given = {
      auths: { 'other.example': { auth: 'b3RoZXI=' }, [`https://${HOST}`]: { auth: 'b2xk' } },
      credsStore: 'secretservice',
      credHelpers: { [HOST]: 'ecr-login', 'gcr.io': 'gcloud' },
      proxies: { default: { httpProxy: 'http://p' } },
      currentContext: 'remote',
    };
    writeFileSync(join(theirs(), 'config.json'), JSON.stringify(given));
    const { folder } = await makeDockerConfig(world(), HOST);
    expect(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'))).toEqual({
      ...given,
      auths: { 'other.example': { auth: 'b3RoZXI=' } },
      credHelpers: { [HOST]: '', 'gcr.io': 'gcloud' },
    });
    expect(JSON.parse(readFileSync(join(theirs(), 'config.json'), 'utf8'))).toEqual(given);
  });

  it('can be read by nobody else', async () => {
    const { folder } = await makeDockerConfig(world(), HOST);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'config.json')).mode & 0o777).toBe(0o600);
  });

  it('has plugins, contexts, builders and client certificates in reach, and survives their removal', async () => {
    writeFileSync(join(theirs(), 'cli-plugins/docker-buildx'), 'plugin');
    writeFileSync(join(theirs(), 'ca.pem'), 'pem');
    const made = world();
    const { folder } = await makeDockerConfig(made, HOST);
    expect(readFileSync(join(folder, 'cli-plugins/docker-buildx'), 'utf8')).toBe('plugin');
    expect(existsSync(join(folder, 'contexts/meta'))).toBe(true);
    expect(lstatSync(join(folder, 'buildx')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, 'ca.pem'), 'utf8')).toBe('pem');
    expect(await removeDockerConfig(made, folder)).toBe(true);
    expect(existsSync(folder)).toBe(false);
    expect(readFileSync(join(theirs(), 'cli-plugins/docker-buildx'), 'utf8')).toBe('plugin');
  });

  it('is made from DOCKER_CONFIG where the user set it, and from nothing where there is nothing', async () => {
    mkdirSync(join(root, 'elsewhere'));
    writeFileSync(join(root, 'elsewhere/config.json'), '{"psFormat":"x"}');
    const { folder } = await makeDockerConfig(world({ DOCKER_CONFIG: join(root, 'elsewhere') }), HOST);
    expect(readFileSync(join(folder, 'config.json'), 'utf8')).toContain('psFormat');
    const bare = await makeDockerConfig(world({ HOME: join(root, 'ws') }), HOST);
    expect(JSON.parse(readFileSync(join(bare.folder, 'config.json'), 'utf8'))).toEqual({
      auths: {},
      credHelpers: { [HOST]: '' },
    });
  });

  it('does without a broken file of the user, saying so', async () => {
    writeFileSync(join(theirs(), 'config.json'), '{');
    const made = world();
    await makeDockerConfig(made, HOST);
    expect(made.said.join()).toContain('is not JSON');
  });

  it.each([
    '/',
    '.',
    'temp',
    'temp/other',
    'temp/deploy-backend-docker-x/../other',
    'home/deploy-backend-docker-x',
  ])('removes only what is its own, and not %s', async (path) => {
    mkdirSync(join(root, 'temp/other'));
    const made = world();
    expect(await removeDockerConfig(made, path === '/' ? path : join(root, path))).toBe(false);
    expect(existsSync(join(root, 'temp/other'))).toBe(true);
  });
});

describe('what answers to docker', () => {
  it.each([
    ['28.2.2', '20.10.24', 'exit 1', {}, { kind: 'classic' }],
    [
      '28.2.2',
      '28.2.2',
      'printf "Name: default\\nDriver: docker\\n"',
      {},
      { kind: 'buildx', name: 'default', driver: 'docker' },
    ],
    [
      '28.2.2',
      '28.2.2',
      'printf "Name:   ci\\nDriver: docker-container\\n\\nNodes:\\nName: ci0\\n"',
      {},
      { kind: 'buildx', name: 'ci', driver: 'docker-container' },
    ],
    ['28.2.2', '28.2.2', 'exit 0', { DOCKER_BUILDKIT: '0' }, { kind: 'classic' }],
    ['20.10.24', '20.10.24', 'exit 1', {}, { kind: 'buildkit' }],
    ['20.10.24', '20.10.24', 'exit 1', { DOCKER_BUILDKIT: 'false' }, { kind: 'classic' }],
  ])('client %s, engine %s, buildx `%s`, %j', async (client, server, buildx, env, builder) => {
    fakeDocker(`if [ "$1" = version ]; then echo '${VERSIONS(client, server)}'; else ${buildx}; fi`);
    const engine = await docker({ world: world(env), workspace: join(root, 'ws') }).engine();
    expect(engine).toMatchObject({ client, server, os: 'linux', architecture: 'amd64', builder });
  });

  it('is nobody without a client', async () => {
    const made = world({ PATH: join(root, 'bin') });
    await expect(docker({ world: made, workspace: root }).engine()).rejects.toMatchObject({
      code: 'docker-unavailable',
      message: 'There is no docker command on this machine.',
    });
  });

  it('is nobody without a daemon, in the words of docker', async () => {
    fakeDocker(
      `echo '{"Client":{"Version":"28.2.2"},"Server":null}'; echo 'Cannot connect to the Docker daemon' >&2; exit 1`,
    );
    await expect(docker({ world: world(), workspace: root }).engine()).rejects.toMatchObject({
      code: 'docker-unavailable',
      evidence: ['Cannot connect to the Docker daemon'],
    });
  });

  it('is nobody when it hangs', async () => {
    fakeDocker('exec sleep 60');
    const made = world();
    const impatient = {
      ...made,
      run: ((command, args, options) =>
        made.run(command, args, { ...options, timeout: 50 })) as typeof made.run,
    };
    await expect(docker({ world: impatient, workspace: root }).engine()).rejects.toMatchObject({
      code: 'docker-unavailable',
      message: 'Docker does not answer.',
    });
  });
});

describe('the limits of docker calls', () => {
  it('hold for questions and the login, never for a build or a push', async () => {
    fakeDocker(`cat >/dev/null; echo '${VERSIONS('20.10.24', '20.10.24')}'`);
    const made = world();
    const limits: Record<string, number | undefined> = {};
    const noting: typeof made.run = (command, args, options) => {
      limits[args[0] ?? ''] = options?.timeout;
      return made.run(command, args, { ...options, input: options?.input ?? ' ' });
    };
    const asked = docker({ world: { ...made, run: noting }, workspace: root });
    await asked.engine();
    await asked.login(HOST, 'p');
    await asked.build({ args: ['build'], env: {}, secrets: [] });
    await asked.push('x');
    await asked.repositoryDigests('x');
    expect(limits).toEqual({
      version: 20_000,
      login: 60_000,
      build: undefined,
      push: undefined,
      image: 20_000,
    });
  });
});

describe('the login', () => {
  it('gives the password on standard input only, to a clean environment and the private configuration', async () => {
    fakeDocker(`cat > "${root}/stdin"`);
    const made = world();
    const config = await makeDockerConfig(made, HOST);
    await docker({ world: made, workspace: join(root, 'ws'), config }).login(HOST, 'the-password');
    expect(readFileSync(join(root, 'stdin'), 'utf8')).toBe('the-password');
    expect(calls()).not.toContain('the-password');
    expect(calls()).toContain(
      `ARG<login>\nARG<--username>\nARG<AWS>\nARG<--password-stdin>\nARG<${HOST}>\nPWD<${root}/ws>`,
    );
    expect(calls()).toContain(`DOCKER_CONFIG=${config.folder}\n`);
    expect(calls()).toContain('HTTPS_PROXY=http://proxy:3128\n');
    expect(calls()).toContain('BUILDX_CONFIG=/bx\n');
    expect(calls()).toContain('RUNNER_TRACKING_ID=github_1\n');
    expect(calls()).not.toMatch(/INPUT_|ACTIONS_|AWS_|GITHUB_|SOMETHING_ELSE/);
  });

  it('that is refused says why', async () => {
    fakeDocker(`cat >/dev/null; echo 'Error response from daemon: 401 Unauthorized' >&2; exit 1`);
    await expect(docker({ world: world(), workspace: root }).login(HOST, 'p')).rejects.toMatchObject({
      code: 'push-failed',
      evidence: ['Error response from daemon: 401 Unauthorized'],
    });
  });
});

describe('a build', () => {
  const command = {
    args: ['build', '--build-arg', 'TOKEN=abc123', '--', '.'],
    env: { EXTRA: 'yes' },
    secrets: ['abc123'],
  };

  it('quotes its output as it comes, hides values, and gets the variables it needs', async () => {
    fakeDocker('echo one; echo two >&2');
    const made = world({ DOCKER_BUILDKIT: '1' });
    await docker({ world: made, workspace: join(root, 'ws') }).build(command);
    expect(made.said.slice(0, 2)).toEqual(['mask abc123', 'info docker build --build-arg TOKEN=… -- .']);
    expect(made.said.slice(2).sort()).toEqual(['| one', '| two']);
    expect(calls()).toContain('EXTRA=yes\n');
    expect(calls()).not.toContain('DOCKER_BUILDKIT');
  });

  it('that fails is an error with the last lines', async () => {
    fakeDocker('echo "Step 1/2"; echo "npm ERR! boom" >&2; exit 1');
    await expect(docker({ world: world(), workspace: root }).build(command)).rejects.toMatchObject({
      code: 'build-failed',
      evidence: expect.arrayContaining(['Step 1/2', 'npm ERR! boom']) as unknown,
    });
  });

  it('ends with everything it started when the run is cancelled', async () => {
    fakeDocker(`sh -c 'echo $$ > "${root}/pid"; echo up; exec sleep 60' & wait`);
    const cancel = new AbortController();
    const made = world({}, cancel.signal);
    const log = { ...made.log, quote: () => cancel.abort(new Error('cancelled')) };
    await expect(docker({ world: { ...made, log }, workspace: root }).build(command)).rejects.toThrow(
      'cancelled',
    );
    const pid = readFileSync(join(root, 'pid'), 'utf8').trim();
    const { stdout } = await made.run('ps', ['-o', 'stat=', '-p', pid]);
    expect(stdout.trim()).toMatch(/^(Z.*)?$/);
  });
});

describe('a push', () => {
  it('gives the digest that the registry named', async () => {
    fakeDocker(`echo 'The push refers to repository [x]'; echo 'v1: digest: ${DIGEST} size: 735'`);
    expect(await docker({ world: world(), workspace: root }).push('x:v1')).toEqual({ digest: DIGEST });
    expect(calls()).toContain('ARG<push>\nARG<x:v1>\n');
  });

  it('that fails says whether another attempt makes sense', async () => {
    fakeDocker('echo "received unexpected HTTP status: 503 Service Unavailable" >&2; exit 1');
    expect(await docker({ world: world(), workspace: root }).push('x:v1')).toMatchObject({ again: true });
  });
});

describe('digests of an image in the engine', () => {
  it('are those of every repository it was pushed to', async () => {
    fakeDocker(`echo '["a@${DIGEST}","b@${DIGEST}"]'`);
    const found = await docker({ world: world(), workspace: root }).repositoryDigests('a:v1');
    expect(found).toEqual([`a@${DIGEST}`, `b@${DIGEST}`]);
  });

  it.each(['exit 1', 'echo null', 'echo nonsense'])('are none for `%s`', async (behaviour) => {
    fakeDocker(behaviour);
    expect(await docker({ world: world(), workspace: root }).repositoryDigests('a:v1')).toEqual([]);
  });
});
