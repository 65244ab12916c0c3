import type { Clock } from '../src/world.js';

/** A clock that jumps over every sleep, and tells how long they were. */
export function jumpingClock(start = 0): Clock & { readonly slept: readonly number[] } {
  let time = start;
  const slept: number[] = [];
  return {
    slept,
    now: () => time,
    monotonic: () => time,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      slept.push(ms);
      time += ms;
      await Promise.resolve();
    },
  };
}
