import type { Cloud } from '../cloud.js';
import { startDeployment } from './deploying.js';
import * as events from './events.js';
import { checkHealth, countFailure, isBackingOff } from './failures.js';
import { activateTasks, drainTasks } from './load-balancing.js';
import { monitorDeployment } from './monitoring.js';
import { startTask } from './placement.js';
import { planRollout, type DeploymentView, type Plan } from './rollout.js';
import { boundsOf } from './settings.js';
import { settle } from './settling.js';
import type { Cluster, Deployment, Service, Task } from './state.js';
import { forgetOldTasks, stopTask, type Keeper } from './task-life.js';
import { later } from './timers.js';

/*
 * The service scheduler: it looks at a service whenever something happened to it, and from time to time while
 * there is something to wait for. All durations are milliseconds of AWS time.
 */

/** From an event to the scheduler's reaction; events that come together are seen together. */
const REACTION = 1_000;
/** Between two steps that follow each other at once. */
const MOMENT = 1;

/** Lets the scheduler look at a service after `wait` milliseconds of AWS time, or when it would do so sooner. */
export function wake(cloud: Cloud, service: Service, wait = REACTION): void {
  const planned = service.pass;
  if (planned && planned.wait - cloud.clock.since(planned.at) <= wait) return;
  planned?.cancel();
  const cancel = later(cloud, wait, () => {
    delete service.pass;
    pass(cloud, service);
  });
  service.pass = { at: cloud.clock.now(), wait, cancel };
}

/** The scheduler as the tasks of a service see it. */
export function keeperOf(cloud: Cloud, service: Service): Keeper {
  return {
    cloud,
    service,
    changed: () => wake(cloud, service),
    lost: (task, reason) => countFailure(cloud, service, task, reason),
  };
}

/** A service's tasks, oldest first, stopped ones included. */
export function tasksOf(cluster: Cluster, service: Service): Task[] {
  const group = `service:${service.name}`;
  return [...cluster.tasks.values()].filter((task) => task.group === group);
}

function pass(cloud: Cloud, service: Service): void {
  const cluster = cloud.ecs.clusters.get(service.cluster);
  if (!cluster) return;
  const keeper = keeperOf(cloud, service);
  startDeployment(cloud, service);
  forgetOldTasks(cloud, cluster);
  const tasks = tasksOf(cluster, service);
  activateTasks(keeper, cluster, tasks);
  drainTasks(keeper, tasks);
  checkHealth(cloud, service, tasks);
  if (monitorDeployment(cloud, service, tasks)) {
    wake(cloud, service, MOMENT);
    return;
  }
  const [primary] = service.deployments;
  if (!primary) return;
  const plan = planFor(cloud, service, primary, tasks);
  stopTasks(keeper, primary, tasks, plan);
  startTasks(keeper, cluster, tasks, plan);
  if (plan.held && !tasks.some(isMoving)) events.tellOnce(cloud, service, events.HELD_BY_CONFIGURATION);
  const next = settle(cloud, service, primary, tasksOf(cluster, service));
  if (next !== undefined) wake(cloud, service, next);
}

function planFor(cloud: Cloud, service: Service, primary: Deployment, tasks: readonly Task[]): Plan {
  const view = (deployment: Deployment): DeploymentView => ({
    id: deployment.id,
    desired: deployment === primary ? service.desiredCount : deployment.desiredCount,
    mayStart: mayStart(cloud, deployment),
    failed: deployment.rolloutState === 'FAILED',
    tasks: tasks
      .filter((task) => task.startedBy === deployment.id && task.desiredStatus === 'RUNNING')
      .map((task) => ({
        id: task.id,
        phase: task.lastStatus === 'RUNNING' ? 'running' : 'starting',
        healthy: task.healthySince !== undefined && task.unhealthy === undefined,
        unhealthy: task.unhealthy !== undefined,
      })),
  });
  return planRollout(boundsOf(service), view(primary), service.deployments.slice(1).map(view));
}

/** A deployment that failed, or was superseded before it was completed, launches nothing more. */
function mayStart(cloud: Cloud, deployment: Deployment): boolean {
  const { status, rolloutState } = deployment;
  const lives = rolloutState === 'COMPLETED' || (status === 'PRIMARY' && rolloutState === 'IN_PROGRESS');
  return lives && !isBackingOff(cloud, deployment);
}

/** Stops what the plan says, with the reasons that ECS gives. */
function stopTasks(keeper: Keeper, primary: Deployment, tasks: readonly Task[], { stops }: Plan): void {
  const { cloud, service } = keeper;
  const chosen = tasks.filter(({ id }) => stops.has(id));
  const running = chosen.filter(({ lastStatus }) => lastStatus === 'RUNNING');
  if (running.length > 0) events.tell(cloud, service, events.stoppedRunning(running));
  const pending = chosen.length - running.length;
  if (pending > 0) events.tell(cloud, service, events.stoppedPending(pending));
  for (const task of chosen) {
    const reason = task.unhealthy ?? `Scaling activity initiated by (deployment ${primary.id})`;
    stopTask(keeper, task, 'ServiceSchedulerInitiated', reason);
  }
}

function startTasks(keeper: Keeper, cluster: Cluster, tasks: readonly Task[], plan: Plan): void {
  const { cloud, service } = keeper;
  for (const { id, desired, starts } of plan.deployments) {
    const deployment = service.deployments.find((one) => one.id === id);
    if (!deployment) continue;
    deployment.desiredCount = desired;
    const started = Array.from({ length: starts }).flatMap(
      () => startTask(keeper, cluster, deployment) ?? [],
    );
    const replaced = tasks
      .filter((task) => task.startedBy === id && task.unhealthy !== undefined && !task.replaced)
      .slice(0, started.length);
    for (const task of replaced) task.replaced = true;
    if (started.length > 0) events.tell(cloud, service, events.startedTasks(started, replaced.length));
  }
}

function isMoving({ lastStatus }: Task): boolean {
  return lastStatus !== 'RUNNING' && lastStatus !== 'STOPPED';
}
