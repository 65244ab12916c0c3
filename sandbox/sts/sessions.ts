import type { Clock } from '../clock.js';
import type { Cloud } from '../cloud.js';
import type { JsonObject } from '../json.js';
import type { Session } from './state.js';

/** What a session is given out for. */
export interface SessionWish {
  readonly role: string;
  readonly name: string;
  /** Milliseconds. */
  readonly duration: number;
}

/** What a session's credentials are worth; `none` is a key that is of no session. */
export type SessionState = 'good' | 'expired' | 'invalid' | 'none';

/** Gives out a session, and what STS tells of it (AWS STS API Reference, Credentials and AssumedRoleUser). */
export function giveSession(cloud: Cloud, { role, name, duration }: SessionWish): JsonObject {
  const { ids, clock, sts } = cloud;
  const accessKeyId = `ASIA${ids.hex(16).toUpperCase()}`;
  const roleName = role.slice(role.lastIndexOf('/') + 1);
  const arn = `${role.replace(':iam:', ':sts:').replace(/:role\/.*/, ':assumed-role')}/${roleName}/${name}`;
  const session: Session = {
    secretAccessKey: Buffer.from(ids.hex(60), 'hex').toString('base64'),
    sessionToken: Buffer.from(`!\n${ids.hex(300)}`).toString('base64'),
    arn,
    userId: `AROA${ids.hex(17).toUpperCase()}:${name}`,
    issuedAt: clock.now(),
    duration,
  };
  sts.sessions.set(accessKeyId, session);
  return {
    Credentials: {
      AccessKeyId: accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: new Date(session.issuedAt + duration / paceOf(clock)).toISOString(),
    },
    AssumedRoleUser: { AssumedRoleId: session.userId, Arn: arn },
  };
}

/** ARN of whoever calls with an access key: the assumed role of a session, else the account's user. */
export function callerArn({ account, sts }: Cloud, accessKeyId = ''): string {
  return sts.sessions.get(accessKeyId)?.arn ?? `arn:aws:iam::${account}:user/deployer`;
}

/** What credentials are worth that call themselves by this key and bring this token. */
export function stateOfSession(
  { clock, sts }: Cloud,
  accessKeyId: string,
  token: string | undefined,
): SessionState {
  const session = sts.sessions.get(accessKeyId);
  if (!session) return 'none';
  if (session.sessionToken !== token) return 'invalid';
  return clock.since(session.issuedAt) < session.duration ? 'good' : 'expired';
}

/** How much faster than on AWS time passes: a session ends earlier by it, and the moment that is told is true. */
function paceOf(clock: Clock): number {
  return clock.since(clock.now() - 1_000) / 1_000;
}
