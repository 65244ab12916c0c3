import { flag, number, objects, present, text, texts } from '../ecs/fields.js';
import type { JsonObject } from '../json.js';
import type { Operations } from '../protocol/operation.js';
import { filterPattern } from './filter-pattern.js';
import { checkLimit, groupOf, invalidParameter, streamOf } from './find.js';
import type { LogEvent, LogGroup, LogStream } from './state.js';
import { appendEvent } from './write.js';

/** CloudWatch Logs API Reference, GetLogEvents and FilterLogEvents, `limit`; PutLogEvents, events in a batch. */
const MOST_EVENTS = 10_000;

/** GetLogEvents: "as many log events as can fit in a response size of 1 MB", at least one here. */
const PAGE_BYTES = 2 ** 20;
/** PutLogEvents: the size of an event is that of its message in UTF-8, plus 26 bytes. */
const EVENT_BYTES = 26;

/** PutLogEvents: events more than two hours ahead or fourteen days old are rejected. */
const AHEAD = 2 * 3_600_000;
const OLD = 14 * 24 * 3_600_000;

/** Operations of CloudWatch Logs on events. */
export const eventOperations: Operations = {
  PutLogEvents(cloud, input) {
    const stream = streamOf(groupOf(cloud, input), text(input, 'logStreamName'));
    const events = objects(input, 'logEvents').map(eventOf);
    checkBatch(events);
    const now = cloud.clock.now();
    const tooOld = events.filter(({ timestamp }) => timestamp < now - OLD).length;
    const tooNew = events.findIndex(({ timestamp }) => timestamp > now + AHEAD);
    const accepted = events.slice(tooOld, tooNew < 0 ? undefined : tooNew);
    for (const { timestamp, message } of accepted) appendEvent(cloud, stream, timestamp, message);
    return present({
      nextSequenceToken: cloud.ids.deployment(),
      rejectedLogEventsInfo: rejected(tooOld, tooNew),
    });
  },

  GetLogEvents(cloud, input) {
    const stream = streamOf(groupOf(cloud, input), text(input, 'logStreamName'));
    // Without the end: "Events with a timestamp equal to or later than this time are not included."
    const end = number(input, 'endTime') ?? Infinity;
    const events = within(stream.events, input).filter(({ timestamp }) => timestamp < end);
    return eventPage(events, input);
  },

  FilterLogEvents(cloud, input) {
    const group = groupOf(cloud, input);
    const matches = filterPattern(text(input, 'filterPattern') ?? '');
    const limit = checkLimit(number(input, 'limit'), 'limit', MOST_EVENTS);
    const after = filterStart(text(input, 'nextToken'));
    // With the end: "Events with a timestamp later than this time are not returned."
    const end = number(input, 'endTime') ?? Infinity;
    const waiting = searched(group, input)
      .flatMap((stream) => within(stream.events, input).map((event) => ({ stream, event })))
      .filter(({ event }) => event.timestamp <= end && event.id > after)
      .sort((one, other) => (one.event.id < other.event.id ? -1 : 1));
    // A page is what was looked at, not what was found: so one may be empty and have another behind it.
    const page = waiting.slice(0, limit);
    const found = page.filter(({ event }) => matches(event.message));
    const last = waiting.length > limit ? page.at(-1)?.event.id : undefined;
    return present({
      events: found.map(({ stream, event }) => filtered(stream, event)),
      searchedLogStreams: [],
      nextToken: last === undefined ? undefined : tokenOf(last),
    });
  },
};

/**
 * A page of one stream between two gaps, each named by the id before or behind it. At the end of the stream the
 * forward token is the one that was given (GetLogEvents, `nextForwardToken`).
 */
