import type { ChildProcess } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { compile, type Edit } from './compile.js';
import { added, type Mix } from './mix.js';
import type { Schedule } from './schedule.js';
import type { Broken, Played, Work } from './worker.js';
import { answerOf, startWorker } from './worker-process.js';

/** What is to be simulated. */
export interface Simulation {
  /** In order; a number is the seed of one. */
  readonly schedules: readonly (number | Schedule)[];
  /** Processes that play side by side. */
  readonly workers: number;
  readonly shrinks: boolean;
  /** So many of the first leave a digest; absent: none. */
  readonly digested?: number;
  /** Whether what was found is enough to end early; absent: ten of them. */
  readonly isEnough?: (broken: readonly Broken[]) => boolean;
  /** Changes the sources first. */
  readonly edit?: Edit;
  /** Hears how many are done, now and then. */
  readonly onProgress?: (done: number) => void;
}

/** What came of it. */
export interface Simulated {
  readonly mix: Mix;
  readonly broken: readonly Broken[];
  /** Of the journals and reports of the first days, in order. */
  readonly digests: readonly string[];
}

/** So many schedules are sent at once. */
const PART = 25;
const ENOUGH = 10;

/** Plays schedules in processes of their own, on the Node that runs the action, and says what was reached and what was broken. */
export async function simulate(wish: Simulation): Promise<Simulated> {
  const folder = await compile(wish.edit);
  const parts = partsOf(wish.schedules);
  const played: Played[] = [];
  let [next, done] = [0, 0];
  const broken = (): readonly Broken[] => played.flatMap((one) => one.broken);
  const work = async (child: ChildProcess): Promise<void> => {
    for (let index = next++; index < parts.length; index = next++) {
      const schedules = parts[index] ?? [];
      const digested = index * PART < (wish.digested ?? 0);
      played[index] = await ask(child, { schedules, shrinks: wish.shrinks, digested });
      wish.onProgress?.((done += schedules.length));
      if (wish.isEnough?.(broken()) ?? broken().length >= ENOUGH) return;
    }
  };
  try {
    await Promise.all(Array.from({ length: wish.workers }, () => withWorker(folder, work)));
  } finally {
    await rm(folder, { recursive: true });
  }
  const known = Object.values(played);
  return {
    mix: added(known.map(({ mix }) => mix)),
    broken: broken(),
    digests: known.flatMap(({ digests }) => digests).slice(0, wish.digested),
  };
}

function partsOf(schedules: Simulation['schedules']): readonly Simulation['schedules'][] {
  return Array.from({ length: Math.ceil(schedules.length / PART) }, (_, index) =>
    schedules.slice(index * PART, (index + 1) * PART),
  );
}

async function withWorker(folder: string, work: (child: ChildProcess) => Promise<void>): Promise<void> {
  const child = startWorker(folder, 'worker.js');
  try {
    await answerOf(child);
    await work(child);
  } finally {
    child.kill();
  }
}

async function ask(child: ChildProcess, work: Work): Promise<Played> {
  const answer = answerOf(child);
  child.send(work);
  return (await answer) as Played;
}
