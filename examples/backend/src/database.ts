import pg from 'pg';
import { describeError, type Log } from './log.js';

/** The database, as far as this service uses it. */
export interface Database {
  /** Asks the database a real question; rejects when it does not answer in time. */
  ping(): Promise<void>;
  /** Gives back every connection once its query has ended. */
  close(): Promise<void>;
}

/** Milliseconds; with both spent, readiness still answers within the 5 s that a load balancer waits. */
const PATIENCE = 2_000;

/**
 * Connects when it is asked: a database that is away must not keep the service from starting and saying so.
 * `patience` is in milliseconds, once for a connection and once for an answer.
 */
export function connectDatabase(
  connectionString: string | undefined,
  log: Log,
  patience: number = PATIENCE,
): Database {
  if (connectionString === undefined) return noDatabase();
  const pool = new pg.Pool({
    connectionString,
    max: 10,
    connectionTimeoutMillis: patience,
    query_timeout: patience,
    keepAlive: true,
  });
  // Without a listener a connection that is lost while idle would end the process (node-postgres, "pg.Pool").
  pool.on('error', (error) => log.warn('database connection lost', describeError(error)));
  return {
    ping: shared(async () => {
      await pool.query('select 1');
    }),
    close: () => pool.end(),
  };
}

/** Everyone may ask for readiness, so those who ask at the same time share one query. */
function shared(ask: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= ask().finally(() => (running = undefined)));
}

function noDatabase(): Database {
  return {
    ping: () => Promise.reject(new Error('DATABASE_URL is not set.')),
    close: () => Promise.resolve(),
  };
}
