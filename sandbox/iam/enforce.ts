import type { Call, Cloud } from '../cloud.js';
import { AwsError } from '../errors.js';
import { authorizationsOf } from './authorization.js';
import { decide, type Decision } from './policy.js';

/** Throws `AccessDeniedException` when the account's policy does not allow all that a call needs. */
export function enforce(cloud: Cloud, call: Pick<Call, 'action' | 'input'>, caller: string): void {
  const { policy } = cloud;
  if (!policy) return;
  for (const asked of authorizationsOf(cloud, call)) {
    const decision = decide(policy, asked);
    if (decision !== 'allow') throw accessDenied(caller, asked.action, asked.resource, decision);
  }
}

/** The wording is IAM's (IAM User Guide, "Troubleshoot access denied error messages"). */
export function accessDenied(
  caller: string,
  action: string,
  resource: string,
  decision: Exclude<Decision, 'allow'> = 'implicit-deny',
): AwsError {
  const why =
    decision === 'explicit-deny'
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${action} action`;
  return new AwsError(
    'AccessDeniedException',
    `User: ${caller} is not authorized to perform: ${action} on resource: ${resource} ${why}`,
  );
}
