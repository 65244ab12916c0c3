import type { Cloud } from '../cloud.js';
import type { JsonObject } from '../json.js';
import type { TaskEvents } from '../runtime/runtime.js';
import { findTaskDefinition } from './arns.js';
import { logFailure, logLine } from './awslogs.js';
import type { Cluster, Container, Service, Task } from './state.js';
import { networkMode } from './registration.js';
import { later } from './timers.js';

/*
 * A task's way through its states (Amazon ECS Developer Guide, "Amazon ECS task lifecycle"): the runtime
 * tells what happens to the containers, the scheduler moves tasks that belong to a load balancer.
 */

/** Milliseconds of AWS time until a task that cannot be prepared is given up. */
const PROVISIONING = 10_000;
/** Milliseconds of AWS time that it takes to give the network interface back. */
const DEPROVISIONING = 3_000;

type StopCode = NonNullable<Task['stopCode']>;

/** Whose tasks they are, and who wants to know of them: the scheduler. */
export interface Keeper {
  readonly cloud: Cloud;
  readonly service: Service;
  /** Something happened that the scheduler should look at. */
  changed(): void;
  /** A task stopped without being told to, or could not be started. */
  lost(task: Task, reason: string): void;
}

/** Asks the runtime to start a task. `definition` is its task definition with the images as they shall be run. */
export function launch(keeper: Keeper, task: Task, definition: JsonObject): void {
  const { id, arn, startedBy } = task;
  const events = eventsOf(keeper, task);
  const failure = startFailure(keeper.cloud, task) ?? logFailure(keeper.cloud, task);
  if (failure !== undefined) {
    later(keeper.cloud, PROVISIONING, () => events.failed(failure));
    return;
  }
  try {
    task.launched = keeper.cloud.runtime.launch({ id, arn, taskDefinition: definition, startedBy }, events);
  } catch (error) {
    events.failed(error instanceof Error ? error.message : String(error));
  }
}

