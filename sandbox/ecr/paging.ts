import { number, text } from '../ecs/fields.js';
import type { JsonObject } from '../json.js';
import { invalidParameter } from './refusals.js';

/** One page of a listing and, as a field of the answer, where the next one begins. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly rest: { readonly nextToken?: string };
}

/**
 * The page that `maxResults` (1 to 1000, 100 when absent) and `nextToken` ask for; both are refused where a
 * request names what it wants (ECR API Reference, DescribeImages). Throws `InvalidParameterException`.
 */
export function pageOf<T>(items: readonly T[], input: JsonObject, named: boolean): Page<T> {
  const [size, token] = [number(input, 'maxResults'), text(input, 'nextToken')];
  if (named) {
    if (size !== undefined) throw invalidParameter('maxResults', 'must not be used with a list of names');
    if (token !== undefined) throw invalidParameter('nextToken', 'must not be used with a list of names');
    return { items, rest: {} };
  }
  if (size !== undefined && !(Number.isInteger(size) && size >= 1 && size <= 1_000)) {
    throw invalidParameter('maxResults', 'must be between 1 and 1000');
  }
  const start = token === undefined ? 0 : startOf(token);
  const end = start + (size ?? 100);
  return { items: items.slice(start, end), rest: end < items.length ? { nextToken: tokenOf(end) } : {} };
}

function tokenOf(start: number): string {
  return Buffer.from(JSON.stringify({ start })).toString('base64');
}

function startOf(token: string): number {
  const start = /^\{"start":(\d{1,9})\}$/.exec(Buffer.from(token, 'base64').toString())?.[1];
  if (start === undefined) throw invalidParameter('nextToken', 'must be a token that this operation gave');
  return Number(start);
}
