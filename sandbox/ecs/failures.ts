import type { Cloud } from '../cloud.js';
import { countForBreaker, resetBreaker } from './circuit-breaker.js';
import { INCONSISTENT_STARTS, tell, tellOnce, unableToPlace } from './events.js';
import { healthOf } from './health.js';
import type { Deployment, Service, Task } from './state.js';

/** Milliseconds of AWS time: starts that fail are repeated after 10 s, 20 s … up to 15 min ("Service throttle logic"). */
const FIRST_BACKOFF = 10_000;
const LONGEST_BACKOFF = 15 * 60_000;
/** Starts that fail in a row before ECS says so. */
const INCONSISTENT = 3;

/**
 * Counts a task that failed. Only one that never ran delays the next start (Amazon ECS Developer Guide,
 * "Amazon ECS service throttle logic").
 */
export function countFailure(cloud: Cloud, service: Service, task: Task, reason: string): void {
  const deployment = service.deployments.find(({ id }) => id === task.startedBy);
  if (!deployment) return;
  countFailedTask(cloud, service, deployment);
  if (task.startedAt !== undefined) {
    resetFailedStarts(deployment);
    return;
  }
  deployment.failedStarts += 1;
  const wait = Math.min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** (deployment.failedStarts - 1));
  deployment.backoff = { since: cloud.clock.now(), wait };
  if (reason.startsWith('ResourceInitializationError')) tellOnce(cloud, service, unableToPlace(reason));
  if (deployment.failedStarts >= INCONSISTENT) tellOnce(cloud, service, INCONSISTENT_STARTS);
}

/**
 * Notes that tasks of the deployment have proved healthy: `failedTasks` is zero from then on (Amazon ECS API
 * Reference, Deployment), and tasks can be started again at once.
 */
export function noteSettled(service: Service, deployment: Deployment, settled: readonly Task[]): void {
  if (settled.length === 0) return;
  deployment.failedTasks = 0;
  resetFailedStarts(deployment);
  resetBreaker(service, settled);
}

function resetFailedStarts(deployment: Deployment): void {
  deployment.failedStarts = 0;
  delete deployment.backoff;
}

/** Whether the deployment's next start is still delayed. */
export function isBackingOff(cloud: Cloud, { backoff }: Deployment): boolean {
  return backoff !== undefined && cloud.clock.since(backoff.since) < backoff.wait;
}

/** Looks after the health of running tasks: since when they are healthy, and which are to be replaced. */
export function checkHealth(cloud: Cloud, service: Service, tasks: readonly Task[]): void {
  for (const task of tasks) {
    if (task.lastStatus !== 'RUNNING' || task.desiredStatus !== 'RUNNING' || task.unhealthy !== undefined)
      continue;
    const health = healthOf(cloud, service, task);
    if (health.state === 'healthy') {
      task.healthySince ??= cloud.clock.now();
      continue;
    }
    delete task.healthySince;
    if (health.state === 'waiting') continue;
    task.unhealthy = health.stoppedReason;
    tell(cloud, service, health.event);
    const deployment = service.deployments.find(({ id }) => id === task.startedBy);
    if (deployment) countFailedTask(cloud, service, deployment);
  }
}

/** `failedTasks` counts while a deployment is in progress (Amazon ECS API Reference, Deployment). */
function countFailedTask(cloud: Cloud, service: Service, deployment: Deployment): void {
  if (deployment.rolloutState !== 'IN_PROGRESS') return;
  deployment.failedTasks += 1;
  deployment.updatedAt = cloud.clock.now();
  if (deployment.status === 'PRIMARY') countForBreaker(service);
}
