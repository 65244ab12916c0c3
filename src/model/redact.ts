import { boundedLine } from './bounded-line.js';
import { withoutKeyedValues } from './keyed-values.js';
import { withoutPersonalShapes } from './personal-shapes.js';
import { withoutSecretShapes } from './secret-shapes.js';
import { stripped } from './untrusted-text.js';
import { withoutPersonalAddresses } from './web-address.js';

/** Characters of a line that are read: no place shows as many, and the worst of them take some ten milliseconds. */
const LONGEST_LINE = 256 * 1_024;

/**
 * The text without secrets and personal data: what has a shape of its own, and what has a name in front of it. It errs
 * on the side of removing: a log excerpt with a hole is useful, a leaked health record number is not. What neither has,
 * such as a person's name in a sentence, cannot be recognised. Invisible characters go first, as they could hide the
 * rest. The time that it takes grows with the length of the text and nothing else; of a line that is longer than any place
 * shows the end is left out.
 */
export function redact(text: string): string {
  const read = stripped(bounded(text));
  return withoutPersonalShapes(withoutKeyedValues(withoutSecretShapes(withoutPersonalAddresses(read))));
}

function bounded(text: string): string {
  return text
    .split('\n')
    .map((line) => (line.length > LONGEST_LINE ? `${boundedLine(line, LONGEST_LINE)} …` : line))
    .join('\n');
}
