import { DeployError } from '../errors.js';
import { redact } from './redact.js';

/** Error names that AWS documents as throttling (smithy-typescript, service-error-classification). */
const THROTTLING = new Set([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
]);

/** Faults of the way there and back (the same list's transient errors and Node's system errors). */
const TRANSPORT = new Set([
  'TimeoutError',
  'RequestTimeout',
  'RequestTimeoutException',
  'SyntaxError',
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  // STS could not reach the identity provider (AWS STS API Reference, AssumeRoleWithWebIdentity: "retry your request").
  'IDPCommunicationErrorException',
]);

/**
 * The SDK says the first of any answer that it cannot read, and for XML the error has no name of its own; STS the second when
 * the identity provider did not show its keys in time (seen in issues of aws-actions/configure-aws-credentials).
 */
const BROKEN = /Deserialization error:|Couldn't retrieve verification key/;

const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired']);

const DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'AuthorizationError',
]);

const UNKNOWN_CALLER = new Set([
  'CredentialsProviderError',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'IncompleteSignature',
  'AuthFailure',
]);

interface Fault {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly status: number | undefined;
  /** The SDK has learned AWS's time from this error (smithy-typescript, AwsSdkSigV4Signer). */
  readonly skewed: boolean;
}

/** Read by shape and not by class: what Node or the SDK throws may come from another realm. */
function faultOf(error: unknown): Fault {
  if (typeof error !== 'object' || error === null) {
    return { name: '', code: '', message: String(error), status: undefined, skewed: false };
  }
  const given: unknown = '$metadata' in error ? error.$metadata : undefined;
  const metadata = typeof given === 'object' && given !== null ? given : {};
  const status = 'httpStatusCode' in metadata ? Number(metadata.httpStatusCode) || undefined : undefined;
  const skewed = 'clockSkewCorrected' in metadata && metadata.clockSkewCorrected === true;
  return {
    name: fieldOf(error, 'name'),
    code: fieldOf(error, 'code'),
    message: fieldOf(error, 'message'),
    status,
    skewed,
  };
}

function fieldOf(error: object, name: 'name' | 'code' | 'message'): string {
  const value: unknown = name in error ? Reflect.get(error, name) : undefined;
  return typeof value === 'string' ? value : '';
}

/**
 * Whether the same read may succeed a moment later: throttling, a server's fault, a broken connection, an answer
 * without what it has to hold. What AWS refused for good is none of these.
 */
export function isTransient(error: unknown): boolean {
  if (error instanceof DeployError) {
    return error.code === 'aws-unavailable' && (error.cause === undefined || isTransient(error.cause));
  }
  const { name, code, message, status } = faultOf(error);
  const broken = TRANSPORT.has(name) || TRANSPORT.has(code) || BROKEN.test(message);
  return broken || isTurnedAway(error) || (status !== undefined && status >= 500);
}

/**
 * Whether AWS turned a call away without looking at it, so that it certainly did nothing and may be sent again: it came
 * too fast, or it was signed by a clock that the SDK has corrected since.
 */
export function isTurnedAway(error: unknown): boolean {
  const { name, message, status, skewed } = faultOf(error);
  // The last one is ECS's own way to say it, as a ClientException.
  return (
    (skewed && isRefusal(error)) ||
    THROTTLING.has(name) ||
    status === 429 ||
    /too many concurrent attempts to create a new/i.test(message)
  );
}

/** Whether AWS did nothing because the credentials have expired. */
export function isExpired(error: unknown): boolean {
  return EXPIRED.has(faultOf(error).name);
}

/** Whether AWS was reached and said no, so that a mutation certainly did not happen. */
export function isRefusal(error: unknown): boolean {
  const { status } = faultOf(error);
  return status !== undefined && status >= 400 && status < 500;
}

/** Name of an AWS error anywhere in the chain of causes, e.g. `ClusterNotFoundException`. */
export function awsErrorName(error: unknown): string {
  if (error instanceof DeployError) return awsErrorName(error.cause);
  return faultOf(error).name;
}

/** Turns what an SDK client threw into our words; a `DeployError` passes as it is. */
export function refusal(error: unknown, action: string): DeployError {
  if (error instanceof DeployError) return error;
  const { name, code, message } = faultOf(error);
  const said = message ? `: ${redact(message)}` : '';
  const details = { cause: error };
  if (EXPIRED.has(name)) {
    return new DeployError(
      'credentials-expired',
      `AWS refused ${action}: the credentials have expired${said}`,
      {
        ...details,
        hint: 'Get new credentials. For long runs give role-to-assume, so that they are renewed, or let the step that makes them ask for longer ones.',
      },
    );
  }
  if (DENIED.has(name)) {
    // A call may need more than its own permission: iam:PassRole, ecs:TagResource.
    const missing = /not authorized to perform: ([\w-]+:\w+)/.exec(message)?.[1] ?? action;
    return new DeployError('access-denied', `AWS refused ${action}: permission is missing${said}`, {
      ...details,
      hint: `Allow ${missing} in the policy of the role that runs this job.`,
    });
  }
  if (UNKNOWN_CALLER.has(name)) {
    return new DeployError('credentials-missing', `AWS refused ${action}: no valid credentials${said}`, {
      ...details,
      hint: 'Give role-to-assume, run aws-actions/configure-aws-credentials before this step, or set the AWS_* variables.',
    });
  }
  return new DeployError(
    'aws-unavailable',
    `${action} failed (${redact(name || code || 'unknown error')})${said}`,
    {
      ...details,
      hint: isTransient(error)
        ? "Check that the runner reaches AWS and that AWS's status page is green, then run the job again."
        : 'AWS did not take the request: correct what its message names.',
    },
  );
}
