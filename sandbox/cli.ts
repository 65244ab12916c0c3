import { parseArgs } from 'node:util';
import { startSandbox, type Sandbox, type SandboxOptions } from './sandbox.js';
import { isScenario, SCENARIOS } from './scenarios.js';

/*
 * npm run sandbox -- [--port N] [--pace X] [--scenario NAME] [--runtime simulated|process|docker] [--empty]
 *
 * Exit status: 0 after SIGINT or SIGTERM, 1 when the sandbox cannot be started, 2 for a wrong command line.
 */

const RUNTIMES = ['simulated', 'process', 'docker'] as const;

/** What is wrong with the command line, in one line. */
class UsageError extends Error {}

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

function readOptions(args: readonly string[]): SandboxOptions {
  const { port, pace, scenario, runtime, empty } = parse(args);
  return {
    port: port === undefined ? 0 : portOf(port),
    pace: pace === undefined ? 10 : paceOf(pace),
    scenario: scenarioOf(scenario ?? 'healthy'),
    runtime: runtimeOf(runtime ?? 'process'),
    empty: empty ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        pace: { type: 'string' },
        scenario: { type: 'string' },
        runtime: { type: 'string' },
        empty: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new UsageError(`--port ${text}: a port is a number from 0 (any free one) to 65535.`);
  }
  return port;
}

function paceOf(text: string): number {
  const pace = Number(text);
  if (!(pace > 0 && pace <= 1_000)) {
    throw new UsageError(
      `--pace ${text}: the pace is a number above 0 and at most 1000; 1 is AWS's own speed.`,
    );
  }
  return pace;
}

function scenarioOf(name: string) {
  if (!isScenario(name)) {
    throw new UsageError(`--scenario ${name}: there is no such scenario; there is ${SCENARIOS.join(', ')}.`);
  }
  return name;
}

function runtimeOf(name: string) {
  const runtime = RUNTIMES.find((one) => one === name);
  if (!runtime) throw new UsageError(`--runtime ${name}: a runtime is one of ${RUNTIMES.join(', ')}.`);
  return runtime;
}
