import { machine } from './adapters/machine.js';
import { readInputs } from './inputs/inputs.js';
import { journal } from './journal.js';
import { recover } from './modes/recover.js';
import { succeeded } from './outcome.js';
import { report } from './report/report.js';
import { cleanUp, unfinished } from './state.js';

/** The post step: runs last, also after a failure, a cancel or a kill, and finishes what the main step left behind. */
export async function post(): Promise<void> {
  const world = machine(process.env, process.cwd(), new AbortController().signal);
  await cleanUp(world);
  const saved = unfinished(world);
  if (!saved) return;
  const record = journal(world, ['rollback']);
  const outcome = await recover(saved, readInputs(world.env), world, record);
  if (!outcome) return;
  if (outcome.state !== undefined) record.voice.warn(outcome.state);
  await report(outcome, record, world);
  if (!succeeded(outcome)) process.exitCode = 1;
}
