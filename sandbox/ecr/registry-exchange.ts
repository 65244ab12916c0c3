import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Call, Cloud } from '../cloud.js';
import { AwsError } from '../errors.js';
import { nextFault } from '../faults.js';
import { enforce } from '../iam/enforce.js';
import { callerArn } from '../sts/sessions.js';
import { asRegistryError, RegistryError } from './registry-errors.js';
import { findRepository } from './repositories.js';
import type { Repository } from './state.js';

/** A request to the registry and what is needed to answer it. */
export interface Exchange {
  readonly cloud: Cloud;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly method: string;
  /** Name of the repository, as asked for. */
  readonly name: string;
  /** Tag, digest or upload id: what follows in the path. */
  readonly reference: string;
}

/** The methods of one kind of path. */
export type Methods = Readonly<Record<string, Endpoint>>;

/** What IAM calls a request, as AWS's push and pull policies have it, and its answer. */
export interface Endpoint {
  readonly action: string;
  readonly answer: (exchange: Exchange, repository: Repository) => Promise<void> | void;
}

/**
 * Lets a request through to its endpoint when policies allow, and records it among the calls, because
 * CloudTrail has pushes and pulls under the names of the API (ECR User Guide, "Logging Amazon ECR actions").
 * Throws a `RegistryError`.
 */
export async function admit(exchange: Exchange, { action, answer }: Endpoint): Promise<void> {
  const { cloud, name, reference, response } = exchange;
  const arrived = { at: cloud.clock.now(), action, input: { repositoryName: name, reference } };
  const place = cloud.calls.push({ ...arrived, status: 0 }) - 1;
  const record = (outcome: Pick<Call, 'status' | 'error'>) => {
    cloud.calls[place] = { ...arrived, ...outcome };
  };
  try {
    refuse(cloud, action, name);
    enforce(cloud, arrived, callerArn(cloud));
    await answer(exchange, findRepository(cloud, name));
    record({ status: response.statusCode });
  } catch (error) {
    const told = asRegistryError(error);
    record({ status: told.status, error: told.code });
    throw told;
  }
}

/** Throws the fault that waits for this action, with the resource that IAM would name. */
function refuse(cloud: Cloud, action: string, name: string): void {
  const fault = nextFault(cloud, action);
  if (!fault) return;
  const arn = `arn:aws:ecr:${cloud.region}:${cloud.account}:repository/${name}`;
  throw new AwsError(fault.code, fault.message.replace('resource: *', `resource: ${arn}`), fault.status);
}

/** Sends an answer without a body. */
export function reply(
  { response }: Exchange,
  status: number,
  headers: Record<string, string | number>,
): void {
  response.writeHead(status, headers).end();
}

/** Sends an error in the registry's format. */
export function replyError({ response, method }: Exchange, { status, code, message }: RegistryError): void {
  const body = JSON.stringify({ errors: [{ code, message }] });
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(method === 'HEAD' ? undefined : body);
}

/** The whole body of a request as bytes; throws `MANIFEST_INVALID` when it is longer than `limit`. */
export async function bodyOf(request: IncomingMessage, limit: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > limit) throw new RegistryError(400, 'MANIFEST_INVALID', 'The manifest is too large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}
