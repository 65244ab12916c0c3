import { createHash } from 'node:crypto';
import { takeShortCuts } from './direct.js';
import { scheduleOf } from './draw.js';
import type { History } from './history.js';
import { broken } from './invariants/all.js';
import { added, mixOf, type Mix } from './mix.js';
import { play } from './play.js';
import type { Schedule } from './schedule.js';
import { makeShelf } from './shelf.js';
import { shrink } from './shrink.js';
import { warmUp } from './warm-up.js';

/* Plays the schedules that its parent sends, in a process of its own. */

/** What a worker is asked. */
export interface Work {
  readonly schedules: readonly (number | Schedule)[];
  /** Whether a schedule that breaks something is shrunk. */
  readonly shrinks: boolean;
  /** Whether each leaves a digest. */
  readonly digested: boolean;
}

/** What it answers. */
export interface Played {
  readonly mix: Mix;
  readonly broken: readonly Broken[];
  /** Of the journals and reports of each day, in order; empty where none was asked for. */
  readonly digests: readonly string[];
}

/** A schedule that breaks something. */
export interface Broken {
  readonly seed: number;
  readonly schedule: Schedule;
  readonly reasons: readonly string[];
}

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
takeShortCuts();
const shelf = await makeShelf();
await warmUp(shelf);

process.on('message', (work: Work) => {
  void playAll(work).then((played) => process.send?.(played));
});
process.send?.('ready');

async function playAll({ schedules, shrinks, digested }: Work): Promise<Played> {
  const [mixes, found, digests]: [Mix[], Broken[], string[]] = [[], [], []];
  for (const one of schedules) {
    const schedule = typeof one === 'number' ? scheduleOf(one) : one;
    const { reasons, history } = await reasonsOf(schedule);
    if (history) mixes.push(mixOf(history));
    if (digested) digests.push(digestOf(history ? recordOf(history) : reasons.join()));
    if (reasons.length > 0) found.push(await told(schedule, reasons, shrinks));
  }
  return { mix: added(mixes), broken: found, digests };
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

async function told(schedule: Schedule, reasons: readonly string[], shrinks: boolean): Promise<Broken> {
  const { seed } = schedule;
  if (!shrinks) return { seed, schedule, reasons };
  const smallest = await shrink(schedule, nameOf(reasons[0] ?? ''), async (simpler) =>
    (await reasonsOf(simpler)).reasons.map(nameOf),
  );
  return { seed, schedule: smallest, reasons: (await reasonsOf(smallest)).reasons };
}

/** A defect that stops a day is as bad as a broken invariant. */
async function reasonsOf(schedule: Schedule): Promise<{ reasons: readonly string[]; history?: History }> {
  try {
    const history = await play(schedule, shelf);
    return { reasons: broken(history), history };
  } catch (error) {
    return {
      reasons: [`stopped: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`],
    };
  }
}

function nameOf(reason: string): string {
  return reason.split(':')[0] ?? '';
}

/** Every text that a day left, as it was left. */
function recordOf({ processes, calls, end }: History): string {
  const texts = processes.map(({ name, outputs, saved, summaries, logged, warnings, errors, files }) => [
    ...[name, [...outputs], [...saved], summaries, logged, warnings, errors],
    [...files],
  ]);
  return JSON.stringify([texts, calls, end]);
}
