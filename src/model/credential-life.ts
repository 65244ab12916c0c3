import { showDuration } from './duration.js';
import type { Environment } from '../world.js';

/**
 * When the credentials end that the job was given, in milliseconds since the epoch; undefined where nobody said. Only those
 * in the environment have a known end: every other source that the SDK knows renews what it gives, and with AWS_PROFILE the
 * SDK passes the environment over (@aws-sdk/credential-provider-node, defaultProvider). `aws configure export-credentials`
 * sets the variable; aws-actions/configure-aws-credentials has it as its output `aws-expiration`, in quotes.
 */
export function givenUntil(env: Environment): number | undefined {
  const { AWS_PROFILE: profile, AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = env;
  if (profile || !id || !secret) return undefined;
  const moment = Date.parse((env['AWS_CREDENTIAL_EXPIRATION'] ?? '').trim().replace(/^"(.*)"$/, '$1'));
  return Number.isNaN(moment) ? undefined : moment;
}

/** A limit that a run has, in milliseconds, and the name by which people know it. */
export type Limit = readonly [name: string, ms: number];

/** How long a run may take in all, in milliseconds, and what that is made of. */
export function longest(limits: readonly Limit[]): { readonly total: number; readonly parts: string } {
  const counted = limits.filter(([, ms]) => ms > 0);
  return {
    total: counted.reduce((sum, [, ms]) => sum + ms, 0),
    parts: counted.map(([name, ms]) => `${name} ${showDuration(ms)}`).join(', '),
  };
}
