import type { Cloud } from '../cloud.js';
import { createLogStream } from './groups.js';
import type { LogStream } from './state.js';

/** Appends a line to a stream, which is made when missing; nothing is written when the group is missing. */
export function writeLog(cloud: Cloud, group: string, stream: string, message: string): void {
  const found = cloud.logs.groups.get(group);
  if (!found) return;
  appendEvent(
    cloud,
    found.streams.get(stream) ?? createLogStream(cloud, found, stream),
    cloud.clock.now(),
    message,
  );
}

/** Puts an event (milliseconds since the epoch) into a stream behind those that are not later. */
export function appendEvent(
  { clock, ids }: Cloud,
  { events }: LogStream,
  timestamp: number,
  message: string,
): void {
  const place = events.findLastIndex((one) => one.timestamp <= timestamp) + 1;
  events.splice(place, 0, {
    id: idOf(timestamp, events.length, ids.deployment()),
    timestamp,
    ingestionTime: clock.now(),
    message,
  });
}

/** 56 digits, as AWS's ids have; their order is that of the events in a stream, and no two streams share one. */
function idOf(timestamp: number, order: number, unique: string): string {
  return String(timestamp).padStart(17, '0') + String(order).padStart(20, '0') + unique;
}
