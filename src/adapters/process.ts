import { AsyncLocalStorage } from 'node:async_hooks';
import { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { StringDecoder } from 'node:string_decoder';

import type { Environment, Finished, RunOptions, RunProcess } from '../world.js';
import { endTree } from './process-tree.js';

/** What of a stream is kept, in characters; the rest still reaches `onLine`. */
const KEPT = 4 * 1024 * 1024;
/** A line without end is handed on in pieces of this many characters. */
const LONGEST_LINE = 64 * 1024;
/** Exit status of a program that a signal ended, as a shell reports SIGKILL. */
const SIGNALLED = 137;

/** A program took longer than it may; it and its children have been ended. */
export class ProcessTimeout extends Error {
  override readonly name = 'ProcessTimeout';
}

/** There is no such program in the PATH. */
export class ProgramMissing extends Error {
  override readonly name = 'ProgramMissing';
}

/** The environment without the action's inputs, the runner's files and tokens, and AWS credentials. */
export function cleanEnvironment(env: Environment): Environment {
  const kept = Object.entries(env).filter(
    ([name]) =>
      !/^(INPUT_|ACTIONS_|AWS_|STATE_|(GITHUB|GH)_TOKEN$|GITHUB_(ENV|PATH|OUTPUT|STATE|STEP_SUMMARY)$|NODE_OPTIONS$)/i.test(
        name,
      ),
  );
  return Object.fromEntries(kept);
}

/**
 * The real `RunProcess`, over @actions/exec, which is loaded with the first call. That has neither limit nor
 * abort, so we end the program and its children ourselves. `folder` is where programs run unless told otherwise.
 */
export function processRunner(env: Environment, folder: string): RunProcess {
  return async (command, args, options = {}) => {
    if ([command, ...args].some((text) => text.includes('\0')))
      throw new TypeError('An argument holds a NUL.');
    const environment = defined(options.env ?? cleanEnvironment(env));
    const cwd = resolve(folder, options.cwd ?? '.');
    const path = await findProgram(command, environment['PATH'] ?? '', cwd);
    options.signal?.throwIfAborted();
    return supervised(command, options, (child) =>
      execute(path, args, { ...options, cwd, env: environment }, child),
    );
  };
}

/** What the diagnostics channel tells of the process that a run started. */
interface Child {
  process?: ChildProcess;
  /** Called once the process runs or could not be started. */
  begun?: () => void;
}

/**
 * @actions/exec hides the process it starts. Node publishes each new one on a channel, inside the asynchronous
 * context of the call that started it, so that runs side by side are told apart.
 */
const started = new AsyncLocalStorage<Child>();
let listening = false;

function listen(): void {
  if (listening) return;
  listening = true;
  subscribe('child_process', (message) => {
    const child = started.getStore();
    if (!child || typeof message !== 'object' || message === null || !('process' in message)) return;
    const { process } = message;
    if (!(process instanceof ChildProcess)) return;
    child.process = process;
    // A program that ends without reading its input breaks the pipe; its exit status tells the story.
    queueMicrotask(() => {
      process.stdin?.on('error', () => undefined);
      child.begun?.();
    });
  });
}

async function execute(
  path: string,
  args: readonly string[],
  options: RunOptions & { readonly cwd: string; readonly env: Record<string, string> },
  child: Child,
): Promise<Finished> {
  const { exec } = await import('@actions/exec');
  listen();
  const stdout = collector(options.onLine);
  const stderr = collector(options.onLine);
  const exitCode = await started.run(child, () =>
    exec(`"${path}"`, [...args], {
      cwd: options.cwd,
      env: options.env,
      silent: true,
      ignoreReturnCode: true,
      ...(options.input ? { input: Buffer.from(options.input) } : {}),
      listeners: { stdout: stdout.take, stderr: stderr.take },
    }),
  );
  return { exitCode: exitStatus(exitCode), stdout: stdout.end(), stderr: stderr.end() };
}

/** @actions/exec promises a number, and gives Node's null for a program that a signal ended. */
function exitStatus(code: number | null): number {
  return code ?? SIGNALLED;
}

/** Ends the program when it is cancelled or too slow, and settles only after it is gone. */
async function supervised(
  command: string,
  { signal, timeout }: RunOptions,
  work: (child: Child) => Promise<Finished>,
): Promise<Finished> {
  const child: Child = {};
  let stopping: Promise<void> | undefined;
  let reason: unknown;
  const end = () => {
    const pid = child.process?.pid;
    stopping = pid === undefined ? Promise.resolve() : endTree(pid);
  };
  const stop = (why: unknown) => {
    if (reason !== undefined) return;
    reason = why;
    if (child.process) end();
    else child.begun = end;
  };
  const aborted = () => stop(signal?.reason);
  const seconds = String((timeout ?? 0) / 1000);
  const timer =
    timeout === undefined
      ? undefined
      : setTimeout(() => stop(new ProcessTimeout(`${command} did not end within ${seconds} s.`)), timeout);
  signal?.addEventListener('abort', aborted, { once: true });
  try {
    const finished = await work(child);
    await stopping;
    if (reason !== undefined)
      throw reason instanceof Error ? reason : new Error('Cancelled.', { cause: reason });
    return finished;
  } finally {
    await stopping;
    clearTimeout(timer);
    signal?.removeEventListener('abort', aborted);
  }
}

/** @actions/exec looks only into its own PATH, never into the one that the program will get. */
async function findProgram(command: string, path: string, cwd: string): Promise<string> {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  const candidates = command.includes('/')
    ? [isAbsolute(command) ? command : resolve(cwd, command)]
    : folders.map((folder) => join(folder, command));
  for (const candidate of candidates) {
    const found = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
  }
  throw new ProgramMissing(`There is no program "${command}" in the PATH.`);
}

/** Gathers a stream's text and hands it on by lines; a bare carriage return ends a line, as in progress bars. */
function collector(onLine: ((line: string) => void) | undefined) {
  const decoder = new StringDecoder('utf8');
  let kept = '';
  let rest = '';
  const hand = (text: string, last: boolean) => {
    if (!onLine) return;
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = last ? '' : (lines.pop() ?? '');
    if (rest.length > LONGEST_LINE) {
      lines.push(rest);
      rest = '';
    }
    if (last && lines.at(-1) === '') lines.pop();
    for (const line of lines) onLine(line);
  };
  const add = (text: string, last: boolean) => {
    if (kept.length < KEPT) kept += text.slice(0, KEPT - kept.length);
    hand(text, last);
  };
  return {
    take: (data: Buffer): void => add(decoder.write(data), false),
    end: (): string => {
      add(decoder.end(), true);
      return kept;
    },
  };
}

function defined(env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
