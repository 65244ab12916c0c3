import { lastPart } from './arn.js';
import { redact } from './redact.js';
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

/** The state of a target that its group does not list. */
export const NOT_REGISTERED = 'not registered';

/** How many targets of a target group are in which state. */
export interface TargetStates {
  /** The group's name. */
  readonly targetGroup: string;
  /** Numbers by ELB's word for the state; untrusted, like the reasons. */
  readonly states: Readonly<Record<string, number>>;
}

/** How the targets of our tasks are in one target group. */
export interface TargetGroupHealth extends TargetStates {
  readonly healthy: number;
  /** One for each of our tasks; the states tell of fewer while a task has not told its address. */
  readonly expected: number;
  /** Numbers by ELB's reason code, of those that are not healthy. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** How many containers with a health check of their own are HEALTHY. */
export interface ContainerHealth {
  readonly healthy: number;
  readonly expected: number;
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
  const found = matched(targets, reported);
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

function matched(targets: readonly Target[], reported: readonly TargetHealth[]) {
  return targets.map((target) => ({
    target,
    health: reported.find(({ id, port }) => id === target.id && port === target.port),
  }));
}

/** The same comparison in numbers: `tasks` is how many of our tasks should have a target. */
export function groupHealth(
  { targetGroupArn, targets }: ExpectedTargets,
  tasks: number,
  reported: readonly TargetHealth[],
): TargetGroupHealth {
  const found = matched(targets, reported).map(({ health }) => health);
  return {
    targetGroup: groupName(targetGroupArn),
    healthy: found.filter((health) => health?.state === 'healthy').length,
    expected: tasks,
    states: countBy(found.map((health) => health?.state ?? NOT_REGISTERED)),
    reasons: countBy(found.flatMap((health) => (health?.state === 'healthy' ? [] : (health?.reason ?? [])))),
  };
}

/** The states of everything that a target group lists, whoever's it is. */
export function listedStates(targetGroupArn: string, reported: readonly TargetHealth[]): TargetStates {
  return { targetGroup: groupName(targetGroupArn), states: countBy(reported.map(({ state }) => state)) };
}

/** The name in the ARN of a target group, `…:targetgroup/name/id` (Elastic Load Balancing, "Resource types"). */
function groupName(arn: string): string {
  return /:targetgroup\/([^/]+)\//.exec(arn)?.[1] ?? lastPart(arn);
}

function countBy(words: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const word of words.map(redact)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return Object.fromEntries(counts);
}

function targetLine({ id, port }: Target, health: TargetHealth | undefined): string {
  const said = [health?.reason, health?.description].filter((text) => text !== undefined);
  const why = redact(said.join(', '));
  return `target ${id}:${String(port)} is ${health?.state ?? NOT_REGISTERED}${why ? ` (${why})` : ''}`;
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
        `container ${redact(container.name)} of task ${task.arn.slice(task.arn.lastIndexOf('/') + 1)} is ${container.healthStatus}`,
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
