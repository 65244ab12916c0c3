import { DeployError } from '../errors.js';
import type { Builder, BuildCommand } from '../model/build-command.js';
import { shownCommand } from '../model/build-command.js';
import {
  buildFailure,
  daemonUnreachable,
  pushedDigest,
  pushFailure,
  type PushFailure,
} from '../model/docker-failure.js';
import { isObject, parseObject, textAt, type JsonObject } from '../model/json.js';
import { insideOfKeys } from '../model/key-lines.js';
import { redact } from '../model/redact.js';
import type { Finished, RunOptions, World } from '../world.js';
import { dockerEnvironment, type DockerConfig } from './docker-config.js';
import { ProcessTimeout, ProgramMissing } from './process.js';

/** What answers to `docker` on this machine. */
export interface Engine {
  readonly client: string;
  readonly server: string;
  /** `linux` or `windows`. */
  readonly os: string;
  /** `amd64`, `arm64`, … */
  readonly architecture: string;
  readonly builder: Builder;
}

/** Docker, in the few verbs that a release needs. */
export interface Docker {
  /** Asks client, daemon and builder who they are; throws `docker-unavailable`. */
  engine(): Promise<Engine>;
  /** Logs in as `AWS`; the password goes through standard input. Throws `push-failed`. */
  login(host: string, password: string): Promise<void>;
  /** Builds an image, its output quoted in the log; throws `build-failed`. */
  build(command: BuildCommand): Promise<void>;
  /** Pushes an image once; the digest is undefined when docker did not say it. */
  push(reference: string): Promise<Pushed | PushFailure>;
  /** `repository@sha256:…` of every registry that the engine knows the image in. */
  repositoryDigests(reference: string): Promise<readonly string[]>;
}

export interface Pushed {
  readonly digest: string | undefined;
}

/** What the adapter takes from the world, and where and with which configuration docker runs. */
export interface DockerAccess {
  readonly world: Pick<World, 'run' | 'env' | 'log' | 'signal'>;
  /** Folder in which docker runs: paths of Dockerfile and context start here. */
  readonly workspace: string;
  /** Absent: the user's own. */
  readonly config?: DockerConfig;
}

/** A stopped daemon lets `docker version` hang for ever, a silent registry `docker login`. */
const PROBE_LIMIT = 20_000;
const LOGIN_LIMIT = 60_000;
/** Lines of output kept for the error. */
const TAIL = 200;

/** The adapter for docker's command line. */
export function docker(access: DockerAccess): Docker {
  return {
    engine: () => probe(access),
    login: (host, password) => login(access, host, password),
    build: (command) => build(access, command),
    push: (reference) => push(access, reference),
    repositoryDigests: (reference) => repositoryDigests(access, reference),
  };
}

async function run(
  { world, workspace, config }: DockerAccess,
  args: readonly string[],
  options: RunOptions & { readonly extra?: Readonly<Record<string, string>> } = {},
): Promise<Finished> {
  const { extra, ...rest } = options;
  // The builder decides what this says: `1` without buildx would make docker 23 and later refuse to build.
  const buildKit = isFalse(world.env['DOCKER_BUILDKIT']) ? '0' : undefined;
  try {
    return await world.run('docker', args, {
      ...rest,
      cwd: workspace,
      env: { ...dockerEnvironment(world.env, config), DOCKER_BUILDKIT: buildKit, ...extra },
      signal: world.signal,
    });
  } catch (error) {
    throw unavailable(error);
  }
}

function unavailable(error: unknown): unknown {
  if (error instanceof ProgramMissing) {
    return new DeployError('docker-unavailable', 'There is no docker command on this machine.', {
      cause: error,
      hint: 'Use a runner with Docker; with the input image nothing is built and no Docker is needed.',
    });
  }
  if (error instanceof ProcessTimeout) {
    return new DeployError('docker-unavailable', 'Docker does not answer.', {
      cause: error,
      hint: 'The daemon or the registry hangs: restart the daemon, or run the job again.',
    });
  }
  return error;
}

async function probe(access: DockerAccess): Promise<Engine> {
  const asked = await run(access, ['version', '--format', '{{json .}}'], { timeout: PROBE_LIMIT });
  const versions = parseObject(asked.stdout) ?? {};
  const client = isObject(versions['Client']) ? versions['Client'] : {};
  const server = versions['Server'];
  if (asked.exitCode !== 0 || !isObject(server)) {
    throw daemonUnreachable(asked.stderr.split('\n').filter((line) => line.trim() !== ''));
  }
  return {
    client: textAt(client, 'Version') ?? 'unknown',
    server: textAt(server, 'Version') ?? 'unknown',
    os: textAt(server, 'Os') ?? 'linux',
    architecture: textAt(server, 'Arch') ?? 'amd64',
    builder: await probeBuilder(access, client, server),
  };
}

