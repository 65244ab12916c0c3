import type { Aws } from '../adapters/aws/aws.js';
import { DeployError } from '../errors.js';
import type { StepVoice } from '../journal.js';
import type { Facts } from '../facts.js';
import { showDuration } from '../model/duration.js';
import { poll } from '../model/poll.js';
import { firstOf, healthLine } from '../model/progress.js';
import type { OwnDeployment } from '../model/rollout.js';
import type { LoadBalancer, Service, Task } from '../model/service.js';
import {
  expectedTargets,
  groupHealth,
  listedStates,
  readContainers,
  readTargets,
  together,
  type ContainerHealth,
  type HealthReading,
  type TargetGroupHealth,
  type TargetStates,
} from '../model/target-health.js';
import { containersWithHealthCheck, type TaskDefinition } from '../model/task-definition.js';
import type { World } from '../world.js';
import { refuseOther } from './lead.js';
import { teller } from './tell.js';

/** Milliseconds between two looks at the targets. */
const INTERVAL = 2_000;
/** So many looks in a row have to find everything healthy. */
const CONSECUTIVE = 3;

export interface HealthCheck {
  readonly cluster: string;
  readonly service: Service;
  readonly own: OwnDeployment;
  /** The revision of our deployment. */
  readonly next: TaskDefinition;
  /** ARNs to look at; empty: all of the service. */
  readonly targetGroups: readonly string[];
  /** Milliseconds. */
  readonly targetHealthTimeout: number;
}

/**
 * Requires every target of our tasks to be healthy in every target group, and every container with a health
 * check of its own to be HEALTHY, three looks in a row. Returns our tasks.
 */
export async function health(
  check: HealthCheck,
  aws: Aws,
  world: World,
  voice: StepVoice,
): Promise<readonly Task[]> {
  const tell = teller(check.targetHealthTimeout, world, voice);
  const settled = new Map<string, Task>();
  let streak = 0;
  let last: Look | undefined;
  const looking = poll({
    async observe() {
      // The look that the proof rests on describes every task once more.
      if (streak === CONSECUTIVE - 1) settled.clear();
      const [service, look] = await Promise.all([
        aws.ecs.service(check.cluster, check.service.name),
        lookAtHealth(check, aws, world.clock.now(), settled),
      ]).catch(tell.failed);
      return { service, look };
    },
    judge({ service, look }) {
      refuseOther(service, check.own);
      last = look;
      const { tasks, reading } = look;
      tell.look({ line: healthLine(look), details: firstOf(reading.waitingFor) });
      if (reading.hopeless !== undefined) throw unhealthy(reading.hopeless, []);
      streak = reading.waitingFor.length === 0 && tasks.length > 0 ? streak + 1 : 0;
      return streak >= CONSECUTIVE ? { done: true, result: look } : { done: false };
    },
    expired: (seen) => notInTime(seen?.look.reading, check.targetHealthTimeout),
    interval: INTERVAL,
    limit: check.targetHealthTimeout,
    requests: aws.requests,
    clock: world.clock,
    signal: world.signal,
  });
  const { tasks, reading, containers } = await looking
    .finally(tell.end)
    .finally(() => last && voice.know(healthFacts(last)));
  const summary = summaryOf(chosen(check), containers, reading, tasks);
  await voice.know({ health: summary });
  voice.note(summary);
  return tasks;
}

/** What a look is worth keeping for the report. */
export function healthFacts({ groups, containers }: Look): Facts {
  return { targetHealth: groups, ...(containers ? { containerHealth: containers } : {}) };
}

/** What one look at the tasks of our deployment and their targets shows. */
export interface Look {
  readonly tasks: readonly Task[];
  readonly reading: HealthReading;
  /** How many of them are healthy in every way that the service knows. */
  readonly healthyTasks: number;
  /** Their targets. */
  readonly groups: readonly TargetGroupHealth[];
  /** Absent: none has a health check of its own. */
  readonly containers: ContainerHealth | undefined;
  /** All targets of these groups, also those of other deployments; empty where there was nothing of ours to look for. */
  readonly listed: readonly TargetStates[];
}

/** Milliseconds that a task has to run to count as healthy where nothing says whether it is. */
const PROBATION = 30_000;

/**
 * Reads our running tasks, their targets and their containers' health. `now` is in milliseconds since the epoch. Those in
 * `settled` are not described again; what is healthy now, or not ours, is put there.
 */
