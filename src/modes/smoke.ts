import type { SmokeInputs } from '../inputs/inputs.js';
import { versionUrl } from '../inputs/smoke.js';
import type { Journal } from '../journal.js';
import { failure, type Outcome } from '../outcome.js';
import { smokeAlone } from '../steps/smoke.js';
import type { World } from '../world.js';

/** Runs the smoke suite against whatever is live. Needs no AWS and changes nothing. */
export async function smokeMode(
  { smoke, expected, url }: SmokeInputs,
  world: World,
  journal: Journal,
): Promise<Outcome> {
  await journal.voice.know({ url, versionUrl: versionUrl(smoke) });
  try {
    await journal.step('smoke', (voice) => smokeAlone(smoke, expected, world, voice));
    return { kind: 'verified' };
  } catch (error) {
    return failure(error, false);
  }
}
