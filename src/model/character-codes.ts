/*
 * What a UTF-16 code unit is. A text is read by those where a regular expression for each of its characters would cost
 * ten times as much.
 */

/** `[A-Z]` */
export const isUpper = (code: number): boolean => code >= 65 && code <= 90;

/** `[a-z]` */
export const isLower = (code: number): boolean => code >= 97 && code <= 122;

/** `[0-9]` */
export const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** `\w` */
export const isWord = (code: number): boolean =>
  isLower(code) || isUpper(code) || isDigit(code) || code === 95;

/** A space or a tab. */
export const isSpace = (code: number): boolean => code === 32 || code === 9;

/** What base64 consists of, but for the `=` at its end (RFC 4648, section 4). */
export const isBase64 = (code: number): boolean =>
  isLower(code) || isUpper(code) || isDigit(code) || code === 43 || code === 47;
