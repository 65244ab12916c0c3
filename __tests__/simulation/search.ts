import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { compile, type Edit } from './compile.js';
import type { Search, Searched } from './interleaving-worker.js';

/** Looks for a meeting that breaks something, in a process of its own; the sources may be changed first. */
export async function searchMeetings(wish: Search, edit?: Edit): Promise<Searched> {
  const folder = await compile(edit);
  try {
    const child = fork(join(folder, '__tests__/simulation/interleaving-worker.js'), [JSON.stringify(wish)], {
      execArgv: ['--max-semi-space-size=64'],
      // Jest's own options are none of a worker's.
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`The search ended with status ${String(code)}.`);
    });
    const [searched] = (await Promise.race([once(child, 'message'), ended])) as [Searched];
    child.disconnect();
    return searched;
  } finally {
    await rm(folder, { recursive: true });
  }
}
