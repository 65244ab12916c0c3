import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { sendProblem } from './problems.js';

/** Lets through who has the token; everybody else gets 401, also when no token is configured. */
export function requireToken(token: string | undefined): RequestHandler {
  return (request, response, next) => {
    const given = /^Bearer (\S+)$/i.exec(request.get('authorization') ?? '')?.[1];
    if (token !== undefined && given !== undefined && same(given, token)) {
      next();
      return;
    }
    response.set('WWW-Authenticate', 'Bearer realm="mentalspace"');
    sendProblem(response, 401);
  };
}

/** Compares digests of equal length, so that the time tells nothing. */
function same(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
