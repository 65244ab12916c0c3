import { readFile } from 'node:fs/promises';
import { machine } from './adapters/machine.js';
import { byHand } from './adapters/runner.js';
import { terminalLog } from './adapters/terminal-log.js';
import { readCommand, usage, type DeclaredInputs } from './command-line.js';
import { exitStatus } from './outcome.js';
import { cancellation } from './main.js';
import { finish, run } from './run.js';

/** The command by hand; `action` is where action.yml is, which knows every flag. */
export async function cli(action: URL): Promise<void> {
  const { parse } = await import('yaml');
  const { inputs } = parse(await readFile(action, 'utf8')) as { readonly inputs: DeclaredInputs };
  const command = readCommand(process.argv.slice(2), inputs, process.env);
  if (command.kind !== 'run') {
    const wrong = command.kind === 'wrong';
    (wrong ? process.stderr : process.stdout).write(wrong ? `error: ${command.why}\n` : usage(inputs));
    process.exitCode = wrong ? 2 : 0;
    return;
  }
  // What a runner left in the environment is no input of this command.
  const own = Object.entries(process.env).filter(([name]) => !/^(INPUT|STATE)_/i.test(name));
  const env = { ...Object.fromEntries(own), ...command.env };
  // Who reads may leave before the end, as `head` does: the work goes on, and what is left is not said.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const state = new Map<string, string>();
  const log = terminalLog(process.stdout, env);
  const seams = { log, runner: byHand(env, state) };
  // However the process ends, the terminal is left as it was found.
  process.on('exit', () => log.status(undefined));
  const outcome = await run({ ...machine(env, process.cwd(), cancellation()), ...seams });
  // What a cancelled run leaves to the post step of the action is done here.
  const later = { ...env, ...Object.fromEntries(state) };
  const end = await finish({ ...machine(later, process.cwd(), new AbortController().signal), ...seams });
  process.exitCode = Math.max(exitStatus(outcome), end ? exitStatus(end) : 0);
}
