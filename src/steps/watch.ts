import type { Aws } from '../adapters/aws/aws.js';
import { DeployError } from '../errors.js';
import type { Casualties } from '../model/failure.js';
import { paidAfter } from '../model/pace.js';
import type { Service, Task } from '../model/service.js';
import type { World } from '../world.js';
import { lookAtHealth, type HealthCheck, type Look } from './health.js';

/** Milliseconds between two looks while nothing changes, unless they take so many requests that they have to be rarer. */
const INTERVAL = 10_000;
/** So many tasks, or a fifth of the desired ones, are looked at as they stop: by then they have told why. */
const TELLING = 10;
/** So many requests of the wait may come at once where a task has stopped: the sooner it is known why the better. */
const AT_ONCE = 36;

/** Whose tasks are watched. */
export interface Watch extends Omit<HealthCheck, 'targetHealthTimeout'> {
  /** Whether the deployment is a new one; an older one that leads again may have lost tasks before. */
  readonly recorded: boolean;
  /** Whether the wait ends with what the tasks tell, or only when ECS has given up: then nobody hurries to hear it. */
  readonly failFast: boolean;
}

/** What is known of the tasks of our deployment while it rolls out. */
export interface Watched extends Casualties {
  /** The last look at those that run; absent before the first. */
  readonly look: Look | undefined;
  /** A line for each target or container that is not healthy yet. */
  readonly waitingFor: readonly string[];
  /** A target that no wait will make healthy. */
  readonly hopelessTarget: string | undefined;
}

/**
 * Watches the tasks of our deployment: those that stopped as soon as the counts say that one was lost, because they are the first to
 * know why, minutes before ECS gives a deployment up; those that run and their targets every ten seconds, and when others
 * stopped before any was healthy. Beyond one request a second, those of the wait itself included, nothing is asked.
 * `urgent` looks at once. What cannot be read leaves what was known; it is no verdict.
 */
export function watch(
  check: Watch,
  aws: Aws,
  { clock }: Pick<World, 'clock'>,
): (seen: Service, urgent: boolean) => Promise<Watched> {
  const stoppedTasks = lookAtStopped(check, aws);
  const settled = new Map<string, Task>();
  const [began, sent] = [clock.monotonic(), aws.requests()];
  const mayAsk = (atOnce: number): boolean =>
    clock.monotonic() - began >= paidAfter(aws.requests() - sent, atOnce);
  let stopped: readonly Task[] = [];
  let look: Look | undefined;
  let everHealthy = false;
  // Of a new deployment there is nothing to see yet.
  let [lookedAtStopped, lookedAtRunning] = [check.recorded ? began : -Infinity, began];
  let counts: Counts = { failed: 0, there: 0 };
  return async (seen, urgent) => {
    const now = countsOf(seen, check.own.id);
    const lost = now.failed > counts.failed || now.there < counts.there;
    const before = stopped.length;
    const telling = check.failFast && before < Math.max(TELLING, seen.desiredCount / 5);
    counts = now;
    const isDue = (since: number): boolean => clock.monotonic() - since >= INTERVAL && mayAsk(0);
    try {
      if (urgent || (lost && telling && mayAsk(AT_ONCE)) || isDue(lookedAtStopped)) {
        stopped = await stoppedTasks();
        lookedAtStopped = clock.monotonic();
      }
      const matters = telling && !everHealthy && stopped.length !== before;
      if ((matters && mayAsk(AT_ONCE)) || isDue(lookedAtRunning)) {
        // Also one that fails counts: what is denied is denied at every look.
        lookedAtRunning = clock.monotonic();
        look = await lookAtHealth(check, aws, clock.now(), settled);
        everHealthy ||= look.healthyTasks > 0;
      }
    } catch (error) {
      if (!(error instanceof DeployError) || error.code === 'cancelled') throw error;
    }
    return {
      look,
      everHealthy,
      waitingFor: look?.reading.waitingFor ?? [],
      hopelessTarget: look?.reading.hopeless,
      stopped,
      desiredCount: seen.desiredCount,
    };
  };
}

interface Counts {
  readonly failed: number;
  /** Running and pending. */
  readonly there: number;
}

function countsOf({ deployments }: Service, id: string): Counts {
  const own = deployments.find((deployment) => deployment.id === id);
  return { failed: own?.failedTasks ?? 0, there: (own?.runningCount ?? 0) + (own?.pendingCount ?? 0) };
}

/** Reads our stopped tasks, each described only until it has ended; those of other deployments once. */
function lookAtStopped(
  { cluster, service, own, recorded }: Watch,
  { ecs }: Aws,
): () => Promise<readonly Task[]> {
  const ended = new Map<string, Task>();
  let old: ReadonlySet<string> | undefined;
  return async () => {
    const tasks = await ecs.tasks(cluster, service.name, 'STOPPED', ended);
    old ??= new Set(recorded ? [] : tasks.map(({ arn }) => arn));
    for (const task of tasks) {
      if (task.lastStatus === 'STOPPED' || task.startedBy !== own.id) ended.set(task.arn, task);
    }
    return tasks.filter(({ arn, startedBy }) => startedBy === own.id && !old?.has(arn));
  };
}
