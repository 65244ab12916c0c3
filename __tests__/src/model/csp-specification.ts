/*
 * Content Security Policy Level 3, read a second time: what an attacker could load, run and frame under some policies, by the steps
 * of the specification, without a regular expression and without a line of src/.
 */

/** A policy: its directives in their order. */
export type Directives = readonly (readonly [name: string, value: readonly string[]])[];

const ASCII_WHITESPACE = '\t\n\f\r ';
const ALPHANUMERIC = 'abcdefghijklmnopqrstuvwxyz0123456789';

function splitOnWhitespace(text: string): readonly string[] {
  const words: string[] = [];
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    if (at < text.length && !ASCII_WHITESPACE.includes(text.charAt(at))) continue;
    if (at > start) words.push(text.slice(start, at));
    start = at + 1;
  }
  return words;
}

/** "Parse a response's Content Security Policies", where each is what "parse a serialized CSP" makes of it. */
export function policies(lines: readonly string[]): readonly Directives[] {
  const found: Directives[] = [];
  for (const line of lines) {
    for (const serialized of line.split(',')) {
      const directives = new Map<string, readonly string[]>();
      for (const token of serialized.split(';')) {
        if (Array.from(token).some((character) => character > '\x7f')) continue;
        const [name, ...value] = splitOnWhitespace(token);
        if (name === undefined || directives.has(name.toLowerCase())) continue;
        directives.set(name.toLowerCase(), value);
      }
      if (directives.size > 0) found.push([...directives]);
    }
  }
  return found;
}

/** Keywords, schemes and hosts are matched without regard to case. */
function lowercased(lines: readonly string[]): readonly Directives[] {
  return policies(lines.map((line) => line.toLowerCase()));
}

function valueOf(policy: Directives, ...fallbackList: readonly string[]): readonly string[] | undefined {
  for (const wanted of fallbackList) {
    const directive = policy.find(([name]) => name === wanted);
    if (directive) return directive[1];
  }
  return undefined;
}

/** The page that the policies came with. */
const SELF = { scheme: 'https', host: 'self.example' };

interface Url {
  readonly scheme: string;
  readonly host: string;
}

/** "Does url match source list in origin": ports and paths are the default ones. */
function matches({ scheme, host }: Url, list: readonly string[]): boolean {
  if (list.length === 0 || (list.length === 1 && list[0] === "'none'")) return false;
  return list.some((expression) => {
    if (expression === '*') return scheme === 'https' || scheme === 'http';
    if (expression === "'self'") return scheme === SELF.scheme && host === SELF.host;
    if (expression.startsWith("'")) return false;
    const [wantedScheme, rest] = schemePart(expression);
    if (!schemeMatches(wantedScheme ?? SELF.scheme, scheme)) return false;
    if (rest === '') return wantedScheme !== undefined;
    const pattern = hostPart(rest);
    if (pattern === '*') return scheme !== 'data';
    if (pattern?.startsWith('*.')) return host.endsWith(pattern.slice(1));
    return pattern === host;
  });
}

/** `scheme-part ":"`, or `[ scheme-part "://" ]` and what follows. */
function schemePart(expression: string): readonly [string | undefined, string] {
  const [scheme = '', rest] = expression.split('://');
  if (rest !== undefined) return [scheme, rest];
  return expression.endsWith(':') && isScheme(expression.slice(0, -1))
    ? [expression.slice(0, -1), '']
    : [undefined, expression];
}

/** RFC 3986, section 3.1: a letter, then letters, digits, plus, minus and dots. */
function isScheme(text: string): boolean {
  const letters = ALPHANUMERIC.replace(/\d/g, '');
  return letters.includes(text.charAt(0)) && Array.from(text).every((c) => `${ALPHANUMERIC}+-.`.includes(c));
}

/** The host of `host-part [ ":" port-part ] [ path-part ]`; undefined when it is none. */
function hostPart(text: string): string | undefined {
  const path = text.indexOf('/');
  const [host, port, ...more] = (path === -1 ? text : text.slice(0, path)).split(':');
  const isPort =
    port === undefined ||
    port === '*' ||
    (port !== '' && Array.from(port).every((c) => c >= '0' && c <= '9'));
  return isPort && more.length === 0 ? host : undefined;
}

function schemeMatches(a: string, b: string): boolean {
  if (a === b) return true;
  if (a === 'http') return b === 'https';
  if (a === 'ws') return b === 'wss' || b === 'http' || b === 'https';
  return a === 'wss' && b === 'https';
}

/** "Does a source list allow all inline behavior for type", of scripts. */
function allowsAllInline(list: readonly string[]): boolean {
  let allowed = false;
  for (const expression of list) {
    if (isNonceOrHash(expression) || expression === "'strict-dynamic'") return false;
    if (expression === "'unsafe-inline'") allowed = true;
  }
  return allowed;
}

function isNonceOrHash(expression: string): boolean {
  const prefix = ["'nonce-", "'sha256-", "'sha384-", "'sha512-"].find((start) =>
    expression.startsWith(start),
  );
  if (prefix === undefined || !expression.endsWith("'")) return false;
  const value = expression.slice(prefix.length, -1);
  const end = value.indexOf('=');
  const [digits, padding] = end === -1 ? [value, ''] : [value.slice(0, end), value.slice(end)];
  return (
    digits !== '' &&
    Array.from(digits).every((character) => `${ALPHANUMERIC}+/-_`.includes(character)) &&
    ['', '=', '=='].includes(padding)
  );
}

/** What a stranger's script can do on a page with these policies, each of which has to allow it. */
export interface Attacks {
  readonly inline: boolean;
  readonly eval: boolean;
  readonly foreign: boolean;
  readonly data: boolean;
}

export function attacks(lines: readonly string[]): Attacks {
  const parsed = lowercased(lines);
  const every = (fallbackList: readonly string[], allows: (list: readonly string[]) => boolean): boolean =>
    parsed.every((policy) => {
      const list = valueOf(policy, ...fallbackList);
      return list === undefined || allows(list);
    });
  const elements = ['script-src-elem', 'script-src', 'default-src'];
  const loads = (url: Url) => (list: readonly string[]) =>
    !list.includes("'strict-dynamic'") && matches(url, list);
  return {
    inline:
      every(elements, allowsAllInline) ||
      every(['script-src-attr', 'script-src', 'default-src'], allowsAllInline),
    eval: every(['script-src', 'default-src'], (list) => list.includes("'unsafe-eval'")),
    foreign: every(elements, loads({ scheme: 'https', host: 'evil.invalid' })),
    data: every(elements, loads({ scheme: 'data', host: '' })),
  };
}

/** Who can frame the page; undefined when no policy says anything about it. */
export function framers(
  lines: readonly string[],
): Readonly<Record<'self' | 'listed' | 'stranger', boolean>> | undefined {
  const lists = lowercased(lines).flatMap((policy) => {
    const list = valueOf(policy, 'frame-ancestors');
    return list === undefined ? [] : [list];
  });
  if (lists.length === 0) return undefined;
  const may = (host: string): boolean => lists.every((list) => matches({ scheme: 'https', host }, list));
  return { self: may(SELF.host), listed: may('a.example'), stranger: may('evil.invalid') };
}
