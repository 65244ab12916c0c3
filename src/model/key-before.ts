import { isDigit, isLower, isSpace, isUpper, isWord } from './character-codes.js';
import { sensitivityOf, wordIn, type Sensitive, type Word } from './sensitive-names.js';

/** A name has at most so many words, each at most so long. */
const MOST_WORDS = 5;
const LONGEST_WORD = 24;

const PERCENT = 37;
/** `"`, `'`, a backtick, a backslash, `]` and `)`: what may close a name. */
const isClosing = (code: number): boolean =>
  code === 34 || code === 39 || code === 96 || code === 92 || code === 93 || code === 41;
/** `_`, `-`, `.`, `[` and `/`: what parts the words of one identifier. */
const isJoining = (code: number): boolean =>
  code === 95 || code === 45 || code === 46 || code === 91 || code === 47;

/**
 * What the name that ends just before `end` says of its value. It is read backwards, not beyond `floor`, over quotes in
 * any depth of escapes; words are parted as in `patientName`, `patient_name`, `patient-name`, `patient.name`,
 * `patient[name]`, `PATIENT NAME`.
 */
export function sensitivityBefore(text: string, end: number, floor: number): Sensitive | undefined {
  let at = nameEnd(text, end, floor);
  const words: (Word | undefined)[] = [];
  let tight = 0;
  for (let spaced = false; words.length < MOST_WORDS;) {
    const last = skipDigits(text, at, floor);
    const start = wordStart(text, last, floor);
    if (start === last) break;
    words.push(wordIn(text, start, last));
    if (!spaced) tight = words.length;
    at = start;
    const code = at > floor ? text.charCodeAt(at - 1) : 0;
    if (isJoining(code)) at--;
    else if (isSpace(code)) [spaced, at] = [true, at - 1];
    else if (!isWord(code)) break;
  }
  return words.length === 0 ? undefined : sensitivityOf(words, tight);
}

/** Where a name ends: before white space and what closes it, also URL-encoded. */
function nameEnd(text: string, end: number, floor: number): number {
  let at = end;
  for (let spaces = 0; spaces < 3 && at > floor && isSpace(text.charCodeAt(at - 1)); spaces++) at--;
  for (let closers = 0; closers < 8 && at > floor; closers++) {
    if (isClosing(text.charCodeAt(at - 1))) at--;
    else if (at - 3 >= floor && text.charCodeAt(at - 3) === PERCENT && closesEncoded(text, at - 2)) at -= 3;
    else break;
  }
  return at;
}

/** Whether the hexadecimal digits of `"`, `'`, a backslash or `]` stand at `at`. */
function closesEncoded(text: string, at: number): boolean {
  const [high, low] = [text.charCodeAt(at), text.charCodeAt(at + 1)];
  return high === 50 ? low === 50 || low === 55 : high === 53 && (low & ~32) >= 67 && (low & ~32) <= 68;
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
  let at = end;
  while (at > least && isUpper(text.charCodeAt(at - 1))) at--;
  if (at < end) return at;
  while (at > least && isLower(text.charCodeAt(at - 1))) at--;
  return at < end && at > least && isUpper(text.charCodeAt(at - 1)) ? at - 1 : at;
}
