import type { Extent } from './sensitive-names.js';

/** A part of a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A bare value to white space or to what ends it in a query, in JSON and in XML. */
const WORD = /(?:[^\s"'&<]|'(?=\w)|&(?![\w.%[\]-]{1,40}=)|<(?!\/))+/y;
/** A value and the words behind it that have a digit, such as `(555) 123-4567`. */
const ID = /(?:[^\s,;&"'<>|}\]]|,(?=\d)|'(?=\w))+(?:[ \t]{1,2}[^\s,;&"'<>|}\]\d]*\d[^\s,;&"'<>|}\]]*)*/y;
/** What says that there is no value. */
const NOTHING =
  /(?:(\\{0,3}["']|)(?:null|undefined|none|nil|true|false)\1|(\\{0,3}["'])\2)(?![\w-])(?=[\s,;&)}\]"'<\\]|$)/y;
const OPENING_QUOTE = /(\\*)(["'`])|%22/y;
/** The inside of a URL-encoded string. */
const ENCODED = /(?:\[[a-z ]{2,13}\]|[^%\s&]|%(?!22))*/y;
const QUOTE_THEN_JSON = /\\*"\s*(?:[}\]]|,\s*\\*"|$|\n)/y;
const TRAILING = /[,;)\]}.:\\]/;

/** Where the value lies that begins at `from`, without its quotes; undefined where there is none. */
export function valueAt(text: string, from: number, extent: Extent): Span | undefined {
  let start = from;
  while (start - from < 4 && ' \t=>'.includes(text.charAt(start))) start++;
  if (matchEnd(NOTHING, text, start) !== undefined) return undefined;
  return quotedAt(text, start) ?? bracketedAt(text, start, extent) ?? bareAt(text, start, extent);
}

/** Where a sticky pattern that matches at `start` ends. */
export function matchEnd(pattern: RegExp, text: string, start: number): number | undefined {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** A string in quotes of any depth of escapes; it ends with its quotes, or with the line. */
function quotedAt(text: string, from: number): Span | undefined {
  const start = matchEnd(OPENING_QUOTE, text, from);
  if (start === undefined) return undefined;
  const quote = text.charAt(start - 1);
  if (quote === '2') return { start, end: matchEnd(ENCODED, text, start) ?? start };
  const depth = start - from - 1;
  for (let at = start, escapes = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '\n') return { start, end: at };
    if (char === '\\') escapes++;
    else {
      if (char === quote && (depth === 0 ? escapes % 2 === 0 : escapes <= depth))
        return { start, end: at - escapes * Math.sign(depth) };
      escapes = 0;
    }
  }
  return { start, end: text.length };
}

/** An object, a list or a tuple up to its own bracket, whatever stands in the strings in it; without that bracket the rest. */
function bracketedAt(text: string, from: number, extent: Extent): Span | undefined {
  const first = text.charAt(from);
  if (first !== '{' && first !== '[' && (first !== '(' || extent === 'id')) return undefined;
  let [depth, inside, kind, escapes] = [0, false, '', 0];
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '\\') {
      escapes++;
      continue;
    }
    if (char === '"' || char === "'") {
      // The first quote tells which quotes, in which depth of escapes, are those of the strings in here.
      const mark = `${String(escapes)}${char}`;
      if (kind === '') kind = mark;
      if (kind === mark) inside = !inside;
    } else if (!inside && '{[('.includes(char)) depth++;
    else if (!inside && '}])'.includes(char) && --depth === 0) return { start: from, end: at + 1 };
    escapes = 0;
  }
  return { start: from, end: text.length };
}

function bareAt(text: string, start: number, extent: Extent): Span | undefined {
  let end = bareEnd(text, start, extent);
  while (end > start && TRAILING.test(text.charAt(end - 1))) end--;
  return end > start ? { start, end } : undefined;
}

function bareEnd(text: string, start: number, extent: Extent): number {
  switch (extent) {
    case 'word':
      return matchEnd(WORD, text, start) ?? start;
    case 'id':
      return matchEnd(ID, text, start) ?? start;
    case 'line':
      return lineEnd(text, start);
    case 'prose':
      return proseEnd(text, start);
  }
}

function lineEnd(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '\n' || (char === '"' && matchEnd(QUOTE_THEN_JSON, text, at) !== undefined)) return at;
  }
  return text.length;
}

/** Characters at which prose may end; all others only make it longer. */
const MARKS = new Uint8Array(128);
for (const mark of '"\n\r;|&<`\\\'([{)]} \t,=:') MARKS[mark.charCodeAt(0)] = 1;

/** Prose ends at a quote, a field's end, a bracket that it did not open, or before the next name. */
function proseEnd(text: string, start: number): number {
  let [depth, word] = [0, start];
  for (let at = start; at < text.length; at++) {
    if (MARKS[text.charCodeAt(at)] !== 1) continue;
    const char = text.charAt(at);
    switch (char) {
      case ' ':
      case '\t':
      case ',':
        word = at + 1;
        break;
      case '=':
      case ':':
        if (isNameAt(text, word, start) && (char === '=' || /[\s"'\\]/.test(text.charAt(at + 1))))
          return trimmed(text, start, word);
        break;
      case '(':
      case '[':
      case '{':
        depth++;
        break;
      case ')':
      case ']':
      case '}':
        if (--depth < 0) return at;
        break;
      case '\\':
        if (/[nrt"\\]/.test(text.charAt(at + 1))) return at;
        break;
      case "'":
        if (!/\p{L}/u.test(text.charAt(at + 1))) return at;
        break;
      default:
        return at;
    }
  }
  return text.length;
}

function isNameAt(text: string, word: number, start: number): boolean {
  return word > start && /[A-Za-z]/.test(text.charAt(word));
}

function trimmed(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && /[\s,]/.test(text.charAt(at - 1))) at--;
  return at;
}
