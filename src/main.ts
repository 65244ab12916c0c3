import { machine } from './adapters/machine.js';
import { DeployError } from './errors.js';
import { inWorkflow } from './in-workflow.js';
import { succeeded } from './outcome.js';
import { run } from './run.js';

/** The step itself. By hand it does nothing: whatever inputs are in the environment there, nobody gave them to it. */
export async function main(): Promise<void> {
  if (!inWorkflow(process.env)) {
    process.stderr.write(
      'error: This is the step of a workflow. By hand use the command: deploy-backend --help\n',
    );
    process.exitCode = 2;
    return;
  }
  const outcome = await run(machine(process.env, process.cwd(), cancellation()));
  process.exitCode = succeeded(outcome) ? 0 : 1;
}

/**
 * Aborted when the process is told to end. The runner cancels a step with SIGINT and, 7.5 seconds later, SIGTERM
 * (actions/runner, ProcessInvoker.cs); a person does with Ctrl-C, which is SIGINT.
 */
export function cancellation(): AbortSignal {
  const cancel = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => cancel.abort(new DeployError('cancelled', `The run was cancelled (${name}).`)));
  }
  return cancel.signal;
}
