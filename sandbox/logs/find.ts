import type { Cloud } from '../cloud.js';
import { text } from '../ecs/fields.js';
import { AwsError } from '../errors.js';
import type { JsonObject } from '../json.js';
import type { LogGroup, LogStream } from './state.js';

/** The group that a request names, or means by `logGroupIdentifier`; throws `ResourceNotFoundException`. */
export function groupOf({ logs }: Cloud, input: JsonObject): LogGroup {
  const name = text(input, 'logGroupName') ?? nameOf(text(input, 'logGroupIdentifier') ?? '');
  const group = logs.groups.get(requiredName(name, 'logGroupName'));
  if (!group) throw notFound('The specified log group does not exist.');
  return group;
}

/** A stream by name; throws `ResourceNotFoundException`. */
export function streamOf(group: LogGroup, name: string | undefined): LogStream {
  const stream = group.streams.get(requiredName(name, 'logStreamName'));
  if (!stream) throw notFound('The specified log stream does not exist.');
  return stream;
}

/** A parameter that CloudWatch Logs does not take. */
export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

/** A name that must be there, in AWS's own words when it is not. */
export function requiredName(name: string | undefined, member: string): string {
  if (name) return name;
  throw invalidParameter(
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  );
}

/** A number that has to lie between two limits. */
export function checkLimit(value: number | undefined, member: string, most: number): number {
  if (value === undefined) return most;
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  const [bound, limit] = value < 1 ? ['greater', 1] : ['less', most];
  throw invalidParameter(
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ` +
      `Member must have value ${bound} than or equal to ${limit}`,
  );
}

/** A group's name, from its name or ARN. */
function nameOf(identifier: string): string {
  return /^arn:[^:]+:logs:[^:]*:\d*:log-group:([^:]+)/.exec(identifier)?.[1] ?? identifier;
}

function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message);
}
