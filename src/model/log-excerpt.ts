import { cleanLine } from './untrusted-text.js';
import { redact } from './redact.js';

/** A level of an application's log, from the loudest to the quietest. */
export type Level = 'error' | 'warn' | 'info' | 'debug' | 'other';

/** The last lines of the new tasks: how many of each level, and the lines where they may be shown. */
export interface LogExcerpt {
  readonly group: string;
  readonly counts: Readonly<Record<Level, number>>;
  /** Cleaned and redacted, oldest first; empty when only counts are wanted. */
  readonly lines: readonly string[];
}

const MAX_LINE = 400;

/** Makes an excerpt from events that are already in order of time. */
export function logExcerpt(group: string, messages: readonly string[], show: boolean): LogExcerpt {
  const counts: Record<Level, number> = { error: 0, warn: 0, info: 0, debug: 0, other: 0 };
  for (const message of messages) counts[levelOf(message)]++;
  // Redacted before it is cut: half a secret is no longer recognised.
  return {
    group,
    counts,
    lines: show ? messages.map((message) => cleanLine(redact(message), MAX_LINE)) : [],
  };
}

/** The level that a line states as a JSON field `level` (text, or a number as pino writes it), or in its first words. */
export function levelOf(message: string): Level {
  const stated = /"(?:level|severity|lvl)"\s*:\s*"?([a-z]+|\d{2})/i.exec(message)?.[1] ?? firstWord(message);
  return LEVELS.find(([, pattern]) => pattern.test(stated))?.[0] ?? 'other';
}

const LEVELS: readonly (readonly [Level, RegExp])[] = [
  ['error', /^(err|error|fatal|critical|crit|alert|emergency|emerg|panic|severe|50|60)$/i],
  ['warn', /^(warn|warning|40)$/i],
  ['info', /^(info|notice|log|30)$/i],
  ['debug', /^(debug|trace|verbose|silly|10|20)$/i],
];

function firstWord(message: string): string {
  return (
    /\b(fatal|critical|panic|error|warning|warn|info|notice|debug|trace)\b/i.exec(
      message.slice(0, 80),
    )?.[1] ?? ''
  );
}

/** `3 errors, 1 warning, 46 others`, for one line of the summary. */
export function showCounts({ error, warn, info, debug, other }: LogExcerpt['counts']): string {
  const many = (count: number, one: string, several: string): string =>
    `${String(count)} ${count === 1 ? one : several}`;
  return `${many(error, 'error', 'errors')}, ${many(warn, 'warning', 'warnings')}, ${many(info + debug + other, 'other line', 'other lines')}`;
}
