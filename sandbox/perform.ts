import type { Call, Cloud } from './cloud.js';
import { without } from './ecs/fields.js';
import { AwsError } from './errors.js';
import { isRefusal, isSkewed, refusalOf, type Fault } from './faults.js';
import { enforce } from './iam/enforce.js';
import type { JsonObject } from './json.js';
import { hideNextChange, seenBy } from './past.js';
import type { Operation } from './protocol/operation.js';
import { callerArn, stateOfSession } from './sts/sessions.js';
import { ASSUME } from './sts/trust.js';

/** An API call after its wire format was read. */
export interface ApiCall {
  /** As IAM spells it: `ecs:UpdateService`. */
  readonly action: string;
  readonly input: JsonObject;
  /** Undefined when the service has no such operation. */
  readonly operation: Operation | undefined;
  /** Of the HTTP request, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** What goes wrong with it. */
  readonly fault?: Fault;
}

/**
 * Does one API call the way every AWS service does: who calls, what is allowed, then the operation. Records
 * it in `cloud.calls` and tells `cloud.afterCall`. Throws an `AwsError` under the name that the JSON services give it; the query format
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
    const caller = callerOf(cloud, call);
    const operation = admitted(cloud, call);
    enforce(cloud, call, callerArn(cloud, caller));
    const output = await operation(seenBy(cloud, action), input, caller);
    record({ status: 200 });
    for (const hear of cloud.afterCall) hear({ ...arrived, status: 200 });
    return output;
  } catch (error) {
    const told = error instanceof AwsError ? error : internalFailure(error);
    record({ status: told.status, error: told.code });
    throw told;
  }
}

/** The operation, when the caller may have it. */
function admitted(cloud: Cloud, { action, operation, headers, fault }: ApiCall): Operation {
  if (fault && isRefusal(fault.kind) && (fault.kind !== 'skew' || isSkewed(headers))) {
    throw refusalOf(cloud, fault.kind, action, fault.message);
  }
  // "Common Errors" in the API references of the JSON services; the SDK shows it as UnknownOperationException.
  if (!operation) throw new AwsError('UnknownOperationException', '');
  return fault ? disturbed(action, operation, fault) : operation;
}

/** The operation with another answer, as far as that is the same in every wire format. */
function disturbed(action: string, operation: Operation, { kind, delay = 0 }: Fault): Operation {
  switch (kind) {
    case 'empty':
      return async (cloud, input) => {
        await operation(cloud, input);
        return {};
      };
    case 'duplicate-token':
      return async (cloud, input) => ({
        ...(await operation(cloud, without(input, TOKENS))),
        [action.startsWith('elasticloadbalancing:') ? 'NextMarker' : 'nextToken']: 'bmV2ZXIgdGhlIGxhc3Q=',
      });
    case 'stale':
      return (cloud, input) => {
        hideNextChange(cloud, delay);
        return operation(cloud, input);
      };
    default:
      return operation;
  }
}

/** Elastic Load Balancing has markers (Elastic Load Balancing API Reference, DescribeTargetGroups). */
const TOKENS: ReadonlySet<string> = new Set(['nextToken', 'Marker']);

/**
 * The access key id of whoever calls. Signatures are not verified: every key is good, but for one that says of itself that
 * it is `INVALID` or `EXPIRED`, and for that of a session, which needs its token and ends. Names and texts: "Common Errors"
 * in the Amazon ECS API Reference.
 */
function callerOf(cloud: Cloud, { action, headers }: ApiCall): string {
  // Its callers have no credentials yet (AWS STS API Reference, AssumeRoleWithWebIdentity).
  if (action === ASSUME) return '';
  const authorization = headers['authorization'];
  if (!authorization) {
    throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const accessKeyId = /Credential=([^/,\s]+)/.exec(authorization)?.[1] ?? authorization;
  const session = stateOfSession(cloud, accessKeyId, headers['x-amz-security-token']);
  if (accessKeyId.includes('INVALID') || session === 'invalid') {
    throw new AwsError(
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    );
  }
  if (accessKeyId.includes('EXPIRED') || session === 'expired') {
    throw new AwsError('ExpiredTokenException', 'The security token included in the request is expired');
  }
  return accessKeyId;
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
