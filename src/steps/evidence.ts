import type { Aws } from '../adapters/aws/aws.js';
import { causeOf, distinctReasons } from '../model/failure.js';
import type { World } from '../world.js';
import { lookAtHealth, type HealthCheck } from './health.js';
import { lastLines, type LogsOf } from './logs.js';

/** Milliseconds: the undo does not wait longer for what may be looked up after it. */
const LIMIT = 1_000;

/** What is looked at. */
export type Evidence = Omit<HealthCheck, 'targetHealthTimeout'> & Omit<LogsOf, 'tasks'>;

/** What was found. */
export interface Found {
  readonly lines: readonly string[];
  /** The last error in a failed task's log, redacted. */
  readonly lastWords: string | undefined;
}

/**
 * Gathers what will be gone soon: why tasks stopped, which targets are unhealthy, the last lines of a failed task.
 * Takes a second at most; whatever cannot be had by then is left out.
 */
export async function gatherEvidence(subject: Evidence, aws: Aws, world: World): Promise<Found> {
  const lines: string[] = [];
  let lastWords: string | undefined;
  const over = new AbortController();
  const looks = [
    reasonsAndWords(subject, aws, over.signal).then(({ reasons, said }) => {
      lines.push(...reasons, ...(said?.lines ?? []).map((line) => `log: ${line}`));
      lastWords = said?.words;
    }),
    unhealthyTargets(subject, aws, world).then((found) => void lines.push(...found)),
  ];
  // Nothing here may keep the service from being put back.
  const tolerated = looks.map((looking) => looking.catch(() => undefined));
  await Promise.race([Promise.all(tolerated), world.clock.sleep(LIMIT)]);
  over.abort();
  return { lines: [...lines], lastWords };
}

async function reasonsAndWords(subject: Evidence, aws: Aws, signal: AbortSignal) {
  const stopped = await aws.ecs.tasks(subject.cluster, subject.service.name, 'STOPPED');
  const ours = stopped.filter(({ startedBy }) => startedBy === subject.own.id);
  const failed = ours.find((task) => causeOf(task) !== undefined);
  const said = failed ? await lastLines(subject, failed, aws, signal) : undefined;
  return { reasons: distinctReasons(ours), said };
}

/** What only waits to be registered or checked for the first time is no evidence. */
async function unhealthyTargets(subject: Evidence, aws: Aws, { clock }: World): Promise<readonly string[]> {
  const { reading } = await lookAtHealth(subject, aws, clock.now(), new Map());
  return reading.waitingFor.filter((line) => /is (unhealthy|unused|UNHEALTHY)/.test(line));
}
