import { Fault } from '../checks/check.js';
import { probe } from '../checks/probe.js';
import { commitSaid } from '../checks/version.js';
import { DeployError } from '../errors.js';
import type { SmokeRequest } from '../inputs/smoke.js';
import type { World } from '../world.js';

/** Somebody is there, though the answer cannot be used: the checks say more. */
const THERE: readonly string[] = ['ENCODED', 'TOO_LONG', 'FIRST_BYTE_TIMEOUT', 'TIMEOUT'];

/**
 * Asks the service once which commit it runs; undefined when it does not say. Throws `base-url-unreachable` when there is
 * nobody there at all, also not at a second and third try.
 */
export async function contact(
  { baseUrl, settings, timeout }: SmokeRequest,
  world: World,
): Promise<string | undefined> {
  const url = new URL(settings.version.path, baseUrl);
  const answer = await probe(world, timeout, { attempts: 0, retried: false }).settle({ url }, []);
  if (!(answer instanceof Fault)) return commitSaid(answer, settings.version);
  if (THERE.includes(answer.code)) return undefined;
  throw new DeployError('base-url-unreachable', `${baseUrl.origin} cannot be reached: ${answer.says}.`, {
    hint: 'Check base-url, its certificate, and that this runner may reach it: nothing could be proven otherwise.',
  });
}
