import type { Aws } from '../adapters/aws/aws.js';
import { DeployError } from '../errors.js';
import { lastPart } from '../model/arn.js';
import { causeOf } from '../model/failure.js';
import type { Task } from '../model/service.js';
import type { World } from '../world.js';
import { lookAtHealth, type HealthCheck } from './health.js';
import { lastLines, type LogsOf } from './logs.js';

/** Milliseconds: the undo does not wait longer for what may be looked up after it. */
const LIMIT = 1_000;

/** What is looked at. */
export type Evidence = Omit<HealthCheck, 'targetHealthTimeout'> & Omit<LogsOf, 'tasks'>;

/**
 * Gathers what will be gone soon: why tasks stopped, which targets are not healthy, the last lines of a failed task.
 * Takes a second at most; whatever cannot be had by then is left out.
 */
export async function gatherEvidence(subject: Evidence, aws: Aws, world: World): Promise<readonly string[]> {
  const found: string[] = [];
  const tolerated = (looking: Promise<readonly string[]>): Promise<void> =>
    looking.then(
      (lines) => void found.push(...lines),
      (error: unknown) => {
        if (!(error instanceof DeployError)) throw error;
      },
    );
  const looks = Promise.all([tolerated(ofTasks(subject, aws)), tolerated(ofTargets(subject, aws, world))]);
  await Promise.race([looks, world.clock.sleep(LIMIT)]);
  return [...found];
}

async function ofTasks(subject: Evidence, aws: Aws): Promise<readonly string[]> {
  const stopped = await aws.ecs.tasks(subject.cluster, subject.service.name, 'STOPPED');
  const ours = stopped.filter(({ startedBy }) => startedBy === subject.own.id);
  const reasons = ours.flatMap((task) => reasonOf(task) ?? []);
  const failed = ours.find((task) => causeOf(task) !== undefined);
  const lines = failed ? await lastLines(subject, failed, aws) : [];
  return [...new Set(reasons), ...lines.map((line) => `log: ${line}`)];
}

function reasonOf(task: Task): string | undefined {
  const cause = causeOf(task);
  return cause && `task ${lastPart(task.arn)}: ${cause.why}`;
}

async function ofTargets(subject: Evidence, aws: Aws, { clock }: World): Promise<readonly string[]> {
  return (await lookAtHealth(subject, aws, clock.now())).reading.waitingFor;
}
