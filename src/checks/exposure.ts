import { leaksIn } from '../model/leaks.js';
import { personalDataIn } from '../model/personal-data.js';
import type { HttpResponse } from '../world.js';

/** What is in these is the client's own, or a path that it may know. */
const UNSCANNED = new Set(['set-cookie', 'location', 'link', 'content-security-policy', 'report-to']);

/** What an answer shows that nobody should see: classes and how often, never the values. */
export function exposedBy(answer: HttpResponse): readonly string[] {
  const text = textToScan(answer);
  return [...leaksIn(text), ...personalDataIn(text)].map(
    ({ kind, count }) => `it shows ${kind}${count > 1 ? ` (${String(count)} times)` : ''}`,
  );
}

/** The body and those headers in which nothing from the inside has to be. */
export function textToScan({ headers, body }: HttpResponse): string {
  const values = Object.entries(headers).flatMap(([name, all]) => (UNSCANNED.has(name) ? [] : all));
  return [...values, body].join('\n');
}
