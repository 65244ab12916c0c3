import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { NamedValues } from './named-values.js';

/** An input as `action.yml` declares it. */
export interface DeclaredInput {
  readonly name: string;
  /** As written, expressions included. */
  readonly default: string | undefined;
  readonly deprecationMessage: string | undefined;
}

/** What the runner needs of an `action.yml` whose `runs.using` is a version of Node. */
export interface Manifest {
  readonly folder: string;
  readonly name: string;
  readonly inputs: readonly DeclaredInput[];
  readonly using: string;
  readonly main: string;
  readonly post: string | undefined;
  readonly postIf: string;
}

/** The contexts of expressions, e.g. `github` with its `token`; names without regard to case. */
export type Contexts = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The inputs of a step, and what the runner has to say about them. */
export interface StepInputs {
  readonly inputs: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

/** What an input's default may ask for; any other name makes the runner refuse the action (action_yaml.json, `input-default-context`). */
const defaultContexts = ['github', 'strategy', 'matrix', 'job', 'runner'];

type Mapping = Readonly<Record<string, unknown>>;

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textIn = (mapping: Mapping, name: string): string | undefined => {
  const value = mapping[name];
  return typeof value === 'string' ? value : undefined;
};

function mappingIn(mapping: Mapping, name: string): Mapping {
  const value = mapping[name];
  return isMapping(value) ? value : {};
}

/** Reads `action.yml` in a folder. Throws when it is not YAML, or not an action of Node with a main script. */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = join(folder, 'action.yml');
  // The failsafe schema reads every scalar as the text that stands there, as the runner does for a default.
  const document = parseDocument(await readFile(file, 'utf8'), { schema: 'failsafe' });
  const [broken] = document.errors;
  if (broken !== undefined) throw new Error(`${file}: ${broken.message}`);
  const root: unknown = document.toJS();
  if (!isMapping(root)) throw new Error(`${file}: A mapping was expected`);
  const runs = mappingIn(root, 'runs');
  const using = textIn(runs, 'using') ?? '';
  const main = textIn(runs, 'main');
  if (!/^node\d+$/u.test(using) || main === undefined)
    throw new Error(`${file}: Only actions that run on Node with a main script can be run here`);
  if ('pre' in runs) throw new Error(`${file}: \`pre\` execution is not supported for local actions`);
  const inputs = Object.keys(mappingIn(root, 'inputs')).map((name) =>
    declaredInput(name, mappingIn(mappingIn(root, 'inputs'), name)),
  );
  return {
    folder,
    name: textIn(root, 'name') ?? '',
    inputs,
    using,
    main,
    post: textIn(runs, 'post'),
    postIf: textIn(runs, 'post-if') ?? 'always()',
  };
}

function declaredInput(name: string, input: Mapping): DeclaredInput {
  const text = textIn(input, 'default');
  for (const [, expression = ''] of text?.matchAll(/\$\{\{(.*?)\}\}/gsu) ?? []) contextValue(expression, {});
  return { name, default: text, deprecationMessage: textIn(input, 'deprecationMessage') };
}

/** Evaluates `context.name`; throws at anything else, also at functions, which our defaults have no use for. */
function contextValue(expression: string, contexts: Contexts): string {
  const [, context = '', name = ''] = /^\s*([\w-]+)\.([\w-]+)\s*$/u.exec(expression) ?? [];
  if (!defaultContexts.includes(context.toLowerCase()))
    throw new Error(`Unrecognized named-value in the default of an input: \${{${expression}}}`);
  return new NamedValues(contexts[context.toLowerCase()]).get(name) ?? '';
}

/**
 * The inputs as the step gets them: those given, and the declared ones that were not with their defaults, which are
 * empty where none is declared. The runner does not check `required` (ActionRunner.cs RunAsync).
 */
export function stepInputs(
  manifest: Manifest,
  given: Readonly<Record<string, string>>,
  contexts: Contexts,
): StepInputs {
  const values = new NamedValues(given);
  const declared = new NamedValues(Object.fromEntries(manifest.inputs.map(({ name }) => [name, name])));
  const names = Object.keys(values.record());
  const deprecated = manifest.inputs.flatMap(({ name, deprecationMessage }) =>
    deprecationMessage === undefined || values.get(name) === undefined
      ? []
      : [`Input '${name}' has been deprecated with message: ${deprecationMessage}`],
  );
  for (const input of manifest.inputs)
    if (values.get(input.name) === undefined)
      values.set(
        input.name,
        (input.default ?? '').replace(/\$\{\{(.*?)\}\}/gsu, (_, expression: string) =>
          contextValue(expression, contexts),
        ),
      );
  const unexpected = names.filter((name) => declared.get(name) === undefined);
  const valid = manifest.inputs.map(({ name }) => name).join("', '");
  return {
    inputs: values.record(),
    warnings:
      unexpected.length === 0
        ? deprecated
        : [...deprecated, `Unexpected input(s) '${unexpected.join("', '")}', valid inputs are ['${valid}']`],
  };
}
