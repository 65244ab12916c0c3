import type { Cloud } from '../cloud.js';
import { AwsError } from '../errors.js';
import type { Json, JsonObject } from '../json.js';
import { requestId } from '../perform.js';
import { exchange } from './exchange.js';
import type { Operations, WireRequest, WireResponse } from './operation.js';

/** A service that speaks AWS JSON 1.1. */
export interface JsonService {
  /** What IAM calls it: `ecs`. */
  readonly prefix: string;
  readonly operations: Operations;
}

/** Services by the part of `x-amz-target` before the dot, e.g. `AmazonEC2ContainerServiceV20141113`. */
export type JsonServices = Readonly<Record<string, JsonService>>;

/**
 * Answers a request in AWS JSON 1.1 (Smithy, "AWS JSON 1.1 protocol"): the operation is named by the header
 * `x-amz-target`, an error by `__type` in the body.
 */
export function answerJson(
  cloud: Cloud,
  services: JsonServices,
  request: WireRequest,
): Promise<WireResponse> {
  const [target = '', name = ''] = (request.headers['x-amz-target'] ?? '').split('.');
  const service = Object.hasOwn(services, target) ? services[target] : undefined;
  const { prefix = target, operations = {} } = service ?? {};
  const action = `${prefix}:${name}`;
  return exchange(cloud, {
    action,
    read: () => ({
      action,
      input: parse(request.body),
      operation: Object.hasOwn(operations, name) ? operations[name] : undefined,
      headers: request.headers,
    }),
    write: (output) => response(cloud, 200, output),
    refuse: ({ status, code, message }) => response(cloud, status, { __type: code, message }),
  });
}

function response(cloud: Cloud, status: number, body: JsonObject): WireResponse {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': requestId(cloud) },
    body: JSON.stringify(body),
  };
}

/** The body as an object; throws `SerializationException` as AWS does ("Common Errors"). */
function parse(body: string): JsonObject {
  if (body === '') return {};
  let value: Json;
  try {
    value = JSON.parse(body) as Json;
  } catch {
    throw new AwsError('SerializationException', '');
  }
  if (!isObject(value)) throw new AwsError('SerializationException', '');
  return value;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
