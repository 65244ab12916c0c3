/*
 * The grammar that HTTP's structured headers share, as sources of regular expressions. All of it is
 * linear: a quoted string's pieces begin with different characters.
 */

/** A `token` (RFC 9110, section 5.6.2). */
export const TOKEN = "[!#$%&'*+.^_`|~\\dA-Za-z-]+";

/** A `quoted-string` (RFC 9110, section 5.6.4). */
export const QUOTED_STRING =
  '"(?:[\\t\\x20\\x21\\x23-\\x5B\\x5D-\\x7E\\x80-\\xFF]|\\\\[\\t\\x20-\\x7E\\x80-\\xFF])*"';

const WHOLE_TOKEN = new RegExp(`^${TOKEN}$`);

/** Whether a text is a `token` and nothing else. */
export function isToken(text: string): boolean {
  return WHOLE_TOKEN.test(text);
}

/** The value of a `token` or `quoted-string` (RFC 9110, section 5.6.4). */
export function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;
}

/** Text without the spaces and tabs around it, which are HTTP's only white space (RFC 9110, section 5.6.3). */
export function trimmed(text: string): string {
  let start = 0;
  while (isSpace(text[start])) start++;
  let end = text.length;
  while (end > start && isSpace(text[end - 1])) end--;
  return text.slice(start, end);
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}

/** The items of all lines of a header without quotes; empty ones do not count (RFC 9110, section 5.6.1.2). */
export function plainItems(values: readonly string[]): readonly string[] {
  const items = values.flatMap((value) => value.match(/[^,]+/g) ?? []);
  return items.map(trimmed).filter((item) => item !== '');
}

/** The items of all lines of a header; a comma in quotes does not part (Fetch Standard, "get, decode, and split"). */
export function listItems(values: readonly string[]): readonly string[] {
  if (values.length === 0) return [];
  const whole = values.join(', ');
  const items: string[] = [];
  let start = 0;
  for (const { 0: piece, index } of whole.matchAll(/"(?:[^"\\]|\\[^])*(?:"|\\?$)|,/g)) {
    if (piece !== ',') continue;
    items.push(trimmed(whole.slice(start, index)));
    start = index + 1;
  }
  return [...items, trimmed(whole.slice(start))];
}
