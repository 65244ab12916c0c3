import type { Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { httpSender, sendHttp } from '../../../src/adapters/http.js';
import { Servers } from './servers.js';

const servers = new Servers();
afterEach(() => servers.close());

const get = (url: string, more: object = {}, send = sendHttp) =>
  send({ method: 'GET', url, timeout: 4_000, maxBytes: 1_000, ...more });

describe('an HTTP exchange', () => {
  it('gives status, every header and the body', async () => {
    const url = await servers.http((_, response) => {
      response.setHeader('set-cookie', ['a=1', 'b=2']);
      response.writeHead(201).end('hello');
    });
    const answer = await get(url);
    expect(answer).toMatchObject({ status: 201, body: 'hello', truncated: false });
    expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(answer).not.toHaveProperty('tls');
  });

  it('sends method, headers and body as they were given', async () => {
    const url = await servers.http((request, response) => {
      const { method, headers } = request;
      request.setEncoding('utf8').on('data', (body: string) => {
        response.end(JSON.stringify({ method, body, accept: headers.accept, type: headers['content-type'] }));
      });
    });
    const headers = { accept: 'text/plain', 'content-type': 'application/json' };
    const { body } = await get(url, { method: 'POST', headers, body: '{"é":1}' });
    expect(JSON.parse(body)).toEqual({
      method: 'POST',
      body: '{"é":1}',
      accept: 'text/plain',
      type: 'application/json',
    });
  });

  it('measures the connection, and the exchange from the connection to the end of the body', async () => {
    const url = await servers.http((_, response) => {
      response.write('a');
      setTimeout(() => response.end('b'), 50);
    });
    const { duration, connecting } = await get(url);
    expect(duration).toBeGreaterThan(45);
    expect(duration).toBeLessThan(2_000);
    expect(connecting).toBeGreaterThan(0);
    expect(connecting).toBeLessThan(2_000);
  });

  it('does not follow redirects', async () => {
    const url = await servers.http((_, response) =>
      response.writeHead(302, { location: '/elsewhere' }).end(),
    );
    expect((await get(url)).status).toBe(302);
    expect(servers.connections).toHaveLength(1);
  });

  it('asks for no encoding and undoes none', async () => {
    const bomb = gzipSync(Buffer.alloc(1_000_000));
    const url = await servers.http((request, response) => {
      expect(request.headers['accept-encoding']).toBe('identity');
      response.setHeader('content-encoding', 'gzip');
      response.end(bomb);
    });
    const answer = await get(url);
    expect(answer.truncated).toBe(bomb.length > 1_000);
    expect(Buffer.byteLength(answer.body)).toBeLessThan(4_000);
  });

  it('takes a body of as many bytes as are allowed, and no more', async () => {
    const url = await servers.http((request, response) =>
      response.end('x'.repeat(Number(request.url!.slice(1)))),
    );
    expect(await get(`${url}1000`)).toMatchObject({ body: 'x'.repeat(1_000), truncated: false });
    expect(await get(`${url}1001`)).toMatchObject({ body: 'x'.repeat(1_000), truncated: true });
  });

  it('stops reading an endless body', async () => {
    const url = await servers.http((_, response) => {
      const more = (): void => {
        if (response.write('x'.repeat(10_000))) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    });
    expect(await get(url)).toMatchObject({ status: 200, truncated: true, body: 'x'.repeat(1_000) });
  });

  it('puts a body together that comes in many pieces', async () => {
    const url = await servers.http((_, response) => {
      for (const byte of Buffer.from('größer als gedacht')) response.write(Buffer.of(byte));
      response.end();
    });
    expect((await get(url)).body).toBe('größer als gedacht');
  });

  it('takes an answer that comes before the request was read', async () => {
    const url = await servers.deaf('HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n');
    const body = 'x'.repeat(5_000_000);
    expect((await get(url, { method: 'POST', body })).status).toBe(413);
    expect((await get(url, { method: 'POST', body, keepAlive: true })).status).toBe(413);
  });

  it('rejects what is no URL of HTTP, and headers that cannot be sent', async () => {
    await expect(get('ftp://127.0.0.1/')).rejects.toMatchObject({ code: 'ERR_INVALID_PROTOCOL' });
    await expect(get('nonsense')).rejects.toMatchObject({ code: 'ERR_INVALID_URL' });
    const headers = { 'x-injected': 'a\r\nx: b' };
    await expect(get('http://127.0.0.1:1/', { headers })).rejects.toMatchObject({ code: 'ERR_INVALID_CHAR' });
  });
});

describe('an HTTP exchange that takes too long', () => {
  const never = (): Promise<never> => new Promise(() => undefined);
  const limits = { connect: 2_000, firstByte: 2_000, idle: 2_000 };
  const connecting = httpSender({ resolve: never, limits: { ...limits, connect: 100 } });
  const waiting = httpSender({ limits: { ...limits, firstByte: 100 } });

  /** Writes again and again until the connection is closed. */
  const drip = (socket: Writable, text: string): void => {
    const timer = setInterval(() => socket.write(text), 10);
    socket.on('close', () => clearInterval(timer));
  };

  it('is given up after its own limit when that is the shortest', async () => {
    const silent = await servers.http(() => undefined);
    await expect(get(silent, { timeout: 50 })).rejects.toMatchObject({ name: 'TimeoutError' });
    const unresolved = get('http://service.test/', { timeout: 50 }, httpSender({ resolve: never }));
    await expect(unresolved).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('is given up when the body drips', async () => {
    const url = await servers.http((_, response) => drip(response, 'x'));
    await expect(get(url, { timeout: 100 })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('is given up when the answer does not begin', async () => {
    const url = await servers.http(() => undefined);
    await expect(get(url, {}, waiting)).rejects.toMatchObject({ code: 'FIRST_BYTE_TIMEOUT' });
    await expect(get(url, { keepAlive: true }, waiting)).rejects.toMatchObject({
      code: 'FIRST_BYTE_TIMEOUT',
    });
  });

  it('is given up when the headers drip', async () => {
    const url = await servers.raw('HTTP/1.1 200 OK\r\n', (socket) => drip(socket, 'x: y\r\n'));
    await expect(get(url, {}, waiting)).rejects.toMatchObject({ code: 'FIRST_BYTE_TIMEOUT' });
  });

  it('is given up when the service only says that it is at work', async () => {
    const url = await servers.raw('', (socket) => drip(socket, 'HTTP/1.1 102 Processing\r\n\r\n'));
    await expect(get(url, {}, waiting)).rejects.toMatchObject({ code: 'FIRST_BYTE_TIMEOUT' });
  });

  it('is given up when the name is not resolved', async () => {
    const unresolved = get('http://service.test/', {}, connecting);
    await expect(unresolved).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT' });
  });

  it('is given up when the server does not agree on TLS', async () => {
    const port = await servers.tcp(() => undefined);
    const mute = get(`https://127.0.0.1:${port}/`, {}, connecting);
    await expect(mute).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT' });
  });

  it('has no limit for the first byte once the answer has begun', async () => {
    const url = await servers.http((_, response) => {
      response.write('slow');
      setTimeout(() => response.end('ly'), 600);
    });
    const patient = httpSender({ limits: { ...limits, firstByte: 400 } });
    expect((await get(url, {}, patient)).body).toBe('slowly');
  });
});

describe('an HTTP exchange that fails', () => {
  it('rejects with the reason of an abort, before and during each part of it', async () => {
    const reason = new Error('cancelled');
    await expect(get('http://127.0.0.1:1/', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const cancel = new AbortController();
    const silent = await servers.http(() => cancel.abort(reason));
    await expect(get(silent, { signal: cancel.signal })).rejects.toBe(reason);
    const late = new AbortController();
    const dripping = await servers.http((_, response) => {
      response.write('x');
      setTimeout(() => late.abort(reason), 20);
    });
    await expect(get(dripping, { signal: late.signal })).rejects.toBe(reason);
  });

  it('rejects when nobody listens', async () => {
    await expect(get('http://127.0.0.1:1/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('rejects when the server closes before or within the answer', async () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n';
    for (const part of ['', head, `${head}\r\n`, `${head}\r\n12345`]) {
      const url = await servers.raw(part, (socket) => socket.end());
      await expect(get(url)).rejects.toMatchObject({ code: 'ECONNRESET' });
      await expect(get(url, { keepAlive: true })).rejects.toMatchObject({ code: 'ECONNRESET' });
    }
  });

  it('takes long headers, and rejects those that are too long, also those after the body', async () => {
    const flood = `x: ${'y'.repeat(40_000)}\r\n`;
    const long = await servers.raw(`HTTP/1.1 204 No Content\r\nx: ${'y'.repeat(30_000)}\r\n\r\n`);
    expect((await get(long)).headers['x']?.[0]).toHaveLength(30_000);
    const headers = await servers.raw(`HTTP/1.1 200 OK\r\n${flood}\r\n`);
    await expect(get(headers)).rejects.toMatchObject({ code: 'HPE_HEADER_OVERFLOW' });
    const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n';
    const trailers = await servers.raw(`${chunked}${flood}\r\n`);
    await expect(get(trailers)).rejects.toMatchObject({ code: 'HPE_HEADER_OVERFLOW' });
  });

  it('rejects an answer that is not HTTP, or not any more', async () => {
    const answers = {
      '220 mail.test ESMTP\r\n': 'HPE_INVALID_CONSTANT',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nnone\r\n': 'HPE_INVALID_CHUNK_SIZE',
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab': 'HPE_UNEXPECTED_CONTENT_LENGTH',
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n': 'ECONNRESET',
    };
    for (const [answer, code] of Object.entries(answers)) {
      await expect(get(await servers.raw(answer))).rejects.toMatchObject({ code });
    }
  });
});
