import { Router } from 'express';
import type { Database } from './database.js';
import { describeError, type Log } from './log.js';
import { only } from './problems.js';

/** What the health routes look at. */
export interface Vitals {
  readonly database: Database;
  readonly log: Log;
  /** Whether the process was told to stop. */
  readonly stopping: () => boolean;
}

/**
 * Liveness asks nobody else: a database that is away must not have every task replaced. Readiness asks the
 * database.
 */
export function healthRoutes({ database, log, stopping }: Vitals): Router {
  const router = Router();
  router
    .route('/health/live')
    .get((_request, response) => {
      response.json({ status: 'ok' });
    })
    .all(only('GET', 'HEAD'));
  router
    .route('/health/ready')
    .get(async (_request, response) => {
      const answers = await database.ping().then(
        () => true,
        (error: unknown) => {
          log.warn('database does not answer', describeError(error));
          return false;
        },
      );
      const ready = answers && !stopping();
      response.status(ready ? 200 : 503).json({ status: word(ready), checks: { database: word(answers) } });
    })
    .all(only('GET', 'HEAD'));
  return router;
}

function word(good: boolean): string {
  return good ? 'ok' : 'unavailable';
}