function eventPage(events: readonly LogEvent[], input: JsonObject): JsonObject {
  const limit = checkLimit(number(input, 'limit'), 'limit', MOST_EVENTS);
  const token = text(input, 'nextToken');
  const [direction, gap] = token === undefined ? [undefined, undefined] : gapOf(token);
  const forward = direction ? direction === 'f' : flag(input, 'startFromHead') === true;
  const part = gap === undefined ? events : events.filter(({ id }) => (forward ? id >= gap : id < gap));
  const page = forward ? fitting(part.slice(0, limit)) : fitting(part.slice(-limit).reverse()).reverse();
  const [first, last] = [page[0], page.at(-1)];
  return {
    events: page.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
    nextForwardToken: `f/${last ? behind(last) : (gap ?? '0')}/s`,
    nextBackwardToken: `b/${first ? first.id : (gap ?? '0')}/s`,
  };
}

/** The first of the events, as many as fit in a page. */
function fitting(events: readonly LogEvent[]): LogEvent[] {
  let bytes = 0;
  const over = events.findIndex(
    ({ message }) => (bytes += Buffer.byteLength(message) + EVENT_BYTES) > PAGE_BYTES,
  );
  return events.slice(0, over < 0 ? undefined : Math.max(over, 1));
}

/** Sorts after the event's own id and before that of every later event. */
function behind({ id }: LogEvent): string {
  return `${id}0`;
}

function gapOf(token: string): readonly [direction: string, gap: string] {
  const [, direction, gap] = /^([fb])\/(\d+)\/s$/.exec(token) ?? [];
  if (direction === undefined || gap === undefined) {
    throw invalidParameter('The specified nextToken is invalid.');
  }
  return [direction, gap];
}

function tokenOf(id: string): string {
  return Buffer.from(`after:${id}`).toString('base64url');
}

function filterStart(token: string | undefined): string {
  if (token === undefined) return '';
  const id = /^after:(\d{56})$/.exec(Buffer.from(token, 'base64url').toString())?.[1];
  if (id === undefined) throw invalidParameter('The specified nextToken is invalid.');
  return id;
}

function within(events: readonly LogEvent[], input: JsonObject): readonly LogEvent[] {
  const start = number(input, 'startTime') ?? 0;
  return events.filter(({ timestamp }) => timestamp >= start);
}

function searched(group: LogGroup, input: JsonObject): readonly LogStream[] {
  const [names, prefix] = [texts(input, 'logStreamNames'), text(input, 'logStreamNamePrefix')];
  if (names.length > 0 && prefix !== undefined) {
    throw invalidParameter('logStreamNames and logStreamNamePrefix are mutually exclusive.');
  }
  if (names.length > 100) throw invalidParameter('At most 100 log streams can be searched.');
  if (names.length > 0) return [...new Set(names)].map((name) => streamOf(group, name));
  return [...group.streams.values()].filter(({ name }) => name.startsWith(prefix ?? ''));
}

function filtered({ name }: LogStream, { id, timestamp, message, ingestionTime }: LogEvent): JsonObject {
  return { logStreamName: name, timestamp, message, ingestionTime, eventId: id };
}

function eventOf(entry: JsonObject) {
  return { timestamp: number(entry, 'timestamp') ?? 0, message: text(entry, 'message') ?? '' };
}

function checkBatch(events: readonly { readonly timestamp: number; readonly message: string }[]): void {
  if (events.length < 1 || events.length > MOST_EVENTS) {
    throw invalidParameter(`A batch has 1 to ${MOST_EVENTS} log events.`);
  }
  if (events.some(({ message }) => message === '')) {
    throw invalidParameter(
      "1 validation error detected: Value '' at 'logEvents.1.member.message' failed to satisfy constraint: " +
        'Member must have length greater than or equal to 1',
    );
  }
  if (events.some(({ timestamp }, place) => timestamp < (events[place - 1]?.timestamp ?? 0))) {
    throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.');
  }
}

function rejected(tooOld: number, tooNew: number): JsonObject | undefined {
  if (tooOld === 0 && tooNew < 0) return undefined;
  return present({
    tooOldLogEventEndIndex: tooOld > 0 ? tooOld : undefined,
    tooNewLogEventStartIndex: tooNew < 0 ? undefined : tooNew,
  });
}
