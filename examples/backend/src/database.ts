import pg from 'pg';
import type { Log } from './log.js';

/** The database, in the one question that readiness asks of it. */
export interface Database {
  /** Resolves when a query was answered; rejects when it was not within two seconds. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

const LIMIT = 2_000;

/** A pool of connections to PostgreSQL. It connects when it is asked, and again after a loss. */
export function postgres(url: string, log: Log): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: 5,
    connectionTimeoutMillis: LIMIT,
    query_timeout: LIMIT,
  });
  // An idle connection that breaks is reported here; without a listener it would end the process.
  pool.on('error', () => log('warn', 'database connection lost'));
  return {
    async ping() {
      await pool.query('select 1');
    },
    close: () => pool.end(),
  };
}
