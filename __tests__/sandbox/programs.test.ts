import { describe, expect, it } from '@jest/globals';
import { exampleProgram } from '../../sandbox/example-program.js';
import { freePort } from '../../sandbox/runtime/addresses.js';
import { startProgram } from '../../sandbox/runtime/program.js';
import * as programs from '../../sandbox/scenarios/programs.js';
import type { Program } from '../../sandbox/scenarios/scenario.js';
import { ask, type Ask } from '../examples/backend-service.js';
import { seen, simulated } from './both-answers.js';

const ENVIRONMENT = {
  CORS_ORIGINS: 'https://app.example.com',
  API_TOKEN: 'correct-horse',
  GIT_SHA: '1'.repeat(40),
  BUILD_TIME: '2026-01-01T00:00:00Z',
  NODE_ENV: 'production',
};

const QUESTIONS: readonly (readonly [path: string, options?: Ask])[] = [
  ['/api/v1'],
  ['/api/v1/version'],
  ['/api/v1/version', { method: 'HEAD' }],
  ['/api/v1/version', { method: 'DELETE' }],
  ['/api/v1/version', { headers: { origin: ENVIRONMENT.CORS_ORIGINS } }],
  ['/api/v1/health/live'],
  ['/api/v1/patients'],
  ['/nowhere'],
  ['/nowhere', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a' }],
];
const READINESS = '/api/v1/health/ready';

/** Runs a program as a task at an address does, for as long as `work` takes. */
async function running(program: Program, host: string, work: (port: number) => Promise<void>): Promise<void> {
  const port = await freePort();
  let heard = (): void => undefined;
  const listening = new Promise<void>((resolve) => (heard = resolve));
  const started = await startProgram({
    program: process.execPath,
    args: program.command(1).slice(1),
    folder: await exampleProgram(),
    environment: { ...ENVIRONMENT, HOST: host, PORT: String(port) },
    output: (line) => line.includes('"listening"') && heard(),
  });
  try {
    await Promise.race([
      listening,
      started.exit.then((code) => Promise.reject(new Error(`It ended with ${code}.`))),
    ]);
    await work(port);
  } finally {
    started.signal('SIGKILL');
    await started.exit;
  }
}

describe('a real image and a simulated one answer the same', () => {
  it.each([
    ['TELLS_OTHER_COMMIT', '127.0.0.1'],
    ['TELLS_TWO_COMMITS', '127.0.0.1'],
    ['TELLS_TWO_COMMITS', '0.0.0.0'],
    ['LACKS_SECURITY_HEADERS', '127.0.0.1'],
    ['LEAKS_STACK', '127.0.0.1'],
    ['LACKS_DATABASE', '127.0.0.1'],
  ] as const)(
    'when it is %s at %s',
    async (name, ip) => {
      const program = programs[name];
      // Only this one needs no database to be asked for its readiness.
      const questions = [...QUESTIONS, ...(name === 'LACKS_DATABASE' ? [[READINESS] as const] : [])];
      await running(program, ip, async (port) => {
        for (const [path, options] of questions) {
          const expected = seen(await ask(port, path, options));
          const given = simulated(program.behaviour, { environment: ENVIRONMENT, ip }, path, options);
          expect({ path, ...given }).toEqual({ path, ...expected });
        }
      });
    },
    30_000,
  );
});
