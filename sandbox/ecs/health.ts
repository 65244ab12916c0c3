import type { Cloud } from '../cloud.js';
import type { Target } from '../elbv2/state.js';
import { failedHealthCheck, unhealthyTarget } from './events.js';
import { isObject, object, objects, text } from './fields.js';
import { findTaskDefinition } from './arns.js';
import { gracePeriod } from './settings.js';
import type { Health, Service, Task, TaskTarget } from './state.js';

/** What the scheduler thinks of a running task. */
export type TaskHealth =
  | { readonly state: 'healthy' }
  | { readonly state: 'waiting' }
  | {
      readonly state: 'unhealthy';
      /** ECS's stopped reason. */
      readonly stoppedReason: string;
      /** Text of the service event. */
      readonly event: string;
    };

const HEALTHY: TaskHealth = { state: 'healthy' };
const WAITING: TaskHealth = { state: 'waiting' };

/**
 * Whether a running task counts as healthy: its container health checks pass and all its targets are healthy.
 * Failed checks do not count within the grace period (Amazon ECS API Reference, CreateService,
 * `healthCheckGracePeriodSeconds`).
 */
export function healthOf(cloud: Cloud, service: Service, task: Task): TaskHealth {
  const found = worst([
    ...task.targets.map((target) => targetHealth(cloud, task, target)),
    containersHealth(cloud, task),
  ]);
  const graced =
    task.startedAt !== undefined && cloud.clock.since(task.startedAt) < gracePeriod(service.settings);
  return found.state === 'unhealthy' && graced ? WAITING : found;
}

function worst(found: readonly TaskHealth[]): TaskHealth {
  return (
    found.find(({ state }) => state === 'unhealthy') ??
    found.find(({ state }) => state === 'waiting') ??
    HEALTHY
  );
}

function targetHealth(cloud: Cloud, task: Task, place: TaskTarget): TaskHealth {
  const target = targetOf(cloud, place);
  // A group whose health checks are off says `unavailable` of every target (Target.HealthCheckDisabled).
  if (target?.state === 'healthy' || target?.state === 'unavailable') return HEALTHY;
  if (target?.state !== 'unhealthy') return WAITING;
  const where = place.id.startsWith('i-') ? `instance ${place.id}` : `task ${task.id}`;
  return {
    state: 'unhealthy',
    stoppedReason: `Task failed ELB health checks in (target-group ${place.targetGroup})`,
    event: unhealthyTarget(
      where,
      place.port,
      place.targetGroup,
      target.description ?? 'Health checks failed',
    ),
  };
}

/** The target as the load balancer knows it; undefined once it is drained. */
export function targetOf({ elb }: Cloud, place: TaskTarget): Target | undefined {
  const targets = elb.targetGroups.get(place.targetGroup)?.targets.values() ?? [];
  for (const target of targets) if (target.id === place.id && target.port === place.port) return target;
  return undefined;
}

function containersHealth(cloud: Cloud, task: Task): TaskHealth {
  switch (healthStatus(cloud, task)) {
    case 'HEALTHY':
      return HEALTHY;
    case 'UNHEALTHY':
      return {
        state: 'unhealthy',
        stoppedReason: 'Task failed container health checks',
        event: failedHealthCheck(task.id),
      };
    case 'UNKNOWN':
      return checked(cloud, task).size === 0 ? HEALTHY : WAITING;
  }
}

/**
 * A task's `healthStatus`: only essential containers with a health check count, one unhealthy is enough, and
 * all have to be healthy (Amazon ECS API Reference, HealthCheck).
 */
export function healthStatus(cloud: Cloud, task: Task): Health {
  const names = checked(cloud, task);
  const found = task.containers.filter(({ name }) => names.has(name)).map(({ health }) => health);
  if (found.includes('UNHEALTHY')) return 'UNHEALTHY';
  return found.length > 0 && found.every((health) => health === 'HEALTHY') ? 'HEALTHY' : 'UNKNOWN';
}

/** Names of the essential containers whose definition has a health check; `["NONE"]` switches the image's off. */
function checked(cloud: Cloud, task: Task): ReadonlySet<string> {
  const body = findTaskDefinition(cloud, task.taskDefinition)?.body ?? {};
  const names = objects(body, 'containerDefinitions').flatMap((container) => {
    const command = object(container, 'healthCheck')?.['command'];
    const off = Array.isArray(command) && command[0] === 'NONE';
    const essential = container['essential'] !== false;
    return essential && isObject(container['healthCheck']) && !off ? [text(container, 'name') ?? ''] : [];
  });
  return new Set(names);
}
