import { DeployError } from '../../errors.js';
import type { RoleRequest } from '../../inputs/role.js';
import { showDuration } from '../../model/duration.js';
import { ASSUME_ROLE, assumeRefusal, claimsOf } from '../../model/web-identity.js';
import { asDeployError } from '../../outcome.js';
import type { AwsCredentials, AwsSession, World } from '../../world.js';
import { identityToken } from '../github-token.js';
import { clientSettings, read, required } from './clients.js';

/** Milliseconds before the end of a session from which on it is renewed, as the SDK does it with credentials that it finds. */
const MARGIN = 5 * 60_000;
/** Milliseconds between two tries to renew one that is still good. */
const PATIENCE = 30_000;

/** Credentials with their time; moments are those of the monotonic clock. */
interface Held {
  readonly credentials: AwsCredentials;
  readonly madeAt: number;
  readonly endsAt: number;
}

/** A renewal that goes on, and the signal of whom it was begun for. */
interface Renewal {
  readonly made: Promise<Held>;
  readonly signal: AbortSignal;
}

/**
 * The session of a role that is assumed with GitHub's identity token, nothing of which is asked for before the first use.
 * When less than five minutes are left it is renewed while the old credentials are still given, so that nobody waits; a
 * renewal that fails is tried again until they end. There is one at a time, and none after `end` was aborted.
 */
export class RoleSession implements AwsSession {
  readonly #world: World;
  readonly #role: RoleRequest;
  readonly #region: string;
  readonly #end: AbortSignal;
  #held: Held | undefined;
  #renewal: Renewal | undefined;
  #triedAt = -PATIENCE;
  #warned = false;

  constructor(world: World, role: RoleRequest, region: string, end: AbortSignal) {
    this.#world = world;
    this.#role = role;
    this.#region = region;
    this.#end = end;
  }

  async credentials(signal: AbortSignal): Promise<AwsCredentials> {
    for (;;) {
      const held = this.#held;
      const left = held ? held.endsAt - this.#now() : 0;
      if (held && left > 0) {
        if (left < MARGIN) this.#renewBeside(held, signal);
        return held.credentials;
      }
      signal.throwIfAborted();
      const { made, signal: theirs } = this.#renewal ?? this.#begin(signal);
      try {
        return (await made).credentials;
      } catch (error) {
        signal.throwIfAborted();
        // Who began it has given up, which is nobody else's failure.
        if (!theirs.aborted) throw error;
      }
    }
  }

  expired(): void {
    // A call that was sent with the ones before may hear of it only now.
    if (this.#held && this.#now() - this.#held.madeAt >= PATIENCE) this.#held = undefined;
  }

  #now(): number {
    return this.#world.clock.monotonic();
  }

  #begin(signal: AbortSignal): Renewal {
    const there = { ...this.#world, signal: AbortSignal.any([signal, this.#end]) };
    const made = assume(there, this.#role, this.#region)
      .then((fresh) => {
        this.#warned = false;
        this.#held = fresh;
        return fresh;
      })
      .finally(() => (this.#renewal = undefined));
    this.#renewal = { made, signal };
    return this.#renewal;
  }

  #renewBeside(old: Held, signal: AbortSignal): void {
    const now = this.#now();
    if (this.#renewal || now - Math.max(this.#triedAt, old.madeAt) < PATIENCE) return;
    this.#triedAt = now;
    this.#begin(signal).made.catch((error: unknown) => {
      if (this.#warned || signal.aborted || this.#end.aborted) return;
      this.#warned = true;
      const left = showDuration(old.endsAt - this.#now());
      this.#world.log.warning(
        `The session in AWS could not be renewed yet; it lasts ${left} more. ${asDeployError(error).message}`,
      );
    });
  }
}

/** Assumes the role with a token of its own; every secret is masked before it is used. */
async function assume(world: World, role: RoleRequest, region: string): Promise<Held> {
  const token = await identityToken(world);
  const { STSClient, AssumeRoleWithWebIdentityCommand } = await import('./sdk-sts.js');
  const access = { world, region, tally: { requests: 0 } };
  const client = new STSClient(clientSettings(access));
  const command = new AssumeRoleWithWebIdentityCommand({
    RoleArn: role.arn,
    RoleSessionName: role.sessionName,
    WebIdentityToken: token,
    DurationSeconds: Math.floor(role.duration / 1_000),
  });
  const madeAt = world.clock.monotonic();
  const made = await read(access, ASSUME_ROLE, async (abortSignal) => {
    const { Credentials: given } = await client.send(command, { abortSignal });
    const field = (name: 'AccessKeyId' | 'SecretAccessKey' | 'SessionToken'): string =>
      required(given?.[name] || undefined, ASSUME_ROLE, `Credentials.${name}`);
    const credentials = {
      accessKeyId: field('AccessKeyId'),
      secretAccessKey: field('SecretAccessKey'),
      sessionToken: field('SessionToken'),
    };
    return { credentials, expiration: given?.Expiration };
  }).catch((error: unknown) => {
    throw error instanceof DeployError && error.code !== 'cancelled'
      ? assumeRefusal(error, role, claimsOf(token))
      : error;
  });
  for (const secret of Object.values(made.credentials)) world.log.mask(secret);
  const lasts = lifetime(role.duration, made.expiration, world);
  return { credentials: made.credentials, madeAt, endsAt: madeAt + lasts };
}

/**
 * Milliseconds for which a session is good: what was asked for and no less was given (AWS STS API Reference,
 * AssumeRoleWithWebIdentity), counted from before the request. The moment that AWS names counts where it is earlier, unless
 * the clock of this machine is so far off that it is over already.
 */
function lifetime(asked: number, expiration: Date | undefined, { clock }: World): number {
  const left = expiration ? expiration.getTime() - clock.now() : asked;
  return left > 0 ? Math.min(asked, left) : asked;
}
