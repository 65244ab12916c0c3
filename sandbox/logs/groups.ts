import type { Cloud } from '../cloud.js';
import { flag, number, present, text } from '../ecs/fields.js';
import { AwsError } from '../errors.js';
import type { JsonObject } from '../json.js';
import type { Operations } from '../protocol/operation.js';
import { checkLimit, groupOf, invalidParameter, requiredName, streamOf } from './find.js';
import type { LogGroup, LogStream } from './state.js';

/** Makes a log group. Throws `ResourceAlreadyExistsException` or `InvalidParameterException`. */
export function createLogGroup({ account, clock, logs, region }: Cloud, name: string): LogGroup {
  checkName(name, 'logGroupName', /^[\w.\-/#]{1,512}$/);
  if (logs.groups.has(name)) throw exists('The specified log group already exists');
  const arn = `arn:aws:logs:${region}:${account}:log-group:${name}`;
  const group: LogGroup = { name, arn, createdAt: clock.now(), streams: new Map() };
  logs.groups.set(name, group);
  return group;
}

/** Makes a stream in a group. Throws `ResourceAlreadyExistsException` or `InvalidParameterException`. */
export function createLogStream({ clock }: Cloud, group: LogGroup, name: string): LogStream {
  checkName(name, 'logStreamName', /^[^:*]{1,512}$/);
  if (group.streams.has(name)) throw exists('The specified log stream already exists');
  const arn = `${group.arn}:log-stream:${name}`;
  const stream: LogStream = { name, arn, createdAt: clock.now(), events: [] };
  group.streams.set(name, stream);
  return stream;
}

/** Operations of CloudWatch Logs on groups and streams. */
export const groupOperations: Operations = {
  CreateLogGroup(cloud, input) {
    createLogGroup(cloud, requiredName(text(input, 'logGroupName'), 'logGroupName'));
    return {};
  },

  DescribeLogGroups(cloud, input) {
    const [prefix = '', pattern = ''] = ['logGroupNamePrefix', 'logGroupNamePattern'].map((one) =>
      text(input, one),
    );
    if (prefix && pattern) {
      throw invalidParameter(
        'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
      );
    }
    const groups = [...cloud.logs.groups.values()]
      .filter(({ name }) => name.startsWith(prefix))
      .filter(({ name }) => name.toLowerCase().includes(pattern.toLowerCase()))
      .sort(byName);
    const { items, rest } = page(groups, input);
    return { logGroups: items.map(describeGroup), ...rest };
  },

  DeleteLogGroup(cloud, input) {
    cloud.logs.groups.delete(groupOf(cloud, input).name);
    return {};
  },

  CreateLogStream(cloud, input) {
    const name = requiredName(text(input, 'logStreamName'), 'logStreamName');
    createLogStream(cloud, groupOf(cloud, input), name);
    return {};
  },

  DescribeLogStreams(cloud, input) {
    const group = groupOf(cloud, input);
    const prefix = text(input, 'logStreamNamePrefix');
    const streams = [...group.streams.values()].filter(({ name }) => name.startsWith(prefix ?? ''));
    const sorted = streams.sort(orderOf(input, prefix));
    const { items, rest } = page(flag(input, 'descending') === true ? sorted.reverse() : sorted, input);
    return { logStreams: items.map(describeStream), ...rest };
  },

  DeleteLogStream(cloud, input) {
    const group = groupOf(cloud, input);
    group.streams.delete(streamOf(group, text(input, 'logStreamName')).name);
    return {};
  },
};

function orderOf(input: JsonObject, prefix: string | undefined) {
  const order = text(input, 'orderBy') ?? 'LogStreamName';
  if (order === 'LogStreamName') return byName;
  if (order !== 'LastEventTime') {
    throw invalidParameter(
      `1 validation error detected: Value '${order}' at 'orderBy' failed to satisfy constraint: ` +
        'Member must satisfy enum value set: [LogStreamName, LastEventTime]',
    );
  }
  if (prefix !== undefined) {
    throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.');
  }
  return (one: LogStream, other: LogStream) => lastEventOf(one) - lastEventOf(other) || byName(one, other);
}

/** A stream without events has none: it comes before all that have. */
function lastEventOf({ events }: LogStream): number {
  return events.at(-1)?.timestamp ?? -1;
}

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name < other.name ? -1 : one.name > other.name ? 1 : 0;
}

/** The page after the name that a token holds; at most 50 (CloudWatch Logs API Reference, `limit`). */
function page<T extends { readonly name: string }>(
  items: readonly T[],
  input: JsonObject,
): { items: readonly T[]; rest: JsonObject } {
  const size = checkLimit(number(input, 'limit'), 'limit', 50);
  const token = text(input, 'nextToken');
  const last = token === undefined ? undefined : Buffer.from(token, 'base64').toString();
  const start = last === undefined ? 0 : items.findIndex(({ name }) => name === last) + 1;
  if (last !== undefined && start === 0) throw invalidParameter('The specified nextToken is invalid.');
  const part = items.slice(start, start + size);
  const next = start + size < items.length ? part.at(-1)?.name : undefined;
  return { items: part, rest: present({ nextToken: next && Buffer.from(next).toString('base64') }) };
}

function describeGroup({ name, arn, createdAt }: LogGroup): JsonObject {
  return {
    logGroupName: name,
    creationTime: createdAt,
    metricFilterCount: 0,
    arn: `${arn}:*`,
    logGroupArn: arn,
    storedBytes: 0,
    logGroupClass: 'STANDARD',
  };
}

function describeStream({ name, arn, createdAt, events }: LogStream): JsonObject {
  return present({
    logStreamName: name,
    creationTime: createdAt,
    firstEventTimestamp: events[0]?.timestamp,
    lastEventTimestamp: events.at(-1)?.timestamp,
    lastIngestionTime: events.at(-1)?.ingestionTime,
    arn,
    storedBytes: 0,
  });
}

function checkName(name: string, member: string, pattern: RegExp): void {
  if (pattern.test(name)) return;
  throw invalidParameter(
    `1 validation error detected: Value '${name}' at '${member}' failed to satisfy constraint: ` +
      `Member must satisfy regular expression pattern: ${pattern.source}`,
  );
}

function exists(message: string): AwsError {
  return new AwsError('ResourceAlreadyExistsException', message);
}
