/** A marker that belongs to nobody and that no service would say of its own accord. */
export interface Canary {
  /** Fits as it is into a path, a query, a header and a JSON string. */
  readonly text: string;
  /** The part that looks like a social security number, and is found even when the rest is cut off. */
  readonly ssn: string;
}

/**
 * A new canary. Its number has an area above 899 and the group 00, neither of which was ever given out (Social Security
 * Administration, "Social Security Number Randomization"; the IRS's taxpayer numbers begin with 9 too, but have no group 00).
 * `chance` gives so many hexadecimal digits.
 */
export function canary(chance: (digits: number) => string): Canary {
  const decimals = (digits: number): string =>
    chance(digits).replace(/\D/g, (digit) => String(Number.parseInt(digit, 16) % 10));
  const ssn = `9${decimals(2)}-00-${decimals(4)}`;
  return { ssn, text: `${ssn}-canary-${chance(8)}` };
}

/** How often a text may have been encoded on its way back. */
const MAX_ENCODINGS = 3;
/** Characters of a base64 text that stand for one byte before it begins, depend on its neighbours and so do not count. */
const BASE64_STARTS = [0, 2, 3] as const;

/**
 * Whether a text shows the canary: as it is, in any case, or under up to three layers of percent-encoding (RFC 3986, section
 * 2.1), HTML character references, JSON and JavaScript escapes; or in base64 (RFC 4648, sections 4 and 5).
 */
export function echoes({ ssn }: Canary, text: string): boolean {
  const shapes = [ssn, ...base64Of(ssn)];
  const layers = [text];
  while (layers.length <= MAX_ENCODINGS) layers.push(decoded(layers.at(-1) ?? ''));
  return layers.some((layer) => shapes.some((shape) => layer.includes(shape)));
}

/** An escaped ASCII character: its code in hexadecimal or decimal digits, or HTML's `&`. */
const ESCAPE = /(?:%|\\{1,8}(?:u00|u\{0{0,4}|x)|&#x0{0,6})([\da-f]{2})[;}]?|&#0{0,6}(\d{2,3});?|&(amp);/gi;

/** The text without one layer of escapes. */
function decoded(text: string): string {
  return text.replace(ESCAPE, (_, hex?: string, decimal?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return decimal === undefined ? '&' : String.fromCharCode(Number(decimal));
  });
}

/** What base64 of any text around `ascii` must contain, for each of the three places at which it may begin. */
function base64Of(ascii: string): readonly string[] {
  return BASE64_STARTS.map((start, before) => {
    const whole = btoa('\0'.repeat(before) + ascii);
    const bits = 8 * (before + ascii.length);
    return whole.slice(start, Math.floor(bits / 6));
  });
}
