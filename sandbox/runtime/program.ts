import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { linesTo } from './lines.js';

/** A program to start. */
export interface ProgramWish {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  /** All that it gets; nothing of this process's environment is added. */
  readonly environment: Readonly<Record<string, string>>;
  readonly output: (line: string) => void;
}

/** A program that runs, with everything that it started, as a process group of its own. */
export interface Program {
  readonly pid: number;
  /** Settles when it has ended and its output is told; a signal is 128 and its number, as shells have it. */
  readonly exit: Promise<number>;
  /** Sends a signal to the whole group; nothing happens when that is gone. */
  signal(name: NodeJS.Signals): void;
}

/** Milliseconds for which output is waited for, should something that left the group still hold it open. */
const LAST_WORDS = 1_000;

/** Starts a program. Rejects with the system's error (`ENOENT`, `EACCES`) when it cannot be. */
export async function startProgram(wish: ProgramWish): Promise<Program> {
  const child = spawn(wish.program, wish.args, {
    cwd: wish.folder,
    env: { ...wish.environment },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = exitOf(child, wish.output);
  await once(child, 'spawn');
  const { pid } = child;
  if (pid === undefined) throw new Error(`${wish.program} has no process id.`);
  return { pid, exit, signal: (name) => signalGroup(pid, name) };
}

function exitOf(child: ChildProcess, output: (line: string) => void): Promise<number> {
  const texts = [child.stdout, child.stderr].map((stream) => {
    const lines = linesTo(output);
    stream?.on('data', (bytes: Buffer) => lines.write(bytes));
    return lines;
  });
  return new Promise((resolve) => {
    const end = (code: number): void => {
      for (const lines of texts) lines.end();
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve(code);
    };
    child.once('exit', (code, signal) => {
      const status = code ?? 128 + (signal ? constants.signals[signal] : 0);
      // The first process of a container takes all others with it.
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
      const giveUp = setTimeout(() => end(status), LAST_WORDS);
      child.once('close', () => {
        clearTimeout(giveUp);
        end(status);
      });
    });
  });
}

function signalGroup(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name);
  } catch (error) {
    // Nothing is left of the group; macOS says EPERM when only a zombie is.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
