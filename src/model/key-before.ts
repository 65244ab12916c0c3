import { isDigit, isLower, isSpace, isUpper } from './character-codes.js';
import { sensitivityOf, wordIn, type Sensitive, type Word } from './sensitive-names.js';

/** A name has at most so many words. */
const MOST_WORDS = 5;

const [PERCENT, UNDERSCORE] = [37, 95];
/** `"`, `'`, a backtick, a backslash, `]` and `)`: what may close a name. */
const isClosing = (code: number): boolean =>
  code === 34 || code === 39 || code === 96 || code === 92 || code === 93 || code === 41;
/** `_`, `-`, `.`, `[` and `/`: what parts the words of one identifier. */
const isJoining = (code: number): boolean =>
  code === 95 || code === 45 || code === 46 || code === 91 || code === 47;

/**
 * What the name that ends just before `end`, where a sign is, says of its value. It is read backwards, not beyond `floor`, over
 * quotes in any depth of escapes; words are parted as in `patientName`, `patient_name`, `patient-name`, `patient.name`,
 * `patient[name]`, `PATIENT NAME`.
 */
export function sensitivityBefore(text: string, end: number, floor: number): Sensitive | undefined {
  let at = nameEnd(text, end);
  const words: (Word | undefined)[] = [];
  let tight = 0;
  for (let spaced = false; words.length < MOST_WORDS;) {
    const last = skipDigits(text, at);
    const start = wordStart(text, last, floor);
    if (start === last) break;
    words.push(wordIn(text, start, last));
    if (!spaced) tight = words.length;
    at = start;
    const code = text.charCodeAt(at - 1);
    if (isJoining(code)) at--;
    else if (isSpace(code)) [spaced, at] = [true, at - 1];
  }
  return sensitivityOf(words, tight);
}

/** Where a name ends: before white space and what closes it, also URL-encoded. There is no more of them than a sign may have in front. */
function nameEnd(text: string, end: number): number {
  let at = end;
  while (isSpace(text.charCodeAt(at - 1))) at--;
  for (;;) {
    if (isClosing(text.charCodeAt(at - 1))) at--;
    else if (text.charCodeAt(at - 3) === PERCENT && /22|27|5[cd]/i.test(text.slice(at - 2, at))) at -= 3;
    else return at;
  }
}

/** Where the letters of a word end: before up to four digits and the underscores in front of those. */
function skipDigits(text: string, end: number): number {
  let at = end;
  while (end - at < 4 && isDigit(text.charCodeAt(at - 1))) at--;
  while (text.charCodeAt(at - 1) === UNDERSCORE) at--;
  return at;
}

/** Where the word begins that ends at `end`: at a capital after small letters, or with the run of letters. */
function wordStart(text: string, end: number, floor: number): number {
  let at = end;
  while (at > floor && isUpper(text.charCodeAt(at - 1))) at--;
  if (at < end) return at;
  while (at > floor && isLower(text.charCodeAt(at - 1))) at--;
  return at > floor && isUpper(text.charCodeAt(at - 1)) ? at - 1 : at;
}
