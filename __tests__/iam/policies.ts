import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Call } from '../../sandbox/cloud.js';
import { authorizationsOf } from '../../sandbox/iam/authorization.js';
import { decide, type AuthorizationRequest } from '../../sandbox/iam/policy.js';
import { NAMES } from '../../sandbox/names.js';

/* The policies that people copy, and what runs ask of them. */

/** What a run may be, as far as its permissions differ. Smoke checks ask nothing of AWS. */
export const KINDS = ['release', 'rollback', 'dry-run'] as const;
export type Kind = (typeof KINDS)[number];

/** One statement, in the form that the policies of `docs/iam` keep to. */
export type Statement = {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

export type Policy = { readonly Version: string; readonly Statement: readonly Statement[] };

/** The text of a file of `docs/iam`. */
export function textOf(name: string): string {
  return readFileSync(fileURLToPath(new URL(`../../docs/iam/${name}.json`, import.meta.url)), 'utf8');
}

/** The policy for a kind of runs. */
export function policyFor(kind: Kind): Policy {
  return JSON.parse(textOf(kind)) as Policy;
}

/** The policy for a run with such inputs; one that allows nothing for smoke checks. */
export function policyOf(inputs: Readonly<Record<string, string>>): Policy {
  if (inputs['mode'] === 'smoke') return { Version: '2012-10-17', Statement: [] };
  if (inputs['dry-run'] === 'true') return policyFor('dry-run');
  return policyFor(inputs['mode'] === 'rollback' ? 'rollback' : 'release');
}

/** What calls ask of a policy, each once. */
function requestsOf(calls: readonly Call[]): readonly AuthorizationRequest[] {
  const asked = calls.flatMap((call) => authorizationsOf(NAMES, call));
  return [...new Map(asked.map((request) => [JSON.stringify(request), request])).values()];
}

/** Whether calls need an action. */
export function needs(calls: readonly Call[], action: string): boolean {
  return requestsOf(calls).some((request) => request.action === action);
}

/** What calls need and a policy does not allow, each once: `ecs:UpdateService on arn:…`. */
export function missing(policy: Policy, calls: readonly Call[]): readonly string[] {
  const refused = requestsOf(calls).filter((request) => decide(policy, request) !== 'allow');
  return [...new Set(refused.map(({ action, resource }) => `${action} on ${resource}`))];
}

/** What a policy allows and no call needs: actions and resources of its statements, `Sid: ecs:UpdateService`. */
export function unused(policy: Policy, calls: readonly Call[]): readonly string[] {
  const requests = requestsOf(calls);
  const isUsed = (statement: Statement): boolean =>
    requests.some((request) => decide({ ...policy, Statement: [statement] }, request) === 'allow');
  return policy.Statement.flatMap((statement) =>
    [
      ...statement.Action.filter((action) => !isUsed({ ...statement, Action: [action] })),
      ...resourcesOf(statement).filter((resource) => !isUsed({ ...statement, Resource: resource })),
    ].map((part) => `${statement.Sid}: ${part}`),
  );
}

/** The resources of a statement, of which there may be one without a list. */
export function resourcesOf({ Resource: resource }: Statement): readonly string[] {
  return [resource].flat();
}

/** A policy without an action. */
export function without(policy: Policy, action: string): Policy {
  const Statement = policy.Statement.map((statement) => ({
    ...statement,
    Action: statement.Action.filter((one) => one !== action),
  }));
  return { ...policy, Statement };
}
