import { realClock, type Clock } from './clock.js';

/** The machine's clock with a pace that can be changed; waits that have begun keep theirs. */
export interface PacedClock extends Clock {
  readonly pace: number;
  setPace(pace: number): void;
}

/** Such a clock, at first with `pace` (1 is AWS's own speed). */
export function pacedClock(pace: number): PacedClock {
  let [clock, current] = [realClock(pace), pace];
  return {
    get pace() {
      return current;
    },
    now: () => clock.now(),
    since: (moment) => clock.since(moment),
    after: (ms, work) => clock.after(ms, work),
    setPace(next) {
      [clock, current] = [realClock(next), next];
    },
  };
}
