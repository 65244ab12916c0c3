import { canonicalJson, isObject, objectsAt, textAt, type Json, type JsonObject } from './json.js';
import { redact } from './redact.js';

/**
 * What differs between two revisions: by field, container and variable *name*. Values are never part of it:
 * a definition's environment may hold secrets. Names are redacted: AWS takes any.
 */
export function difference(before: JsonObject, after: JsonObject): readonly string[] {
  return [
    ...fields(before, after, ['containerDefinitions']).map((line) => `task: ${line}`),
    ...named(before, after, 'containerDefinitions').flatMap(([name, old, next]) =>
      containerLines(name, old, next),
    ),
  ];
}

type Named = readonly [name: string, before: JsonObject | undefined, after: JsonObject | undefined];

function containerLines(
  name: string,
  before: JsonObject | undefined,
  after: JsonObject | undefined,
): readonly string[] {
  const shown = redact(name);
  if (!before) return [`container ${shown}: added`];
  if (!after) return [`container ${shown}: removed`];
  return [
    ...fields(before, after, ['environment', 'secrets']),
    ...variables(before, after, 'environment', 'variable'),
    ...variables(before, after, 'secrets', 'secret'),
  ].map((line) => `container ${shown}: ${line}`);
}

function fields(before: JsonObject, after: JsonObject, except: readonly string[]): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => !except.includes(name),
  );
  return names.flatMap((name) => change(redact(name), before[name], after[name]));
}

function variables(before: JsonObject, after: JsonObject, field: string, word: string): readonly string[] {
  return named(before, after, field).flatMap(([name, old, next]) =>
    change(`${word} ${redact(name)}`, old, next),
  );
}

function change(what: string, before: Json | undefined, after: Json | undefined): readonly string[] {
  if (canonicalJson(before) === canonicalJson(after) && (before === undefined) === (after === undefined))
    return [];
  return [`${what} ${before === undefined ? 'added' : after === undefined ? 'removed' : 'changed'}`];
}

/** The entries of a list by their name, those of before first. */
function named(before: JsonObject, after: JsonObject, field: string): readonly Named[] {
  const byName = (object: JsonObject): ReadonlyMap<string, JsonObject> =>
    new Map(objectsAt(object, field).map((entry) => [textAt(entry, 'name') ?? '', entry]));
  const [old, next] = [byName(before), byName(after)];
  return [...new Set([...old.keys(), ...next.keys()])].map((name) => [name, old.get(name), next.get(name)]);
}

/** Whether a value is a task definition at all: it has a list of container definitions. */
export function looksLikeTaskDefinition(value: JsonObject): boolean {
  return Array.isArray(value['containerDefinitions']) && value['containerDefinitions'].every(isObject);
}
