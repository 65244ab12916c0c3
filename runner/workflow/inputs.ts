import { textOf, isList, isMapping, type Mapping, type Value } from './expressions.js';

/** What an input is where neither a value nor a default is given ("on.workflow_call.inputs.<id>.default", GitHub Docs). */
const absent: Readonly<Record<string, Value>> = { boolean: false, number: 0, string: '' };

/**
 * The context `inputs` of a called workflow: booleans and numbers stay what they are. Throws, as GitHub refuses the call, at
 * a name that is not declared, a required one that is not given, and a value of another type.
 */
export function calledInputs(declared: Mapping, given: Mapping): Mapping {
  return inputsOf(declared, given, (value, type, where) => {
    if (type === 'string' && (typeof value !== 'object' || value === null)) return textOf(value);
    if (typeof value === type) return value;
    throw new Error(`${where}: unexpected value '${textOf(value)}' where a ${type} was expected`);
  });
}

/**
 * The context `inputs` of a run by hand, whose values come as texts ("Providing inputs", GitHub Docs: `inputs` preserves
 * booleans). Throws at what the form would not let through.
 */
export function dispatchedInputs(declared: Mapping, given: Mapping): Mapping {
  return inputsOf(declared, given, (value, type, where) => {
    const text = textOf(value);
    const [is, expected] = readers[type] ?? [() => true, ''];
    if (!is(text)) throw new Error(`${where}: '${text}' is no ${expected}`);
    return type === 'boolean' ? text === 'true' : type === 'number' ? Number(text) : text;
  });
}

const readers: Readonly<Record<string, readonly [is: (text: string) => boolean, expected: string]>> = {
  boolean: [(text) => text === 'true' || text === 'false', 'boolean'],
  number: [(text) => text.trim() !== '' && !Number.isNaN(Number(text)), 'number'],
};

type Read = (value: Value, type: string, where: string) => Value;

function inputsOf(declared: Mapping, given: Mapping, read: Read): Mapping {
  for (const name of Object.keys(given))
    if (!(name in declared)) throw new Error(`Invalid input, ${name} is not defined`);
  return Object.fromEntries(
    Object.entries(declared).map(([name, declaration]) => {
      const input = isMapping(declaration) ? declaration : {};
      const type = textOf(input['type'] ?? 'string');
      const value = given[name] ?? input['default'];
      if (given[name] === undefined && input['required'] === true)
        throw new Error(`Input ${name} is required, but not provided`);
      if (typeof input['default'] === 'string' && input['default'].includes('${{'))
        throw new Error(`Input ${name}: an expression as default cannot be imitated here`);
      if (value === undefined) return [name, absent[type] ?? ''];
      const options = input['options'];
      if (type === 'choice' && !(options !== undefined && isList(options) && options.includes(value)))
        throw new Error(`Input ${name}: '${textOf(value)}' is none of its options`);
      return [name, read(value, type, `Input ${name}`)];
    }),
  );
}

/** The context `secrets` of a called workflow. Throws at one that is not declared, and at a required one that is not given. */
export function calledSecrets(
  declared: Mapping,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  for (const name of Object.keys(given))
    if (!(name in declared)) throw new Error(`Invalid secret, ${name} is not defined`);
  for (const [name, declaration] of Object.entries(declared))
    if (isMapping(declaration) && declaration['required'] === true && (given[name] ?? '') === '')
      throw new Error(`Secret ${name} is required, but not provided`);
  return given;
}
