import type { Aws } from '../adapters/aws/aws.js';
import { DeployError } from '../errors.js';
import type { StepVoice } from '../journal.js';
import { showDuration } from '../model/duration.js';
import { poll } from '../model/poll.js';
import type { OwnDeployment } from '../model/rollout.js';
import type { LoadBalancer, Service, Task } from '../model/service.js';
import {
  expectedTargets,
  readContainers,
  readTargets,
  together,
  type HealthReading,
} from '../model/target-health.js';
import { containersWithHealthCheck, type TaskDefinition } from '../model/task-definition.js';
import type { World } from '../world.js';
import { refuseOther } from './lead.js';

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
  const balancers = chosen(check);
  const containers = containersWithHealthCheck(check.next.body);
  let streak = 0;
  let shown = '';
  const { tasks, reading } = await poll({
    async observe() {
      const [service, look] = await Promise.all([
        aws.ecs.service(check.cluster, check.service.name),
        lookAtHealth(check, aws, world.clock.now()),
      ]);
      return { service, ...look };
    },
    judge(observed) {
      refuseOther(observed.service, check.own);
      const line = `${String(observed.reading.healthy)} of ${String(observed.reading.expected)} healthy`;
      const text = [line, ...observed.reading.waitingFor].join('\n');
      if (text !== shown) world.log.quote(text);
      shown = text;
      if (observed.reading.hopeless !== undefined) throw unhealthy(observed.reading.hopeless, []);
      const { reading: found, tasks: ours } = observed;
      streak = found.waitingFor.length === 0 && ours.length > 0 ? streak + 1 : 0;
      return streak >= CONSECUTIVE ? { done: true, result: observed } : { done: false };
    },
    expired: (last) => notInTime(last?.reading, check.targetHealthTimeout),
    interval: INTERVAL,
    limit: check.targetHealthTimeout,
    clock: world.clock,
    signal: world.signal,
  });
  const summary = summaryOf(balancers, containers, reading, tasks);
  await voice.know({ health: summary });
  voice.note(summary);
  return tasks;
}

/** What one look at the tasks of our deployment and their targets shows. */
export interface Look {
  readonly tasks: readonly Task[];
  readonly reading: HealthReading;
  /** How many of them are healthy in every way that the service knows. */
  readonly healthyTasks: number;
}

/** Milliseconds that a task has to run to count as healthy where nothing says whether it is. */
const PROBATION = 30_000;

/** Reads our running tasks, their targets and their containers' health. `now` is in milliseconds since the epoch. */
export async function lookAtHealth(
  check: Omit<HealthCheck, 'targetHealthTimeout'>,
  { ecs, balancing }: Aws,
  now: number,
): Promise<Look> {
  const [balancers, containers] = [chosen(check), containersWithHealthCheck(check.next.body)];
  const running = await ecs.tasks(check.cluster, check.service.name, 'RUNNING');
  const tasks = running.filter(({ startedBy }) => startedBy === check.own.id);
  const instances = tasks.flatMap(({ containerInstanceArn }) => containerInstanceArn ?? []);
  const ids = await ecs.instanceIds(check.cluster, [...new Set(instances)]);
  const groups = await Promise.all(
    balancers.map(async (balancer) => ({
      balancer,
      reported: tasks.length > 0 ? await balancing.targetHealth(balancer.targetGroupArn) : [],
    })),
  );
  const readingOf = (some: readonly Task[]): HealthReading =>
    together([
      ...groups.map(({ balancer, reported }) => {
        const expected = expectedTargets(balancer, some, ids);
        return expected ? readTargets(expected, reported) : ADDRESS_UNKNOWN;
      }),
      readContainers(some, containers),
    ]);
  const checked = balancers.length > 0 || containers.size > 0;
  const isHealthy = (task: Task): boolean =>
    task.lastStatus === 'RUNNING' &&
    readingOf([task]).waitingFor.length === 0 &&
    (checked || now - (task.startedAt ?? now) >= PROBATION);
  return { tasks, reading: readingOf(tasks), healthyTasks: tasks.filter(isHealthy).length };
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
  containers: ReadonlySet<string>,
  { healthy }: HealthReading,
  tasks: readonly Task[],
): string {
  const of = `${String(tasks.length)} ${tasks.length === 1 ? 'task' : 'tasks'}`;
  if (balancers.length === 0 && containers.size === 0) {
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
