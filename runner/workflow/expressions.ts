import { data, Evaluator, Lexer, Parser } from '@actions/expressions';

/** What an expression can come to, and what stands in YAML. */
export type Value = null | boolean | number | string | readonly Value[] | Mapping;
/** Values by name. */
export interface Mapping {
  readonly [name: string]: Value;
}

/** What an expression can ask for. */
export interface Scope {
  /** The contexts, e.g. `github`; any other name is an error. */
  readonly contexts: Mapping;
  /** Functions without parameters beside those of the language, e.g. `success`. */
  readonly functions?: Readonly<Record<string, () => boolean>>;
}

/** An expression in a text; a brace in a string of the language does not end it. */
const expression = /\$\{\{((?:'(?:[^']|'')*'|[^'])*?)\}\}/gu;

/** The functions that tell how it went so far ("Status check functions", GitHub Docs, Expressions). */
const statusFunctions: ReadonlySet<string> = new Set(['success', 'failure', 'cancelled', 'always']);

const toData = (value: Value): data.ExpressionData =>
  JSON.parse(JSON.stringify(value), data.reviver) as data.ExpressionData;
const fromData = (value: data.ExpressionData): Value =>
  JSON.parse(JSON.stringify(value, data.replacer)) as Value;

function compute(code: string, scope: Scope): data.ExpressionData {
  const functions = Object.entries(scope.functions ?? {}).map(([name, call]) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(call()),
  }));
  const contexts = Object.entries(scope.contexts);
  const parser = new Parser(
    new Lexer(code).lex().tokens,
    contexts.map(([name]) => name),
    functions,
  );
  const known = new data.Dictionary(...contexts.map(([key, value]) => ({ key, value: toData(value) })));
  return new Evaluator(parser.parse(), known, new Map(functions.map((one) => [one.name, one]))).evaluate();
}

/** The value of an expression, written without `${{ }}`. Throws at what the language or the scope does not know. */
export function evaluate(code: string, scope: Scope): Value {
  try {
    return fromData(compute(code, scope));
  } catch (error) {
    throw new Error(`Cannot evaluate \`${code.trim()}\`: ${String(error)}`, { cause: error });
  }
}

/** A value as the text that it becomes inside of another. */
export const textOf = (value: Value): string => toData(value).coerceString();

/** A text with its expressions evaluated; one that is an expression and nothing else keeps the type of its value. */
export function interpolate(text: string, scope: Scope): Value {
  const [first, ...others] = text.matchAll(expression);
  if (first?.[0] === text && others.length === 0) return evaluate(first[1] ?? '', scope);
  return text.replace(expression, (_, code: string) => textOf(evaluate(code, scope)));
}

/** A value with the expressions in all of its texts evaluated. */
export function resolveValue(value: Value, scope: Scope): Value {
  if (typeof value === 'string') return interpolate(value, scope);
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map((one) => resolveValue(one, scope));
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, resolveValue(one, scope)]));
}

/** Whether a value is a list. */
export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

/** Whether a value has names. */
export const isMapping = (value: Value | undefined): value is Mapping =>
  typeof value === 'object' && value !== null && !isList(value);

/** A mapping as texts, as `env` and `with` of an action are. */
export function textsOf(mapping: Mapping, scope: Scope): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(mapping).map(([name, value]) => [name, textOf(resolveValue(value, scope))]),
  );
}

function asksForStatus(code: string): boolean {
  const names = new Lexer(code).lex().tokens.map(({ lexeme }) => lexeme.toLowerCase());
  return names.some((name, at) => statusFunctions.has(name) && names[at + 1] === '(');
}

/**
 * Whether an `if` holds. One that asks for no status is taken as `success() && (…)` ("Status check functions", GitHub
 * Docs, Expressions). Throws at an expression with text around it, which would always hold.
 */
export function holds(condition: string, scope: Scope): boolean {
  const code = condition.trim().replace(/^\$\{\{([^]*)\}\}$/u, '$1');
  if (code.includes('${{')) throw new Error(`An expression with text around it always holds: ${condition}`);
  const whole = code.trim() === '' ? 'success()' : code;
  return evaluate(asksForStatus(whole) ? `!!(${whole})` : `success() && !!(${whole})`, scope) === true;
}
