import type { Aws } from '../adapters/aws/aws.js';
import { DeployError } from '../errors.js';
import type { StepVoice } from '../journal.js';
import { lastPart } from '../model/arn.js';
import { poll } from '../model/poll.js';
import type { OwnDeployment } from '../model/rollout.js';
import type { Service, Task } from '../model/service.js';
import type { World } from '../world.js';

const INTERVAL = 2_000;
/** Milliseconds in which tasks of other deployments should be gone. */
const LIMIT = 60_000;

export interface IdentityCheck {
  readonly cluster: string;
  readonly service: Service;
  readonly own: OwnDeployment;
  readonly container: string;
  /** Digests that its tasks may run, of the index or of an image in it; empty: none is known, and nothing is provable. */
  readonly acceptedDigests: readonly string[];
  /** Whether tasks of other deployments that go on running are a failure; else they are a warning. */
  readonly alone: boolean;
}

/**
 * Requires that the named container of every task of our deployment runs the released image. Tasks of other
 * deployments that should still run are waited for, then reported. A digest that ECS does not give
 * (older agents on EC2) is not provable.
 */
export async function identity(
  check: IdentityCheck,
  { ecs, requests }: Pick<Aws, 'ecs' | 'requests'>,
  world: World,
  voice: StepVoice,
): Promise<void> {
  // A task that runs goes on running the image that it was started with.
  const seen = new Map<string, Task>();
  const patience = world.clock.monotonic() + LIMIT;
  const { own, foreign } = await poll({
    async observe() {
      const running = await ecs.tasks(check.cluster, check.service.name, 'RUNNING', seen);
      for (const task of running) if (task.lastStatus === 'RUNNING') seen.set(task.arn, task);
      return sorted(running, check);
    },
    judge(found) {
      refuseOthers(found.own, check);
      // A task that still starts has no digest yet, which is not the same as one that ECS never gives.
      const started = found.own.every(({ lastStatus }) => lastStatus === 'RUNNING');
      const quiet = (started && found.foreign.length === 0) || world.clock.monotonic() >= patience;
      return quiet && found.own.length > 0 ? { done: true, result: found } : { done: false };
    },
    expired: () => noTasks(check),
    interval: INTERVAL,
    limit: LIMIT + 2 * INTERVAL,
    requests,
    clock: world.clock,
    signal: world.signal,
  });
  const known = check.acceptedDigests.length > 0;
  const unproven = own.filter((task) => !known || digestOf(task, check.container) === undefined);
  const summary = `${String(own.length - unproven.length)} of ${String(own.length)} tasks provably run the image`;
  if (foreign.length > 0 && check.alone) throw notAlone(foreign);
  if (foreign.length > 0)
    voice.warn(`Tasks of other deployments still run: ${foreign.map(nameOf).join(', ')}.`);
  if (unproven.length > 0) {
    const why = known ? 'because ECS gives no digest' : 'because the digest to expect is not known';
    voice.warn(`${unproven.map(nameOf).join(', ')}: the image is not provable, ${why}.`);
  }
  await voice.know({ identity: summary });
  voice.note(summary);
}

interface Sorted {
  readonly own: readonly Task[];
  /** Tasks of other deployments that nobody has told to stop. */
  readonly foreign: readonly Task[];
}

function sorted(running: readonly Task[], { own: { id } }: IdentityCheck): Sorted {
  return {
    own: running.filter(({ startedBy }) => startedBy === id),
    foreign: running.filter(
      ({ startedBy, desiredStatus }) => startedBy !== id && desiredStatus === 'RUNNING',
    ),
  };
}

function nameOf({ arn, startedBy }: Task): string {
  return `task ${lastPart(arn)} of ${startedBy}`;
}

function digestOf(task: Task, container: string): string | undefined {
  return task.containers.find(({ name }) => name === container)?.imageDigest;
}

function refuseOthers(own: readonly Task[], { container, acceptedDigests }: IdentityCheck): void {
  for (const task of own) {
    const digest = digestOf(task, container);
    if (digest !== undefined && acceptedDigests.length > 0 && !acceptedDigests.includes(digest)) {
      throw new DeployError(
        'digest-mismatch',
        `Task ${lastPart(task.arn)} runs ${digest}, which is not the image of its revision.`,
        {
          hint: 'Another image than expected was pulled: look at the container of that name in the revision.',
        },
      );
    }
  }
}

function notAlone(foreign: readonly Task[]): DeployError {
  return new DeployError(
    'rollback-unproven',
    `Tasks of other deployments still run: ${foreign.map(nameOf).join(', ')}.`,
    { hint: 'Look at the deployments of the service: one of them has not been taken back.' },
  );
}

function noTasks({ own: { id } }: IdentityCheck): DeployError {
  return new DeployError('service-gone', `No task of ${id} is running.`, {
    hint: 'Look at the stopped tasks of the service: each has a reason.',
  });
}
