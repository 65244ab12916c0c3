import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import type { Environment, Files } from '../world.js';

/** The folder below which `Files.temporaryFolder` makes its own: the runner's, else the system's. */
export function temporaryRoot(env: Environment): string {
  return resolve(env['RUNNER_TEMP'] || tmpdir());
}

/** The real `Files`. Relative paths start at `workspace`. */
export function realFiles(env: Environment, workspace: string): Files {
  const at = (path: string) => resolve(workspace, path);
  return {
    read: (path) => orNothing(readFile(at(path), 'utf8'), undefined),
    write: (path, text, mode) => writeWhole(at(path), text, mode),
    create: (path, text) => createWhole(at(path), text),
    list: (path) => orNothing(readdir(at(path)), []),
    link: (from, to) => linkOrCopy(at(from), at(to)),
    temporaryFolder: async (prefix) => {
      const root = temporaryRoot(env);
      await makeFolder(root);
      return mkdtemp(join(root, prefix));
    },
    remove: (path) => rm(at(path), { recursive: true, force: true }),
  };
}

/** Node's own `recursive` never ends below a folder in which nothing can be made, such as one of /proc: that is `ENOENT`, too. */
async function makeFolder(path: string): Promise<void> {
  const make = (): Promise<unknown> =>
    mkdir(path).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  try {
    await make();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await make();
  }
}

/** Under another name first: whoever reads meanwhile, or a full disk, finds no half of it. */
async function writeWhole(path: string, text: string, mode: number | undefined): Promise<void> {
  await makeFolder(dirname(path));
  const half = `${path}.${String(process.pid)}.tmp`;
  try {
    await writeFile(half, text, mode === undefined ? {} : { mode });
    // `mode` of writeFile is cut by the umask.
    if (mode !== undefined) await chmod(half, mode);
    await rename(half, path);
  } catch (error) {
    await rm(half, { force: true });
    throw error;
  }
}

async function createWhole(path: string, text: string): Promise<boolean> {
  await makeFolder(dirname(path));
  const file = await open(path, 'wx').catch((error: unknown) => {
    if (codeOf(error) === 'EEXIST') return undefined;
    throw error;
  });
  if (!file) return false;
  try {
    await file.writeFile(text);
    return true;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  await makeFolder(dirname(to));
  if ((await stat(from)).isDirectory()) await symlink(from, to);
  else await copyFile(from, to);
}

async function orNothing<T, N>(reading: Promise<T>, nothing: N): Promise<T | N> {
  try {
    return await reading;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return nothing;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
