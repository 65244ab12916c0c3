/**
 * The sandbox's time. Timestamps are true; durations are shortened by the pace, so that a wait that takes
 * AWS 30 seconds takes 3 at pace 10.
 */
export interface Clock {
  /** Milliseconds since the epoch, as AWS would stamp them. */
  now(): number;
  /** How much AWS time, in milliseconds, has passed since a moment that `now` gave: real time times the pace. */
  since(moment: number): number;
  /** Calls `work` once after `ms` milliseconds of AWS time; the returned function cancels it. */
  after(ms: number, work: () => void): () => void;
}

/** The machine's clock, with waits shortened by `pace` (1 is AWS's own speed). */
export function realClock(pace = 1): Clock {
  return {
    now: () => Date.now(),
    since: (moment) => (Date.now() - moment) * pace,
    after(ms, work) {
      const timer = setTimeout(work, ms / pace);
      return () => clearTimeout(timer);
    },
  };
}

/** A clock that stands still until it is told to go on; calls fall due in order of time, then of request. */
export interface VirtualClock extends Clock {
  /** Lets `ms` milliseconds pass, and lets every promise that becomes ready on the way settle. */
  advance(ms: number): Promise<void>;
  /** Goes to the next call that is due and makes it; time stands still when none waits. */
  step(): void;
  /** Milliseconds until the next call falls due, or undefined when none waits. */
  untilNext(): number | undefined;
}

/** A virtual clock that starts at `start` (milliseconds since the epoch). */
export function virtualClock(start = Date.UTC(2026, 0, 1)): VirtualClock {
  let time = start;
  /** The next one first. */
  const waiting: { readonly due: number; readonly work: () => void }[] = [];
  const step = (): void => {
    const call = waiting.shift();
    if (!call) return;
    time = Math.max(time, call.due);
    call.work();
  };
  return {
    now: () => time,
    since: (moment) => time - moment,
    after(ms, work) {
      const call = { due: time + Math.max(0, ms), work };
      waiting.splice(waiting.findLastIndex(({ due }) => due <= call.due) + 1, 0, call);
      return () => {
        const place = waiting.indexOf(call);
        if (place >= 0) waiting.splice(place, 1);
      };
    },
    untilNext: () => waiting[0] && waiting[0].due - time,
    step,
    async advance(ms) {
      const end = time + ms;
      await settle();
      while (waiting[0] && waiting[0].due <= end) {
        step();
        await settle();
      }
      time = end;
    },
  };
}

/** Lets promises that are ready run, also those that need a turn of the event loop. */
async function settle(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
