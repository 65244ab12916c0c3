import type { Cloud } from '../cloud.js';
import { deregisterTarget, registerTarget } from '../elbv2/targets.js';
import { deregisteredTargets, registeredTargets, tell, tellDraining } from './events.js';
import { targetOf } from './health.js';
import { loadBalancersOf } from './settings.js';
import type { Cluster, Service, Task, TaskTarget } from './state.js';
import { endContainers, type Keeper } from './task-life.js';

/** Milliseconds of AWS time from the decision to stop a task to the deregistration of its targets (public logs). */
const DEREGISTRATION_LAG = 10_000;

/** Registers the targets of tasks whose containers run, and makes those tasks RUNNING. */
export function activateTasks({ cloud, service }: Keeper, cluster: Cluster, tasks: readonly Task[]): void {
  const activating = tasks.filter(
    (task) => task.lastStatus === 'ACTIVATING' && task.desiredStatus === 'RUNNING',
  );
  for (const task of activating) {
    task.targets = placesOf(cloud, service, cluster, task);
    for (const { targetGroup, id, port } of task.targets) registerTarget(cloud, targetGroup, { id, port });
    task.lastStatus = 'RUNNING';
    task.startedAt = cloud.clock.now();
  }
  for (const [targetGroup, count] of countByGroup(activating)) {
    tell(cloud, service, registeredTargets(count, targetGroup));
  }
}

/**
 * Takes the targets of stopping tasks out of their groups, and ends the containers of those that are drained
 * (Amazon ECS Developer Guide, "Amazon ECS task lifecycle": DEACTIVATING, then STOPPING).
 */
export function drainTasks(keeper: Keeper, tasks: readonly Task[]): void {
  const { cloud, service } = keeper;
  const leaving = tasks.filter((task) => isDueToDrain(cloud, task));
  for (const target of leaving.flatMap(({ targets }) => targets)) {
    target.draining = true;
    const { targetGroup, id, port } = target;
    if (targetOf(cloud, target)) deregisterTarget(cloud, targetGroup, { id, port });
  }
  for (const [targetGroup, count] of countByGroup(leaving)) {
    tell(cloud, service, deregisteredTargets(count, targetGroup));
  }
  for (const [deployment, count] of countBy(leaving.map(({ startedBy }) => startedBy))) {
    tellDraining(cloud, service, deployment, count);
  }
  for (const task of tasks) if (isDrained(cloud, task)) endContainers(keeper, task);
}

function isDueToDrain(cloud: Cloud, task: Task): boolean {
  if (task.desiredStatus !== 'STOPPED' || task.targets.every(({ draining }) => draining)) return false;
  const lag = task.lastStatus === 'DEACTIVATING' && task.unhealthy === undefined ? DEREGISTRATION_LAG : 0;
  return cloud.clock.since(task.stoppingAt ?? 0) >= lag;
}

function isDrained(cloud: Cloud, task: Task): boolean {
  return (
    task.lastStatus === 'DEACTIVATING' &&
    task.targets.every((target) => target.draining && !targetOf(cloud, target))
  );
}

/**
 * Where a task stands in the service's target groups: by address and container port in awsvpc mode, by
 * instance and host port otherwise (Amazon ECS Developer Guide, "Use load balancing").
 */
function placesOf(cloud: Cloud, { settings }: Service, cluster: Cluster, task: Task): TaskTarget[] {
  const instance = [...cluster.instances.values()].find(({ arn }) => arn === task.containerInstance);
  return loadBalancersOf(settings).flatMap(({ targetGroup, container, port }) => {
    if (!cloud.elb.targetGroups.has(targetGroup)) return [];
    if (task.privateIp !== undefined) return [{ targetGroup, id: task.privateIp, port, draining: false }];
    const bindings = task.containers.find(({ name }) => name === container)?.networkBindings ?? [];
    const hostPort = bindings.find(({ containerPort }) => containerPort === port)?.hostPort;
    return instance && hostPort !== undefined
      ? [{ targetGroup, id: instance.ec2InstanceId, port: hostPort, draining: false }]
      : [];
  });
}

function countByGroup(tasks: readonly Task[]): ReadonlyMap<string, number> {
  return countBy(tasks.flatMap(({ targets }) => targets.map(({ targetGroup }) => targetGroup)));
}

function countBy(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
