import type { RequestHandler } from 'express';

const METHODS = 'GET, POST, PUT, PATCH, DELETE';
const HEADERS = 'authorization, content-type';

/** Lets pages of the listed origins call the service. Any other origin gets no word about it. */
export function cors(origins: ReadonlySet<string>): RequestHandler {
  return (request, response, next) => {
    // The answer depends on the origin, also when it is not allowed: caches must know.
    response.vary('Origin');
    const origin = request.get('origin');
    const allowed = origin !== undefined && origins.has(origin);
    if (allowed) response.set('Access-Control-Allow-Origin', origin);
    const preflight =
      request.method === 'OPTIONS' && request.get('access-control-request-method') !== undefined;
    if (!preflight) {
      next();
      return;
    }
    if (allowed) {
      response.set({
        'Access-Control-Allow-Methods': METHODS,
        'Access-Control-Allow-Headers': HEADERS,
        'Access-Control-Max-Age': '600',
      });
    }
    response.status(204).end();
  };
}
