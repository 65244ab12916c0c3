import { DeployError } from '../errors.js';
import type { SmokeInputs } from '../inputs/inputs.js';
import type { Journal } from '../journal.js';
import type { Outcome } from '../outcome.js';
import type { World } from '../world.js';

/** Runs the smoke suite against what is live, and changes nothing. */
export function smokeMode(inputs: SmokeInputs, world: World, journal: Journal): Promise<Outcome> {
  return journal.step('smoke', () => {
    world.signal.throwIfAborted();
    return Promise.reject(new DeployError('internal', `not there yet: ${inputs.smoke.baseUrl.origin}`));
  });
}
