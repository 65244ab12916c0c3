import { fits } from './pattern.js';
import type { Wanted } from './settings.js';

/**
 * Whether a header is equal to the wanted text, but for its case, or fits the wanted pattern. A text without parameters is
 * only about what stands before those of the header: `application/json` is `application/json; charset=utf-8` as well.
 */
export function isWanted(text: string, wanted: Wanted): boolean {
  if (typeof wanted !== 'string') return fits(wanted, text);
  const [bare = ''] = text.split(';', 1);
  return plain(wanted.includes(';') ? text : bare) === plain(wanted);
}

function plain(text: string): string {
  return text.trim().toLowerCase();
}
