import { machine } from './adapters/machine.js';
import { cleanUp } from './state.js';

/** The post step: runs last, also after a failure or a kill, and removes what the main step left behind. */
export async function post(): Promise<void> {
  await cleanUp(machine(process.env, process.cwd(), new AbortController().signal));
}
