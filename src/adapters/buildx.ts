import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
} from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { DeployError } from '../errors.js';
import type { BuildxVersion } from '../model/buildx-version.js';
import type { World } from '../world.js';
import type { DockerConfig } from './docker-config.js';

const RELEASES = 'https://github.com/docker/buildx/releases/download';
const PLUGIN = 'docker-buildx';
const TOOL = 'buildx';

/** The machine that buildx is to run on, in the words of its release files. */
export interface Machine {
  readonly platform: string;
  readonly arch: string;
}

/**
 * Installs buildx into a private docker configuration, from the runner's tool cache or from its release page,
 * whose checksum file it must match. Throws `docker-unavailable` when it cannot be had or is not what it should be.
 *
 * DEPLOY_BACKEND_BUILDX_URL names another place with the same files: a mirror, for runners that do not reach
 * github.com, as on GitHub Enterprise Server.
 */
export async function installBuildx(
  { env, log }: Pick<World, 'env' | 'log'>,
  wanted: BuildxVersion,
  config: DockerConfig,
  machine: Machine = process,
): Promise<void> {
  const releases = (env['DEPLOY_BACKEND_BUILDX_URL'] || RELEASES).replace(/\/+$/, '');
  // @actions/tool-cache writes each address to the log.
  log.mask(/^https?:\/\/[^/@:]*:?([^/@]*)@/.exec(releases)?.[1] ?? '');
  const binary = (await cached(wanted)) ?? (await download(wanted, releases, config, machine));
  const plugins = await ownPlugins(config);
  const target = join(plugins, PLUGIN);
  await rm(target, { force: true });
  await copyFile(binary, target);
  await chmod(target, 0o755);
  log.info(`buildx ${wanted.version} is used for this build.`);
}

/** The runner's tool cache exists on runners only; a pinned binary is checked in there too. */
async function cached({ version, sha256 }: BuildxVersion): Promise<string | undefined> {
  if (!process.env['RUNNER_TOOL_CACHE']) return undefined;
  const { find } = await import('@actions/tool-cache');
  const folder = find(TOOL, version);
  if (folder === '') return undefined;
  const binary = join(folder, PLUGIN);
  return sha256 === undefined || (await hashOf(binary)) === sha256 ? binary : undefined;
}

async function download(
  wanted: BuildxVersion,
  releases: string,
  config: DockerConfig,
  machine: Machine,
): Promise<string> {
  const { version, sha256 } = wanted;
  const file = `buildx-${version}.${releaseName(machine)}`;
  const folder = `${releases}/${version}`;
  // The tool cache refuses to write over what an earlier attempt left.
  const here = await mkdtemp(join(config.folder, 'download-'));
  const binary = await fetchFile(`${folder}/${file}`, join(here, file));
  const list = await fetchFile(`${folder}/checksums.txt`, join(here, 'checksums.txt'));
  const published = checksumOf(await readFile(list, 'utf8'), file);
  const found = await hashOf(binary);
  if (found !== published) {
    throw refused(wanted, `the release says SHA-256 ${published ?? 'nothing'}, the file has ${found}`);
  }
  if (sha256 !== undefined && found !== sha256) {
    throw refused(wanted, `buildx-version pins SHA-256 ${sha256}, the file has ${found}`);
  }
  if (!process.env['RUNNER_TOOL_CACHE']) return binary;
  const { cacheFile } = await import('@actions/tool-cache');
  return join(await cacheFile(binary, PLUGIN, TOOL, version), PLUGIN);
}

async function fetchFile(url: string, to: string): Promise<string> {
  const { downloadTool, HTTPError } = await import('@actions/tool-cache');
  try {
    return await downloadTool(url, to);
  } catch (cause) {
    const status = cause instanceof HTTPError ? cause.httpStatusCode : undefined;
    const said = status === undefined ? 'it cannot be reached' : `HTTP status ${status}`;
    throw new DeployError(
      'docker-unavailable',
      `buildx could not be fetched from ${withoutCredentials(url)}: ${said}.`,
      {
        cause,
        hint:
          status === 404
            ? 'buildx has no such release, or none for this machine: correct buildx-version.'
            : 'Let the runner reach that address, or set DEPLOY_BACKEND_BUILDX_URL to a mirror of the release page.',
      },
    );
  }
}

function withoutCredentials(url: string): string {
  return url.replace(/^(https?:\/\/)[^/@]*@/, '$1');
}

/** Names as the release page has them: `linux-amd64`, `darwin-arm64`, `linux-arm-v7`. */
function releaseName({ platform, arch }: Machine): string {
  const names: Readonly<Record<string, string>> = { x64: 'amd64', arm: 'arm-v7', ppc64: 'ppc64le' };
  return `${platform}-${names[arch] ?? arch}`;
}

/** A line of checksums.txt: the digest, a space, a star or a space, the name of the file. */
function checksumOf(list: string, file: string): string | undefined {
  const lines = list.split('\n').map((line) => /^([0-9a-f]{64}) [ *](.+?)\s*$/.exec(line));
  return lines.find((match) => match?.[2] === file)?.[1];
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

function refused({ version }: BuildxVersion, why: string): DeployError {
  return new DeployError('docker-unavailable', `buildx ${version} is not used: ${why}.`, {
    hint: 'The download was damaged or replaced: compare with the checksums.txt of the release before you go on.',
  });
}

/**
 * A folder for plugins that is ours to write to. Where the user has plugins, the folder is a link to theirs: it
 * becomes a folder of links to each of them.
 */
async function ownPlugins({ folder }: DockerConfig): Promise<string> {
  const plugins = join(folder, 'cli-plugins');
  const status = await lstat(plugins).catch(() => undefined);
  if (!status?.isSymbolicLink()) {
    await mkdir(plugins, { recursive: true });
    return plugins;
  }
  const theirs = resolve(folder, await readlink(plugins));
  await rm(plugins);
  await mkdir(plugins);
  for (const name of await readdir(theirs)) await symlink(join(theirs, name), join(plugins, name));
  return plugins;
}
