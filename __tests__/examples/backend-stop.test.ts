import { EventEmitter, once } from 'node:events';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { Database } from '../../examples/backend/src/database.js';
import { serve } from './backend-service.js';

/** A database whose answer the test gives, and which tells when it was asked and when it was closed. */
function slowDatabase() {
  const news = new EventEmitter();
  const asked = once(news, 'asked');
  const answered = once(news, 'answer');
  let closed = false;
  const database: Database = {
    async ping() {
      news.emit('asked');
      await answered;
    },
    close() {
      closed = true;
      return Promise.resolve();
    },
  };
  return { database, asked, answer: () => news.emit('answer'), closed: () => closed };
}

describe('a service that is told to stop', () => {
  it('finishes the request that it is working on, says that it is not ready, and then closes the database', async () => {
    const slow = slowDatabase();
    const service = await serve({}, slow.database);
    const agent = new Agent({ keepAlive: true });
    const ready = service.ask('/api/v1/health/ready', { agent });
    await slow.asked;

    const stopped = service.stop(60_000);
    expect(slow.closed()).toBe(false);
    slow.answer();

    expect(await ready).toMatchObject({
      status: 503,
      json: { status: 'unavailable', checks: { database: 'ok' } },
    });
    expect(await stopped).toBe(true);
    expect(slow.closed()).toBe(true);
    agent.destroy();
  });

  it('takes no more connections', async () => {
    const slow = slowDatabase();
    const service = await serve({}, slow.database);
    const ready = service.ask('/api/v1/health/ready');
    await slow.asked;
    const stopped = service.stop(60_000);
    await expect(service.ask('/api/v1/version')).rejects.toThrow('ECONNREFUSED');
    slow.answer();
    await Promise.all([ready, stopped]);
  });

  it('does not wait for connections that ask nothing', async () => {
    const service = await serve();
    const agent = new Agent({ keepAlive: true });
    await service.ask('/api/v1/version', { agent });
    expect(await service.stop(60_000)).toBe(true);
    agent.destroy();
  });

  it('cuts what is still running at its deadline, and says so', async () => {
    const slow = slowDatabase();
    const service = await serve({}, slow.database);
    const cut = expect(service.ask('/api/v1/health/ready')).rejects.toThrow('socket hang up');
    await slow.asked;
    expect(await service.stop(10)).toBe(false);
    await cut;
  });
});

it('keeps idle connections for longer than a load balancer does', async () => {
  const service = await serve();
  const agent = new Agent({ keepAlive: true });
  const { headers } = await service.ask('/api/v1/version', { agent });
  expect(headers['keep-alive']).toBe('timeout=65');
  agent.destroy();
  await service.stop(1_000);
});

it('answers what is not HTTP with 400 and goes on', async () => {
  const service = await serve();
  const socket = connect(service.address.port, '127.0.0.1');
  socket.end('\u0000\u0001\r\n\r\n');
  const [first] = (await once(socket, 'data')) as [Buffer];
  expect(first.toString()).toMatch(/^HTTP\/1\.1 400 /);
  expect(await service.ask('/api/v1/version')).toMatchObject({ status: 200 });
  await service.stop(1_000);
});
