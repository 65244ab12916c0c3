import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { httpSender, type HttpSettings } from '../../../src/adapters/http.js';
import type { SendHttp } from '../../../src/world.js';
import { Servers } from './servers.js';

const servers = new Servers();
afterEach(() => servers.close());

const sender = (settings: HttpSettings = {}): SendHttp =>
  httpSender({ limits: { connect: 2_000, firstByte: 2_000, idle: 2_000 }, ...settings });
const get = (send: SendHttp, url: string, more: object = {}) =>
  send({ method: 'GET', url, timeout: 2_000, maxBytes: 1_000, ...more });

describe('the connection of a request', () => {
  it('is its own and is closed after the answer', async () => {
    const url = await servers.http((_, response) => response.end());
    const send = sender();
    await get(send, url);
    expect((await get(send, url)).connecting).toBeGreaterThan(0);
    expect(servers.connections).toHaveLength(2);
    await servers.closed();
  });

  it('is closed when the exchange was given up', async () => {
    const url = await servers.http((_, response) => response.write('x'));
    await expect(get(sender(), url, { timeout: 100 })).rejects.toThrow();
    await expect(get(sender(), url, { timeout: 100, keepAlive: true })).rejects.toThrow();
    await servers.closed();
  });

  it('leaves nothing behind that keeps the process alive', async () => {
    const url = await servers.http(({ url: path }, response) => {
      if (path === '/silent') return;
      response.end(path === '/long' ? 'x'.repeat(100_000) : 'ok');
    });
    const deaf = await servers.deaf('HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n');
    const script = `
      import { httpSender } from './src/adapters/http.ts';
      const send = httpSender({ limits: { connect: 60_000, firstByte: 60_000, idle: 60_000 } });
      const { signal } = new AbortController();
      const get = (url, more) =>
        send({ method: 'GET', url, timeout: 60_000, maxBytes: 1_000, signal, ...more }).catch(() => undefined);
      for (const keepAlive of [false, true]) {
        await get('${url}', { keepAlive });
        await get('${url}long', { keepAlive });
        await get('${url}silent', { keepAlive, timeout: 100 });
        await get('http://127.0.0.1:1/', { keepAlive });
        await get('${deaf}', { keepAlive, method: 'POST', body: 'x'.repeat(5_000_000) });
        await get('${url}', { keepAlive });
      }`;
    const options = { timeout: 20_000 };
    const node = promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', script],
      options,
    );
    await expect(node).resolves.toMatchObject({ stderr: '' });
    expect(servers.connections).toHaveLength(9);
  });
});

