import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { setTimeout as after } from 'node:timers/promises';
import { LineReader } from './lines.js';

/** How long the runner waits for a step to end by itself, in milliseconds. */
export interface Graces {
  /** After SIGINT. */
  readonly interruptMs: number;
  /** After the SIGTERM that follows. */
  readonly terminateMs: number;
  /** After the end of the process while a child of it still holds its output. */
  readonly outputMs: number;
}

/** The runner's own values (actions/runner, ProcessInvoker.cs `_sigintTimeout`, `_sigtermTimeout`, ProcessExitedHandler). */
export const runnerGraces: Graces = { interruptMs: 7_500, terminateMs: 2_500, outputMs: 5_000 };

/** A program to run as the runner does. */
export interface StepProcess {
  readonly program: string;
  readonly args: readonly string[];
  readonly workingFolder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly graces: Graces;
  /** Gets the lines of both outputs as they come. Throwing gives the process up: it is left running and not read further. */
  readonly onLine: (line: string, source: 'stdout' | 'stderr') => void;
  /** Aborting asks the process to end: SIGINT, then SIGTERM, then SIGKILL, to this process alone and not to its children. */
  readonly cancel: AbortSignal | undefined;
  /** Aborting ends the process at once with SIGKILL. */
  readonly kill: AbortSignal | undefined;
}

/** How a process ended. */
export interface ProcessEnd {
  /** 128 and the signal's number where a signal ended it, as .NET has it. */
  readonly exitCode: number;
  readonly signal: NodeJS.Signals | undefined;
  /** The signals that were sent to it, in order. */
  readonly sent: readonly NodeJS.Signals[];
  readonly durationMs: number;
  /** The most memory that it had resident, sampled; 0 where the system does not tell (only Linux does). */
  readonly peakMemoryBytes: number;
}

const samplingMs = 40;

/** Samples the high-water mark of a process's resident memory (proc(5), VmHWM, in kB) until it is told to stop. */
async function peakMemory(pid: number, stop: AbortSignal): Promise<number> {
  let bytes = 0;
  while (!stop.aborted) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const [, kilobytes = '0'] = /^VmHWM:\s+(\d+) kB$/mu.exec(status) ?? [];
    bytes = Math.max(bytes, Number(kilobytes) * 1024);
    await after(samplingMs, undefined, { signal: stop }).catch(() => undefined);
  }
  return bytes;
}

/** Whether something happened before the time was over. */
async function within(ms: number, happening: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController();
  const timeout = after(ms, false, { signal: timer.signal }).catch(() => false);
  const sure = (): boolean => true;
  const happened = await Promise.race([happening.then(sure, sure), timeout]);
  timer.abort();
  return happened;
}

interface Exit {
  readonly exitCode: number;
  readonly signal: NodeJS.Signals | undefined;
}

const exitOf = (code: number | null, signal: NodeJS.Signals | null): Exit => ({
  exitCode: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
  signal: signal ?? undefined,
});

/** The end of the process and of its outputs; a child that keeps them open is waited for no longer than the grace. */
async function ended(child: ChildProcess, graces: Graces): Promise<Exit> {
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const exit = await new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(exitOf(code, signal)));
  });
  await within(graces.outputMs, closed);
  child.stdout?.destroy();
  child.stderr?.destroy();
  return exit;
}

/** Sends signals to a process as the runner does on a cancel (ProcessInvoker.cs CancelAndKillProcessTree). */
async function endGently(
  end: Promise<unknown>,
  graces: Graces,
  send: (signal: NodeJS.Signals) => void,
): Promise<void> {
  send('SIGINT');
  if (await within(graces.interruptMs, end)) return;
  send('SIGTERM');
  if (await within(graces.terminateMs, end)) return;
  send('SIGKILL');
}

function readLines(
  child: ChildProcess,
  onLine: StepProcess['onLine'],
  giveUp: (error: unknown) => void,
): void {
  let reading = true;
  const take = (read: () => void): void => {
    if (!reading) return;
    try {
      read();
    } catch (error) {
      reading = false;
      giveUp(error);
    }
  };
  for (const source of ['stdout', 'stderr'] as const) {
    const reader = new LineReader((line) => onLine(line, source));
    child[source]?.on('data', (chunk: Buffer) => take(() => reader.read(chunk)));
    child[source]?.once('end', () => take(() => reader.end()));
  }
}

/** Runs a program to its end. Throws when it cannot be started, and what `onLine` throws. */
export async function runProcess(options: StepProcess): Promise<ProcessEnd> {
  const began = performance.now();
  const sent: NodeJS.Signals[] = [];
  const finished = new AbortController();
  const child = spawn(options.program, options.args, {
    cwd: options.workingFolder,
    env: options.environment,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined).end();
  const send = (signal: NodeJS.Signals): void => {
    if (child.kill(signal)) sent.push(signal);
  };
  const givenUp = new Promise<never>((_, reject) => readLines(child, options.onLine, reject));
  const end = ended(child, options.graces);
  const cancel = (): void => void endGently(end, options.graces, send);
  const kill = (): void => send('SIGKILL');
  options.cancel?.addEventListener('abort', cancel, { signal: finished.signal });
  options.kill?.addEventListener('abort', kill, { signal: finished.signal });
  if (options.cancel?.aborted === true) cancel();
  if (options.kill?.aborted === true) kill();
  const memory = child.pid === undefined ? Promise.resolve(0) : peakMemory(child.pid, finished.signal);
  try {
    const exit = await Promise.race([end, givenUp]);
    finished.abort();
    return { ...exit, sent, durationMs: performance.now() - began, peakMemoryBytes: await memory };
  } finally {
    finished.abort();
  }
}
