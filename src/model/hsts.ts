import { QUOTED_STRING, TOKEN, unquoted } from './header-value.js';

/** What a `Strict-Transport-Security` header asks of browsers. */
export interface Hsts {
  /** Seconds. */
  readonly maxAge: number;
  readonly includeSubDomains: boolean;
  /** Asks for a place in the browsers' own lists (hstspreload.org); RFC 6797 does not know it. */
  readonly preload: boolean;
}

/** A directive, which may be empty, and what ends it (RFC 6797, section 6.1; white space as RFC 2616 implies it). */
const DIRECTIVE = new RegExp(
  `[ \\t]*(?:(${TOKEN})[ \\t]*(?:=[ \\t]*(${TOKEN}|${QUOTED_STRING})[ \\t]*)?)?(?:;|$)`,
  'gy',
);

/**
 * Reads a `Strict-Transport-Security` header. Undefined when there is none or when browsers ignore it: only
 * the first one counts (RFC 6797, section 8.1), and one that breaks the grammar, names a directive twice or lacks
 * `max-age` does not (section 6.1).
 */
export function parseHsts(values: readonly string[]): Hsts | undefined {
  const directives = directivesOf(values[0] ?? '');
  const maxAge = directives?.get('max-age');
  if (directives === undefined || maxAge === undefined || !/^\d+$/.test(maxAge)) return undefined;
  if (directives.get('includesubdomains') !== undefined) return undefined;
  return {
    maxAge: Math.min(Number(maxAge), Number.MAX_SAFE_INTEGER),
    includeSubDomains: directives.has('includesubdomains'),
    preload: directives.has('preload') && directives.get('preload') === undefined,
  };
}

/** Directives and their values by name in lower case; undefined when the header is not valid. */
function directivesOf(header: string): ReadonlyMap<string, string | undefined> | undefined {
  const directives = new Map<string, string | undefined>();
  let length = 0;
  for (const [part, name, value] of header.matchAll(DIRECTIVE)) {
    length += part.length;
    if (name === undefined) continue;
    if (directives.has(name.toLowerCase())) return undefined;
    directives.set(name.toLowerCase(), value && unquoted(value));
  }
  return length === header.length ? directives : undefined;
}