describe('a connection that is kept', () => {
  it('serves the requests that ask for it, and no other', async () => {
    const url = await servers.http((_, response) => response.end('ok'));
    const send = sender();
    expect((await get(send, url, { keepAlive: true })).connecting).toBeGreaterThan(0);
    expect(await get(send, url, { keepAlive: true })).toMatchObject({ body: 'ok', connecting: 0 });
    expect(servers.connections).toHaveLength(1);
    await get(send, url);
    expect(servers.connections).toHaveLength(2);
    await get(send, url, { keepAlive: true });
    expect(servers.connections).toHaveLength(2);
  });

  it('outlives the limit and the signal of the request that made it', async () => {
    const url = await servers.http((_, response) => response.end());
    const send = sender();
    const cancel = new AbortController();
    await get(send, url, { keepAlive: true, timeout: 400, signal: cancel.signal });
    cancel.abort();
    await after(450);
    expect((await get(send, url, { keepAlive: true })).connecting).toBe(0);
  });

  it('is closed when nobody uses it, but not while an answer is slow', async () => {
    const url = await servers.http((request, response) => {
      setTimeout(() => response.end('ok'), request.url === '/slow' ? 600 : 0);
    });
    const send = sender({ limits: { connect: 2_000, firstByte: 2_000, idle: 400 } });
    await get(send, url, { keepAlive: true });
    expect(await get(send, `${url}slow`, { keepAlive: true })).toMatchObject({ body: 'ok', connecting: 0 });
    await once(servers.connections[0]!, 'close');
    expect((await get(send, url, { keepAlive: true })).connecting).toBeGreaterThan(0);
  });

  it('is not used again after a body that was cut', async () => {
    const url = await servers.http((_, response) => response.end('x'.repeat(100_000)));
    const send = sender();
    await get(send, url, { keepAlive: true });
    expect((await get(send, url, { keepAlive: true })).truncated).toBe(true);
    expect(servers.connections).toHaveLength(2);
  });

  it('keeps nobody waiting who asks for it at the same time', async () => {
    const url = await servers.http((_, response) => setTimeout(() => response.end('ok'), 50));
    const send = sender();
    const answers = await Promise.all([1, 2, 3].map(() => get(send, url, { keepAlive: true })));
    expect(answers.map(({ body }) => body)).toEqual(['ok', 'ok', 'ok']);
    await get(send, url, { keepAlive: true });
    expect(servers.connections).toHaveLength(3);
  });

  it('is replaced without a word when it is dead', async () => {
    const used = new WeakSet();
    const url = await servers.http(({ socket }, response) => {
      if (used.has(socket)) return socket.destroy();
      used.add(socket);
      return response.end('ok');
    });
    const send = sender();
    await get(send, url, { keepAlive: true });
    expect((await get(send, url, { keepAlive: true })).body).toBe('ok');
    expect(servers.connections).toHaveLength(2);
  });

  it('is replaced once only, and not when the answer had begun', async () => {
    let requests = 0;
    const url = await servers.http(({ url: path, socket }, response) => {
      requests++;
      if (path === '/cut') response.write('x', () => socket.destroy());
      else if (path === '/dead') socket.destroy();
      else response.end('ok');
    });
    const send = sender();
    await expect(get(send, `${url}dead`, { keepAlive: true })).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(requests).toBe(1);
    await get(send, url, { keepAlive: true });
    await expect(get(send, `${url}dead`, { keepAlive: true })).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(requests).toBe(4);
    await get(send, url, { keepAlive: true });
    await expect(get(send, `${url}cut`, { keepAlive: true })).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(requests).toBe(6);
  });
});

describe('the addresses of a name', () => {
  const leadingTo = (...addresses: string[]): SendHttp =>
    sender({
      resolve: () =>
        Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))),
    });

  it('are tried one after the other, of both families', async () => {
    const url = new URL(await servers.http((_, response) => response.end('ok')));
    url.hostname = 'service.test';
    expect((await get(leadingTo('::1', '127.0.0.1'), url.href)).body).toBe('ok');
    expect((await get(leadingTo('127.0.0.1', '::1'), url.href)).body).toBe('ok');
    await expect(get(leadingTo('::1', '127.0.0.1'), 'http://service.test:1/')).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  it('are not asked when they are link-local or give metadata', async () => {
    const send = leadingTo('169.254.169.254', 'fd00:ec2::254');
    await expect(get(send, 'http://service.test/')).rejects.toMatchObject({ code: 'FORBIDDEN_ADDRESS' });
    await expect(get(send, 'https://service.test/')).rejects.toMatchObject({ code: 'FORBIDDEN_ADDRESS' });
  });

  it('are tried as far as they may be asked', async () => {
    const url = new URL(await servers.http((_, response) => response.end('ok')));
    url.hostname = 'service.test';
    expect((await get(leadingTo('169.254.169.254', '127.0.0.1'), url.href)).body).toBe('ok');
  });

  it('are those of the machine unless a test says otherwise', async () => {
    const url = new URL(await servers.http((_, response) => response.end('ok')));
    url.hostname = 'localhost';
    expect((await get(sender(), url.href)).body).toBe('ok');
  });

  it('are not looked up when the URL has one: that is what the user asked for', async () => {
    const url = await servers.http((_, response) => response.end('ok'));
    const send = sender({ resolve: () => Promise.reject(new Error('looked up')) });
    expect((await get(send, url)).body).toBe('ok');
  });

  it('may not be there', async () => {
    const missing = Object.assign(new Error('no such host'), { code: 'ENOTFOUND' });
    const send = sender({ resolve: () => Promise.reject(missing) });
    await expect(get(send, 'http://service.test/')).rejects.toBe(missing);
  });
});
