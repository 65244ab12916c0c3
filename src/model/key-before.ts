import { sensitivityOf, type Sensitive } from './sensitive-names.js';

/** A name has at most so many words, each at most so long. */
const MOST_WORDS = 5;
const LONGEST_WORD = 24;

const isUpper = (code: number): boolean => code >= 65 && code <= 90;
const isLower = (code: number): boolean => code >= 97 && code <= 122;
const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isWord = (code: number): boolean => isLower(code) || isUpper(code) || isDigit(code) || code === 95;
const isSpace = (code: number): boolean => code === 32 || code === 9;
const PERCENT = 37;
/** `"`, `'`, a backtick, a backslash, `]` and `)`: what may close a name. */
const CLOSING = new Set([34, 39, 96, 92, 93, 41]);
/** `_`, `-`, `.`, `[` and `/`: what parts the words of one identifier. */
const JOINING = new Set([95, 45, 46, 91, 47]);

/**
 * What the name that ends just before `end` says of its value. It is read backwards, not beyond `floor`, over quotes in
 * any depth of escapes; words are parted as in `patientName`, `patient_name`, `patient-name`, `patient.name`,
 * `patient[name]`, `PATIENT NAME`.
 */
export function sensitivityBefore(text: string, end: number, floor: number): Sensitive | undefined {
  let at = nameEnd(text, end, floor);
  if (at - floor < 2 || !isWord(text.charCodeAt(at - 1))) return undefined;
  // Most texts that are full of signs have a single letter before each: no name is that short.
  const before = text.charCodeAt(at - 2);
  if (!isWord(before) && !isSpace(before) && !JOINING.has(before)) return undefined;
  const words: string[] = [];
  let tight = 0;
  for (let spaced = false; words.length < MOST_WORDS;) {
    const last = skipDigits(text, at, floor);
    const start = wordStart(text, last, floor);
    if (start === last) break;
    words.push(text.slice(start, last).toLowerCase());
    if (!spaced) tight = words.length;
    at = start;
    const code = at > floor ? text.charCodeAt(at - 1) : 0;
    if (JOINING.has(code)) at--;
    else if (isSpace(code)) [spaced, at] = [true, at - 1];
  }
  return words.length === 0 ? undefined : sensitivityOf(words, tight);
}

/** Where a name ends: before white space and what closes it, also URL-encoded. */
function nameEnd(text: string, end: number, floor: number): number {
  let at = end;
  for (let spaces = 0; spaces < 3 && at > floor && isSpace(text.charCodeAt(at - 1)); spaces++) at--;
  for (let closers = 0; closers < 8 && at > floor; closers++) {
    if (CLOSING.has(text.charCodeAt(at - 1))) at--;
    else if (
      at - 3 >= floor &&
      text.charCodeAt(at - 3) === PERCENT &&
      /^%(?:22|27|5[CD])$/i.test(text.slice(at - 3, at))
    )
      at -= 3;
    else break;
  }
  return at;
}

function skipDigits(text: string, end: number, floor: number): number {
  let at = end;
  while (at > floor && end - at < 4 && isDigit(text.charCodeAt(at - 1))) at--;
  while (at < end && at > floor && text.charCodeAt(at - 1) === 95) at--;
  return at;
}

/** Where the word begins that ends at `end`: at a capital after small letters, or with the run of letters. */
function wordStart(text: string, end: number, floor: number): number {
  const least = Math.max(floor, end - LONGEST_WORD);
  const capitals = end > floor && isUpper(text.charCodeAt(end - 1));
  const belongs = capitals ? isUpper : isLower;
  let at = end;
  while (at > least && belongs(text.charCodeAt(at - 1))) at--;
  if (!capitals && at < end && at > least && isUpper(text.charCodeAt(at - 1))) at--;
  return at;
}
