import { setMaxListeners } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import type { Clock } from '../world.js';

/** The machine's clock. */
export const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    // A smoke suite has more waits under way than the ten that Node 20 takes for a leak and warns of in the log.
    if (signal) setMaxListeners(0, signal);
    try {
      await after(ms, undefined, signal ? { signal } : {});
    } catch (error) {
      throw signal?.reason ?? error;
    }
  },
};
