import { isObject, objects } from '../ecs/fields.js';
import { decisionOf, listOf, meansAction } from '../iam/policy.js';
import type { JsonObject } from '../json.js';
import type { VerifiedToken } from './token.js';

/** What a trust policy has to allow. */
export const ASSUME = 'sts:AssumeRoleWithWebIdentity';

/**
 * Whether a trust policy lets in who has such a token: its statements for this provider are asked with the claims as
 * condition keys `provider:claim` (IAM User Guide, "Create a role for OpenID Connect federation").
 */
export function letsIn(trust: JsonObject, account: string, { provider, claims }: VerifiedToken): boolean {
  const statements = objects(trust, 'Statement').filter(
    (statement) =>
      meansAction(statement, ASSUME) &&
      federated(statement).includes(`arn:aws:iam::${account}:oidc-provider/${provider}`),
  );
  const keys = Object.entries(claims).flatMap(([claim, value]) =>
    typeof value === 'string' ? [[`${provider}:${claim}`, value] as const] : [],
  );
  return decisionOf(statements, Object.fromEntries(keys)) === 'allow';
}

function federated({ Principal: principal }: JsonObject): readonly string[] {
  return isObject(principal) ? listOf(principal['Federated']) : [];
}
