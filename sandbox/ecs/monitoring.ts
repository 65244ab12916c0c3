import type { Cloud } from '../cloud.js';
import { alarming, alarmsOf } from './alarms.js';
import { circuitBreakerOf } from './circuit-breaker.js';
import { failDeployment, rollBack } from './rollback.js';
import {
  configurationOf,
  ongoingDeployment,
  type FailedBy,
  type ServiceDeployment,
} from './service-deployment.js';
import type { Service, Task } from './state.js';

/**
 * Sees to deployments that fail. True when the deployment has failed just now: in public logs ECS begins its rollback,
 * if there is to be one, a millisecond later.
 */
export function monitorDeployment(cloud: Cloud, service: Service, tasks: readonly Task[]): boolean {
  const current = ongoingDeployment(service);
  if (!current || service.status !== 'ACTIVE') return false;
  const isFailed = service.deployments[0]?.rolloutState === 'FAILED';
  if (current.failedBy && isFailed) rollBack(cloud, service, current.failedBy, tasks);
  const failure = failureOf(cloud, service, current);
  if (failure) failDeployment(cloud, service, current, failure);
  return failure !== undefined;
}

interface Failure {
  readonly by: FailedBy;
  readonly rollback: boolean;
}

function failureOf(cloud: Cloud, service: Service, current: ServiceDeployment): Failure | undefined {
  switch (current.status) {
    case 'ROLLBACK_REQUESTED':
      return { by: 'user', rollback: true };
    case 'STOP_REQUESTED':
      return { by: 'user', rollback: false };
    case 'IN_PROGRESS':
      return trippedBreaker(service, current) ?? triggeredAlarms(cloud, service, current);
    default:
      return undefined;
  }
}

function trippedBreaker(service: Service, current: ServiceDeployment): Failure | undefined {
  const { enable, rollback, threshold } = circuitBreakerOf(configurationOf(service, current));
  // A share of no tasks is no failure at all.
  const tripped = current.failureCount > 0 && current.failureCount >= threshold(service.desiredCount);
  return enable && tripped ? { by: 'circuit breaker', rollback } : undefined;
}

/** Alarms fail a deployment as long as it goes on, its bake time included. */
function triggeredAlarms(cloud: Cloud, service: Service, current: ServiceDeployment): Failure | undefined {
  if (current.ignoresAlarms) return undefined;
  const alarms = alarmsOf(configurationOf(service, current));
  const triggered = alarming(cloud, alarms);
  if (triggered.length === 0) return undefined;
  current.triggeredAlarms = triggered;
  return { by: 'alarm', rollback: alarms.rollback };
}
