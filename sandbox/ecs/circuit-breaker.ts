import type { JsonObject } from '../json.js';
import { flag, number, object, text } from './fields.js';
import { configurationOf, ongoingDeployment } from './service-deployment.js';
import type { Service, Task } from './state.js';

/** Amazon ECS API Reference, ThresholdConfiguration: half of the desired count, at least 3 and at most 200. */
const VALUE = 50;
const LEAST = 3;
const MOST = 200;

/** Amazon ECS API Reference, ThresholdConfiguration `type`. */
export const THRESHOLD_TYPES: readonly string[] = ['BOUNDED_PERCENT', 'UNBOUNDED_PERCENT', 'COUNT'];

/** The circuit breaker of a deployment configuration (Amazon ECS API Reference, DeploymentCircuitBreaker). */
export interface CircuitBreaker {
  readonly enable: boolean;
  readonly rollback: boolean;
  /** Whether a task that becomes healthy sets the count back to zero. */
  readonly resetOnHealthyTask: boolean;
  /** How many failures a deployment of so many tasks is allowed. */
  readonly threshold: (desiredCount: number) => number;
}

/** Reads the circuit breaker of a deployment configuration; it is off when there is none. */
export function circuitBreakerOf(configuration: JsonObject): CircuitBreaker {
  const given = object(configuration, 'deploymentCircuitBreaker') ?? {};
  return {
    enable: flag(given, 'enable') ?? false,
    rollback: flag(given, 'rollback') ?? false,
    resetOnHealthyTask: flag(given, 'resetOnHealthyTask') ?? true,
    threshold: (desiredCount) => threshold(object(given, 'thresholdConfiguration') ?? {}, desiredCount),
  };
}

/** "How the Amazon ECS deployment circuit breaker detects failures": percentages are of the latest desired count. */
function threshold(configuration: JsonObject, desiredCount: number): number {
  const value = number(configuration, 'value') ?? VALUE;
  const share = Math.ceil((value / 100) * desiredCount);
  switch (text(configuration, 'type')) {
    case 'COUNT':
      return value;
    case 'UNBOUNDED_PERCENT':
      return share;
    default:
      return Math.min(MOST, Math.max(LEAST, share));
  }
}

/**
 * Counts a failed task of the PRIMARY deployment: one that did not reach RUNNING, that exited, or that is replaced
 * because a health check failed (Amazon ECS Developer Guide, "How the Amazon ECS deployment circuit breaker detects
 * failures"). That an exit counts is seen on public accounts, where containers that exit at once trip the breaker. A
 * rollback is not counted.
 */
export function countForBreaker(service: Service): void {
  const current = ongoingDeployment(service);
  if (current?.status !== 'IN_PROGRESS' || !circuitBreakerOf(configurationOf(service, current)).enable)
    return;
  current.failureCount += 1;
}

/** Tasks that became healthy set the count back (Amazon ECS API Reference, DeploymentCircuitBreaker). */
export function resetBreaker(service: Service, healthy: readonly Task[]): void {
  const news = healthy.filter(({ settled }) => !settled);
  for (const task of news) task.settled = true;
  const current = ongoingDeployment(service);
  if (news.length === 0 || !current) return;
  if (circuitBreakerOf(configurationOf(service, current)).resetOnHealthyTask) current.failureCount = 0;
}
