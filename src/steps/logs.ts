import type { Aws } from '../adapters/aws/aws.js';
import type { LogEvent } from '../adapters/aws/logs.js';
import type { LogRequest } from '../inputs/inputs.js';
import type { StepVoice } from '../journal.js';
import { lastPart } from '../model/arn.js';
import { isObject, textAt, type JsonObject } from '../model/json.js';
import { logExcerpt, showCounts } from '../model/log-excerpt.js';
import type { OwnDeployment } from '../model/rollout.js';
import type { Service, Task } from '../model/service.js';
import { containerOf, type TaskDefinition } from '../model/task-definition.js';
import type { World } from '../world.js';

/** So many tasks' streams are read at most. */
const MAX_STREAMS = 10;
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

async function show(
  wanted: LogsOf,
  source: Source,
  aws: Aws,
  { log }: World,
  voice: StepVoice,
): Promise<void> {
  const { logs: request } = wanted;
  const tasks = wanted.tasks.length > 0 ? wanted.tasks : await ownTasks(wanted, aws);
  if (tasks.length === 0) {
    voice.skip('no task of this release was started');
    return;
  }
  const group = request.group ?? source.group;
  const store = aws.logs(source.region);
  const read = await Promise.allSettled(
    tasks
      .slice(0, MAX_STREAMS)
      .map((task) => store.lastEvents(group, streamOf(source, wanted.container, task), request.lines)),
  );
  const lost = read.flatMap((result) => (result.status === 'rejected' ? [messageOf(result.reason)] : []));
  if (lost.length > 0)
    voice.warn(
      `The logs of ${String(lost.length)} of ${String(read.length)} tasks could not be read: ${lost[0] ?? ''}`,
    );
  const messages = newest(
    read.flatMap((result) => (result.status === 'fulfilled' ? result.value : [])),
    request.lines,
  );
  const excerpt = logExcerpt(group, messages, request.excerpt === 'redacted');
  if (excerpt.lines.length > 0) log.quote(excerpt.lines.join('\n'));
  await voice.know({ logs: excerpt });
  voice.note(`${showCounts(excerpt.counts)} among the last ${String(messages.length)} in ${group}`);
}

/** The last lines of one task, redacted; none where the inputs or the task definition do not let us show any. */
export async function lastLines(
  wanted: Omit<LogsOf, 'tasks'>,
  task: Task,
  aws: Aws,
): Promise<readonly string[]> {
  const source = sourceOf(wanted, aws.region);
  if (typeof source === 'string' || wanted.logs.excerpt !== 'redacted') return [];
  const events = await aws
    .logs(source.region)
    .lastEvents(wanted.logs.group ?? source.group, streamOf(source, wanted.container, task), LAST_LINES);
  return logExcerpt(
    source.group,
    events.map(({ message }) => message),
    true,
  ).lines;
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
  return error instanceof Error ? error.message : String(error);
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
  if (request.excerpt === 'off' || request.lines === 0) return 'log-excerpt is off';
  const configuration = containerOf(next.body, container)?.['logConfiguration'];
  if (!isObject(configuration)) return `container ${container} has no log configuration`;
  const driver = textAt(configuration, 'logDriver') ?? 'none';
  if (driver !== 'awslogs') return `the log driver ${driver} is not CloudWatch Logs`;
  const options: JsonObject = isObject(configuration['options']) ? configuration['options'] : {};
  const [group, prefix] = [textAt(options, 'awslogs-group'), textAt(options, 'awslogs-stream-prefix')];
  if (group === undefined || prefix === undefined)
    return `container ${container} names no log group or no stream prefix`;
  return { group, prefix, region: textAt(options, 'awslogs-region') ?? region };
}

function newest(events: readonly LogEvent[], count: number): readonly string[] {
  return [...events]
    .sort((one, other) => one.timestamp - other.timestamp)
    .slice(-count)
    .map(({ message }) => message);
}