export async function lookAtHealth(
  check: Omit<HealthCheck, 'targetHealthTimeout'>,
  { ecs, balancing }: Aws,
  now: number,
  settled: Map<string, Task>,
): Promise<Look> {
  const [balancers, checkedContainers] = [chosen(check), containersWithHealthCheck(check.next.body)];
  const running = await ecs.tasks(check.cluster, check.service.name, 'RUNNING', settled);
  const tasks = running.filter(({ startedBy }) => startedBy === check.own.id);
  // Where a task has an address of its own, nobody needs its instance.
  const instances = tasks.flatMap((task) => (task.privateIp ? [] : (task.containerInstanceArn ?? [])));
  const ids = await ecs.instanceIds(check.cluster, [...new Set(instances)]);
  const groups = await Promise.all(
    balancers.map(async (balancer) => ({
      balancer,
      arn: balancer.targetGroupArn,
      reported: tasks.length > 0 ? await balancing.targetHealth(balancer.targetGroupArn) : [],
    })),
  );
  const readingOf = (some: readonly Task[]): HealthReading =>
    together([
      ...groups.map(({ balancer, reported }) => {
        const expected = expectedTargets(balancer, some, ids);
        return expected ? readTargets(expected, reported) : ADDRESS_UNKNOWN;
      }),
      readContainers(some, checkedContainers),
    ]);
  const checked = balancers.length > 0 || checkedContainers.size > 0;
  const isHealthy = (task: Task): boolean =>
    task.lastStatus === 'RUNNING' &&
    readingOf([task]).waitingFor.length === 0 &&
    (checked || now - (task.startedAt ?? now) >= PROBATION);
  const healthyTasks = tasks.filter(isHealthy);
  const others = running.filter(({ startedBy }) => startedBy !== check.own.id);
  for (const task of [...healthyTasks, ...others]) settled.set(task.arn, task);
  const { healthy, expected } = readContainers(tasks, checkedContainers);
  return {
    tasks,
    reading: readingOf(tasks),
    healthyTasks: healthyTasks.length,
    groups: groups.map(({ balancer, arn, reported }) => {
      const known = expectedTargets(balancer, tasks, ids) ?? { targetGroupArn: arn, targets: [] };
      return groupHealth(known, tasks.length, reported);
    }),
    containers: checkedContainers.size > 0 ? { healthy, expected } : undefined,
    listed: tasks.length > 0 ? groups.map(({ arn, reported }) => listedStates(arn, reported)) : [],
  };
}

const ADDRESS_UNKNOWN: HealthReading = {
  healthy: 0,
  expected: 1,
  waitingFor: ['a task has not told its address yet'],
  hopeless: undefined,
};

function chosen({
  service,
  targetGroups,
}: Pick<HealthCheck, 'service' | 'targetGroups'>): readonly LoadBalancer[] {
  const all = service.loadBalancers;
  return targetGroups.length === 0
    ? all
    : all.filter(({ targetGroupArn }) => targetGroups.includes(targetGroupArn));
}

function summaryOf(
  balancers: readonly LoadBalancer[],
  containers: ContainerHealth | undefined,
  { healthy }: HealthReading,
  tasks: readonly Task[],
): string {
  const of = `${String(tasks.length)} ${tasks.length === 1 ? 'task' : 'tasks'}`;
  if (balancers.length === 0 && !containers) {
    return `${of} run; neither a load balancer nor a container health check says whether they are healthy`;
  }
  const where =
    balancers.length === 0
      ? 'no load balancer, container health only'
      : `in ${String(balancers.length)} ${balancers.length === 1 ? 'target group' : 'target groups'}`;
  return `${of}, ${String(healthy)} healthy targets and containers, ${where}`;
}

function notInTime(last: HealthReading | undefined, limit: number): DeployError {
  return unhealthy(`Not everything is healthy after ${showDuration(limit)}.`, last?.waitingFor ?? []);
}

/** The error of a release whose targets or containers are not healthy; `waitingFor` names each, the rest is evidence. */
export function unhealthy(
  why: string,
  waitingFor: readonly string[],
  evidence: readonly string[] = [],
): DeployError {
  const ofContainers = waitingFor.length > 0 && waitingFor.every((line) => line.startsWith('container '));
  return new DeployError(
    ofContainers ? 'container-health' : 'target-health',
    [why, ...waitingFor.slice(0, 3)].join(' '),
    {
      hint: ofContainers
        ? "Run the container's health check by hand: its command has to be in the image, and the start period long enough."
        : "Check the health check's path and port, the security groups and whether the application listens on 0.0.0.0.",
      evidence: [...waitingFor, ...evidence],
    },
  );
}
