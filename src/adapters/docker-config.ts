import { basename, dirname, join, resolve } from 'node:path';
import { homedir } from 'node:os';

import { isObject, parseObject, type JsonObject } from '../model/json.js';
import type { Environment, World } from '../world.js';
import { temporaryRoot } from './files.js';

/** A docker configuration of our own, so that our login leaves the user's as it was. */
export interface DockerConfig {
  /** What DOCKER_CONFIG points at; mode 0700, removed when the run ends. */
  readonly folder: string;
}

const PREFIX = 'deploy-backend-docker-';
/** What docker reads from its configuration folder beside config.json: plugins, contexts, builders, TLS, trust. */
const LINKED = new Set(['cli-plugins', 'contexts', 'buildx', 'trust', 'ca.pem', 'cert.pem', 'key.pem']);

/**
 * Makes a private docker configuration: a copy of the user's, with plugins, contexts and builders still in
 * reach, in which the login to `host` is kept in the private file itself.
 */
export async function makeDockerConfig(
  { files, env, log }: Pick<World, 'files' | 'env' | 'log'>,
  host: string,
): Promise<DockerConfig> {
  const theirs = env['DOCKER_CONFIG'] || join(env['HOME'] || homedir(), '.docker');
  const text = await files.read(join(theirs, 'config.json'));
  const config = text === undefined ? {} : parseObject(text);
  if (!config) log.warning(`${join(theirs, 'config.json')} is not JSON; docker is run without it.`);
  const folder = await files.temporaryFolder(PREFIX);
  const own = withOwnLogin(config ?? {}, host);
  await files.write(join(folder, 'config.json'), JSON.stringify(own, undefined, 2), 0o600);
  const found = await files.list(theirs);
  await Promise.all(
    found
      .filter((name) => LINKED.has(name))
      .map((name) => files.link(join(theirs, name), join(folder, name))),
  );
  return { folder };
}

/**
 * Removes a configuration that `makeDockerConfig` made, and nothing else: the path may come from a saved state
 * that somebody wrote to. Returns whether it was one of ours.
 */
export async function removeDockerConfig(
  { files, env }: Pick<World, 'files' | 'env'>,
  folder: string,
): Promise<boolean> {
  const path = resolve(folder);
  if (dirname(path) !== temporaryRoot(env) || !basename(path).startsWith(PREFIX)) return false;
  await files.remove(path);
  return true;
}

/**
 * Docker asks the helper of a host first, then the common store; an empty helper means the file itself
 * (docker/cli, cli/config/configfile/file.go, getConfiguredCredentialStore). So our password neither goes into
 * the user's keychain nor is answered from it, and every other login stays where it was.
 */
function withOwnLogin(config: JsonObject, host: string): JsonObject {
  const logins = isObject(config['auths']) ? config['auths'] : {};
  const helpers = isObject(config['credHelpers']) ? config['credHelpers'] : {};
  return {
    ...config,
    auths: Object.fromEntries(
      Object.entries(logins).filter(([name]) => name.replace(/^https?:\/\//, '').split('/', 1)[0] !== host),
    ),
    credHelpers: { ...helpers, [host]: '' },
  };
}

/** Variables that docker, its plugins, its credential helpers and its connection to the daemon read. */
const PASSED = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR', 'TMP', 'TEMP', 'LANG', 'TZ', 'SHELL'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'FTP_PROXY', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
  ...['XDG_RUNTIME_DIR', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'DBUS_SESSION_BUS_ADDRESS', 'SSH_AUTH_SOCK'],
  ...['GNUPGHOME', 'PASSWORD_STORE_DIR', 'SOURCE_DATE_EPOCH', 'NO_COLOR'],
  // By this the runner finds what outlives a killed step, and ends it with the job; a build that goes on would
  // otherwise do so unseen (actions/runner, JobExtension.cs, "Cleaning up orphan processes").
  'RUNNER_TRACKING_ID',
]);

/** The environment for docker: what it needs, and neither inputs nor tokens nor AWS credentials. */
export function dockerEnvironment(env: Environment, config: DockerConfig | undefined): Environment {
  const kept = Object.entries(env).filter(
    ([name]) => PASSED.has(name.toUpperCase()) || /^(DOCKER|BUILDX|BUILDKIT|LC)_/.test(name),
  );
  return { ...Object.fromEntries(kept), ...(config ? { DOCKER_CONFIG: config.folder } : {}) };
}
