import { Unanswered } from '../checks/check.js';
import { probe } from '../checks/probe.js';
import { commitSaid } from '../checks/version.js';
import { DeployError } from '../errors.js';
import type { SmokeRequest } from '../inputs/smoke.js';
import type { World } from '../world.js';

/**
 * Asks the service once which commit it runs; undefined when it does not say. Throws `base-url-unreachable` when there is
 * no answer at all, also not to a second and third try.
 */
export async function contact(
  { baseUrl, settings, timeout }: SmokeRequest,
  world: World,
): Promise<string | undefined> {
  const tally = { attempts: 0, retried: false };
  try {
    const url = new URL(settings.version.path, baseUrl);
    return commitSaid(await probe(world, timeout, tally).ask({ url }), settings.version);
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    const message = `${baseUrl.origin} cannot be reached: ${error.fault.says}.`;
    throw new DeployError('base-url-unreachable', message, {
      hint: 'Check base-url, its certificate, and that this runner may reach it: nothing could be proven otherwise.',
    });
  }
}
