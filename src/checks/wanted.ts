import type { Wanted } from './settings.js';

/** Whether a header is equal to the wanted text, but for its case, or fits the wanted pattern. */
export function isWanted(text: string, wanted: Wanted): boolean {
  return typeof wanted === 'string'
    ? text.trim().toLowerCase() === wanted.trim().toLowerCase()
    : wanted.test(text);
}
