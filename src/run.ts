import { readInputs, type Inputs } from './inputs/inputs.js';
import { journal, type Journal } from './journal.js';
import { release } from './modes/release.js';
import { failure, type Outcome } from './outcome.js';
import { report } from './report/report.js';
import type { World } from './world.js';

/** Does what the inputs ask and tells how it ended. Never throws: whatever goes wrong becomes the outcome. */
export async function run(world: World): Promise<Outcome> {
  const record = journal(world);
  const outcome = await attempt(world, record);
  await report(outcome, record, world);
  return outcome;
}

async function attempt(world: World, record: Journal): Promise<Outcome> {
  try {
    const inputs: Inputs = readInputs(world.env);
    return await release(inputs, listening(world, record), record);
  } catch (error) {
    return failure(error, record.facts.changed ?? false);
  }
}

/** A world whose every warning, also one of an adapter, is part of the record. */
function listening(world: World, { voice }: Journal): World {
  return { ...world, log: { ...world.log, warning: (text) => voice.warn(text) } };
}
