/*
 * URLs may hold credentials, and a path or a query that names a person (45 CFR 164.514(b)(2)(i)(N)). Scheme and host stay; the
 * path only where it cannot name one: below this machine, AWS and the API of a registry (`/v2/`).
 */

const ADDRESS = /(?<=:\/\/)[^\s"'<>`|\\]+/g;
const KNOWN_HOST =
  /^(?:localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1?\]|(?:[a-z\d-]{1,63}\.){1,6}(?:amazonaws\.com(?:\.cn)?|aws\.amazon\.com|amazon\.com))(?::\d{1,5})?$/i;
const [SLASH, QUESTION, FRAGMENT] = [47, 63, 35];
const CLOSING = '.,;:!)}';

/** The query of a path without a host, such as in a line of an access log. */
const QUERY = /(\/[^\s/?"'<>\\]*\?)(?!\[query\][.,;:!)}]*(?:[\s"'<>\\]|$))[^\s"'<>\\]+/g;

/** The text with each URL cut to what says where, and not who. */
export function withoutPersonalAddresses(text: string): string {
  const shown = text.includes('://') ? text.replace(ADDRESS, shorten) : text;
  return shown.includes('?') ? shown.replace(QUERY, '$1[query]') : shown;
}

/** RFC 3986, section 3: authority, path, query and fragment; behind them the punctuation of the sentence. */
function shorten(rest: string): string {
  let end = rest.length;
  while (end > 0 && CLOSING.includes(rest.charAt(end - 1))) end--;
  const asked = Math.min(first(rest, QUESTION, 0, end), first(rest, FRAGMENT, 0, end));
  const { credentials, from, slash } = hostIn(rest, asked);
  const host = rest.slice(from, slash);
  const query = asked < end ? '?[query]' : '';
  return credentials + host + shownPath(host, rest.slice(slash, asked)) + query + rest.slice(end);
}

/** Without a host the path is that of a file of the program, in a stack trace. */
function shownPath(host: string, path: string): string {
  const harmless = path.length <= 1 || host === '' || path.startsWith('/v2/') || KNOWN_HOST.test(host);
  return harmless ? path : '/[path]';
}

/** Credentials end at the last `@`; a password may have a `/` in it, and then what looks like a port is no number. */
function hostIn(rest: string, end: number) {
  const slash = first(rest, SLASH, 0, end);
  const authorityAt = rest.lastIndexOf('@', slash - 1);
  const isPassword = /:(?!\d{0,5}$)/.test(rest.slice(0, slash));
  const at = authorityAt < 0 && isPassword ? rest.lastIndexOf('@', end - 1) : authorityAt;
  const from = at + 1;
  return { credentials: from > 0 ? '[credentials]@' : '', from, slash: first(rest, SLASH, from, end) };
}

/** Where a character is first, or `end`. */
function first(text: string, code: number, from: number, end: number): number {
  for (let at = from; at < end; at++) if (text.charCodeAt(at) === code) return at;
  return end;
}
