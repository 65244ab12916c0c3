import type { Aws } from '../adapters/aws/aws.js';
import type { LogTail } from '../adapters/aws/logs.js';
import type { LogRequest } from '../inputs/inputs.js';
import { DeployError } from '../errors.js';
import type { StepVoice } from '../journal.js';
import { lastPart } from '../model/arn.js';
import { isObject, textAt, type JsonObject } from '../model/json.js';
import { awsErrorName } from '../model/aws-failure.js';
import { entriesOf, linesOf, logExcerpt, showCounts, type LogEntry } from '../model/log-excerpt.js';
import { redact } from '../model/redact.js';
import type { OwnDeployment } from '../model/rollout.js';
import type { Service, Task } from '../model/service.js';
import { containerOf, type TaskDefinition } from '../model/task-definition.js';
import { cleanLine } from '../model/untrusted-text.js';
import type { World } from '../world.js';

/** So many tasks' streams are read at most. */
const MOST_STREAMS = 10;
/** So many events of a task are looked at, for the counts and so that errors among them are found, or as many as are to be shown. */
const LOOKED_AT = 500;
/** UTF-16 code units of all messages together, after which no more are asked for; each stream has its share. */
const BUDGET = 2 * 2 ** 20;
/** Milliseconds for all of the reading. */
const LIMIT = 15_000;
/** CloudWatch shows a line some seconds after it was written: as long as there is none, so often and so late it is looked again. */
const LOOKS = 3;
const BETWEEN_LOOKS = 1_500;
/** So many events of a failed task are looked at: a trace, and what the runtime says after it, are longer than what is shown. */
const LAST_EVENTS = 50;
/** So many lines of a failed task are evidence. */
const LAST_LINES = 10;

/** Whose lines are read. */
export interface LogsOf {
  readonly logs: LogRequest;
  readonly next: TaskDefinition;
  readonly container: string;
  readonly cluster: string;
  readonly service: Service;
  readonly own: OwnDeployment;
  /** Our tasks; empty when the release did not come so far as to know them. */
  readonly tasks: readonly Task[];
}

/** Shows the last lines of our tasks. Whatever goes wrong here is a warning: logs never change a verdict. */
export async function logs(wanted: LogsOf, aws: Aws, world: World, voice: StepVoice): Promise<void> {
  const source = world.signal.aborted ? 'the run was cancelled' : sourceOf(wanted, aws.region);
  if (typeof source === 'string') {
    voice.skip(source);
    return;
  }
  try {
    await show(wanted, source, aws, world, voice);
  } catch (error) {
    voice.warn(`The logs could not be read: ${messageOf(error)}`);
  }
}

async function show(wanted: LogsOf, source: Source, aws: Aws, world: World, voice: StepVoice): Promise<void> {
  const { logs: request } = wanted;
  const tasks = wanted.tasks.length > 0 ? wanted.tasks : await ownTasks(wanted, aws);
  if (tasks.length === 0) {
    voice.skip('no task of this release was started');
    return;
  }
  const streams = tasks.slice(0, MOST_STREAMS).map((task) => streamOf(source, wanted.container, task));
  const { entries, lost, cut } = await withinLimit(world, (signal) =>
    readStreams(source, streams, Math.max(request.lines, LOOKED_AT), { aws, world, signal }),
  );
  if (lost.length > 0)
    voice.warn(
      `The logs of ${String(lost.length)} of ${String(streams.length)} tasks could not be read: ${lost[0] ?? ''}`,
    );
  if (cut !== undefined) voice.warn(`Not all of the last log lines were read: ${cut}.`);
  const excerpt = logExcerpt(
    redact(source.group),
    entries,
    request.excerpt === 'redacted' ? request.lines : 0,
  );
  if (excerpt.lines.length > 0) world.log.quote(excerpt.lines.join('\n'));
  await voice.know({ logs: excerpt });
  voice.note(`${showCounts(excerpt.counts)} among the last ${String(entries.length)} in ${excerpt.group}`);
}

/** Gives work a signal that is aborted when the time for it is over. */
async function withinLimit<T>({ clock }: World, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const [limit, done] = [new AbortController(), new AbortController()];
  const late = new Error(`CloudWatch took longer than ${String(LIMIT / 1_000)} s`);
  clock.sleep(LIMIT, done.signal).then(
    () => limit.abort(late),
    () => undefined,
  );
  try {
    return await work(limit.signal);
  } finally {
    done.abort();
  }
}

interface Reading {
  readonly aws: Aws;
  readonly world: World;
  readonly signal: AbortSignal;
}

interface StreamsRead {
  readonly entries: readonly LogEntry[];
  /** Why nothing of a stream could be read, for each such stream. */
  readonly lost: readonly string[];
  /** Why of some stream not all was read. */
  readonly cut: string | undefined;
}

