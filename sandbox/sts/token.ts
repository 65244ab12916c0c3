import { verify } from 'node:crypto';
import type { Cloud } from '../cloud.js';
import { isObject } from '../ecs/fields.js';
import { AwsError } from '../errors.js';
import type { Json, JsonObject } from '../json.js';

/** A token that AWS believes. */
export interface VerifiedToken {
  /** The provider's URL without `https://`. */
  readonly provider: string;
  readonly claims: JsonObject;
}

/**
 * Verifies an identity token as STS does: its provider, signature (RS256), time and audience. Throws an `AwsError` with the
 * names of the AWS STS API Reference, AssumeRoleWithWebIdentity, and texts as they are seen: no provider
 * (aws-actions/configure-aws-credentials#1043), expired (awslabs/aws-orbit-workbench#771), audience
 * (awslabs/amazon-eks-irsa-cfn#18). That of a wrong signature is not known to us.
 */
export function verifyToken({ clock, sts }: Cloud, token: string): VerifiedToken {
  const [head = '', body = '', signature = ''] = token.split('.');
  const [header, claims] = [decode(head), decode(body)];
  const issuer = textOf(claims?.['iss']);
  if (!header || !claims || issuer === undefined)
    throw invalid(
      'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
    );
  const provider = issuer.replace(/^https:\/\//, '');
  const known = sts.providers.get(provider);
  if (!known) throw invalid(`No OpenIDConnect provider found in your account for ${issuer}`);
  const key = known.key(textOf(header['kid']) ?? '');
  if (!key || header['alg'] !== 'RS256')
    throw invalid(
      "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements",
    );
  if (!verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url')))
    throw invalid('The signature of the ID Token is not valid');
  const until = Number(claims['exp']) * 1_000;
  if (!(clock.now() < until)) {
    const [now, end] = [Math.floor(clock.now() / 1_000), until / 1_000];
    // Another name than that of expired credentials, which the query protocol spells differently.
    throw new AwsError(
      'ExpiredWebIdentityToken',
      `Token expired: current date/time ${now} must be before the expiration date/time${end}`,
    );
  }
  if (!known.clientIds.includes(textOf(claims['aud']) ?? '')) throw invalid('Incorrect token audience');
  return { provider, claims };
}

function decode(part: string): JsonObject | undefined {
  try {
    const value = JSON.parse(Buffer.from(part, 'base64url').toString()) as Json;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidIdentityToken', message);
}
