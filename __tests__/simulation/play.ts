import { finish, run } from '../../src/run.js';
import { NAMES } from '../../sandbox/names.js';
import type { History } from './history.js';
import { makeProcess, type Process } from './process.js';
import type { Moment, Other, Schedule } from './schedule.js';
import { COMMITS, TAGS, type Shelf } from './shelf.js';
import { act, claim, comeToRest, layIn, makeStage, type Stage } from './stage.js';
import { truthOf } from './truth.js';

/** Lets happen what a day is about, each run as a process, and lets time pass meanwhile. */
export type Day = (stage: Stage, processes: Process[]) => Promise<void>;

/** Plays a schedule to its end; another day than the usual may be made of it. */
export async function play(schedule: Schedule, shelf: Shelf, day: Day = usualDay): Promise<History> {
  const stage = await makeStage(schedule, shelf);
  const processes: Process[] = [];
  layIn(stage);
  await day(stage, processes);
  const hits = stage.cloud.faults.flatMap(({ began, kind, action }) =>
    began === undefined ? [] : [`${kind} ${action}`],
  );
  stage.cloud.faults.length = 0;
  await comeToRest(stage);
  claim(stage, 'ecs');
  return {
    schedule,
    processes: processes.map((one) => one.record()),
    owners: stage.owners,
    revisions: (stage.cloud.ecs.families.get(NAMES.family) ?? []).map(({ arn, status, body, tags }) => ({
      arn,
      status,
      body,
      tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
    })),
    before: stage.before,
    end: truthOf(stage.cloud),
    events: stage.events,
    hits,
    commits: new Map(TAGS.map((tag) => [shelf.digests[tag], COMMITS[tag]])),
    calls: stage.cloud.calls,
    untold:
      schedule.told === 'twice'
        ? (await play({ ...schedule, told: 'nowhere' }, shelf, day)).processes
        : undefined,
  };
}

function usualDay(stage: Stage, processes: Process[]): Promise<void> {
  return stage.during(dayOf(stage, processes));
}

/** The main run with whatever happens beside it, its post step, and the run after it. */
async function dayOf(stage: Stage, processes: Process[]): Promise<void> {
  const { schedule, clock } = stage;
  const { cut } = schedule;
  const beside: Promise<void>[] = [];
  const strike = (): void => {
    if (cut?.how === 'cancel') main.cancel();
    else if (cut) main.kill();
  };
  const others = schedule.others.map((other) => once(() => begin(stage, other, processes, beside)));
  const main = makeProcess(stage, {
    name: 'main',
    run: 'main',
    inputs: inputsOf(schedule),
    async beforeCall(call) {
      for (const [index, { at }] of schedule.others.entries()) if (isDue(at, call)) await others[index]?.();
      if (cut && isDue(cut.at, call)) strike();
    },
  });
  processes.push(main);
  for (const [index, { at }] of schedule.others.entries())
    if ('after' in at) clock.after(at.after, () => void others[index]?.());
  if (cut && 'after' in cut.at) clock.after(cut.at.after, strike);
  await main.work(run);
  if (cut?.how !== 'lost') await postOf(stage, main, processes);
  await Promise.all(beside);
  if (schedule.next !== 'none') await nextOf(stage, processes);
}

function isDue(at: Moment, call: number): boolean {
  return 'call' in at && at.call === call;
}

function once(work: () => Promise<void>): () => Promise<void> {
  let begun = false;
  return async () => {
    if (begun) return;
    begun = true;
    await work();
  };
}

async function begin(
  stage: Stage,
  other: Other,
  processes: Process[],
  beside: Promise<void>[],
): Promise<void> {
  await act(stage, other);
  if (other.does !== 'releases' || processes.some((one) => one.record().name === 'rival')) return;
  const inputs = { ...anotherRelease(stage.schedule), 'in-flight': other.to === 1 ? 'replace' : 'refuse' };
  const rival = makeProcess(stage, { name: 'rival', run: 'rival', inputs });
  processes.push(rival);
  beside.push(rival.work(run));
}

async function postOf(stage: Stage, main: Process, processes: Process[]): Promise<void> {
  const { inputs, saved } = main.record();
  const { cut } = stage.schedule;
  const post = makeProcess(stage, {
    name: 'post',
    run: 'main',
    inputs,
    state: new Map(saved),
    beforeCall(call) {
      if (call === cut?.post) post.kill();
      return Promise.resolve();
    },
  });
  processes.push(post);
  await post.work(finish);
}

async function nextOf(stage: Stage, processes: Process[]): Promise<void> {
  const { schedule } = stage;
  const again = schedule.next === 'same';
  const inputs = again ? inputsOf(schedule) : anotherRelease(schedule);
  const next = makeProcess(stage, { name: 'next', run: 'next', inputs });
  processes.push(next);
  await next.work(run);
}

/** What every run is given: of the service itself only what makes it work is asked, unless the schedule says otherwise. */
const USUAL = { 'skip-checks': 'https\nauth\ncors\nsecurity-headers\nresponse-time\nerror-format\nroot' };

/** The inputs of the main run. */
export function inputsOf({ mode, inputs, service }: Schedule): Record<string, string> {
  const image: Record<string, string> = { release: `${NAMES.repository}:v3` };
  const silent = service.balanced ? {} : { smoke: 'false', 'base-url': '' };
  return { mode, ...USUAL, image: image[mode] ?? '', ...silent, ...inputs };
}

/** The inputs of the release of another image. */
export function anotherRelease({ service }: Schedule): Record<string, string> {
  const silent = service.balanced ? {} : { smoke: 'false', 'base-url': '' };
  return { ...USUAL, image: `${NAMES.repository}:v4`, ...silent };
}
