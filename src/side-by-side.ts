import { heldLog } from './held-log.js';
import { GivenUp, type Journal, type StepName, type StepVoice } from './journal.js';
import type { World } from './world.js';

/** A step that runs beside another one, in a world of its own. */
export type Beside<Made> = readonly [StepName, (world: World, voice: StepVoice) => Promise<Made>];

/**
 * Runs two steps at the same time. The log has one voice: what the first says is held back until the second has ended. When
 * one fails the other is given up, and what failed is thrown.
 */
export async function sideBySide<First, Second>(
  journal: Journal,
  world: World,
  [[firstName, first], [secondName, second]]: readonly [Beside<First>, Beside<Second>],
): Promise<[First, Second]> {
  const stop = new AbortController();
  const there = { ...world, signal: AbortSignal.any([world.signal, stop.signal]) };
  const held = heldLog(world.log);
  const failures: unknown[] = [];
  const give = (error: unknown): never => {
    failures.push(error);
    stop.abort(new GivenUp());
    throw error;
  };
  const quiet = { ...there, log: held.log };
  const [one, two] = await Promise.allSettled([
    journal.step(firstName, (voice) => first(quiet, voice).catch(give), held.log),
    journal.step(secondName, (voice) => second(there, voice).catch(give)).finally(held.release),
  ]);
  if (one.status === 'fulfilled' && two.status === 'fulfilled') return [one.value, two.value];
  throw failures[0];
}
