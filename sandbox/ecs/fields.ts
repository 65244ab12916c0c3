import { AwsError } from '../errors.js';
import type { Json, JsonObject } from '../json.js';

/** A field that has to be text when it is there; throws `SerializationException` otherwise. */
export function text(input: JsonObject, name: string): string | undefined {
  return field(input, name, (value) => typeof value === 'string');
}

/** A field that has to be a number when it is there. */
export function number(input: JsonObject, name: string): number | undefined {
  return field(input, name, (value) => typeof value === 'number');
}

/** A field that has to be true or false when it is there. */
export function flag(input: JsonObject, name: string): boolean | undefined {
  return field(input, name, (value) => typeof value === 'boolean');
}

/** A field that has to be a structure when it is there. */
export function object(input: JsonObject, name: string): JsonObject | undefined {
  return field(input, name, isObject);
}

/** A list of structures; empty when the field is not there. */
export function objects(input: JsonObject, name: string): readonly JsonObject[] {
  return list(input, name, isObject);
}

/** A list of texts; empty when the field is not there. */
export function texts(input: JsonObject, name: string): readonly string[] {
  return list(input, name, (value) => typeof value === 'string');
}

/** Whether a JSON value is a structure. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object without the fields that are undefined, as it goes over the wire. */
export function present(fields: Readonly<Record<string, Json | undefined>>): JsonObject {
  const kept: Record<string, Json> = {};
  for (const name in fields) if (fields[name] !== undefined) kept[name] = fields[name];
  return kept;
}

/** An object without some of its fields. */
export function without(input: JsonObject, names: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(input).filter(([name]) => !names.has(name)));
}

/** A moment in milliseconds as AWS JSON 1.1 writes it: seconds since the epoch, with fractions. */
export function timestamp(moment: number | undefined): number | undefined {
  return moment === undefined ? undefined : moment / 1_000;
}

function field<T extends Json>(
  input: JsonObject,
  name: string,
  is: (value: Json) => value is T,
): T | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (is(value)) return value;
  throw wrongType();
}

function list<T extends Json>(
  input: JsonObject,
  name: string,
  is: (value: Json) => value is T,
): readonly T[] {
  const value = field(input, name, (one): one is readonly Json[] => Array.isArray(one)) ?? [];
  if (value.every((one) => is(one))) return value;
  throw wrongType();
}

/** What AWS answers when a member has another type than its model says ("Common Errors"). */
function wrongType(): AwsError {
  return new AwsError('SerializationException', '');
}
