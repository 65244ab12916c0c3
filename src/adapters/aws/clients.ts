import { setMaxListeners } from 'node:events';
import { DeployError } from '../../errors.js';
import { awsErrorName, isExpired, isTurnedAway, isTransient, refusal } from '../../model/aws-failure.js';
import { redact } from '../../model/redact.js';
import type { AwsCredentials, AwsSession, World } from '../../world.js';

/** What every AWS adapter needs: the world below the SDK, and the region. */
export interface AwsAccess {
  readonly world: Pick<World, 'aws' | 'clock' | 'random' | 'signal' | 'witness' | 'session'>;
  readonly region: string;
  /** Counts what is sent. */
  readonly tally: { requests: number };
}

/** What a client of the SDK is made with. It sends each request once: retries are ours, on our clock. */
export function clientSettings({ world, region }: AwsAccess) {
  return {
    region,
    maxAttempts: 1,
    requestHandler: world.aws ?? {
      connectionTimeout: 3_000,
      requestTimeout: 10_000,
      socketTimeout: 10_000,
      throwOnRequestTimeout: true,
    },
    ...(world.session ? { credentials: signing(world.session, world.signal) } : {}),
  };
}

/** `memoized` lets the SDK ask before each request, instead of keeping the first answer (@aws-sdk/core, resolveAwsSdkSigV4Config). */
function signing(session: AwsSession, signal: AbortSignal): () => Promise<AwsCredentials> {
  return Object.assign(() => session.credentials(signal), { memoized: true });
}

/** A command's answer, as every SDK client gives it. */
interface Answer {
  readonly $metadata: { readonly requestId?: string | undefined };
}

const ATTEMPTS = 6;
/** Milliseconds for one attempt in all: the SDK's own limits do not end an answer that drips. */
const ATTEMPT_LIMIT = 20_000;
const BASE_DELAY = 200;
const MAX_DELAY = 5_000;

/**
 * A read: sent again after throttling and passing faults, with full jitter, at most six times.
 * Throws a `DeployError` whose code tells credentials, permissions and outages apart.
 */
export async function read<T>(
  access: AwsAccess,
  action: string,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal, session } = access.world;
  // Before the first attempt, whose limit is for AWS alone; and what is wrong with them is no reason to try again.
  await session?.credentials(signal);
  for (let attempts = 1; ; attempts++) {
    access.tally.requests++;
    try {
      return await limited(attempt, signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const again = isTransient(error) || isRenewed(session, error);
      if (attempts >= ATTEMPTS || !again) throw refusal(error, action);
      await pause(access, attempts);
    }
  }
}

/**
 * A mutation: sent exactly once, because a lost answer says nothing about what happened; only one that was
 * turned away unseen, and so certainly did not happen, is sent again. Not sent at all when the run is cancelled, but not
 * broken off then either. What was true when it was sent first may not be any more when it is sent again: `lookAgain` is
 * asked before, and what it throws ends the call, unless that is only that AWS cannot be asked. Throws a `DeployError`;
 * unless `isRefusal` says of its cause that AWS said no, the caller has to read back.
 */
export async function mutate<T extends Answer>(
  access: AwsAccess,
  action: string,
  attempt: (limit: AbortSignal) => Promise<T>,
  lookAgain?: () => Promise<unknown>,
): Promise<T> {
  const { signal, session, clock, witness } = access.world;
  await session?.credentials(signal);
  signal.throwIfAborted();
  for (let attempts = 1; ; attempts++) {
    const at = clock.now();
    access.tally.requests++;
    try {
      const answer = await limited(attempt);
      witness?.({ action, at, requestId: answer.$metadata.requestId, error: undefined });
      return answer;
    } catch (error) {
      const again = isTurnedAway(error) || isRenewed(session, error);
      try {
        if (attempts >= ATTEMPTS || !again) throw refusal(error, action);
        await pause(access, attempts);
        await lookAgain?.();
        signal.throwIfAborted();
      } catch (end) {
        const requestId = requestIdOf(error);
        const said = requestId === undefined ? 'no answer' : redact(awsErrorName(error));
        witness?.({ action, at, requestId, error: said });
        throw isTurnedAway(error) && isTransient(end) ? refusal(error, action) : end;
      }
    }
  }
}

/**
 * Makes one attempt, which is aborted with the signal or after the limit. Nothing of it stays: the timer of
 * `AbortSignal.timeout` would for all its time, and what `AbortSignal.any` makes is not let go of by a signal that
 * lives on (nodejs/node#55351).
 */
async function limited<T>(attempt: (ending: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
  const ending = new AbortController();
  const cancel = (): void => ending.abort(signal?.reason);
  const late = (): void => ending.abort(new DOMException('AWS did not answer in time.', 'TimeoutError'));
  const timer = setTimeout(late, ATTEMPT_LIMIT).unref();
  if (signal) setMaxListeners(0, signal);
  if (signal?.aborted) cancel();
  signal?.addEventListener('abort', cancel);
  try {
    return await attempt(ending.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  }
}

/** Whether AWS turned credentials away as expired that can be replaced by new ones. */
function isRenewed(session: AwsSession | undefined, error: unknown): boolean {
  if (!session || !isExpired(error)) return false;
  session.expired();
  return true;
}

/** What the SDK's errors carry as its answers do; absent when AWS never answered. */
function requestIdOf(error: unknown): string | undefined {
  return (error as Partial<Answer> | null)?.$metadata?.requestId;
}

/** Full jitter between two attempts (AWS Architecture Blog, "Exponential Backoff And Jitter"). */
function pause({ world: { clock, random, signal } }: AwsAccess, attempts: number): Promise<void> {
  return clock.sleep(random() * Math.min(MAX_DELAY, BASE_DELAY * 2 ** attempts), signal);
}

/** A field that AWS always sends: its absence is a fault of the answer, never a fact about the service. */
export function required<T>(value: T | undefined, action: string, field: string): T {
  if (value === undefined) {
    throw new DeployError('aws-unavailable', `${action} answered without ${field}.`, {
      hint: 'The answer was incomplete; run the job again.',
    });
  }
  return value;
}
