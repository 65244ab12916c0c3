import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Log } from './log.js';

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request is malformed.',
  401: 'A valid token is required.',
  404: 'There is nothing here.',
  405: 'The method is not allowed here.',
  413: 'The request is too large.',
  415: 'The media type is not supported.',
  500: 'Something went wrong.',
};

/** Answers with a problem (RFC 9457): a status and a title of ours, and nothing of the request or the error. */
export function sendProblem(response: Response, status: number): void {
  const known = status in TITLES ? status : 500;
  response.status(known).set('Cache-Control', 'no-store').type('application/problem+json');
  response.send(JSON.stringify({ type: 'about:blank', title: TITLES[known], status: known }));
}

/** The answer to a path that nobody serves. */
export const notFound: RequestHandler = (_request, response) => sendProblem(response, 404);

/** The answer to a method that a path does not have. */
export function methodNotAllowed(...allowed: readonly string[]): RequestHandler {
  return (_request, response) => {
    response.set('Allow', allowed.join(', '));
    sendProblem(response, 405);
  };
}

/** The answer to whatever was thrown: a client's fault keeps its status, anything else is 500 and logged by name. */
export function onError(log: Log): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const status = statusOf(error);
    if (status >= 500)
      log('error', 'request failed', { error: error instanceof Error ? error.name : 'unknown' });
    sendProblem(response, status);
  };
}

function statusOf(error: unknown): number {
  const status =
    typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 500;
  return status >= 400 && status < 500 ? status : 500;
}
