import { isObject, objects } from '../ecs/fields.js';
import type { Json, JsonObject } from '../json.js';
import { isArnLike, isLike } from './wildcards.js';

/** What AWS asks the policies of a caller before it does something. */
export interface AuthorizationRequest {
  /** Such as `ecs:UpdateService`. */
  readonly action: string;
  /** ARN; `*` where the service names none. */
  readonly resource: string;
  readonly context: Context;
}

/** Condition keys and their values; a key that the request does not have is absent. */
export type Context = Readonly<Record<string, string>>;

export type Decision = 'allow' | 'explicit-deny' | 'implicit-deny';

/**
 * What an identity-based policy says to a request (IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements
 * reference"). Throws an `Error` for elements and operators that are not imitated, because a guess would prove nothing.
 */
export function decide(policy: JsonObject, { action, resource, context }: AuthorizationRequest): Decision {
  const asked = objects(policy, 'Statement').filter(
    (statement) => meansAction(statement, action) && meansResource(statement, resource),
  );
  return decisionOf(asked, context);
}

/** What statements come to that are about the request: one that denies outweighs all that allow, and none allows nothing. */
export function decisionOf(statements: readonly JsonObject[], context: Context): Decision {
  const effects = statements
    .filter(({ Condition: condition }) => conditionsOf(condition).every((one) => holds(one, context)))
    .map(({ Effect: effect }) => effect);
  if (effects.includes('Deny')) return 'explicit-deny';
  return effects.includes('Allow') ? 'allow' : 'implicit-deny';
}

/** Whether a statement is about an action; names of actions are not case-sensitive. */
export function meansAction(statement: JsonObject, action: string): boolean {
  refuseElement(statement, 'NotAction');
  return listOf(statement['Action']).some((pattern) => isLike(action.toLowerCase(), pattern.toLowerCase()));
}

function meansResource(statement: JsonObject, resource: string): boolean {
  refuseElement(statement, 'NotResource');
  return listOf(statement['Resource']).some((pattern) => isArnLike(resource, pattern));
}

function refuseElement(statement: JsonObject, element: string): void {
  if (element in statement) throw new Error(`${element} is not imitated.`);
}

/** One line of a `Condition`: the value of the key has to be one of those. */
interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly wanted: readonly string[];
}

function conditionsOf(conditions: Json | undefined): readonly Condition[] {
  if (!isObject(conditions)) return [];
  return Object.entries(conditions).flatMap(([operator, keys]) =>
    isObject(keys)
      ? Object.entries(keys).map(([key, value]) => ({ operator, key, wanted: listOf(value) }))
      : [],
  );
}

/** How the operators compare (IAM User Guide, "Condition operators"): ArnEquals and ArnLike are the same. */
const OPERATORS: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  StringEquals: (value, wanted) => value === wanted,
  StringLike: isLike,
  ArnEquals: isArnLike,
  ArnLike: isArnLike,
};

/** A key that the request does not have matches nothing; names of keys are not case-sensitive. */
function holds({ operator, key, wanted }: Condition, context: Context): boolean {
  const compare = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (!compare) throw new Error(`The condition operator ${operator} is not imitated.`);
  const name = key.toLowerCase();
  const [, value] = Object.entries(context).find(([one]) => one.toLowerCase() === name) ?? [];
  return value !== undefined && wanted.some((one) => compare(value, one));
}

/** An element that may be one text or a list of them. */
export function listOf(value: Json | undefined): readonly string[] {
  return [value].flat().filter((one): one is string => typeof one === 'string');
}