/**
 * Docker 23 and later build with the plugin buildx where it is; earlier clients have the BuildKit of the engine
 * (API 1.39) behind DOCKER_BUILDKIT=1. DOCKER_BUILDKIT=0 is the user's own choice of the classic builder.
 */
async function probeBuilder(access: DockerAccess, client: JsonObject, server: JsonObject): Promise<Builder> {
  const classic = { kind: 'classic', name: undefined, driver: undefined } as const;
  if (isFalse(access.world.env['DOCKER_BUILDKIT']) || textAt(server, 'Os') === 'windows') return classic;
  if (Number.parseInt(textAt(client, 'Version') ?? '', 10) < 23) {
    const [, minor] = (textAt(server, 'ApiVersion') ?? '').split('.');
    return Number(minor) >= 39 ? { ...classic, kind: 'buildkit' } : classic;
  }
  const plugin = await run(access, ['buildx', 'version'], { timeout: PROBE_LIMIT });
  if (plugin.exitCode !== 0) return classic;
  const { stdout } = await run(access, ['buildx', 'inspect'], { timeout: PROBE_LIMIT });
  return {
    kind: 'buildx',
    name: /^Name:\s+(\S+)$/m.exec(stdout)?.[1],
    driver: /^Driver:\s+(\S+)$/m.exec(stdout)?.[1],
  };
}

async function login(access: DockerAccess, host: string, password: string): Promise<void> {
  const args = ['login', '--username', 'AWS', '--password-stdin', host];
  const { exitCode, stderr } = await run(access, args, { input: password, timeout: LOGIN_LIMIT });
  if (exitCode === 0) return;
  const isInside = insideOfKeys();
  const evidence = withoutValues(stderr, [password])
    .split('\n')
    .filter((line) => line.trim() !== '' && !isInside(line));
  throw new DeployError('push-failed', `Docker could not log in to ${host}.`, {
    evidence,
    hint: 'The registry must be reachable from the runner and belong to the region that gave the password.',
  });
}

async function build(access: DockerAccess, { args, env, secrets }: BuildCommand): Promise<void> {
  const { log } = access.world;
  for (const secret of secrets) log.mask(secret);
  log.info(`docker ${shownCommand(args)}`);
  const { exitCode, tail } = await follow(access, args, { extra: env, secrets });
  if (exitCode !== 0) throw buildFailure(exitCode, tail);
}

async function push(access: DockerAccess, reference: string): Promise<Pushed | PushFailure> {
  const { exitCode, tail } = await follow(access, ['push', reference]);
  return exitCode === 0 ? { digest: pushedDigest(tail) } : pushFailure(reference, exitCode, tail);
}

interface Following {
  readonly extra?: Readonly<Record<string, string>>;
  /** Values that docker knows and nobody may see. */
  readonly secrets?: readonly string[];
}

/** Runs docker with its output, redacted, quoted in the log as it comes, and keeps the last lines as they are. */
async function follow(
  access: DockerAccess,
  args: readonly string[],
  { extra = {}, secrets = [] }: Following = {},
): Promise<{ readonly exitCode: number; readonly tail: readonly string[] }> {
  const tail: string[] = [];
  const isInside = insideOfKeys();
  const { exitCode } = await run(access, args, {
    extra,
    onLine: (said) => {
      if (isInside(said)) return;
      const line = withoutValues(said, secrets);
      access.world.log.quote(redact(line));
      tail.push(line);
      if (tail.length > TAIL) tail.shift();
    },
  });
  return { exitCode, tail };
}

/** Characters of a value that is looked for: shorter ones are part of any word. */
const SHORTEST_SECRET = 4;

/** The report is not masked by the runner: what is masked in the log has to be gone before. */
function withoutValues(text: string, secrets: readonly string[]): string {
  const lines = secrets.flatMap((secret) => secret.split(/\r?\n/).map((line) => line.trim()));
  return lines
    .filter(({ length }) => length >= SHORTEST_SECRET)
    .reduce((left, line) => left.replaceAll(line, '***'), text);
}

async function repositoryDigests(access: DockerAccess, reference: string): Promise<readonly string[]> {
  const args = ['image', 'inspect', '--format', '{{json .RepoDigests}}', reference];
  const { exitCode, stdout } = await run(access, args, { timeout: PROBE_LIMIT });
  const found = parseObject(`{"digests":${stdout.trim() || '[]'}}`)?.['digests'];
  if (exitCode !== 0 || !Array.isArray(found)) return [];
  return found.flatMap((text: unknown) => (typeof text === 'string' ? [text] : []));
}

/** What Go's strconv.ParseBool takes for false, which is how docker reads DOCKER_BUILDKIT. */
function isFalse(value: string | undefined): boolean {
  return value !== undefined && ['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(value);
}
