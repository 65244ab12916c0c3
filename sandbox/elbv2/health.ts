import type { HealthCheck, Target } from './state.js';

/** A target's state with its reason, as DescribeTargetHealth gives them. */
export type TargetHealth = Pick<Target, 'state' | 'reason' | 'description'>;

/** Codes and descriptions: "Health checks for Application Load Balancer target groups", reason codes. */
export const HEALTH = {
  registering: {
    state: 'initial',
    reason: 'Elb.RegistrationInProgress',
    description: 'Target registration is in progress',
  },
  checking: {
    state: 'initial',
    reason: 'Elb.InitialHealthChecking',
    description: 'Initial health checks in progress',
  },
  healthy: { state: 'healthy' },
  timeout: { state: 'unhealthy', reason: 'Target.Timeout', description: 'Request timed out' },
  failed: { state: 'unhealthy', reason: 'Target.FailedHealthChecks', description: 'Health checks failed' },
  notInUse: {
    state: 'unused',
    reason: 'Target.NotInUse',
    description: 'Target group is not configured to receive traffic from the load balancer',
  },
  notRegistered: {
    state: 'unused',
    reason: 'Target.NotRegistered',
    description: 'Target is not registered to the target group',
  },
  draining: {
    state: 'draining',
    reason: 'Target.DeregistrationInProgress',
    description: 'Target deregistration is in progress',
  },
  disabled: {
    state: 'unavailable',
    reason: 'Target.HealthCheckDisabled',
    description: 'Health checks are disabled',
  },
} as const satisfies Record<string, TargetHealth>;

/** A target that answered with a status outside the matcher. */
export function wrongStatus(status: number): TargetHealth {
  return {
    state: 'unhealthy',
    reason: 'Target.ResponseCodeMismatch',
    description: `Health checks failed with these codes: [${status}]`,
  };
}

/** Writes a health into a target. */
export function setHealth(target: Target, { state, reason, description }: TargetHealth): void {
  target.state = state;
  delete target.reason;
  delete target.description;
  if (reason !== undefined) target.reason = reason;
  if (description !== undefined) target.description = description;
}

/** Checks of one kind in a row; at most one of the two is above zero. */
export interface Streak {
  readonly successes: number;
  readonly failures: number;
}

/** The streak after one more check. */
export function lengthen({ successes, failures }: Streak, result: TargetHealth): Streak {
  return result.state === 'healthy'
    ? { successes: successes + 1, failures: 0 }
    : { successes: 0, failures: failures + 1 };
}

/**
 * A target's health after a check, or undefined when it stays as it is. "After your target is registered, it
 * must pass one health check to be considered healthy"; afterwards the thresholds hold (same source).
 */
export function afterCheck(
  now: Target['state'],
  result: TargetHealth,
  streak: Streak,
  { healthyThreshold, unhealthyThreshold }: HealthCheck,
): TargetHealth | undefined {
  if (result.state === 'healthy') {
    const needed = now === 'unhealthy' ? healthyThreshold : 1;
    return streak.successes >= needed ? result : undefined;
  }
  return now === 'unhealthy' || streak.failures >= unhealthyThreshold ? result : undefined;
}

/** Whether a status is among codes such as `200`, `200-299` or `200,302`. */
export function matches(matcher: string, status: number): boolean {
  return matcher.split(',').some((part) => {
    const [least = '', most = least] = part.split('-');
    return status >= Number(least) && status <= Number(most);
  });
}
