import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  cleanEnvironment,
  processRunner,
  ProcessTimeout,
  ProgramMissing,
} from '../../../src/adapters/process.js';

let folder = '';
const env = { PATH: process.env['PATH'] };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'process-'));
  // A program with a child and a grandchild that all ignore SIGTERM, and that says which they are.
  await writeFile(
    join(folder, 'stubborn'),
    `#!/bin/sh
trap '' TERM
( trap '' TERM; sh -c 'trap "" TERM; echo $$ >> "$0/pids"; echo up; while :; do sleep 1; done' "${folder}" ) &
echo $$ >> "${folder}/pids"
while :; do sleep 1; done
`,
  );
  await chmod(join(folder, 'stubborn'), 0o755);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A process that has ended may wait as a zombie for whoever adopted it. */
async function isAlive(pid: number): Promise<boolean> {
  const { exitCode, stdout } = await processRunner(env, folder)('ps', ['-o', 'stat=', '-p', String(pid)]);
  return exitCode === 0 && !stdout.startsWith('Z');
}

async function pids(): Promise<number[]> {
  const text = await readFile(join(folder, 'pids'), 'utf8');
  return text.trim().split('\n').map(Number);
}

describe('running a program', () => {
  const run = processRunner(env, tmpdir());

  it('gives back both streams and the exit status', async () => {
    const finished = await run('sh', ['-c', 'echo out; echo err >&2; exit 3']);
    expect(finished).toEqual({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  it('passes arguments as they are, without a shell', async () => {
    const { stdout } = await run('printf', ['%s|', 'a b', '$HOME', '"; exit 1', '']);
    expect(stdout).toBe('a b|$HOME|"; exit 1||');
  });

  it('hands on lines, also those ended by a carriage return and the unfinished last one', async () => {
    const lines: string[] = [];
    await run('printf', ['10%%\\r20%%\\r\\ndone\\n\\nlast'], { onLine: (line) => lines.push(line) });
    expect(lines).toEqual(['10%', '20%', 'done', '', 'last']);
  });

  it('writes the input and closes it', async () => {
    expect((await run('cat', [], { input: 'grüße\n' })).stdout).toBe('grüße\n');
  });

  it('survives a program that ends without reading its input', async () => {
    const { exitCode } = await run('true', [], { input: 'x'.repeat(1_000_000) });
    expect(exitCode).toBe(0);
  });

  it('rejects when there is no such program', async () => {
    await expect(run('no-such-program', [])).rejects.toThrow(ProgramMissing);
  });

  it('looks for the program in the PATH that the program gets', async () => {
    await expect(run('sh', [], { env: { PATH: folder } })).rejects.toThrow(ProgramMissing);
    await writeFile(join(folder, 'here'), '#!/bin/sh\necho here\n', { mode: 0o755 });
    expect((await run('here', [], { env: { PATH: `${folder}:${env.PATH ?? ''}` } })).stdout).toBe('here\n');
  });

  it('reports a program that a signal ended as a failure', async () => {
    expect((await run('sh', ['-c', 'kill -9 $$'])).exitCode).toBe(137);
  });

  it('ends a program that takes too long', async () => {
    await expect(run('sleep', ['60'], { timeout: 50 })).rejects.toThrow(ProcessTimeout);
  });

  it('ends the whole tree on abort, and rejects with the reason once all are gone', async () => {
    const cancel = new AbortController();
    let seen = 0;
    const running = run(join(folder, 'stubborn'), [], {
      signal: cancel.signal,
      onLine: () => {
        seen++;
        cancel.abort(new Error('cancelled by a person'));
      },
    });
    await expect(running).rejects.toThrow('cancelled by a person');
    expect(seen).toBe(1);
    const found = await pids();
    expect(found).toHaveLength(2);
    expect(await Promise.all(found.map(isAlive))).toEqual([false, false]);
  });

  it('ends only the run that was cancelled', async () => {
    const cancel = new AbortController();
    const other = run('sh', ['-c', 'read line; echo "$line"'], { input: 'still here\n' });
    const doomed = run('sleep', ['60'], { signal: cancel.signal });
    cancel.abort(new Error('enough'));
    await expect(doomed).rejects.toThrow('enough');
    expect((await other).stdout).toBe('still here\n');
  });

  it('does not start anything once cancelled', async () => {
    const marker = join(folder, 'marker');
    await expect(run('touch', [marker], { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow(
      'no',
    );
    await expect(readFile(marker)).rejects.toThrow('ENOENT');
  });
});

describe('the environment that programs get', () => {
  it('has no inputs, no runner tokens and files, and no AWS credentials', () => {
    const given = {
      PATH: '/bin',
      HOME: '/root',
      INPUT_MODE: 'release',
      'INPUT_GITHUB-TOKEN': 't',
      ACTIONS_RUNTIME_TOKEN: 't',
      AWS_SECRET_ACCESS_KEY: 's',
      GITHUB_TOKEN: 't',
      GITHUB_OUTPUT: '/o',
      GITHUB_SHA: 'abc',
    };
    expect(cleanEnvironment(given)).toEqual({ PATH: '/bin', HOME: '/root', GITHUB_SHA: 'abc' });
  });
});
