/*
 * The specifications that the parsers of the smoke suite follow, read a second time: character by character and step by step, in
 * the order of their texts, without a regular expression and without a line of src/. Slow, and right by being dull.
 */

/** Reads a text from its beginning. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  done(): boolean {
    return this.#at >= this.#text.length;
  }

  get next(): string {
    return this.#text.charAt(this.#at);
  }

  take(): string {
    return this.#text.charAt(this.#at++);
  }

  eat(text: string): boolean {
    const there = this.#text.startsWith(text, this.#at);
    if (there) this.#at += text.length;
    return there;
  }

  collect(wanted: (character: string) => boolean): string {
    const start = this.#at;
    while (!this.done() && wanted(this.next)) this.#at++;
    return this.#text.slice(start, this.#at);
  }

  /** RFC 9110, section 5.6.4: the value of a quoted-string; undefined when there is none. */
  quotedString(): string | undefined {
    if (!this.eat('"')) return undefined;
    let value = '';
    while (!this.done()) {
      const character = this.take();
      if (character === '"') return value;
      const shown = character === '\\' ? this.take() : character;
      if (shown !== '\t' && !between(shown, ' ', '~') && !between(shown, '\x80', '\xff')) return undefined;
      value += shown;
    }
    return undefined;
  }

  /** `token / quoted-string`. */
  value(): string | undefined {
    return this.next === '"' ? this.quotedString() : this.collect(isTokenCharacter) || undefined;
  }
}

const between = (character: string, first: string, last: string): boolean =>
  character.length === 1 && character >= first && character <= last;
const isDigit = (character: string): boolean => between(character, '0', '9');
const isLower = (character: string): boolean => between(character, 'a', 'z');
const isSpace = (character: string): boolean => character === ' ' || character === '\t';
/** RFC 9110, section 5.6.2: what is visible and no delimiter. */
const isTokenCharacter = (character: string): boolean =>
  between(character, '!', '~') && !'"(),/:;<=>?@[\\]{}'.includes(character);
const all = (text: string, is: (character: string) => boolean): boolean =>
  text !== '' && new Scanner(text).collect(is) === text;

/** "ASCII lowercase"; a token is ASCII anyway. */
function lowercase(text: string): string {
  let lower = '';
  for (const character of text) lower += between(character, 'A', 'Z') ? character.toLowerCase() : character;
  return lower;
}

