import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { sendProblem } from './problems.js';

/** Lets only those pass who know the token (RFC 6750); nobody when there is none. */
export function bearer(token: string | undefined): RequestHandler {
  const expected = token === undefined ? undefined : digest(token);
  return (request, response, next) => {
    const given = /^bearer +([^ ]+) *$/i.exec(request.headers.authorization ?? '')?.[1];
    if (given !== undefined && expected && timingSafeEqual(digest(given), expected)) {
      next();
      return;
    }
    const error = given === undefined ? '' : ', error="invalid_token"';
    response.set('WWW-Authenticate', `Bearer realm="api"${error}`);
    sendProblem(response, 401);
  };
}

/** Of equal length for every token, which the comparison needs. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
