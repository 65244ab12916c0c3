import { isObject, objects } from '../ecs/fields.js';
import type { Json, JsonObject } from '../json.js';
import type { VerifiedToken } from './token.js';

/**
 * Whether a trust policy lets in who has such a token: a statement for this provider allows it, and all its conditions hold
 * (IAM User Guide, "Create a role for OpenID Connect federation"). Keys are `provider:claim`, operators StringEquals and
 * StringLike; an operator or key that is not imitated never holds.
 */
export function letsIn(trust: JsonObject, account: string, token: VerifiedToken): boolean {
  return objects(trust, 'Statement').some(
    (statement) =>
      statement['Effect'] === 'Allow' &&
      listOf(statement['Action']).includes('sts:AssumeRoleWithWebIdentity') &&
      federated(statement).includes(`arn:aws:iam::${account}:oidc-provider/${token.provider}`) &&
      conditionsOf(statement).every(([operator, key, wanted]) => holds(operator, key, wanted, token)),
  );
}

function federated({ Principal: principal }: JsonObject): readonly string[] {
  return isObject(principal) ? listOf(principal['Federated']) : [];
}

type Condition = readonly [operator: string, key: string, wanted: readonly string[]];

function conditionsOf({ Condition: conditions }: JsonObject): readonly Condition[] {
  if (!isObject(conditions)) return [];
  return Object.entries(conditions).flatMap(([operator, keys]) =>
    isObject(keys)
      ? Object.entries(keys).map(([key, wanted]) => [operator, key, listOf(wanted)] as const)
      : [],
  );
}

function holds(operator: string, key: string, wanted: readonly string[], token: VerifiedToken): boolean {
  const colon = key.lastIndexOf(':');
  const claim = key.slice(0, colon) === token.provider ? token.claims[key.slice(colon + 1)] : undefined;
  if (typeof claim !== 'string') return false;
  switch (operator) {
    case 'StringEquals':
      return wanted.includes(claim);
    case 'StringLike':
      return wanted.some((pattern) => isLike(claim, pattern));
    default:
      return false;
  }
}

/** `*` stands for any text, `?` for one character (IAM User Guide, "Condition operators", string). */
function isLike(text: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

function listOf(value: Json | undefined): readonly string[] {
  return [value].flat().filter((one): one is string => typeof one === 'string');
}
