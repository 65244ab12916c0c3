import type { JsonObject } from '../json.js';
import { integer, invalid, text } from './input.js';

/**
 * The part of a list that a Describe call asked for with `PageSize` (at most 400) and `Marker`, and the
 * marker of the next part. Throws `ValidationError` for a marker that no call gave.
 */
export function page<T>(input: JsonObject, items: readonly T[]): { part: readonly T[]; rest: JsonObject } {
  const size = integer(input, 'PageSize', [1, 400]) ?? 400;
  const start = startOf(text(input, 'Marker'), items.length);
  const end = start + size;
  return {
    part: items.slice(start, end),
    rest: end < items.length ? { NextMarker: Buffer.from(String(end)).toString('base64') } : {},
  };
}

function startOf(marker: string | undefined, length: number): number {
  if (marker === undefined) return 0;
  const start = Number(Buffer.from(marker, 'base64').toString());
  if (!Number.isInteger(start) || start <= 0 || start > length) {
    throw invalid(`'${marker}' is not a valid marker`);
  }
  return start;
}
