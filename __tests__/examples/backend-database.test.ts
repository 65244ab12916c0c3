import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connectDatabase, type Database } from '../../examples/backend/src/database.js';
import { startDatabase, type Database as PostgreSQL } from '../../sandbox/database.js';
import { recordingLog, serve, type TestService } from './backend-service.js';

/** The way to the database, which a test can break. */
interface Way {
  readonly url: string;
  /** What becomes of new connections. */
  mode: 'open' | 'silent' | 'broken';
  /** How many connections were made. */
  readonly opened: () => number;
  cut(): void;
  close(): Promise<void>;
}

let postgres: PostgreSQL;
beforeAll(async () => {
  postgres = await startDatabase();
}, 60_000);
afterAll(() => postgres.close());

let way: Way;
let database: Database;
let service: TestService;
let log: ReturnType<typeof recordingLog>;
beforeEach(async () => {
  way = await wayTo(postgres.url);
  log = recordingLog();
  database = connectDatabase(way.url, log.log, 200);
  service = await serve({}, database);
});
afterEach(async () => {
  await service.stop(5_000);
  await way.close();
});

const readiness = async () => (await service.ask('/api/v1/health/ready')).status;

describe('readiness', () => {
  it('asks a real PostgreSQL', async () => {
    expect(await service.ask('/api/v1/health/ready')).toMatchObject({
      status: 200,
      json: { status: 'ok', checks: { database: 'ok' } },
    });
  });

  it('asks once for all who ask at the same time', async () => {
    expect(await Promise.all(Array.from({ length: 20 }, readiness))).toEqual(Array(20).fill(200));
    expect(way.opened()).toBe(1);
  });

  it('is lost with the database and comes back with it, in the same process', async () => {
    expect(await readiness()).toBe(200);
    const noticed = log.logged('database connection lost');
    way.mode = 'broken';
    way.cut();
    await noticed;
    expect(await readiness()).toBe(503);
    way.mode = 'open';
    expect(await readiness()).toBe(200);
  });

  it('is denied in time by a database that never answers', async () => {
    way.mode = 'silent';
    expect(await readiness()).toBe(503);
    expect(service.lines.join('')).toContain('database does not answer');
  });
});

it('keeps the password out of the log', async () => {
  way.mode = 'broken';
  await readiness();
  expect([...service.lines, ...log.lines].join('')).not.toMatch(/postgresql:|password|postgres:/);
});

it('is never ready without a database', async () => {
  const none = await serve({}, connectDatabase(undefined, log.log));
  const { status } = await none.ask('/api/v1/health/ready');
  await none.stop(1_000);
  expect(status).toBe(503);
});

async function wayTo(target: string): Promise<Way> {
  const sockets = new Set<Socket>();
  let opened = 0;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket.on('error', () => undefined));
    return socket.once('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    opened += 1;
    keep(client);
    if (way.mode === 'broken') client.destroy();
    if (way.mode !== 'open') return;
    const there = keep(connect(Number(new URL(target).port), '127.0.0.1'));
    client.pipe(there).pipe(client);
    client.once('close', () => there.destroy());
    there.once('close', () => client.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  const way: Way = {
    url: url.href,
    mode: 'open',
    opened: () => opened,
    cut,
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return way;
}
