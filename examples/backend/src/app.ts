import express, { Router, type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import { accessLog } from './access-log.js';
import type { Config } from './config.js';
import { cors } from './cors.js';
import { failures, notFound, only } from './problems.js';
import { healthRoutes, type Vitals } from './health.js';
import { patientsRoute } from './patients.js';
import { versionRoute } from './version.js';

/** Helmet's defaults are made for pages; an API has none, so it allows a browser nothing at all. */
const securityHeaders = helmet({
  strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: true },
  xFrameOptions: { action: 'deny' },
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
});

/** What an API answers may be about a person, or old in a moment: a cache must keep none of it. */
const noStore: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store');
  next();
};

/** The application without its server. */
export function createApp(config: Config, vitals: Vitals): Express {
  const app = express();
  app.disable('etag');
  app.use(accessLog(vitals.log));
  app.use(securityHeaders);
  app.use(noStore);
  app.use(cors(config.corsOrigins));
  app.use(express.json({ limit: '64kb' }));
  app.use('/api/v1', api(config, vitals));
  app.use(notFound);
  app.use(failures(vitals.log));
  return app;
}

function api({ release, apiToken }: Config, vitals: Vitals): Router {
  const router = Router();
  router
    .route('/')
    .get((_request, response) => {
      response.json({ service: release.service, version: release.version });
    })
    .all(only('GET', 'HEAD'));
  router.use(versionRoute(release), healthRoutes(vitals), patientsRoute(apiToken));
  return router;
}
