import type { LoadBalancer, Task } from './service.js';

/** A target of a target group, as DescribeTargetHealth names it. */
export interface Target {
  /** An IP address, or an EC2 instance's id. */
  readonly id: string;
  readonly port: number;
}

/** A target's health in ELB's own words. */
export interface TargetHealth extends Target {
  /** `initial`, `healthy`, `unhealthy`, `unused`, `draining` or `unavailable`. */
  readonly state: string;
  readonly reason: string | undefined;
  readonly description: string | undefined;
}

/** A target group and the targets that our tasks should have in it. */
export interface ExpectedTargets {
  readonly targetGroupArn: string;
  readonly targets: readonly Target[];
}

/** What one look at the target groups and tasks says. */
export interface HealthReading {
  readonly healthy: number;
  readonly expected: number;
  /** A line for each target or container that is not healthy, with ELB's reason code. */
  readonly waitingFor: readonly string[];
  /** What no wait will cure, such as a target group without a listener. */
  readonly hopeless: string | undefined;
}

/**
 * The targets that tasks should have behind a load balancer: the address of the task's network interface
 * and the container's port, or the EC2 instance and the host port that the container got. Undefined
 * when a running task has not told its address yet.
 */
export function expectedTargets(
  loadBalancer: LoadBalancer,
  tasks: readonly Task[],
  instanceIds: ReadonlyMap<string, string>,
): ExpectedTargets | undefined {
  const targets = tasks.map((task) => targetOf(loadBalancer, task, instanceIds));
  const known = targets.filter((target) => target !== undefined);
  return known.length === targets.length
    ? { targetGroupArn: loadBalancer.targetGroupArn, targets: known }
    : undefined;
}

function targetOf(
  { containerName, containerPort }: LoadBalancer,
  task: Task,
  instanceIds: ReadonlyMap<string, string>,
): Target | undefined {
  if (task.privateIp !== undefined) return { id: task.privateIp, port: containerPort };
  const container = task.containers.find(({ name }) => name === containerName);
  const port = container?.hostPorts.get(containerPort);
  const id = task.containerInstanceArn === undefined ? undefined : instanceIds.get(task.containerInstanceArn);
  return id === undefined || port === undefined ? undefined : { id, port };
}

/**
 * Compares what a target group reports with what it should hold. Targets of other tasks, which may drain for
 * minutes, do not count. `Target.NotInUse` means that no listener uses the group or that its zone is
 * not enabled (Elastic Load Balancing, TargetHealth): no wait cures that.
 */
export function readTargets({ targets }: ExpectedTargets, reported: readonly TargetHealth[]): HealthReading {
  const found = targets.map((target) => ({
    target,
    health: reported.find(({ id, port }) => id === target.id && port === target.port),
  }));
  const waiting = found.filter(({ health }) => health?.state !== 'healthy');
  const notInUse = waiting.find(({ health }) => health?.reason === 'Target.NotInUse');
  return {
    healthy: found.length - waiting.length,
    expected: found.length,
    waitingFor: waiting.map(({ target, health }) => targetLine(target, health)),
    hopeless:
      notInUse && `${targetLine(notInUse.target, notInUse.health)}: the target group serves no traffic`,
  };
}

function targetLine({ id, port }: Target, health: TargetHealth | undefined): string {
  const why = [health?.reason, health?.description].filter((text) => text !== undefined).join(', ');
  return `target ${id}:${String(port)} is ${health?.state ?? 'not registered'}${why ? ` (${why})` : ''}`;
}

/** Containers with a health check of their own (by name) that are not HEALTHY yet. */
export function readContainers(tasks: readonly Task[], checked: ReadonlySet<string>): HealthReading {
  const containers = tasks.flatMap((task) =>
    task.containers.filter(({ name }) => checked.has(name)).map((container) => ({ task, container })),
  );
  const waiting = containers.filter(({ container }) => container.healthStatus !== 'HEALTHY');
  return {
    healthy: containers.length - waiting.length,
    expected: containers.length,
    waitingFor: waiting.map(
      ({ task, container }) =>
        `container ${container.name} of task ${task.arn.slice(task.arn.lastIndexOf('/') + 1)} is ${container.healthStatus}`,
    ),
    hopeless: undefined,
  };
}

/** Several readings as one. */
export function together(readings: readonly HealthReading[]): HealthReading {
  return {
    healthy: readings.reduce((sum, { healthy }) => sum + healthy, 0),
    expected: readings.reduce((sum, { expected }) => sum + expected, 0),
    waitingFor: readings.flatMap(({ waitingFor }) => waitingFor),
    hopeless: readings.find(({ hopeless }) => hopeless !== undefined)?.hopeless,
  };
}
