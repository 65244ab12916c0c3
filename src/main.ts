import { machine } from './adapters/machine.js';
import { DeployError } from './errors.js';
import { succeeded } from './outcome.js';
import { run } from './run.js';

/** The step itself. The runner cancels it with SIGINT and, 7.5 seconds later, SIGTERM (actions/runner, ProcessInvoker.cs). */
export async function main(): Promise<void> {
  const cancel = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => cancel.abort(new DeployError('cancelled', `The run was cancelled (${name}).`)));
  }
  const outcome = await run(machine(process.env, process.cwd(), cancel.signal));
  process.exitCode = succeeded(outcome) ? 0 : 1;
}
