import { AwsError } from '../errors.js';
import type { Json, JsonObject } from '../json.js';

/** A text parameter; undefined when it is absent or empty. Numbers and booleans are taken as text. */
export function text(input: JsonObject, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'object') throw invalid(`Value at '${member(name)}' must be a string`);
  return String(value);
}

/** A text parameter that must be there; throws `ValidationError` in the words of AWS's own validation. */
export function requiredText(input: JsonObject, name: string): string {
  const value = text(input, name);
  if (value !== undefined) return value;
  throw constraint('null', name, 'Member must not be null');
}

/** A text parameter out of a closed set; throws `ValidationError` for any other. */
export function oneOf<T extends string>(
  input: JsonObject,
  name: string,
  allowed: readonly T[],
): T | undefined {
  const value = text(input, name);
  const found = allowed.find((one) => one === value);
  if (value !== undefined && found === undefined) {
    throw constraint(`'${value}'`, name, `Member must satisfy enum value set: [${allowed.join(', ')}]`);
  }
  return found;
}

/** A whole number between two limits; throws `ValidationError` for anything else. */
export function integer(
  input: JsonObject,
  name: string,
  [least, most]: readonly [number, number],
): number | undefined {
  const value = text(input, name);
  if (value === undefined) return undefined;
  if (!/^-?\d{1,9}$/.test(value)) throw invalid(`Value '${value}' at '${member(name)}' must be an integer`);
  const number = Number(value);
  if (number < least) {
    throw constraint(`'${value}'`, name, `Member must have value greater than or equal to ${least}`);
  }
  if (number > most) {
    throw constraint(`'${value}'`, name, `Member must have value less than or equal to ${most}`);
  }
  return number;
}

/** A boolean parameter as the query protocol writes it. */
export function flag(input: JsonObject, name: string): boolean | undefined {
  const value = oneOf(input, name, ['true', 'false']);
  return value === undefined ? undefined : value === 'true';
}

/** A list of structures; an absent or empty list is empty. Throws `ValidationError` when it is none. */
export function structures(input: JsonObject, name: string): readonly JsonObject[] {
  return list(input, name).map((one) => {
    if (isStructure(one)) return one;
    throw invalid(`Value at '${member(name)}' must be a list of structures`);
  });
}

/** A list of texts; an absent or empty list is empty. Throws `ValidationError` when it is none. */
export function texts(input: JsonObject, name: string): readonly string[] {
  return list(input, name).map((one) => {
    if (typeof one === 'string') return one;
    throw invalid(`Value at '${member(name)}' must be a list of strings`);
  });
}

/** A structure, or undefined when it is absent or empty. */
export function structure(input: JsonObject, name: string): JsonObject | undefined {
  const value = input[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (isStructure(value)) return value;
  throw invalid(`Value at '${member(name)}' must be a structure`);
}

/** `ValidationError`, the error of a parameter with a wrong value. */
export function invalid(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

function constraint(value: string, name: string, rule: string): AwsError {
  const wanted = value === 'null' ? 'Value null' : `Value ${value}`;
  return invalid(
    `1 validation error detected: ${wanted} at '${member(name)}' failed to satisfy constraint: ${rule}`,
  );
}

/** AWS names the member of its own model, which starts with a small letter. */
function member(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function list(input: JsonObject, name: string): readonly Json[] {
  const value = input[name];
  if (value === undefined || value === null || value === '') return [];
  if (Array.isArray(value)) return value as readonly Json[];
  throw invalid(`Value at '${member(name)}' must be a list`);
}

function isStructure(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
