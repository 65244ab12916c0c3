import { boundedLine } from './bounded-line.js';
import { insideOfKeys } from './key-lines.js';
import type { Level } from './log-level.js';
import { levelOf, readLogLine } from './log-line.js';
import { cleanLines, disarmed } from './untrusted-text.js';

/** The last lines of the new tasks: how many of each level, and the lines where they may be shown. */
export interface LogExcerpt {
  readonly group: string;
  readonly counts: Readonly<Record<Level, number>>;
  /** Cleaned and redacted: errors and warnings first, then the others, each oldest first; empty when only counts are wanted. */
  readonly lines: readonly string[];
}

/** What an application logged at once: a line, or an exception with its stack. */
export interface LogEntry {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly level: Level;
  /** As they were logged: untrusted, and perhaps with personal data; only `linesOf` shows them. */
  readonly messages: readonly string[];
}

/** An event as CloudWatch has it; the message is untrusted. */
interface Event {
  readonly timestamp: number;
  readonly message: string;
}

const MAX_LINE = 400;
/** Lines of one entry: the top of a stack tells most. */
const MAX_ENTRY = 12;
/** Characters of a message that are read. */
const MAX_MESSAGE = 16 * 1_024;

/** A line that goes on with the one before it: a frame of a stack, or a further cause. */
const CONTINUED = /^(?:\s+\S|\}|Caused by: |\.{3} \d+ more)/;

/** As much of a message as is read. */
export function boundedMessage(message: string): string {
  return boundedLine(message, MAX_MESSAGE);
}

/** The entries of one stream, whose events are in order of time: what belongs to an entry stays with it. */
export function entriesOf(events: readonly Event[]): readonly LogEntry[] {
  const entries: { timestamp: number; level: Level; messages: string[] }[] = [];
  const isInside = insideOfKeys();
  for (const { timestamp, message } of events) {
    if (isInside(message)) continue;
    const last = entries.at(-1);
    if (last === undefined || !CONTINUED.test(message))
      entries.push({ timestamp, level: levelOf(boundedMessage(message)), messages: [message] });
    else if (last.messages.length < MAX_ENTRY) last.messages.push(message);
  }
  return entries;
}

/** The lines of an entry as they may be shown: redacted, cleaned and cut. */
export function linesOf({ messages }: LogEntry): readonly string[] {
  const lines = messages.flatMap((message) =>
    cleanLines(readLogLine(boundedMessage(message)), MAX_LINE).slice(0, MAX_ENTRY),
  );
  return disarmed(lines.slice(0, MAX_ENTRY).join('\n')).split('\n');
}

/** Makes an excerpt of at most `most` lines; `most` 0 gives only the counts. */
export function logExcerpt(group: string, entries: readonly LogEntry[], most: number): LogExcerpt {
  const counts: Record<Level, number> = { error: 0, warn: 0, info: 0, debug: 0, other: 0 };
  for (const { level } of entries) counts[level]++;
  const inTime = [...entries].sort((one, other) => one.timestamp - other.timestamp);
  const isLoud = ({ level }: LogEntry): boolean => level === 'error' || level === 'warn';
  const loud = newest(inTime.filter(isLoud), most);
  const quiet = newest(
    inTime.filter((entry) => !isLoud(entry)),
    most - loud.length,
  );
  return { group, counts, lines: [...loud, ...quiet] };
}

/** The lines of the newest entries that have at most so many together; of one that is too long its first. */
function newest(entries: readonly LogEntry[], most: number): readonly string[] {
  const lines: string[] = [];
  for (const entry of entries.toReversed()) {
    if (lines.length >= most) break;
    lines.unshift(...linesOf(entry).slice(0, most - lines.length));
  }
  return lines;
}

/** `3 errors, 1 warning, 46 others`, for one line of the summary. */
export function showCounts({ error, warn, info, debug, other }: LogExcerpt['counts']): string {
  const many = (count: number, one: string, several: string): string =>
    `${String(count)} ${count === 1 ? one : several}`;
  return `${many(error, 'error', 'errors')}, ${many(warn, 'warning', 'warnings')}, ${many(info + debug + other, 'other line', 'other lines')}`;
}
