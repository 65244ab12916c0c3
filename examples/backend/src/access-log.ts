import { performance } from 'node:perf_hooks';
import type { Request, RequestHandler } from 'express';
import type { Log } from './log.js';

/**
 * Writes a line a request, with the route's template in place of the path, which may name a person. Health checks
 * that went well are left out: they come all the time and would hide the rest.
 */
export function accessLog(log: Log): RequestHandler {
  return (request, response, next) => {
    const start = performance.now();
    response.once('close', () => {
      const route = routeOf(request);
      if (route.includes('/health/') && response.statusCode < 400) return;
      const msg = response.writableFinished ? 'request' : 'request aborted';
      const ms = Math.round(performance.now() - start);
      log.info(msg, { method: request.method, route, status: response.statusCode, ms });
    });
    next();
  };
}

function routeOf(request: Request): string {
  const route: unknown = request.route;
  if (typeof route !== 'object' || route === null || !('path' in route)) return 'none';
  return `${request.baseUrl}${String(route.path)}`;
}
