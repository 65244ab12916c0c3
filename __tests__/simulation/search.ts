import { rm } from 'node:fs/promises';
import { compile, type Edit } from './compile.js';
import type { Search, Searched } from './interleaving-worker.js';
import { answerOf, startWorker } from './worker-process.js';

/** Looks for a meeting that breaks something, in a process of its own; the sources may be changed first. */
export async function searchMeetings(wish: Search, edit?: Edit): Promise<Searched> {
  const folder = await compile(edit);
  try {
    const child = startWorker(folder, 'interleaving-worker.js', JSON.stringify(wish));
    const searched = await answerOf(child);
    child.disconnect();
    return searched as Searched;
  } finally {
    await rm(folder, { recursive: true });
  }
}
