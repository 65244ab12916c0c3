import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { sendHttp } from '../../../src/adapters/http.js';

const servers: Server[] = [];
const sockets = new Set<Socket>();

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.on('connection', (socket) => sockets.add(socket));
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
}

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
  sockets.clear();
});

const get = (url: string, more: object = {}) =>
  sendHttp({ method: 'GET', url, timeout: 2_000, maxBytes: 1_000, ...more });

describe('an HTTP exchange', () => {
  it('gives status, every header and the body', async () => {
    const url = await serve((_, response) => {
      response.setHeader('set-cookie', ['a=1', 'b=2']);
      response.writeHead(201).end('hello');
    });
    const answer = await get(url);
    expect(answer).toMatchObject({ status: 201, body: 'hello', truncated: false });
    expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
  });

  it('uses a connection of its own each time', async () => {
    const url = await serve((_, response) => response.end());
    await get(url);
    await get(url);
    expect(sockets.size).toBe(2);
  });

  it('does not follow redirects', async () => {
    const url = await serve((_, response) => response.writeHead(302, { location: '/elsewhere' }).end());
    expect((await get(url)).status).toBe(302);
  });

  it('asks for no encoding and undoes none', async () => {
    const bomb = gzipSync(Buffer.alloc(1_000_000));
    const url = await serve((request, response) => {
      expect(request.headers['accept-encoding']).toBe('identity');
      response.setHeader('content-encoding', 'gzip');
      response.end(bomb);
    });
    const answer = await get(url);
    expect(answer.truncated).toBe(bomb.length > 1_000);
    expect(Buffer.byteLength(answer.body)).toBeLessThan(4_000);
  });

  it('stops reading an endless body', async () => {
    const url = await serve((_, response) => {
      const more = (): void => {
        if (response.write('x'.repeat(10_000))) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    });
    expect(await get(url)).toMatchObject({ status: 200, truncated: true, body: 'x'.repeat(1_000) });
  });

  it('gives up on a server that never answers, or drips', async () => {
    const silent = await serve(() => undefined);
    await expect(get(silent, { timeout: 100 })).rejects.toMatchObject({ name: 'TimeoutError' });
    const dripping = await serve((_, response) => void response.write('x'));
    await expect(get(dripping, { timeout: 100 })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('rejects with the reason of an abort', async () => {
    const cancel = new AbortController();
    const url = await serve(() => cancel.abort(new Error('cancelled')));
    await expect(get(url, { signal: cancel.signal })).rejects.toThrow('cancelled');
  });

  it('rejects when nobody listens', async () => {
    await expect(get('http://127.0.0.1:1/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
