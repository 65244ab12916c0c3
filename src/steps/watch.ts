import type { Aws } from '../adapters/aws/aws.js';
import { DeployError } from '../errors.js';
import type { Casualties } from '../model/failure.js';
import { progressLine } from '../model/rollout.js';
import type { Service, Task } from '../model/service.js';
import type { World } from '../world.js';
import { lookAtHealth, type HealthCheck } from './health.js';

/** Milliseconds between two looks at the tasks while nothing changes. */
const INTERVAL = 10_000;
/** Milliseconds between two looks at the least, so that all calls stay below one a second on average. */
const PAUSE = 5_000;

/** What is known of the tasks of our deployment while it rolls out. */
export interface Watched extends Casualties {
  /** A line for each target or container that is not healthy yet. */
  readonly waitingFor: readonly string[];
  /** A target that no wait will make healthy. */
  readonly hopelessTarget: string | undefined;
}

const NOTHING: Watched = {
  stopped: [],
  everHealthy: false,
  desiredCount: 0,
  waitingFor: [],
  hopelessTarget: undefined,
};

/**
 * Reads the tasks of our deployment and their targets when the service changed, and every ten seconds: a task
 * that stopped is the first to know why, minutes before ECS gives a deployment up. What cannot be read leaves what was
 * known; it is no verdict.
 */
export function watch(
  { recorded, ...check }: Omit<HealthCheck, 'targetHealthTimeout'> & { readonly recorded: boolean },
  aws: Aws,
  { clock }: Pick<World, 'clock'>,
): (seen: Service) => Promise<Watched> {
  let last = NOTHING;
  let line = '';
  let looked = -Infinity;
  /** What has stopped does not change any more. */
  const ended = new Map<string, Task>();
  /** An older deployment that leads again may have lost tasks before: that was then. */
  let old: ReadonlySet<string> | undefined;
  return async (seen) => {
    const [now, quiet] = [progressLine(seen), clock.monotonic() - looked];
    if (quiet < (now === line ? INTERVAL : PAUSE)) return last;
    try {
      const [stopped, look] = await Promise.all([
        aws.ecs.tasks(check.cluster, check.service.name, 'STOPPED', ended),
        lookAtHealth(check, aws, clock.now()),
      ]);
      old ??= new Set(recorded ? [] : stopped.map(({ arn }) => arn));
      last = {
        stopped: stopped.filter(({ arn, startedBy }) => startedBy === check.own.id && !old?.has(arn)),
        everHealthy: last.everHealthy || look.healthyTasks > 0,
        desiredCount: seen.desiredCount,
        waitingFor: look.reading.waitingFor,
        hopelessTarget: look.reading.hopeless,
      };
      for (const task of stopped) if (task.lastStatus === 'STOPPED') ended.set(task.arn, task);
      [line, looked] = [now, clock.monotonic()];
    } catch (error) {
      if (!(error instanceof DeployError) || error.code === 'cancelled') throw error;
    }
    return last;
  };
}
