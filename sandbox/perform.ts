import type { Call, Cloud } from './cloud.js';
import { AwsError } from './errors.js';
import { nextFault } from './faults.js';
import type { JsonObject } from './json.js';
import type { Operation } from './protocol/operation.js';

/** An API call after its wire format was read. */
export interface ApiCall {
  /** As IAM spells it: `ecs:UpdateService`. */
  readonly action: string;
  readonly input: JsonObject;
  /** Undefined when the service has no such operation. */
  readonly operation: Operation | undefined;
  /** Of the HTTP request, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Does one API call the way every AWS service does: who calls, what is allowed, then the operation. Records
 * it in `cloud.calls`. Throws an `AwsError` under the name that the JSON services give it; the query format
 * translates the general ones.
 */
export async function perform(cloud: Cloud, call: ApiCall): Promise<JsonObject> {
  const { action, input } = call;
  const arrived = { at: cloud.clock.now(), action, input };
  const place = cloud.calls.push({ ...arrived, status: 0 }) - 1;
  const record = (outcome: Pick<Call, 'status' | 'error'>) => {
    cloud.calls[place] = { ...arrived, ...outcome };
  };
  try {
    const output = await admitted(cloud, call)(cloud, input);
    record({ status: 200 });
    return output;
  } catch (error) {
    const told = error instanceof AwsError ? error : internalFailure(error);
    record({ status: told.status, error: told.code });
    throw told;
  }
}

/** The operation, when the caller may have it. */
function admitted(cloud: Cloud, { action, operation, headers }: ApiCall): Operation {
  checkCredentials(headers['authorization']);
  const fault = nextFault(cloud, action);
  if (fault) throw fault;
  // "Common Errors" in the API references of the JSON services; the SDK shows it as UnknownOperationException.
  if (!operation) throw new AwsError('UnknownOperationException', '');
  return operation;
}

/**
 * Signatures are not verified: every key is good, but for one that says of itself that it is `INVALID` or
 * `EXPIRED`. Names and texts: "Common Errors" in the Amazon ECS API Reference.
 */
function checkCredentials(authorization: string | undefined): void {
  if (!authorization) {
    throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const accessKeyId = /Credential=([^/,\s]+)/.exec(authorization)?.[1] ?? authorization;
  if (accessKeyId.includes('INVALID')) {
    throw new AwsError(
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    );
  }
  if (accessKeyId.includes('EXPIRED')) {
    throw new AwsError('ExpiredTokenException', 'The security token included in the request is expired');
  }
}

/** A defect of the sandbox: it is answered as AWS answers its own, with the cause for whoever reads the test. */
function internalFailure(error: unknown): AwsError {
  const internal = new AwsError(
    'ServerException',
    error instanceof Error ? error.message : String(error),
    500,
  );
  internal.cause = error;
  return internal;
}

/** A request's id as AWS gives it, in the shape of a UUID. */
export function requestId({ ids }: Cloud): string {
  return [8, 4, 4, 4, 12].map((length) => ids.hex(length)).join('-');
}
