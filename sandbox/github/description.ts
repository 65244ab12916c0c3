import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import type { JsonObject } from '../json.js';

/*
 * GitHub's own description of its API (OpenAPI 3.0), read when the first request comes: it is large, and most tests
 * never talk to GitHub.
 */

/** The operations that are imitated, by GitHub's own ids. */
export const OPERATIONS = {
  'repos/compare-commits-with-basehead': 'GET /repos/{owner}/{repo}/compare/{basehead}',
  'repos/list-deployments': 'GET /repos/{owner}/{repo}/deployments',
  'repos/create-deployment': 'POST /repos/{owner}/{repo}/deployments',
  'repos/list-deployment-statuses': 'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
  'repos/create-deployment-status': 'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
} as const;

export type OperationId = keyof typeof OPERATIONS;

/** What the description says of an operation. */
export interface Described {
  /** Names and types of the parameters in the query. */
  readonly query: ReadonlyMap<string, string>;
  /** Names of the fields of a body; undefined where there is none. */
  readonly fields: ReadonlySet<string> | undefined;
  /** What is wrong with a body; undefined when nothing is. */
  readonly wrongBody: (body: unknown) => string | undefined;
  /** What is wrong with an answer; undefined when nothing is, or the description says nothing of it. */
  readonly wrongAnswer: (status: number, body: unknown) => string | undefined;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;
}

interface RawOperation {
  readonly operationId: string;
  readonly parameters: readonly JsonObject[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, JsonObject>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema: { readonly type: string };
}

type Content = Readonly<Record<string, { readonly schema: JsonObject }>>;

let read: Document | undefined;
const known = new Map<OperationId, Described>();

/** What GitHub's description says of an operation; compiled once. */
export function described(id: OperationId): Described {
  const found = known.get(id) ?? describe(id);
  known.set(id, found);
  return found;
}

/** An example of GitHub's own, by its name in the description. */
export function example(name: string): JsonObject {
  return resolve({ $ref: `#/components/examples/${name}` })['value'] as JsonObject;
}

function document(): Document {
  const file = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json');
  read ??= JSON.parse(readFileSync(file, 'utf8')) as Document;
  return read;
}

function describe(id: OperationId): Described {
  const [method = '', path = ''] = OPERATIONS[id].split(' ');
  const operation = document().paths[path]?.[method.toLowerCase()];
  if (operation?.operationId !== id) throw new Error(`The description has no ${id} at ${OPERATIONS[id]}.`);
  const all = operation.parameters.map(resolve) as unknown as readonly Parameter[];
  const parameters = all.filter((one) => one.in === 'query');
  const body = operation.requestBody?.content['application/json']?.schema;
  const takes = body && compile(body);
  const answers = new Map(
    Object.entries(operation.responses).flatMap(([status, response]) => {
      const content = resolve(response)['content'] as Content | undefined;
      const schema = content?.['application/json']?.schema;
      return schema ? [[Number(status), compile(schema)] as const] : [];
    }),
  );
  return {
    query: new Map(parameters.map(({ name, schema }) => [name, schema.type])),
    fields: body && new Set(Object.keys((body['properties'] ?? {}) as JsonObject)),
    wrongBody: (value) => takes && problemOf(takes, value),
    wrongAnswer(status, value) {
      const fits = answers.get(status);
      return fits && problemOf(fits, value);
    },
  };
}

function resolve(value: JsonObject): JsonObject {
  const [, , kind = '', name = ''] = typeof value['$ref'] === 'string' ? value['$ref'].split('/') : [];
  return document().components[kind]?.[name] ?? value;
}

function problemOf(fits: ValidateFunction, value: unknown): string | undefined {
  if (fits(value)) return undefined;
  const [first] = fits.errors ?? [];
  return `${first?.instancePath ?? ''} ${first?.message ?? 'is wrong'}`.trim();
}

/** With all that the schema refers to, in JSON Schema's words. */
function compile(schema: JsonObject): ValidateFunction {
  const ajv = new Ajv({ strict: false });
  formats.default(ajv);
  // A URL that nobody gave is `""`, which is the default that the description itself has for fields of this format.
  ajv.addFormat('uri', (text) => text === '' || URL.canParse(text));
  const definitions: Record<string, JsonObject> = {};
  const translated = translate(schema, definitions) as JsonObject;
  return ajv.compile({ ...translated, definitions });
}

/** OpenAPI's `nullable` is a type of JSON Schema; components become definitions beside the schema. */
function translate(value: unknown, definitions: Record<string, JsonObject>): unknown {
  if (Array.isArray(value)) return value.map((item) => translate(item, definitions));
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, $ref, ...rest } = value as JsonObject;
  if (typeof $ref === 'string') {
    const name = $ref.split('/').at(-1) ?? '';
    if (!(name in definitions)) {
      definitions[name] = {};
      definitions[name] = translate(resolve({ $ref }), definitions) as JsonObject;
    }
    return { $ref: `#/definitions/${name}` };
  }
  const same = Object.fromEntries(
    Object.entries(rest).map(([name, item]) => [
      name,
      name === 'example' ? item : translate(item, definitions),
    ]),
  );
  return nullable === true ? { anyOf: [{ type: 'null' }, same] } : same;
}
