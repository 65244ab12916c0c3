import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { describeError, type Log } from './log.js';

/** Answers with a problem (RFC 9457). It says what the status means and nothing of the request or the cause. */
export function sendProblem(response: Response, status: number): void {
  response
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status }));
}

/** Answers what no route took. */
export const notFound: RequestHandler = (_request, response) => sendProblem(response, 404);

/** Closes a route to all methods but those: 405, or to OPTIONS the list itself (RFC 9110, 15.5.6 and 9.3.7). */
export function only(...methods: readonly string[]): RequestHandler {
  return (request, response) => {
    response.set('Allow', [...methods, 'OPTIONS'].join(', '));
    if (request.method === 'OPTIONS') response.status(204).end();
    else sendProblem(response, 405);
  };
}

/** Answers what a handler threw: the client's mistakes with their status, everything else with 500. */
export function failures(log: Log): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    const status = clientStatus(error) ?? 500;
    if (status === 500) log.error('request failed', describeError(error));
    if (response.headersSent) next(error);
    else sendProblem(response, status);
  };
}

/** Express and its body parser throw errors that carry a status, e.g. 400 for malformed JSON and 413 for too much. */
function clientStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('status' in error)) return undefined;
  const { status } = error;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
