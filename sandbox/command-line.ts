import { parseArgs } from 'node:util';
import type { SandboxOptions } from './sandbox.js';
import { isScenario, listScenarios, type ScenarioName } from './scenarios/table.js';

/** What is wrong with the command line, in one line; what there is to choose from may follow. */
export class UsageError extends Error {}

const RUNTIMES = ['simulated', 'process', 'docker'] as const;

/** Reads the flags of `npm run sandbox`; throws a `UsageError`. */
export function readOptions(args: readonly string[]): SandboxOptions {
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

function scenarioOf(name: string): ScenarioName {
  if (!isScenario(name)) {
    throw new UsageError(`--scenario ${name}: there is no such scenario. There are:\n${listScenarios()}`);
  }
  return name;
}

function runtimeOf(name: string) {
  const runtime = RUNTIMES.find((one) => one === name);
  if (!runtime) throw new UsageError(`--runtime ${name}: a runtime is one of ${RUNTIMES.join(', ')}.`);
  return runtime;
}
