import { createContext, Script } from 'node:vm';
import { cleanLine } from '../model/untrusted-text.js';

/** Milliseconds that a pattern of the user may take on one answer: nothing else goes on meanwhile. */
const LIMIT = 500;
const FITS = new Script('pattern.test(text)');

/** Ends a check whose pattern takes too long. */
export class SlowPattern extends Error {
  override readonly name = 'SlowPattern';

  constructor({ source }: RegExp) {
    super(
      `the pattern /${cleanLine(source, 80)}/ takes more than ${String(LIMIT)} ms on the answer: write it without repetition inside of repetition`,
    );
  }
}

/**
 * Whether a text fits a pattern of the user. Throws `SlowPattern` when that takes too long, as repetition inside of repetition
 * can for ever (Node.js, "vm": a script with a `timeout` is ended, also inside of a regular expression).
 */
export function fits(pattern: RegExp, text: string): boolean {
  try {
    return FITS.runInContext(createContext({ pattern, text }), { timeout: LIMIT }) === true;
  } catch {
    throw new SlowPattern(pattern);
  }
}
