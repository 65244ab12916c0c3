import { DeployError, problems } from '../errors.js';
import { parseDuration } from '../model/duration.js';
import { redact } from '../model/redact.js';
import { cleanLine } from '../model/untrusted-text.js';
import type { Environment, Files } from '../world.js';
import { fitting, type Form } from './form.js';

/** Reads inputs one by one and remembers what was wrong with them, so that all of it is reported together. */
export interface InputReader {
  /** The trimmed text, or undefined when it is empty. */
  text(name: string): string | undefined;
  /** As `text`; an empty one is a problem. */
  required(name: string): string;
  /** Text that has to have a form; `meaning` completes "must be …". */
  matching(name: string, pattern: RegExp, meaning: string): string | undefined;
  /** What the text of an input says that has to have a form. */
  formed<Value>(name: string, form: Form<Value>): Value | undefined;
  choice<Option extends string>(name: string, options: readonly [Option, ...Option[]]): Option;
  flag(name: string, otherwise: boolean): boolean;
  /** Milliseconds; more than none, unless a range says otherwise. */
  duration(name: string, otherwise: string, range?: { min: string; max: string }): number;
  integer(name: string, otherwise: number, range: { min: number; max: number }): number;
  /** Lines that are not empty, trimmed. */
  lines(name: string): readonly string[];
  /** `NAME=value` lines; a line without a name or with one of the reserved names is a problem. */
  pairs(name: string, reserved: readonly string[]): ReadonlyMap<string, string>;
  problem(message: string, hint?: string): void;
  /** What the parser makes of something; its `DeployError` is a problem, and then there is no value. */
  parsed<Value>(parse: () => Value): Value | undefined;
  /** Throws one error with every problem, if there was any. */
  finish(): void;
}

/** What inputs are read from: the variables of the run, and the files that they name. */
export interface InputSource {
  readonly read: InputReader;
  readonly env: Environment;
  readonly files: Pick<Files, 'read'>;
}

/** A reader of the variables in which the runner passes inputs (`INPUT_` and the name in capitals). */
export function inputReader(env: Environment): InputReader {
  const found: DeployError[] = [];
  const problem = (message: string, hint?: string): void => {
    found.push(new DeployError('inputs', message, hint === undefined ? {} : { hint }));
  };
  const text = (name: string): string | undefined =>
    env[`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`]?.trim() || undefined;
  const lines = (name: string): readonly string[] =>
    (text(name) ?? '')
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '');
  return {
    text,
    lines,
    problem,
    parsed(parse) {
      try {
        return parse();
      } catch (error) {
        if (!(error instanceof DeployError)) throw error;
        found.push(error);
        return undefined;
      }
    },
    ...scalars(text, problem),
    pairs: (name, reserved) => pairsOf(name, lines(name), reserved, problem),
    finish() {
      if (found.length > 0) throw problems(found);
    },
  };
}

type Problem = (message: string, hint?: string) => void;
type Text = (name: string) => string | undefined;

function scalars(
  text: Text,
  problem: Problem,
): Pick<InputReader, 'required' | 'matching' | 'formed' | 'choice' | 'flag' | 'duration' | 'integer'> {
  const wrong = (name: string, value: string, meaning: string): void =>
    problem(`The input ${name} is ${show(value)}, but must be ${meaning}.`);
  const formed = <Value>(name: string, { parse, meaning }: Form<Value>): Value | undefined => {
    const value = text(name);
    const parsed = value === undefined ? undefined : parse(value);
    if (value !== undefined && parsed === undefined) wrong(name, value, meaning);
    return parsed;
  };
  return {
    required(name) {
      const value = text(name);
      if (value === undefined) problem(`The input ${name} is missing.`);
      return value ?? '';
    },
    formed,
    matching: (name, pattern, meaning) => formed(name, fitting(pattern, meaning)),
    choice(name, options) {
      const value = text(name) ?? options[0];
      const option = options.find((one) => one === value);
      if (option === undefined) wrong(name, value, oneOf(options));
      return option ?? options[0];
    },
    flag(name, otherwise) {
      const value = text(name);
      if (value === undefined) return otherwise;
      if (!/^(true|false)$/i.test(value)) wrong(name, value, 'true or false');
      return value.toLowerCase() === 'true';
    },
    duration(name, otherwise, range) {
      const value = text(name) ?? otherwise;
      const ms = parseDuration(value);
      const [min, max] = [parseDuration(range?.min ?? '1s') ?? 0, parseDuration(range?.max ?? '24h') ?? 0];
      if (ms !== undefined && ms >= min && ms <= max) return ms;
      const within = range ? ` from ${range.min} to ${range.max}` : '';
      wrong(name, value, `a duration such as 90s, 15m or 1h${within}`);
      return 0;
    },
    integer(name, otherwise, { min, max }) {
      const value = text(name) ?? String(otherwise);
      const number = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
      if (number >= min && number <= max) return number;
      wrong(name, value, `a whole number from ${String(min)} to ${String(max)}`);
      return otherwise;
    },
  };
}

function pairsOf(
  name: string,
  lines: readonly string[],
  reserved: readonly string[],
  problem: Problem,
): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  lines.forEach((line, index) => {
    const equals = line.indexOf('=');
    const key = equals < 0 ? '' : line.slice(0, equals).trim();
    // The line itself may hold a secret, so it is named by its number.
    if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(key)) {
      problem(`Line ${String(index + 1)} of the input ${name} is not NAME=value.`);
    } else if (reserved.includes(key)) {
      problem(`The input ${name} sets ${key}, which this action sets itself.`);
    } else {
      pairs.set(key, line.slice(equals + 1));
    }
  });
  return pairs;
}

/** What stands before an @ may be a password. */
function show(value: string): string {
  return value.includes('@') ? 'not shown here' : `"${cleanLine(redact(value), 80)}"`;
}

function oneOf(options: readonly string[]): string {
  return options.length === 1
    ? (options[0] ?? '')
    : `${options.slice(0, -1).join(', ')} or ${options.at(-1) ?? ''}`;
}
