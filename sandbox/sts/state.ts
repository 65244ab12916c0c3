import type { KeyObject } from 'node:crypto';
import type { JsonObject } from '../json.js';

/** Who may become what in the account, and who has. */
export interface StsState {
  /** OpenID Connect providers by their URL without `https://`, as IAM names them. */
  readonly providers: Map<string, IdentityProvider>;
  /** By ARN. */
  readonly roles: Map<string, Role>;
  /** Sessions that were given out, also those that have ended, by access key id. */
  readonly sessions: Map<string, Session>;
}

/** An identity provider that the account trusts (IAM API Reference, CreateOpenIDConnectProvider). */
export interface IdentityProvider {
  /** The audiences that its tokens may be for. */
  readonly clientIds: readonly string[];
  /** The public key that it signs with under a name; undefined when it shows none of that name. */
  readonly key: (id: string) => KeyObject | undefined;
}

export interface Role {
  /** The trust policy. */
  readonly trust: JsonObject;
  /** Seconds, from 3600 to 43200 (IAM API Reference, Role, MaxSessionDuration). */
  readonly maxSessionDuration: number;
}

export interface Session {
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** ARN of the assumed role. */
  readonly arn: string;
  readonly userId: string;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  /** Milliseconds of AWS time. */
  readonly duration: number;
}

/** An account that trusts nobody. */
export function emptySts(): StsState {
  return { providers: new Map(), roles: new Map(), sessions: new Map() };
}
