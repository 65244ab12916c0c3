import { readOptions, UsageError } from './command-line.js';
import { startSandbox, type Sandbox } from './sandbox.js';

/*
 * npm run sandbox -- [--port N] [--pace X] [--scenario NAME] [--runtime simulated|process|docker] [--empty]
 *
 * Exit status: 0 after SIGINT or SIGTERM, 1 when the sandbox cannot be started, 2 for a wrong command line.
 */

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  // A reader that has gone away is no reason to leave tasks behind.
  process.stdout.on('error', () => undefined);
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve());
  });
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stopping.abort());
  let sandbox: Sandbox | undefined;
  try {
    const options = readOptions(args);
    sandbox = await startSandbox({ ...options, signal: stopping.signal, log: complain });
    process.stdout.write(`sandbox ready ${JSON.stringify(sandbox.ready)}\n`);
    await stopped;
    return 0;
  } catch (error) {
    if (stopping.signal.aborted) return 0;
    complain(error instanceof Error ? error.message : String(error));
    return error instanceof UsageError ? 2 : 1;
  } finally {
    await sandbox?.close();
  }
}

function complain(line: string): void {
  process.stderr.write(`sandbox: ${line}\n`);
}
