import { isSpace, isWord } from './character-codes.js';
import { sensitivityBefore } from './key-before.js';
import { matchEnd, valueAt } from './value-extent.js';
import type { Sensitive } from './sensitive-names.js';

const [COLON, LESS, EQUALS, GREATER] = [58, 60, 61, 62];

/**
 * A sign between a name and its value. The name has two characters at least, then a number, what closes it (also
 * URL-encoded) and white space: most signs of a text that is full of them have less in front. It has to look for the sign
 * first: reading back from every character of a row of underscores takes time in the square of its length.
 */
const SIGN =
  /(?=[=:>%])(?<=[\w.[/-][a-z]_*\d{0,4}(?:["'`\\)\]]|%(?:22|27|5[cd])){0,8}[ \t]{0,3})(?:[=:>]|%3[ad])/gi;

/** An ARN up to its resource: the type of that is no name (`arn:aws:secretsmanager:…:secret:prod/database`). */
const REST_OF_ARN = /:aws[a-z-]{0,12}:[a-z\d-]{0,32}:[a-z\d-]{0,32}:\d{0,12}:(?:[a-z-]{1,32}:)?/y;

/** The text with the value of every sensitive name replaced. Reads each character a bounded number of times. */
export function withoutKeyedValues(text: string): string {
  let [shown, kept] = ['', 0];
  let after = matchEnd(SIGN, text, 0);
  while (after !== undefined) {
    const at = isEncoded(text, after) ? after - 3 : after - 1;
    const arn = arnEnd(text, at);
    const sensitive = arn === undefined ? sensitivityAt(text, at, kept) : undefined;
    const value =
      sensitive && holds(text, after, sensitive) ? valueAt(text, after, sensitive.extent) : undefined;
    if (sensitive && value) {
      shown += text.slice(kept, value.start) + sensitive.hole;
      kept = value.end;
    }
    after = matchEnd(SIGN, text, arn ?? value?.end ?? after);
  }
  return shown + text.slice(kept);
}

function isEncoded(text: string, after: number): boolean {
  const last = text.charCodeAt(after - 1);
  return last !== COLON && last !== EQUALS && last !== GREATER;
}

function arnEnd(text: string, at: number): number | undefined {
  return text.startsWith('arn', at - 3) ? matchEnd(REST_OF_ARN, text, at) : undefined;
}

function sensitivityAt(text: string, at: number, floor: number): Sensitive | undefined {
  if (text.charCodeAt(at) === GREATER && !closesElement(text, at)) return undefined;
  return sensitivityBefore(text, at, floor);
}

/** What the name of an element consists of: `[\w:.-]`. */
const isOfName = (code: number): boolean => isWord(code) || code === COLON || code === 46 || code === 45;

/** Whether `>` closes the opening tag of an XML element without attributes. */
function closesElement(text: string, at: number): boolean {
  for (let back = at - 1; back >= at - 48; back--) {
    const code = text.charCodeAt(back);
    if (code === LESS) return true;
    if (!isOfName(code)) return false;
  }
  return false;
}

function holds(text: string, after: number, { when, unless }: Sensitive): boolean {
  let start = after;
  while (isSpace(text.charCodeAt(start))) start++;
  if (unless && matchEnd(unless, text, start) !== undefined) return false;
  return when === undefined || matchEnd(when, text, start) !== undefined;
}
