import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { httpSender } from '../../../src/adapters/http.js';
import { auth } from '../../../src/checks/auth.js';
import type { CheckResult } from '../../../src/checks/check.js';
import { health } from '../../../src/checks/health.js';
import { root } from '../../../src/checks/root.js';
import { parseJsonPath } from '../../../src/model/json-path.js';
import type { SendHttp } from '../../../src/world.js';
import { doCheck, Servers } from './checking.js';

/* What a server or the way to it can do to a client: a fail with one clear line, soon, and no more tries than make sense. */

const servers = new Servers();
const raw: Server[] = [];
afterEach(() => {
  servers.close();
  for (const server of raw.splice(0)) server.close();
});

/** The action's client with limits that a test can wait for. */
const send = httpSender({ limits: { connect: 150, firstByte: 150, idle: 300 } });
const hasty: SendHttp = (request) => send({ ...request, timeout: 300 });

const askRoot = (base: URL, http = hasty) => doCheck(root({ path: '/', status: [200, 204] }, base), { http });
const askHealth = (base: URL) =>
  doCheck(
    health(
      {
        path: '/',
        status: [200],
        field: parseJsonPath('status')!,
        required: false,
        values: ['ok'],
        contentType: undefined,
      },
      base,
    ),
    { http: hasty, timeout: 1_000 },
  );
const askAuth = (base: URL) =>
  doCheck(auth({ path: '/', status: [401], token: undefined, fields: [] }, base), { http: hasty });

/** A server below HTTP. */
async function tcp(listener: (socket: Socket) => void): Promise<URL> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => undefined);
    listener(socket);
    setTimeout(() => socket.destroy(), 1_000).unref();
  });
  raw.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new URL(`http://localhost:${String((server.address() as AddressInfo).port)}/`);
}

/** A fail of one line that says why. */
function expectFail({ verdict, detail }: CheckResult, reason: RegExp): void {
  expect(verdict).toBe('fail');
  expect(detail).toMatch(reason);
  expect(detail).not.toMatch(/[\r\n]|defect|undefined/);
}

const bomb = gzipSync(Buffer.alloc(50_000_000));

const HAZARDS: readonly (readonly [string, RequestListener, RegExp])[] = [
  ['never answers', () => undefined, /begin in time.*FIRST_BYTE_TIMEOUT/],
  [
    'drips its body',
    (_, response) => {
      const drip = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(drip));
    },
    /TIMEOUT/,
  ],
  [
    'sends a body without end',
    (_, response) => {
      const pour = (): void => {
        while (response.write('x'.repeat(65_536)));
        response.once('drain', pour);
      };
      pour();
    },
    /too long.*262144/,
  ],
  ['sends a gzip bomb', (_, response) => response.setHeader('content-encoding', 'gzip').end(bomb), /encod/],
  ['cuts the connection', (request) => request.socket.destroy(), /cut.*ECONNRESET/],
  [
    'cuts the connection in the middle of the body',
    (request, response) => {
      response.setHeader('content-length', 100).write('{');
      setTimeout(() => request.socket.destroy(), 10);
    },
    /ECONNRESET/,
  ],
  [
    'sends headers without end',
    (_, response) => response.setHeader('x-long', 'x'.repeat(40_000)).end(),
    /headers are too long.*HPE_HEADER_OVERFLOW/,
  ],
  ['wants to speak another protocol', ({ socket }) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'), /HTTP.*HPE_\w+/],
  [
    'switches protocols',
    ({ socket }) =>
      socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
    /no answer/,
  ],
];

describe('a server that is a hazard', () => {
  it.each(HAZARDS)('fails when it %s', async (_, listener, reason) => {
    const base = await servers.start(listener);
    for (const ask of [askRoot, askHealth, askAuth]) expectFail(await ask(base), reason);
  });

  it('is asked three times where it may be passing, and once where it is not', async () => {
    const attempts = async (at: number): Promise<number> =>
      (await askRoot(await servers.start(HAZARDS[at]![1]))).attempts;
    expect(await attempts(0)).toBe(3);
    expect(await attempts(2)).toBe(1);
    expect(await attempts(3)).toBe(1);
    expect(await attempts(4)).toBe(3);
  });

  it('fails when it takes connections and says nothing, over TLS as well', async () => {
    const base = await tcp(() => undefined);
    expectFail(await askRoot(base), /FIRST_BYTE_TIMEOUT/);
    expectFail(await askRoot(new URL(`https://${base.host}/`)), /CONNECT_TIMEOUT/);
  });

  it('fails when nobody listens at its port', async () => {
    const result = await askRoot(new URL('http://localhost:1/'));
    expectFail(result, /nobody listens.*ECONNREFUSED/);
    expect(result.attempts).toBe(3);
  });

  it.each([
    ['ENOTFOUND', 1],
    ['EAI_AGAIN', 3],
  ])('fails when its name leads to %s', async (code, attempts) => {
    const resolve = () => Promise.reject(Object.assign(new Error(code), { code }));
    const result = await askRoot(new URL('http://api.example.invalid/'), httpSender({ resolve }));
    expectFail(result, new RegExp(code));
    expect(result.attempts).toBe(attempts);
  });

  it('is not asked where its name leads to the metadata of the machine', async () => {
    const resolve = () => Promise.resolve([{ address: '169.254.169.254', family: 4 }]);
    const result = await askRoot(new URL('http://api.example.invalid/'), httpSender({ resolve }));
    expectFail(result, /FORBIDDEN_ADDRESS/);
    expect(result.attempts).toBe(1);
  });

  it('is flaky when it is one only at first', async () => {
    let asked = 0;
    const base = await servers.start((request, response) => {
      if (asked++ === 0) request.socket.destroy();
      else response.end();
    });
    expect(await askRoot(base)).toMatchObject({ verdict: 'flaky', attempts: 2 });
  });
});
