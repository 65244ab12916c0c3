import { realClock, type Clock } from './clock.js';

/** The machine's clock with a pace that can be changed; waits that have begun keep theirs. */
export interface PacedClock extends Clock {
  setPace(pace: number): void;
}

/** Such a clock, at first with `pace` (1 is AWS's own speed). */
export function pacedClock(pace: number): PacedClock {
  let clock = realClock(pace);
  return {
    now: () => clock.now(),
    since: (moment) => clock.since(moment),
    after: (ms, work) => clock.after(ms, work),
    setPace(next) {
      clock = realClock(next);
    },
  };
}