/** Reads all streams, again after a moment as long as there is no line in any. */
async function readStreams(
  source: Source,
  streams: readonly string[],
  most: number,
  { aws, world, signal }: Reading,
): Promise<StreamsRead> {
  const store = aws.logs(source.region);
  for (let look = 1; ; look++) {
    const read: PromiseSettledResult<LogTail>[] = [];
    // One after the other: a page may be a megabyte.
    for (const stream of streams) {
      const query = { group: source.group, stream, most, budget: BUDGET / streams.length, signal };
      read.push(...(await Promise.allSettled([store.lastEvents(query)])));
    }
    const tails = read.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const reasons: readonly unknown[] = read.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    );
    const entries = tails.flatMap(({ events }) => entriesOf(events));
    const late = entries.length === 0 && reasons.every(isMissingStream) && look < LOOKS && !signal.aborted;
    if (!late)
      return {
        entries,
        lost: reasons.map(messageOf),
        cut: tails.find((tail) => tail.cut !== undefined)?.cut,
      };
    await world.clock.sleep(BETWEEN_LOOKS, world.signal);
  }
}

/** The driver makes the stream with the first line. */
function isMissingStream(reason: unknown): boolean {
  return awsErrorName(reason) === 'ResourceNotFoundException' && /stream/.test(messageOf(reason));
}

/** What a failed task said at its end. */
export interface LastWords {
  readonly lines: readonly string[];
  /** The first line of its last error, or else of the last thing that it said. */
  readonly words: string | undefined;
}

/** The last lines of one task, from its last error on where that is further up, redacted; none where the inputs or the task definition do not let us show any. */
export async function lastLines(
  wanted: Omit<LogsOf, 'tasks'>,
  task: Task,
  aws: Aws,
  signal: AbortSignal,
): Promise<LastWords> {
  const source = sourceOf(wanted, aws.region);
  if (typeof source === 'string' || wanted.logs.excerpt !== 'redacted')
    return { lines: [], words: undefined };
  const { events } = await aws.logs(source.region).lastEvents({
    group: source.group,
    stream: streamOf(source, wanted.container, task),
    most: LAST_EVENTS,
    budget: BUDGET,
    signal,
  });
  const entries = entriesOf(events);
  const last = entries.findLast(({ level }) => level === 'error') ?? entries.at(-1);
  const lines = entries.flatMap(linesOf);
  const begun = last ? entries.slice(0, entries.indexOf(last)).flatMap(linesOf).length : 0;
  const from = Math.max(0, Math.min(begun, lines.length - LAST_LINES));
  return { lines: lines.slice(from, from + LAST_LINES), words: lines[begun] };
}

function streamOf({ prefix }: Source, container: string, { arn }: Task): string {
  return `${prefix}/${container}/${lastPart(arn)}`;
}

/** The tasks of a release that failed: those that run, then those that stopped. */
async function ownTasks({ cluster, service, own }: LogsOf, { ecs }: Aws): Promise<readonly Task[]> {
  const found = [
    ...(await ecs.tasks(cluster, service.name, 'RUNNING')),
    ...(await ecs.tasks(cluster, service.name, 'STOPPED')),
  ];
  // A task that never ran has written nothing.
  return found.filter(({ startedBy, startedAt }) => startedBy === own.id && startedAt !== undefined);
}

function messageOf(error: unknown): string {
  if (error instanceof DeployError) return error.message;
  return redact(error instanceof Error ? error.message : String(error));
}

interface Source {
  readonly group: string;
  readonly prefix: string;
  readonly region: string;
}

/** Where the container writes its log, or why that cannot be read. Streams are `prefix/container/task id` (Amazon ECS, awslogs). */
function sourceOf(
  { logs: request, next, container }: Omit<LogsOf, 'tasks'>,
  region: string,
): Source | string {
  if (request.excerpt === 'off') return 'log-excerpt is off';
  if (request.lines === 0) return 'log-lines is 0';
  const configuration = containerOf(next.body, container)?.['logConfiguration'];
  if (!isObject(configuration)) return `container ${container} has no log configuration`;
  const driver = textAt(configuration, 'logDriver') ?? 'none';
  if (driver !== 'awslogs') return `the log driver ${cleanLine(driver, 60)} is not CloudWatch Logs`;
  const options: JsonObject = isObject(configuration['options']) ? configuration['options'] : {};
  const group = request.group ?? textAt(options, 'awslogs-group');
  if (group === undefined) return `container ${container} names no awslogs-group`;
  const prefix = textAt(options, 'awslogs-stream-prefix');
  if (prefix === undefined)
    return `container ${container} has no awslogs-stream-prefix, so that the streams of its tasks cannot be told`;
  return { group, prefix, region: textAt(options, 'awslogs-region') ?? region };
}
