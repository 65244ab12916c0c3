import { invalidParameter } from './find.js';

/** Whether a message matches a filter pattern. */
export type Matches = (message: string) => boolean;

/** A term: `?` makes it one of several that suffice, `-` one that must not occur. */
interface Term {
  readonly sign: string;
  readonly text: string;
}

const TERMS = /([?-]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))/g;

/**
 * Reads a filter pattern of terms (CloudWatch Logs User Guide, "Filter pattern syntax": unstructured log
 * events): all of them, any of those with `?`, none of those with `-`; case matters. Throws
 * `InvalidParameterException`, also for patterns of JSON fields, of columns and of regular expressions.
 */
export function filterPattern(pattern: string): Matches {
  const terms = [...pattern.matchAll(TERMS)].map(termOf);
  if (pattern.replace(TERMS, '').trim() !== '') throw invalid(pattern);
  const optional = terms.filter(({ sign }) => sign === '?');
  const wanted = terms.filter(({ sign }) => sign === '');
  const unwanted = terms.filter(({ sign }) => sign === '-');
  // "?ERROR WARN" takes the optional terms for nothing ("Using optional terms").
  const either = wanted.length > 0 ? [] : optional;
  return (message) =>
    wanted.every(({ text }) => message.includes(text)) &&
    !unwanted.some(({ text }) => message.includes(text)) &&
    (either.length === 0 || either.some(({ text }) => message.includes(text)));
}

function termOf([, sign = '', quoted, plain]: RegExpMatchArray): Term {
  if (quoted !== undefined) return { sign, text: quoted.replace(/\\(.)/g, '$1') };
  const text = plain ?? '';
  if (/^[\w]+$/.test(text)) return { sign, text };
  throw invalidParameter(`Invalid character(s) in term '${text}'`);
}

function invalid(pattern: string) {
  return invalidParameter(`Invalid filter pattern '${pattern}'`);
}
