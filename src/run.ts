import { DeployError } from './errors.js';
import { readInputs } from './inputs/inputs.js';
import { journal, type Journal } from './journal.js';
import { release } from './modes/release.js';
import type { Outcome } from './outcome.js';
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
    return await release(readInputs(world.env), world, record);
  } catch (error) {
    return outcomeOf(error);
  }
}

/** How a run ended that threw before the service was changed. */
function outcomeOf(thrown: unknown): Outcome {
  const error = asDeployError(thrown);
  return { kind: error.code === 'cancelled' ? 'cancelled' : 'failed', error };
}

/** Anything that was thrown as our own error; what is not one of ours is a defect of the action. */
export function asDeployError(thrown: unknown): DeployError {
  if (thrown instanceof DeployError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new DeployError('internal', `A defect of this action: ${message}`, {
    hint: 'Please report it with the log of this run.',
    cause: thrown,
  });
}
