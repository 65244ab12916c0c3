import type { JsonObject } from '../json.js';
import { number, text } from './fields.js';
import { invalidParameter } from './refusals.js';

/** One page of a listing, and where the next one begins. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

/**
 * The page that a request's `maxResults` and `nextToken` ask for; a page holds at most `limit` items. The
 * token is opaque to callers. Throws `InvalidParameterException` for a token or size that ECS would not take.
 */
export function pageOf<T>(items: readonly T[], input: JsonObject, limit: number): Page<T> {
  const size = number(input, 'maxResults') ?? limit;
  if (size < 1 || size > limit) {
    throw invalidParameter(
      `Max results must be greater than or equal to 1 and less than or equal to ${limit}`,
    );
  }
  const start = startOf(text(input, 'nextToken'));
  const end = start + size;
  return { items: items.slice(start, end), nextToken: end < items.length ? tokenOf(end) : undefined };
}

function tokenOf(start: number): string {
  return Buffer.from(`from:${start}`).toString('base64');
}

function startOf(token: string | undefined): number {
  if (token === undefined || token === '') return 0;
  const start = /^from:(\d+)$/.exec(Buffer.from(token, 'base64').toString('utf8'))?.[1];
  if (start === undefined) throw invalidParameter('Invalid token.');
  return Number(start);
}
