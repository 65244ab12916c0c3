import { Router } from 'express';
import type { Release } from './config.js';
import { only } from './problems.js';

/** Says which build answers. It holds nothing secret and needs no token, so that a smoke test can ask it. */
export function versionRoute(release: Release): Router {
  const router = Router();
  router
    .route('/version')
    .get((_request, response) => {
      response.json(release);
    })
    .all(only('GET', 'HEAD'));
  return router;
}
