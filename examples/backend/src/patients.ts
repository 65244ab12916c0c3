import { Router } from 'express';
import { bearer } from './bearer.js';
import { only } from './problems.js';

/** Stands for every route that shows a person's data: it needs the token. */
export function patientsRoute(apiToken: string | undefined): Router {
  const router = Router();
  router
    .route('/patients')
    .all(bearer(apiToken))
    .get((_request, response) => {
      response.json({ patients: [] });
    })
    .all(only('GET', 'HEAD'));
  return router;
}
