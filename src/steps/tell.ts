import type { StepVoice } from '../journal.js';
import { isTransient } from '../model/aws-failure.js';
import { showDuration } from '../model/duration.js';
import { shownLine } from '../model/progress.js';
import type { World } from '../world.js';

/** Milliseconds of silence after which the log says that the wait goes on. */
const HEARTBEAT = 30_000;

/** What one look showed. Untrusted text. */
export interface Glance {
  /** One line; equal lines mean that nothing changed, and an empty one says nothing. */
  readonly line: string;
  /** Said below a line that changed. */
  readonly details?: readonly string[];
  /** Said in any case. */
  readonly news?: readonly string[];
  /** Why nothing may change for long. */
  readonly idle?: string | undefined;
}

/** Who tells how a wait goes. */
export interface Teller {
  readonly look: (glance: Glance) => void;
  /** A look that failed: says so where AWS will be asked again, and throws the error. */
  readonly failed: (error: unknown) => never;
  /** The wait is over, for better or worse. */
  readonly end: () => void;
}

/**
 * Tells how a wait goes: a line whenever something changed, and a sign of life in between, which a terminal shows in place.
 * `limit` is in milliseconds.
 */
export function teller(
  limit: number,
  { clock, log }: Pick<World, 'clock' | 'log'>,
  voice: Pick<StepVoice, 'progress'>,
): Teller {
  const started = clock.monotonic();
  let spoke = started;
  let shown = '';
  const look = ({ line, details = [], news = [], idle }: Glance): void => {
    const now = clock.monotonic();
    const age = showDuration(now - started);
    const going = `${age} of at most ${showDuration(limit)}`;
    const isSeen = log.status(shownLine([going, line, idle].filter(Boolean).join(' · ')));
    const isNew = line !== shown;
    if (isNew && line !== '') voice.progress(`${age} ${line}`);
    const quotes = [...(isNew ? details : []), ...news];
    for (const text of quotes) voice.progress(text, 'quoted');
    if (isNew || quotes.length > 0) spoke = now;
    shown = line;
    if (isSeen || now - spoke < HEARTBEAT) return;
    log.info(`${going}: ${['nothing new', idle].filter(Boolean).join('; ')}`);
    spoke = now;
  };
  return {
    look,
    failed(error) {
      if (isTransient(error)) look({ line: 'AWS does not answer, and is asked again' });
      throw error;
    },
    end: () => void log.status(undefined),
  };
}
