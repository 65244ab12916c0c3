import type { Cloud } from '../cloud.js';
import { text } from '../ecs/fields.js';
import { AwsError } from '../errors.js';
import type { JsonObject } from '../json.js';
import { giveSession } from './sessions.js';
import { verifyToken } from './token.js';
import { ASSUME, letsIn } from './trust.js';

/** Seconds of a session (AWS STS API Reference, AssumeRoleWithWebIdentity, DurationSeconds). */
const [SHORTEST, LONGEST, USUAL] = [900, 43_200, 3_600];

/** Gives a session of a role to who has an identity token that its trust policy lets in. */
export function assumeRoleWithWebIdentity(cloud: Cloud, input: JsonObject): JsonObject {
  const role = required(input, 'RoleArn', /^.{20,2048}$/);
  const name = required(input, 'RoleSessionName', /^[\w+=,.@-]{2,64}$/);
  const token = verifyToken(cloud, required(input, 'WebIdentityToken', /^.{4,20000}$/s));
  const seconds = secondsOf(input);
  const known = cloud.sts.roles.get(role);
  // A role that is not there is not told from one that is closed.
  if (!known || !letsIn(known.trust, cloud.account, token))
    throw new AwsError('AccessDenied', `Not authorized to perform ${ASSUME}`, 403);
  // Text as seen in d2a4u/sqs4s#270.
  if (seconds > known.maxSessionDuration)
    throw invalid('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  return {
    SubjectFromWebIdentityToken: token.claims['sub'] ?? '',
    Audience: token.claims['aud'] ?? '',
    Provider: `arn:aws:iam::${cloud.account}:oidc-provider/${token.provider}`,
    ...giveSession(cloud, { role, name, duration: seconds * 1_000 }),
  };
}

function secondsOf(input: JsonObject): number {
  const given = text(input, 'DurationSeconds') ?? String(USUAL);
  const seconds = Number(given);
  if (!/^\d+$/.test(given) || seconds < SHORTEST || seconds > LONGEST) {
    const [bound, limit] = seconds > LONGEST ? ['less', LONGEST] : ['greater', SHORTEST];
    throw constraint('durationSeconds', given, `Member must have value ${bound} than or equal to ${limit}`);
  }
  return seconds;
}

function required(input: JsonObject, name: string, pattern: RegExp): string {
  const value = text(input, name);
  const member = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  if (value === undefined) throw constraint(member, 'null', 'Member must not be null');
  if (!pattern.test(value))
    throw constraint(member, value, `Member must satisfy regular expression pattern: ${pattern.source}`);
  return value;
}

function constraint(member: string, value: string, wanted: string): AwsError {
  const at = `Value '${value}' at '${member}' failed to satisfy constraint: ${wanted}`;
  return invalid(`1 validation error detected: ${at}`);
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationError', message);
}
