import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A PostgreSQL that lives in a process of its own and forgets everything when it ends. */
export interface Database {
  /** `postgresql://…` for `DATABASE_URL`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Clients at once: two tasks of an old and two of a new release, each with a pool of its own. */
const MAX_CONNECTIONS = 100;
/** Milliseconds of real time until it has to be ready; three seconds are usual. */
const PATIENCE = 60_000;

/**
 * Starts PGlite behind its socket server (`docs/decisions/0001-database-of-the-sandbox.md`). Rejects when it ends
 * before it is ready.
 */
export async function startDatabase(): Promise<Database> {
  const program = join(dirname(entry), 'scripts', 'server.js');
  const options = ['--port=0', '--host=127.0.0.1', `--max-connections=${MAX_CONNECTIONS}`];
  const child = spawn(process.execPath, [program, ...options], {
    env: {},
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  // Nothing of it is on disk, so there is nothing that it would have to tidy up.
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  try {
    const port = await portOf(child);
    return { url: `postgresql://postgres:postgres@127.0.0.1:${port}/postgres?sslmode=disable`, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite-socket');

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
