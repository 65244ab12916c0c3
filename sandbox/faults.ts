import type { Cloud } from './cloud.js';
import { AwsError } from './errors.js';

/** Something that goes wrong with API calls: tests put it into `cloud.faults`. */
export interface Fault {
  /** As IAM spells it, `*` for any run of characters: `ecs:UpdateService`, `ecs:Describe*`. */
  readonly action: string;
  readonly kind: 'deny' | 'throttle' | 'expire' | 'server-error';
  /** Calls that are still to be spoiled; absent: every one. */
  times?: number;
}

/** The error that the next call of `action` meets, or undefined; it uses the fault up by one. */
export function nextFault(cloud: Cloud, action: string): AwsError | undefined {
  const fault = cloud.faults.find((one) => one.times !== 0 && fits(one.action, action));
  if (!fault) return undefined;
  if (fault.times !== undefined) fault.times -= 1;
  return errorOf(cloud, fault.kind, action);
}

function fits(pattern: string, action: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'i').test(action);
}

/**
 * Names and texts of "Common Errors" in the API references; `ThrottlingException` with status 400 is ECS's
 * ("Request throttling for the Amazon ECS API"), the denial's wording is IAM's ("Troubleshoot access denied").
 */
function errorOf({ account }: Cloud, kind: Fault['kind'], action: string): AwsError {
  switch (kind) {
    case 'deny':
      return new AwsError(
        'AccessDeniedException',
        `User: arn:aws:iam::${account}:user/deployer is not authorized to perform: ${action} on resource: * ` +
          `because no identity-based policy allows the ${action} action`,
      );
    case 'throttle':
      return new AwsError('ThrottlingException', 'Rate exceeded');
    case 'expire':
      return new AwsError('ExpiredTokenException', 'The security token included in the request is expired');
    case 'server-error':
      return new AwsError('ServerException', 'Service Unavailable. Please try again later.', 500);
  }
}
