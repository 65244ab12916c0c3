import type { RequestHandler } from 'express';

/**
 * Lets the pages of the listed origins read answers, and of no others (Fetch Standard, "CORS protocol").
 * Credentials are not allowed: the token travels in a header that the page sets itself.
 */
export function cors(origins: readonly string[]): RequestHandler {
  const allowed = new Set(origins);
  return (request, response, next) => {
    const { origin } = request.headers;
    const preflight = request.method === 'OPTIONS' && 'access-control-request-method' in request.headers;
    // Also without an Origin: a cache must not give this answer to a page later.
    response.vary('Origin');
    if (origin !== undefined && allowed.has(origin)) {
      response.set('Access-Control-Allow-Origin', origin);
      if (preflight) {
        response.set('Access-Control-Allow-Methods', 'GET, HEAD, POST');
        response.set('Access-Control-Allow-Headers', 'Authorization, Content-Type');
        response.set('Access-Control-Max-Age', '600');
      }
    }
    if (preflight) response.status(204).end();
    else next();
  };
}
