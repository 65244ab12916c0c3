import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import { requireToken } from './auth.js';
import type { Config } from './config.js';
import { cors } from './cors.js';
import type { Database } from './database.js';
import type { Log } from './log.js';
import { methodNotAllowed, notFound, onError } from './problems.js';

const SERVICE = 'mentalspace-backend';
const YEAR = 31_536_000;

/** What the routes need beside their configuration. */
export interface Parts {
  readonly database: Database | undefined;
  readonly log: Log;
  /** True from the moment on in which the service was told to stop. */
  readonly stopping: () => boolean;
  /** Of package.json. */
  readonly version: string;
}

/** The service as an Express application; it listens nowhere by itself. */
export function createApp(config: Config, parts: Parts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(
    helmet({
      strictTransportSecurity: { maxAge: YEAR, includeSubDomains: true },
      frameguard: { action: 'deny' },
    }),
  );
  app.use(requestLog(parts.log), noStore, cors(config.corsOrigins), express.json({ limit: '100kb' }));
  addRoutes(app, config, parts);
  app.use(notFound, onError(parts.log));
  return app;
}

function addRoutes(app: Express, config: Config, { database, stopping, version }: Parts): void {
  const get = (path: string, ...handlers: RequestHandler[]): void => {
    app
      .route(path)
      .get(...handlers)
      .all(methodNotAllowed('GET', 'HEAD'));
  };
  const { gitSha, buildTime, nodeEnv } = config;
  get('/api/v1', (_request, response) => void response.json({ service: SERVICE, status: 'ok' }));
  get(
    '/api/v1/version',
    (_request, response) => void response.json({ gitSha, buildTime, nodeEnv, version, service: SERVICE }),
  );
  get('/api/v1/health/live', (_request, response) => void response.json({ status: 'ok' }));
  get('/api/v1/health/ready', async (_request, response) => {
    const answered = !stopping() && (await answers(database));
    const word = answered ? 'ok' : 'unavailable';
    response.status(answered ? 200 : 503).json({ status: word, checks: { database: word } });
  });
  get(
    '/api/v1/patients',
    requireToken(config.apiToken),
    (_request, response) => void response.json({ patients: [] }),
  );
  app
    .route('/api/v1/echo')
    .post((request, response) => void response.json({ received: typeof request.body === 'object' }))
    .all(methodNotAllowed('POST'));
}

async function answers(database: Database | undefined): Promise<boolean> {
  try {
    await database?.ping();
    return database !== undefined;
  } catch {
    return false;
  }
}

const noStore: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store');
  next();
};

/** One line a request: the route's pattern and not its path, so that no identifier reaches the log. */
function requestLog(log: Log): RequestHandler {
  return (request, response, next) => {
    const started = performance.now();
    response.on('finish', () => {
      const route = (request.route as { path?: string } | undefined)?.path ?? 'none';
      const ms = Math.round(performance.now() - started);
      if (!route.includes('/health/'))
        log('info', 'request', { method: request.method, route, status: response.statusCode, ms });
    });
    next();
  };
}
