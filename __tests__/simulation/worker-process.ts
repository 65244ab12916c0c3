import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { node24 } from '../../runner/node-24.js';

/** Starts a compiled worker in a process of its own, on the Node that runs the action. */
export function startWorker(folder: string, name: string, ...args: readonly string[]): ChildProcess {
  return fork(join(folder, '__tests__/simulation', name), args, {
    execPath: node24() ?? process.execPath,
    execArgv: ['--max-semi-space-size=64'],
    // Jest's own options are none of a worker's.
    env: { ...process.env, NODE_OPTIONS: '' },
  });
}

/** The next message of a worker; rejects when it ends instead. */
export async function answerOf(child: ChildProcess): Promise<unknown> {
  const over = new AbortController();
  const { signal } = over;
  try {
    const ended = once(child, 'exit', { signal }).then(([code]) => {
      throw new Error(`A worker of the simulation ended with status ${String(code)}.`);
    });
    const [message] = (await Promise.race([once(child, 'message', { signal }), ended])) as [unknown];
    return message;
  } finally {
    over.abort();
  }
}
