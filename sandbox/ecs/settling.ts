import type { Cloud } from '../cloud.js';
import { completeDeployment } from './deploying.js';
import { STEADY, tell } from './events.js';
import { noteSettled } from './failures.js';
import { number } from './fields.js';
import { configurationOf, ongoingDeployment } from './service-deployment.js';
import { loadBalancersOf } from './settings.js';
import type { Deployment, Service, Task } from './state.js';

/* All durations are milliseconds of AWS time. */

/** Between two looks at what tells nothing by itself: target health and draining. */
const INTERVAL = 5_000;
/** How long the tasks of a deployment have to be healthy before it is done. */
const SETTLED = 5_000;
/** A rollback goes on for a while even where the old tasks are all there (45 s were seen on a public account). */
const ROLLBACK = 30_000;
/** A steady service says so again after about six hours (public logs). */
const STEADY_REPEAT = 6 * 3_600_000;

/**
 * Draws the conclusions of a pass: a deployment is done, the service is steady, a deleted service is gone.
 * Returns when to look again, or undefined when there is nothing to wait for.
 */
export function settle(
  cloud: Cloud,
  service: Service,
  primary: Deployment,
  tasks: readonly Task[],
): number | undefined {
  const there = tasks.filter(({ lastStatus }) => lastStatus !== 'STOPPED');
  if (service.status === 'DRAINING' && there.length === 0) {
    leave(service);
    return undefined;
  }
  forgetEmptyDeployments(service, there);
  const own = there.filter(({ startedBy }) => startedBy === primary.id);
  const settled = own.filter((task) => isSettled(cloud, task));
  noteSettled(service, primary, settled);
  const staying = own.filter(({ desiredStatus }) => desiredStatus === 'RUNNING');
  // A task that has ended does not hold anything up while its interface is on its way back.
  const ending = there.filter((task) => !staying.includes(task) && task.lastStatus !== 'DEPROVISIONING');
  const ready = settled.length === service.desiredCount && staying.length === service.desiredCount;
  const alone = ending.every(({ startedBy }) => startedBy === primary.id);
  const goesOn = primary.rolloutState === 'IN_PROGRESS' && service.status === 'ACTIVE';
  if (goesOn && ready && alone && isBaked(cloud, service)) completeDeployment(cloud, service, primary);
  return steady(cloud, service, primary.rolloutState === 'COMPLETED' && ready && ending.length === 0);
}

/** A deployment is done when its bake time has passed as well (Amazon ECS API Reference, `bakeTimeInMinutes`). */
function isBaked(cloud: Cloud, service: Service): boolean {
  const current = ongoingDeployment(service);
  if (!current) return true;
  if (current.rollback) return cloud.clock.since(current.rollback.startedAt) >= ROLLBACK;
  const minutes = number(configurationOf(service, current), 'bakeTimeInMinutes') ?? 0;
  current.bakingSince ??= cloud.clock.now();
  return cloud.clock.since(current.bakingSince) >= minutes * 60_000;
}

function leave(service: Service): void {
  service.status = 'INACTIVE';
  service.deployments = [];
}

/** A superseded deployment that was never completed goes with its last task; the last good one stays until the end. */
function forgetEmptyDeployments(service: Service, there: readonly Task[]): void {
  service.deployments = service.deployments.filter(
    ({ id, status, rolloutState }) =>
      status === 'PRIMARY' || rolloutState === 'COMPLETED' || there.some(({ startedBy }) => startedBy === id),
  );
}

function isSettled(cloud: Cloud, task: Task): boolean {
  return (
    task.desiredStatus === 'RUNNING' &&
    task.unhealthy === undefined &&
    task.healthySince !== undefined &&
    cloud.clock.since(task.healthySince) >= SETTLED
  );
}

function steady(cloud: Cloud, service: Service, isSteady: boolean): number {
  if (!isSteady) {
    delete service.steadySince;
    return INTERVAL;
  }
  if (service.steadySince === undefined || cloud.clock.since(service.steadySince) >= STEADY_REPEAT) {
    service.steadySince = cloud.clock.now();
    tell(cloud, service, STEADY);
  }
  // Containers tell of themselves; targets are only seen by looking.
  return loadBalancersOf(service.settings).length > 0 && service.desiredCount > 0 ? INTERVAL : STEADY_REPEAT;
}