/** The stopped reason that the account has for a task; undefined when it lets the task start. */
function startFailure({ ecs }: Cloud, { taskDefinition, startedBy }: Task): string | undefined {
  for (const failure of ecs.startFailures) {
    const reason = failure({ taskDefinition, startedBy });
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** What the runtime tells becomes the task's state; the scheduler is woken to look at it. */
function eventsOf(keeper: Keeper, task: Task): TaskEvents {
  const { cloud, service } = keeper;
  const now = () => cloud.clock.now();
  const told =
    <A extends unknown[]>(name: string, change: (container: Container, ...details: A) => void) =>
    (...details: A): void => {
      const container = task.containers.find((one) => one.name === name);
      if (!container || task.executionStoppedAt !== undefined) return;
      change(container, ...details);
      keeper.changed();
    };
  return {
    attached(privateIp) {
      if (task.lastStatus === 'PROVISIONING') task.lastStatus = 'PENDING';
      task.pullStartedAt = now();
      if (usesAwsvpc(cloud, task)) task.privateIp = privateIp;
    },
    pulled: (name, digest) =>
      told(name, (container) => {
        container.imageDigest = digest;
        task.pullStoppedAt = now();
        resolve(service, task, name, digest);
      })(),
    started: (name, { runtimeId, bindings }) =>
      told(name, (container) => {
        Object.assign(container, { runtimeId, networkBindings: [...bindings], lastStatus: 'RUNNING' });
        activate(task);
      })(),
    health: (name, status) =>
      told(name, (container) => {
        container.health = status;
      })(),
    exited: (name, { exitCode, reason }) =>
      told(name, (container) => {
        Object.assign(container, { lastStatus: 'STOPPED', exitCode, ...(reason ? { reason } : {}) });
        containerExited(keeper, task, container);
      })(),
    failed(reason) {
      if (task.executionStoppedAt !== undefined) return;
      failedToStart(keeper, task, reason);
      finish(keeper, task);
    },
    output: (name, line) => logLine(cloud, task, name, line),
  };
}

function usesAwsvpc(cloud: Cloud, task: Task): boolean {
  return networkMode(findTaskDefinition(cloud, task.taskDefinition)?.body ?? {}) === 'awsvpc';
}

/** All containers were started: the scheduler registers the task's targets and makes it RUNNING. */
function activate(task: Task): void {
  if (task.desiredStatus === 'STOPPED') return;
  if (task.containers.every(({ lastStatus }) => lastStatus !== 'PENDING')) task.lastStatus = 'ACTIVATING';
}

/**
 * The first task of a revision resolves the tags of its images, and later ones use the same digests (Amazon
 * ECS Developer Guide, "Container image resolution").
 */
function resolve(service: Service, task: Task, container: string, digest: string): void {
  const deployment = service.deployments.find(({ id }) => id === task.startedBy);
  const revision = service.revisions.find(({ arn }) => arn === deployment?.serviceRevision);
  if (revision && !revision.digests.has(container)) revision.digests.set(container, digest);
}

/** A task ends with its first essential container (Amazon ECS API Reference, ContainerDefinition `essential`). */
function containerExited(keeper: Keeper, task: Task, container: Container): void {
  if (container.essential && task.desiredStatus === 'RUNNING') {
    const reason = 'Essential container in task exited';
    markStopped(keeper.cloud, task, 'EssentialContainerExited', reason);
    keeper.lost(task, reason);
    endContainers(keeper, task);
  }
  if (task.containers.every(({ lastStatus }) => lastStatus === 'STOPPED')) finish(keeper, task);
}

function failedToStart(keeper: Keeper, task: Task, reason: string): void {
  if (task.desiredStatus === 'STOPPED') return;
  markStopped(keeper.cloud, task, 'TaskFailedToStart', reason);
  const [first] = task.containers;
  if (first && /^\w+(Error|Exception):/.test(reason)) first.reason = reason;
  keeper.lost(task, reason);
}

/** Decides that a task ends. It goes on serving until its targets are drained; the scheduler sees to that. */
export function stopTask(keeper: Keeper, task: Task, code: StopCode, reason: string): void {
  if (task.desiredStatus === 'STOPPED') return;
  markStopped(keeper.cloud, task, code, reason);
  keeper.changed();
  if (task.targets.length > 0) {
    task.lastStatus = 'DEACTIVATING';
    return;
  }
  endContainers(keeper, task);
}

/** Sends the containers their signal to stop; what has not started yet never will. */
export function endContainers(keeper: Keeper, task: Task): void {
  task.lastStatus = 'STOPPING';
  for (const container of task.containers) {
    if (container.lastStatus === 'PENDING') container.lastStatus = 'STOPPED';
  }
  task.launched?.stop();
  if (task.containers.every(({ lastStatus }) => lastStatus === 'STOPPED')) finish(keeper, task);
}

function markStopped(cloud: Cloud, task: Task, code: StopCode, reason: string): void {
  task.desiredStatus = 'STOPPED';
  task.stoppingAt = cloud.clock.now();
  task.stopCode = code;
  task.stoppedReason = reason;
}

/** No container runs any more. */
function finish(keeper: Keeper, task: Task): void {
  const { cloud } = keeper;
  if (task.executionStoppedAt !== undefined) return;
  task.executionStoppedAt = cloud.clock.now();
  for (const container of task.containers) container.lastStatus = 'STOPPED';
  task.lastStatus = 'DEPROVISIONING';
  keeper.changed();
  later(cloud, DEPROVISIONING, () => {
    task.lastStatus = 'STOPPED';
    task.stoppedAt = cloud.clock.now();
    keeper.changed();
  });
}

/** Milliseconds of AWS time in which a stopped task stays visible (DescribeTasks: "at least one hour"). */
const VISIBLE = 3_600_000;

/** Forgets tasks that stopped an hour ago. */
export function forgetOldTasks(cloud: Cloud, cluster: Cluster): void {
  for (const { id, stoppedAt } of cluster.tasks.values()) {
    if (stoppedAt !== undefined && cloud.clock.since(stoppedAt) >= VISIBLE) cluster.tasks.delete(id);
  }
}
