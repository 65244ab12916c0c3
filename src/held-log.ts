import type { Log } from './world.js';

/** A log that keeps back what it is told, until it is let go. */
export interface HeldLog {
  readonly log: Log;
  /** Says all that was kept back, in order, and keeps nothing back from then on. */
  readonly release: () => void;
}

/** Holds a log's lines and groups back; annotations and masks go through at once, and a status that is not now is none. */
export function heldLog(log: Log): HeldLog {
  let kept: (() => void)[] | undefined = [];
  const hold = (say: () => void): void => {
    if (kept) kept.push(say);
    else say();
  };
  return {
    log: {
      ...log,
      info: (text) => hold(() => log.info(text)),
      quote: (text) => hold(() => log.quote(text)),
      group: (title) => hold(() => log.group(title)),
      endGroup: () => hold(() => log.endGroup()),
      status: (text) => kept === undefined && log.status(text),
    },
    release: () => {
      const all = kept ?? [];
      kept = undefined;
      for (const say of all) say();
    },
  };
}
