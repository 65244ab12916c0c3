import { AwsError } from '../errors.js';
import type { JsonObject } from '../json.js';

/** A parameter that ECS does not take (Amazon ECS API Reference, "Common Errors"). */
export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

/** What ECS answers when the client asked for something it cannot have, e.g. a missing task definition. */
export function clientError(message: string): AwsError {
  return new AwsError('ClientException', message);
}

/** An entry of `failures[]` for a thing that is not there (Amazon ECS Developer Guide, "API failure reasons"). */
export function missing(arn: string): JsonObject {
  return { arn, reason: 'MISSING' };
}
