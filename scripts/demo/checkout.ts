import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const EXAMPLE = fileURLToPath(new URL('../../examples/backend', import.meta.url));

/** A repository of the example backend with two commits, checked out at the second. */
export interface Checkout {
  readonly folder: string;
  /** SHA of version 1. */
  readonly first: string;
  /** SHA of version 2. */
  readonly second: string;
}

/** Makes that repository in a temporary folder; git has to be on the machine. */
export async function makeCheckout(): Promise<Checkout> {
  const folder = await mkdtemp(join(tmpdir(), 'deploy-backend-checkout-'));
  const left = new Set(['node_modules', 'dist']);
  await cp(EXAMPLE, folder, { recursive: true, filter: (source) => !left.has(basename(source)) });
  await git(folder, 'init', '--quiet', '--initial-branch', 'master');
  const first = await commit(folder, 'Add the backend');
  const manifest = join(folder, 'package.json');
  await writeFile(
    manifest,
    (await readFile(manifest, 'utf8')).replace('"version": "1.0.0"', '"version": "2.0.0"'),
  );
  return { folder, first, second: await commit(folder, 'Release version 2') };
}

async function commit(folder: string, subject: string): Promise<string> {
  await git(folder, 'add', '--all');
  await git(
    folder,
    '-c',
    'user.name=Demo',
    '-c',
    'user.email=demo@example.com',
    'commit',
    '--quiet',
    '--message',
    subject,
  );
  return git(folder, 'rev-parse', 'HEAD');
}

async function git(folder: string, ...args: string[]): Promise<string> {
  const { stdout } = await run('git', args, { cwd: folder });
  return stdout.trim();
}
