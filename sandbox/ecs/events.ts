import type { Cloud } from '../cloud.js';
import { requestId } from '../perform.js';
import type { Service, Task } from './state.js';

/*
 * Service events in ECS's own wording (Amazon ECS Developer Guide, "Amazon ECS service event messages", and
 * the events that public logs show for rolling updates).
 */

/** Amazon ECS API Reference, Service: "up to 100 of the latest events". */
const MOST_EVENTS = 100;
/** "Service event messages": the same message is not repeated within six hours. */
const REPEAT_AFTER = 6 * 3_600_000;

/** Adds an event at the head of the service's list; `message` comes without the `(service S) ` before it. */
export function tell(cloud: Cloud, service: Service, message: string): void {
  add(cloud, service, `(service ${service.name}) ${message}`);
}

/** Tells that a deployment's tasks get no new connections; this one names the task set beside the service. */
export function tellDraining(cloud: Cloud, service: Service, deployment: string, count: number): void {
  const message = `has begun draining connections on ${count} tasks.`;
  add(cloud, service, `(service ${service.name}, taskSet ${deployment}) ${message}`);
}

function add(cloud: Cloud, service: Service, message: string): void {
  const event = { id: requestId(cloud), createdAt: cloud.clock.now(), message };
  service.events = [event, ...service.events].slice(0, MOST_EVENTS);
}

/** Tells of something that hinders the service, unless the same was said within the last six hours. */
export function tellOnce(cloud: Cloud, service: Service, message: string): void {
  const text = `(service ${service.name}) ${message}`;
  const told = service.events.some(
    (event) => event.message === text && cloud.clock.since(event.createdAt) < REPEAT_AFTER,
  );
  if (!told) tell(cloud, service, message);
}

/** Tasks that were started, and how many of them stand in for unhealthy ones. */
export function startedTasks(tasks: readonly Task[], replaced: number): string {
  const why = replaced > 0 ? ` Amazon ECS replaced ${replaced} tasks due to an unhealthy status.` : '';
  return `has started ${tasks.length} tasks: ${named(tasks)}.${why}`;
}

/** Tasks that the scheduler stopped while they ran. */
export const stoppedRunning = (tasks: readonly Task[]): string =>
  `has stopped ${tasks.length} running tasks: ${named(tasks)}.`;

/** Tasks that the scheduler stopped before they ran. */
export const stoppedPending = (count: number): string => `stopped ${count} pending tasks.`;

/** Targets that were put into a target group. */
export const registeredTargets = (count: number, targetGroup: string): string =>
  `registered ${count} targets in (target-group ${targetGroup})`;

/** Targets that were taken out of a target group. */
export const deregisteredTargets = (count: number, targetGroup: string): string =>
  `deregistered ${count} targets in (target-group ${targetGroup})`;

/** The deployment by its id is done. */
export const deploymentCompleted = (deployment: string): string =>
  `(deployment ${deployment}) deployment completed.`;

/** The deployment by its id has failed; `why` ends with a full stop of its own. */
export const deploymentFailed = (deployment: string, why: string): string =>
  `(deployment ${deployment}) deployment failed: ${why}`;

/** The deployment by its id takes over from one that failed. */
export const rollingBack = (deployment: string): string => `rolling back to deployment ${deployment}.`;

/** As many tasks as desired run, and nothing is to be done. */
export const STEADY = 'has reached a steady state.';

/** The load balancer finds a target unhealthy; `where` is `task T` or `instance I`. */
export const unhealthyTarget = (where: string, port: number, targetGroup: string, reason: string): string =>
  `(${where}) (port ${port}) is unhealthy in (target-group ${targetGroup}) due to (reason ${reason}).`;

/** A container's own health check failed. */
export const failedHealthCheck = (task: string): string => `(task ${task}) failed container health checks.`;

/** A task could not be started on Fargate; `reason` ends with a full stop of its own. */
export const unableToPlace = (reason: string): string => `was unable to place a task. Reason: ${reason}`;

/** Fargate has no room for a task. */
export const NO_CAPACITY = unableToPlace(
  'Capacity is unavailable at this time. Please try again later or in a different availability zone.',
);

/** There is no machine to start a task on. */
export const NO_INSTANCE =
  'was unable to place a task because no container instance met all of its requirements. ' +
  'Reason: No Container Instances were found in your cluster. For more information, see the Troubleshooting ' +
  'section of the Amazon ECS Developer Guide.';

/** Every machine has a task already that holds the static host port. */
export const portInUse = (instance: string): string =>
  'was unable to place a task because no container instance met all of its requirements. ' +
  `The closest matching (container-instance ${instance}) is already using a port required by your task. ` +
  'For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.';

/** No machine has room for a task. */
export const insufficientCpu = (instance: string): string =>
  'was unable to place a task because no container instance met all of its requirements. ' +
  `The closest matching (container-instance ${instance}) has insufficient CPU units available. ` +
  'For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.';

/** Tasks stop again and again before they run; starts are delayed more and more. */
export const INCONSISTENT_STARTS =
  'is unable to consistently start tasks successfully. For more information, see the Troubleshooting section ' +
  'of the Amazon ECS Developer Guide.';

/** The bounds of the deployment configuration allow neither a start nor a stop. */
export const HELD_BY_CONFIGURATION =
  'was unable to stop or start tasks during a deployment because of the service deployment configuration. ' +
  'Update the minimumHealthyPercent or maximumPercent value and try again.';

function named(tasks: readonly Task[]): string {
  return tasks.map(({ id }) => `(task ${id})`).join(' ');
}
