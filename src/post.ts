import { machine } from './adapters/machine.js';
import { succeeded } from './outcome.js';
import { finish } from './run.js';

/** The post step: runs last, also after a failure, a cancel or a kill, and finishes what the main step left behind. */
export async function post(): Promise<void> {
  const outcome = await finish(machine(process.env, process.cwd(), new AbortController().signal));
  if (outcome && !succeeded(outcome)) process.exitCode = 1;
}
