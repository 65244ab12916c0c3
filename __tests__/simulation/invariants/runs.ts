import { text } from '../../../sandbox/ecs/fields.js';
import type { OutcomeKind } from '../../../src/outcome.js';
import { FATES } from '../fates.js';
import type { History, ProcessRecord, Sent } from '../history.js';

/** Something that may never happen: the reasons why it did, none when it did not. */
export type Invariant = (history: History) => readonly string[];

/** A run of the action: its main process, and its post step where that ran. */
export interface Run {
  readonly name: string;
  readonly main: ProcessRecord;
  readonly post: ProcessRecord | undefined;
  readonly processes: readonly ProcessRecord[];
  /** How it ended in the end; undefined when it was cut off and nobody came after it. */
  readonly ended: OutcomeKind | undefined;
  /** The deployments that its updates have made. */
  readonly deployments: readonly string[];
}

/** The runs of a day. */
export function runsOf({ processes, owners }: History): readonly Run[] {
  return processes
    .filter(({ name }) => name !== 'post')
    .map((main) => {
      const post = processes.find(({ name, run }) => name === 'post' && run === main.run);
      return {
        name: main.run,
        main,
        post,
        processes: post ? [main, post] : [main],
        ended: endOf(main, post),
        deployments: [...owners].flatMap(([id, owner]) => (owner === main.run ? [id] : [])),
      };
    });
}

function endOf(main: ProcessRecord, post: ProcessRecord | undefined): OutcomeKind | undefined {
  if (post?.outcome) return post.outcome.kind;
  if (post && post.endedAt === undefined) return undefined;
  return main.outcome?.kind;
}

/** The calls of a run that change something, in order. */
export function changesOf({ processes }: Run): readonly Sent[] {
  return processes.flatMap(({ calls }) => calls.filter(isChange));
}

/** Whether a call changes something. */
export function isChange({ operation }: Pick<Sent, 'operation'>): boolean {
  return !/^(Describe|List|Get|BatchGet|Filter)/.test(operation);
}

/** The last part of an ARN, for messages. */
export function short(arn: string | undefined): string {
  return arn?.split('/').at(-1) ?? 'none';
}

/** The revision that an UpdateService names. */
export function revisionIn({ input }: Sent): string {
  return text(input, 'taskDefinition') ?? '';
}

/** Whether nothing happened on this day but the run itself: no fault, nobody else, no cut. */
export function isQuiet({ schedule, events, hits }: History): boolean {
  return hits.length === 0 && events.length === 0 && schedule.cut === undefined;
}

/** Faults of a read after which the same read succeeds. */
const PASSING: ReadonlySet<string> = new Set([
  ...['throttle', 'server-error', 'skew', 'reset', 'lost-reply', 'late', 'hang'],
  ...['truncated', 'no-body', 'html', 'duplicate-token', 'stale'],
]);
/** Fewer than a read is tried. */
const FEW = 4;

/** The same, but for faults of reads that pass, and of whatever kind where only logs are read. */
export function isAlmostQuiet(history: History): boolean {
  const faults = history.schedule.faults.filter(({ action }) => !action.startsWith('logs:'));
  const spoiled = faults.reduce((sum, { times }) => sum + times, 0);
  const readsOnly = faults.every(
    ({ action, kind }) => PASSING.has(kind) && /:(Describe|List)|^(ecr|sts):/.test(action),
  );
  return isQuiet({ ...history, hits: [] }) && spoiled <= FEW && readsOnly;
}

/** What the tasks of the main run come to when nothing else goes wrong. */
export function expected({ schedule }: History): 'good' | 'bad' | 'either' {
  const { mode, inputs, candidate, service } = schedule;
  const isCandidate = mode === 'rollback' || inputs['image'] === undefined;
  if (!isCandidate) return 'either';
  const { ends } = FATES[candidate.kind];
  if (ends !== 'told') return ends;
  const asked = service.balanced && inputs['smoke'] !== 'false';
  return asked ? 'bad' : 'either';
}
