import { isObject, type Json } from './json.js';

/** The way to one value in a JSON document: names of fields and places in lists. */
export interface JsonPath {
  /** As it was written. */
  readonly text: string;
  readonly steps: readonly (string | number)[];
}

/** `.name`, `['name']`, `["name"]` or `[0]`. */
const STEP = /\.?([^.[\]*'"$\s]+)|\[(?:(\d{1,9})|'([^']*)'|"([^"]*)")\]/y;

/**
 * Reads the path of one value: `$.checks.database`, `$.items[0]['a name']` (RFC 9535, "Singular Query"), or without the
 * `$.` in front. Undefined when it is none.
 */
export function parseJsonPath(text: string): JsonPath | undefined {
  const steps: (string | number)[] = [];
  let at = text.startsWith('$') ? 1 : 0;
  while (at < text.length) {
    const dotted = text[at] === '.' || text[at] === '[';
    STEP.lastIndex = at;
    const found = STEP.exec(text);
    if (!found || (!dotted && at > 0)) return undefined;
    const [, name, index, single, double] = found;
    steps.push(index === undefined ? (name ?? single ?? double ?? '') : Number(index));
    at = STEP.lastIndex;
  }
  return steps.length === 0 ? undefined : { text, steps };
}

/** The value at a path; undefined when there is none. */
export function valueAt(document: Json | undefined, { steps }: JsonPath): Json | undefined {
  return steps.reduce<Json | undefined>((value, step) => {
    if (typeof step === 'number') return Array.isArray(value) ? (value as readonly Json[])[step] : undefined;
    return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }, document);
}
