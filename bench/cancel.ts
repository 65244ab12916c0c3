import { setTimeout as sleep } from 'node:timers/promises';
import { runAction } from '../runner/run-action.js';
import type { Cloud } from '../sandbox/cloud.js';
import { startSandbox } from '../sandbox/sandbox.js';
import { environmentFor } from './release.js';
import { range, type Range } from './statistics.js';
import { deployBackend } from './verdict.js';

/** How a cancel is measured. */
export interface Cancelling {
  readonly node: string;
  /** Folder of the action.yml whose `dist` is measured. */
  readonly folder: string;
  readonly rounds: number;
  /** Told after each round. */
  readonly onRound: () => void;
}

/** Milliseconds from UpdateService to the cancel in each round: they fall on all parts of the time between two looks. */
const momentOf = (round: number, rounds: number): number => 4_000 + (2_000 * round) / rounds;

/** Milliseconds from SIGINT to the request that takes the release back. Throws when there is none. */
export async function measureCancel({ node, folder, rounds, onRound }: Cancelling): Promise<Range> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    times.push(await cancelled(node, folder, momentOf(round, rounds)));
    onRound();
  }
  return range(times);
}

async function cancelled(node: string, folder: string, after: number): Promise<number> {
  const sandbox = await startSandbox({ scenario: 'healthy', runtime: 'simulated' });
  try {
    const { cloud, ready } = sandbox;
    const cancel = new AbortController();
    const undone = undoAfter(cloud, after, cancel);
    const run = runAction({
      action: folder,
      inputs: deployBackend(folder).inputs(ready, ''),
      node,
      env: environmentFor(ready),
      cancel: cancel.signal,
    });
    const ended = run.then(() => {
      throw new Error('The run ended without a request that takes the release back.');
    });
    return await Promise.race([undone, ended]).finally(() => run);
  } finally {
    await sandbox.close();
  }
}

/** Cancels so long after UpdateService; milliseconds from there to the next request that changes the service. */
function undoAfter(cloud: Cloud, after: number, cancel: AbortController): Promise<number> {
  return new Promise((resolve) => {
    let asked = Number.NaN;
    cloud.afterCall.push(({ action }) => {
      if (!/^ecs:(UpdateService|StopServiceDeployment)$/u.test(action)) return;
      if (cancel.signal.aborted) {
        resolve(performance.now() - asked);
        return;
      }
      void sleep(after).then(() => {
        asked = performance.now();
        cancel.abort();
      });
    });
  });
}
