import { sensitivityBefore } from './key-before.js';
import { matchEnd, valueAt } from './value-extent.js';
import type { Sensitive } from './sensitive-names.js';

const [PERCENT, COLON, EQUALS, GREATER, LESS, N] = [37, 58, 61, 62, 60, 110];

/** An ARN up to its resource: the type of that is no name (`arn:aws:secretsmanager:…:secret:prod/database`). */
const REST_OF_ARN = /:aws[a-z-]{0,12}:[a-z\d-]{0,32}:[a-z\d-]{0,32}:\d{0,12}:(?:[a-z-]{1,32}:)?/y;
const ENCODED_SIGN = /%3[ad]/iy;

/** The text with the value of every sensitive name replaced. Reads each character a bounded number of times. */
export function withoutKeyedValues(text: string): string {
  const parts: string[] = [];
  let kept = 0;
  for (let at = 0; at < text.length;) {
    const after = signEnd(text, at);
    if (after === at) {
      at++;
      continue;
    }
    const arn =
      text.charCodeAt(at - 1) === N && text.startsWith('arn', at - 3)
        ? matchEnd(REST_OF_ARN, text, at)
        : undefined;
    const sensitive = arn === undefined ? sensitivityAt(text, at, kept) : undefined;
    const value =
      sensitive && holds(text, after, sensitive) ? valueAt(text, after, sensitive.extent) : undefined;
    if (sensitive && value) {
      parts.push(text.slice(kept, value.start), sensitive.hole);
      kept = value.end;
    }
    at = arn ?? value?.end ?? after;
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(kept);
}

/** Where the sign between a name and its value ends that stands at `at`; `at` itself where there is none. */
function signEnd(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code === EQUALS || code === COLON || code === GREATER) return at + 1;
  return code === PERCENT ? (matchEnd(ENCODED_SIGN, text, at) ?? at) : at;
}

function sensitivityAt(text: string, at: number, floor: number): Sensitive | undefined {
  if (text.charCodeAt(at) === GREATER && !closesElement(text, at)) return undefined;
  return sensitivityBefore(text, at, floor);
}

/** Whether `>` closes the opening tag of an XML element without attributes. */
function closesElement(text: string, at: number): boolean {
  for (let back = at - 1; back >= at - 48 && back >= 0; back--) {
    const code = text.charCodeAt(back);
    if (code === LESS) return back < at - 1;
    if (!/[\w:.-]/.test(text.charAt(back))) return false;
  }
  return false;
}

function holds(text: string, after: number, { when, unless }: Sensitive): boolean {
  let start = after;
  while (start - after < 3 && /[ \t]/.test(text.charAt(start))) start++;
  if (unless && matchEnd(unless, text, start) !== undefined) return false;
  return when === undefined || matchEnd(when, text, start) !== undefined;
}