function strip(text: string, is: (character: string) => boolean): string {
  let [start, end] = [0, text.length];
  while (start < end && is(text.charAt(start))) start++;
  while (end > start && is(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

export interface HstsReading {
  readonly maxAge: number;
  readonly includeSubDomains: boolean;
  readonly preload: boolean;
}

/** RFC 6797, sections 6.1 and 8.1. */
export function hsts([line]: readonly string[]): HstsReading | undefined {
  if (line === undefined) return undefined;
  const scanner = new Scanner(line);
  const found: Record<string, string | true> = Object.create(null) as Record<string, string | true>;
  do {
    scanner.collect(isSpace);
    const name = scanner.collect(isTokenCharacter).toLowerCase();
    if (name === '') continue;
    if (name in found) return undefined;
    found[name] = true;
    scanner.collect(isSpace);
    if (scanner.eat('=')) {
      scanner.collect(isSpace);
      const value = scanner.value();
      if (value === undefined) return undefined;
      found[name] = value;
      scanner.collect(isSpace);
    }
  } while (scanner.eat(';'));
  const { 'max-age': maxAge, includesubdomains, preload } = found;
  if (!scanner.done() || typeof maxAge !== 'string' || !all(maxAge, isDigit)) return undefined;
  if (typeof includesubdomains === 'string') return undefined;
  const seconds = BigInt(maxAge);
  return {
    maxAge: seconds > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(seconds),
    includeSubDomains: includesubdomains === true,
    preload: preload === true,
  };
}

/** Fetch Standard, "get, decode, and split". */
function getDecodeAndSplit(lines: readonly string[]): readonly string[] | null {
  if (lines.length === 0) return null;
  const input = new Scanner(lines.join(', '));
  const values: string[] = [];
  let temporary = '';
  for (;;) {
    temporary += input.collect((character) => character !== '"' && character !== ',');
    if (input.next === '"') {
      temporary += httpQuotedString(input);
      if (!input.done()) continue;
    }
    values.push(strip(temporary, isSpace));
    temporary = '';
    if (input.done()) return values;
    input.take();
  }
}

/** Fetch Standard, "collect an HTTP quoted string", without the extract-value flag. */
function httpQuotedString(input: Scanner): string {
  let raw = input.take();
  for (;;) {
    raw += input.collect((character) => character !== '"' && character !== '\\');
    if (input.done()) return raw;
    const quoteOrBackslash = input.take();
    raw += quoteOrBackslash;
    if (quoteOrBackslash === '"' || input.done()) return raw;
    raw += input.take();
  }
}

/** Fetch Standard, "determine nosniff". */
export function nosniff(lines: readonly string[]): boolean {
  const values = getDecodeAndSplit(lines);
  return values !== null && lowercase(values[0] ?? '') === 'nosniff';
}

/** HTML Standard, "check a navigation response's adherence to X-Frame-Options"; undefined where it would let a stranger frame or is in doubt. */
export function frameOptions(lines: readonly string[]): string | undefined {
  const options = new Set((getDecodeAndSplit(lines) ?? []).map(lowercase));
  const [option] = options;
  return options.size === 1 && (option === 'deny' || option === 'sameorigin') ? option : undefined;
}

/** Referrer Policy, "parse a referrer policy from a `Referrer-Policy` header". */
export function referrer(lines: readonly string[]): string | undefined {
  let policy: string | undefined;
  for (const line of lines) {
    for (const item of line.split(',')) {
      const token = lowercase(strip(item, isSpace));
      switch (token) {
        case 'no-referrer':
        case 'no-referrer-when-downgrade':
        case 'same-origin':
        case 'origin':
        case 'strict-origin':
        case 'origin-when-cross-origin':
        case 'strict-origin-when-cross-origin':
        case 'unsafe-url':
          policy = token;
      }
    }
  }
  return policy;
}

/** RFC 9111, section 5.2, in a list after RFC 9110, section 5.6.1.2: whether it is valid and has no-store without an argument. */
export function noStore(lines: readonly string[]): boolean {
  const scanner = new Scanner(lines.join(', '));
  let found = false;
  do {
    scanner.collect(isSpace);
    const name = scanner.collect(isTokenCharacter);
    if (name !== '' && scanner.eat('=')) {
      if (scanner.value() === undefined) return false;
    } else if (name.toLowerCase() === 'no-store') found = true;
    scanner.collect(isSpace);
  } while (scanner.eat(','));
  return found && scanner.done();
}

/** RFC 9110, sections 5.6.6 and 8.3.1. */
export function essence(lines: readonly string[]): string | undefined {
  const essences = new Set(lines.map(essenceOf));
  const [only] = essences;
  return essences.size === 1 ? only : undefined;
}

function essenceOf(line: string): string | undefined {
  const scanner = new Scanner(line);
  const type = scanner.collect(isTokenCharacter);
  if (!scanner.eat('/')) return undefined;
  const subtype = scanner.collect(isTokenCharacter);
  if (type === '' || subtype === '') return undefined;
  scanner.collect(isSpace);
  while (scanner.eat(';')) {
    scanner.collect(isSpace);
    const name = scanner.collect(isTokenCharacter);
    if (name !== '' && !(scanner.eat('=') && scanner.value() !== undefined)) return undefined;
    scanner.collect(isSpace);
  }
  return scanner.done() ? `${type}/${subtype}`.toLowerCase() : undefined;
}

/** Fetch Standard, `serialized-origin`. */
export function isSerializedOrigin(text: string): boolean {
  const scanner = new Scanner(text);
  const scheme = scanner.collect(
    (character) => isLower(character) || isDigit(character) || '+-.'.includes(character),
  );
  if (!isLower(scheme.charAt(0)) || !scanner.eat('://')) return false;
  if (scanner.eat('[')) {
    if (!isSerializedIpv6(scanner.collect((character) => character !== ']')) || !scanner.eat(']'))
      return false;
  } else {
    const host = scanner.collect((character) => character !== ':');
    if (!host.split('.').every(isDomainLabel)) return false;
  }
  if (scanner.done()) return true;
  if (!scanner.eat(':')) return false;
  const port = scanner.collect(isDigit);
  return scanner.done() && port.length >= 1 && port.length <= 5;
}

function isDomainLabel(label: string): boolean {
  const isAlphanumeric = (character: string): boolean => isLower(character) || isDigit(character);
  return (
    all(label, (character) => isAlphanumeric(character) || character === '-') &&
    isAlphanumeric(label.charAt(0)) &&
    isAlphanumeric(label.charAt(label.length - 1))
  );
}

function isSerializedIpv6(text: string): boolean {
  const isH16 = (group: string): boolean =>
    group.length <= 4 &&
    all(group, (character) => isDigit(character) || between(character, 'a', 'f')) &&
    (group === '0' || !group.startsWith('0'));
  const halves = text.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const groups = halves.flat();
  if (!groups.every(isH16) || halves.length > 2) return false;
  return halves.length === 2 ? groups.length <= 6 : groups.length === 8;
}

export interface PageRequest {
  readonly origin: string;
  /** Whether the credentials mode is "include". */
  readonly credentials: boolean;
  readonly method: string;
  /** CORS-unsafe request-header names. */
  readonly headerNames: readonly string[];
}

type Headers = Readonly<Record<string, readonly string[]>>;

/** Fetch Standard, "CORS check". */
export function corsCheck(request: PageRequest, headers: Headers): boolean {
  const origin = headers['access-control-allow-origin']?.join(', ');
  if (origin === undefined) return false;
  if (!request.credentials && origin === '*') return true;
  if (request.origin !== origin) return false;
  if (!request.credentials) return true;
  return headers['access-control-allow-credentials']?.join(', ') === 'true';
}

/** Fetch Standard, "CORS-preflight fetch", from where the CORS check has succeeded. */
export function preflightAllows(request: PageRequest, headers: Headers): boolean {
  const methods = extractTokens(headers['access-control-allow-methods'] ?? []);
  const headerNames = extractTokens(headers['access-control-allow-headers'] ?? []);
  if (methods === 'failure' || headerNames === 'failure') return false;
  if (
    !methods.includes(request.method) &&
    !['GET', 'HEAD', 'POST'].includes(request.method) &&
    (request.credentials || !methods.includes('*'))
  ) {
    return false;
  }
  const listed = headerNames.map((name) => name.toLowerCase());
  const names = request.headerNames.map((name) => name.toLowerCase());
  if (names.includes('authorization') && !listed.includes('authorization')) return false;
  return names.every((name) => listed.includes(name) || (!request.credentials && listed.includes('*')));
}

/** Fetch Standard, "extract header list values", for `#token` (RFC 9110, section 5.6.1.2). */
function extractTokens(lines: readonly string[]): readonly string[] | 'failure' {
  const values: string[] = [];
  for (const line of lines) {
    const scanner = new Scanner(line);
    do {
      scanner.collect(isSpace);
      const value = scanner.collect(isTokenCharacter);
      if (value !== '') values.push(value);
      scanner.collect(isSpace);
    } while (scanner.eat(','));
    if (!scanner.done()) return 'failure';
  }
  return values;
}
