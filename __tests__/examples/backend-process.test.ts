import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ask } from './backend-service.js';

const SOURCES = fileURLToPath(new URL('../../examples/backend/src/', import.meta.url));

const running: ChildProcess[] = [];
afterEach(() => running.splice(0).forEach((child) => child.kill('SIGKILL')));

interface Started {
  readonly child: ChildProcess;
  /** Settles with the exit status and all that was printed. */
  readonly end: Promise<{ readonly status: number | null; readonly lines: readonly Line[] }>;
  /** Settles with the first line that says this. */
  line(msg: string): Promise<Line>;
}

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly port?: number;
}

/** Starts a program of the example as its image does, with nothing in its environment but this. */
function start(program: 'server' | 'healthcheck', env: Readonly<Record<string, string>>): Started {
  const args = ['--import', 'tsx', `${SOURCES}${program}.ts`];
  const child = spawn(process.execPath, args, {
    env: { HOST: '127.0.0.1', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(child);
  const lines: Line[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(JSON.parse(line) as Line));
  const end = once(child, 'close').then(([status]) => ({ status: status as number | null, lines }));
  return {
    child,
    end,
    async line(msg) {
      for (;;) {
        const found = lines.find((line) => line.msg === msg);
        if (found) return found;
        await Promise.race([
          once(reader, 'line'),
          end.then(() => Promise.reject(new Error(`No line: ${msg}`))),
        ]);
      }
    },
  };
}

/** A database that lets itself be called and says nothing. */
async function silentDatabase() {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const called = once(server, 'connection').then(([socket]) => socket as Socket);
  return { url: `postgresql://user:pass@127.0.0.1:${port}/db`, called, close: () => server.close() };
}

describe('the process of the example', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'finishes its request on %s and ends well',
    async (signal) => {
      const database = await silentDatabase();
      const service = start('server', { DATABASE_URL: database.url });
      const { port = 0 } = await service.line('listening');
      const ready = ask(port, '/api/v1/health/ready');
      const call = await database.called;
      service.child.kill(signal);
      await service.line('stopping');
      call.destroy();
      database.close();
      expect(await ready).toMatchObject({ status: 503 });
      const { status, lines } = await service.end;
      expect(status).toBe(0);
      expect(lines.at(-1)).toMatchObject({ level: 'info', msg: 'stopped' });
    },
    30_000,
  );

  it('does not start on an address that is taken', async () => {
    const other = createServer();
    await once(other.listen(0, '127.0.0.1'), 'listening');
    const { port } = other.address() as AddressInfo;
    const { status, lines } = await start('server', { PORT: String(port) }).end;
    other.close();
    expect(status).toBe(1);
    expect(lines).toEqual([expect.objectContaining({ level: 'error', code: 'EADDRINUSE' })]);
  }, 30_000);

  it('does not start with a configuration that makes no sense, and says what is wrong', async () => {
    const { status, lines } = await start('server', { PORT: 'http', CORS_ORIGINS: '*' }).end;
    expect(status).toBe(1);
    expect(lines).toEqual([
      expect.objectContaining({ level: 'error', msg: expect.stringMatching(/PORT .*CORS_ORIGINS /) }),
    ]);
  }, 30_000);
});

describe('the container health check', () => {
  const check = async (env: Readonly<Record<string, string>>) => (await start('healthcheck', env).end).status;

  it('passes while the service lives, also when that listens on every interface, and fails afterwards', async () => {
    const service = start('server', { HOST: '0.0.0.0' });
    const { port } = await service.line('listening');
    const env = { HOST: '0.0.0.0', PORT: String(port) };
    expect(await check(env)).toBe(0);
    service.child.kill('SIGTERM');
    await service.end;
    expect(await check(env)).toBe(1);
  }, 30_000);

  it('fails when something else answers', async () => {
    const other = createServer((socket) => socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n'));
    await once(other.listen(0, '127.0.0.1'), 'listening');
    const { port } = other.address() as AddressInfo;
    expect(await check({ PORT: String(port) })).toBe(1);
    other.close();
  }, 30_000);

  it('fails without a port that makes sense', async () => {
    expect(await check({ PORT: 'http' })).not.toBe(0);
  }, 30_000);
});
