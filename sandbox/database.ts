import { spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';

/** A PostgreSQL that lives in a process of its own and forgets everything when it ends. */
export interface Database {
  /** `postgresql://…` for `DATABASE_URL`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Clients at once: two tasks of an old and two of a new release, each with a pool of its own. */
const MAX_CONNECTIONS = 100;
/** Milliseconds of real time until it has to be ready; three seconds are usual where none was made before. */
const PATIENCE = 60_000;

/**
 * Starts PGlite behind its socket server (`docs/decisions/0001-database-of-the-sandbox.md`) on a copy of an empty
 * database. Rejects when it ends before it is ready.
 */
export async function startDatabase(): Promise<Database> {
  const folder = await mkdtemp(join(tmpdir(), 'deploy-backend-database-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await cp(await emptyDatabase(), folder, { recursive: true });
    const { url, end } = await serve(folder);
    return { url, close: () => end('SIGKILL').then(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}

const packages = createRequire(import.meta.url);
const server = join(dirname(packages.resolve('@electric-sql/pglite-socket')), 'scripts', 'server.js');
const engine = join(dirname(packages.resolve('@electric-sql/pglite')), '..');

/** Folder of a database that nobody has used. It is made once a version of PGlite, as that takes seconds (`initdb`). */
async function emptyDatabase(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(engine, 'package.json'), 'utf8')) as { version: string };
  const cache = join(engine, '../../.cache');
  const folder = join(cache, `deploy-backend-database-${version}`);
  if (await exists(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const made = await mkdtemp(`${folder}-`);
  const { end } = await serve(made);
  await end('SIGTERM');
  try {
    await rename(made, folder);
  } catch (error) {
    await rm(made, { recursive: true });
    // Somebody else was faster.
    if (!(await exists(folder))) throw error;
  }
  return folder;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

interface Served {
  readonly url: string;
  readonly end: (signal: NodeJS.Signals) => Promise<void>;
}

/** Serves the database of a folder, in which an empty one is made where there is none. */
async function serve(folder: string): Promise<Served> {
  const options = ['--port=0', '--host=127.0.0.1', `--max-connections=${MAX_CONNECTIONS}`, `--db=${folder}`];
  const child = spawn(process.execPath, [server, ...options], { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  try {
    const port = await portOf(child);
    const url = `postgresql://postgres:postgres@127.0.0.1:${port}/postgres?sslmode=disable`;
    await ask(url);
    return { url, end };
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
}

/** Asks the first query, which takes half a second: a task that asks it would not be ready in time. */
async function ask(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query('SELECT 1');
  await client.end();
}

/** Reads what the server prints until it says where it listens. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const fail = (): void => reject(new Error(`The database did not start: ${printed.slice(-2_000)}`));
    const timer = setTimeout(fail, PATIENCE);
    const read = (bytes: Buffer): void => {
      printed = (printed + bytes.toString()).slice(-10_000);
      const port = /listening on .*"port":(\d+)/.exec(printed)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', fail);
    child.once('exit', () => {
      clearTimeout(timer);
      fail();
    });
  });
}
