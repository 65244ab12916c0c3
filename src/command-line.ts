import { parseArgs } from 'node:util';
import { inWorkflow } from './in-workflow.js';
import { cleanLine } from './model/untrusted-text.js';
import type { Environment } from './world.js';

/** An input as action.yml declares it. */
export interface DeclaredInput {
  readonly description: string;
  readonly default?: string;
}

/** What a command line asks for: the inputs as the runner would pass them, or only to be told how it is used. */
export type Command =
  | { readonly kind: 'run'; readonly env: Readonly<Record<string, string>> }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly why: string };

const MODES: readonly string[] = ['release', 'smoke', 'rollback'];

const NOT_IN_A_SCRIPT =
  'In a workflow nothing would finish a run of this command that is cancelled. Use the action: "uses: mentalspace/deploy-backend@v1".';

/** What Node adds to an unknown option: there is no positional argument here but the mode. */
const NODES_ADVICE = / To specify a positional argument starting with .*/;

export type DeclaredInputs = Readonly<Record<string, DeclaredInput>>;

/**
 * Reads `release|smoke|rollback --flag …`: a flag for each input but the mode. One that is true or false needs no value and
 * has a `--no-` form; one that comes several times makes lines. In a script of a workflow it changes nothing, since there is
 * no post step that would finish a run that is killed.
 */
export function readCommand(args: readonly string[], declared: DeclaredInputs, env: Environment): Command {
  const flags = Object.entries(declared).filter(([name]) => name !== 'mode');
  const options = Object.fromEntries(
    flags.map(([name, input]) => [
      name,
      isSwitch(input) ? ({ type: 'boolean' } as const) : ({ type: 'string', multiple: true } as const),
    ]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: args.map((arg) => negated(arg, declared)),
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
      allowNegative: true,
    });
    if (values['help'] === true || args.length === 0) return { kind: 'help' };
    const [mode = '', ...rest] = positionals;
    if (!MODES.includes(mode) || rest.length > 0) {
      return { kind: 'wrong', why: `Say what to do, once: ${MODES.join(', ')}.` };
    }
    const inputs = asInputs(values, declared);
    if (mode !== 'smoke' && inputs['INPUT_DRY-RUN'] !== 'true' && inWorkflow(env)) {
      return { kind: 'wrong', why: NOT_IN_A_SCRIPT };
    }
    return { kind: 'run', env: { INPUT_MODE: mode, ...inputs } };
  } catch (error) {
    const why = cleanLine(error instanceof Error ? error.message : String(error));
    return { kind: 'wrong', why: why.replace(NODES_ADVICE, ' --help lists all.') };
  }
}

/** `--smoke=false` means `--no-smoke`, and `--smoke=true` the flag alone. */
function negated(arg: string, declared: DeclaredInputs): string {
  const [, name = '', value] = /^--([a-z-]+)=(true|false)$/.exec(arg) ?? [];
  const input = declared[name];
  if (!input || !isSwitch(input)) return arg;
  return value === 'true' ? `--${name}` : `--no-${name}`;
}

function asInputs(
  values: Readonly<Record<string, boolean | string | readonly (boolean | string)[] | undefined>>,
  declared: DeclaredInputs,
): Record<string, string> {
  const given = Object.entries(values).map(([name, value]) => [name, [value].flat().join('\n')] as const);
  const defaults = Object.entries(declared).flatMap(([name, { default: value }]) =>
    name === 'mode' || value === undefined || value.includes('${{') ? [] : [[name, value] as const],
  );
  return Object.fromEntries(
    [...defaults, ...given].map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  );
}

/** How the command is used: its modes, and every flag with what it means. */
export function usage(declared: DeclaredInputs): string {
  const flags = Object.entries(declared)
    .filter(([name]) => name !== 'mode')
    .map(([name, input]) => {
      const flag = isSwitch(input) ? `--[no-]${name}` : `--${name} …`;
      const otherwise = input.default && !input.default.includes('${{') ? ` (default: ${input.default})` : '';
      return `  ${flag}\n      ${input.description.trim().replaceAll('\n', ' ')}${otherwise}`;
    });
  return [
    'deploy-backend release|smoke|rollback [flags]',
    '',
    'Takes a commit to a verified release on Amazon ECS, tests a service that is live, or returns it to an earlier revision.',
    'Exit status: 0 done and proven, 1 failed with the service safe, 2 wrong usage or inputs, 3 a person must look.',
    '',
    ...flags,
    '',
  ].join('\n');
}

function isSwitch({ default: value }: DeclaredInput): boolean {
  return value === 'true' || value === 'false';
}
