import { once } from 'node:events';
import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  Server as HttpServer,
  type RequestListener,
  createServer,
  request as httpRequest,
} from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { type AddressInfo, type Server, connect, createServer as createTcpServer } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Balancer, startBalancer } from '../../sandbox/balancer/server.js';
import { type Authority, createAuthority } from '../../sandbox/certificates.js';
import { realClock } from '../../sandbox/clock.js';
import type { Cloud } from '../../sandbox/cloud.js';
import { HEALTH, setHealth } from '../../sandbox/elbv2/health.js';
import { endChecks, stopHealthChecks } from '../../sandbox/elbv2/health-checks.js';
import { elbOperations } from '../../sandbox/elbv2/operations.js';
import { deregisterTarget, registerTarget } from '../../sandbox/elbv2/targets.js';
import type { Runtime } from '../../sandbox/runtime/runtime.js';
import {
  type Answering,
  type Made,
  answeringRuntime,
  behindHttps,
  emptyCloud,
  status,
} from './balanced-cloud.js';

let authority: Authority;
let cloud: Cloud;
let world: Made;
let balancer: Balancer;
let opened: (Server | HttpServer)[];

beforeAll(async () => {
  authority = await createAuthority();
});

/** Tasks that really listen; this suite sets their health itself. */
const sockets: Runtime = { ...answeringRuntime(new Map()), name: 'process' };

async function start(runtime: Runtime = sockets): Promise<void> {
  cloud = emptyCloud(runtime, realClock());
  world = await behindHttps(cloud);
  balancer = await startBalancer(cloud, { certificate: await authority.issue({ names: ['app.test'] }) });
}

beforeEach(async () => {
  opened = [];
  await start();
});

afterEach(async () => {
  await balancer.close();
  stopHealthChecks(cloud);
  await Promise.all(opened.map(stop));
});

async function stop(server: Server | HttpServer): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  if (server instanceof HttpServer) server.closeAllConnections();
  await closed;
}

async function listen(server: Server): Promise<Server> {
  opened.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  registerTarget(cloud, world.targetGroup, { id: '127.0.0.1', port });
  const target = cloud.elb.targetGroups.get(world.targetGroup)!.targets.get(`127.0.0.1:${port}`)!;
  endChecks(target);
  setHealth(target, HEALTH.healthy);
  return server;
}

const task = (answer: RequestListener): Promise<Server> => listen(createServer(answer));

/** A task that does what no HTTP server does, with the bytes on the wire. */
const wire = (bytes: string, end: 'end' | 'reset' | 'keep'): Promise<Server> =>
  listen(
    createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        if (end === 'reset' && bytes === '') socket.resetAndDestroy();
        else
          socket.write(bytes, () =>
            end === 'end' ? socket.end() : end === 'reset' && socket.resetAndDestroy(),
          );
      });
    }),
  );

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Buffer;
  readonly ca?: string | undefined;
}

interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly raw: readonly string[];
  readonly body: string;
}

function ask(path: string, asked: Asked = {}, base = balancer.httpsUrl): Promise<Answered> {
  const url = new URL(path, base);
  const options = { method: asked.method ?? 'GET', headers: asked.headers ?? {}, agent: false as const };
  return new Promise((resolve, reject) => {
    const secure = { ...options, ...('ca' in asked ? { ca: asked.ca } : { ca: authority.cert }) };
    const sent = url.protocol === 'https:' ? httpsRequest(url, secure) : httpRequest(url, options);
    sent.on('error', reject);
    sent.on('response', (response) => {
      text(response).then((body) => {
        const { statusCode: code = 0, headers, rawHeaders: raw } = response;
        resolve({ status: code, headers, raw, body });
      }, reject);
    });
    sent.end(asked.body);
  });
}

describe('HTTPS', () => {
  it('is trusted by who trusts the authority, under localhost, the address and the given names', async () => {
    await task((_request, response) => response.end('hello'));
    expect(await ask('/')).toMatchObject({ status: 200, body: 'hello' });
    const port = new URL(balancer.httpsUrl).port;
    expect(await ask('/', {}, `https://127.0.0.1:${port}`)).toMatchObject({ status: 200 });
    const named = connectTls({
      host: '127.0.0.1',
      port: Number(port),
      ca: authority.cert,
      servername: 'app.test',
    });
    await once(named, 'secureConnect');
    expect(named.authorized).toBe(true);
    named.destroy();
  });

  it('is not trusted by anybody else', async () => {
    await expect(ask('/', { ca: undefined })).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
    const stranger = await createAuthority('Stranger');
    await expect(ask('/', { ca: stranger.cert })).rejects.toThrow(/certificate/);
  });

  it.each([
    ['expired', 'CERT_HAS_EXPIRED'],
    ['wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ] as const)('fails with a certificate that is %s', async (flaw, code) => {
    balancer.useCertificate(await authority.issue({ flaw }));
    await expect(ask('/')).rejects.toMatchObject({ code });
  });
});

describe('HTTP', () => {
  it('is redirected to the HTTPS port of this machine with path and query', async () => {
    const { httpsUrl, httpUrl } = balancer;
    const { status: code, headers, body } = await ask('/a/b?c=d&e=%20', {}, httpUrl);
    expect([code, headers.location]).toEqual([301, `${httpsUrl}/a/b?c=d&e=%20`]);
    expect(headers.server).toBe('awselb/2.0');
    expect(body).toContain('<h1>301 Moved Permanently</h1>');
  });

  it('is redirected to the same port when the action leaves the port open', async () => {
    const RedirectConfig = { Protocol: 'HTTPS', StatusCode: 'HTTP_302' };
    const DefaultActions = [{ Type: 'redirect', RedirectConfig }];
    await elbOperations['ModifyListener']!(cloud, { ListenerArn: world.http, DefaultActions });
    const { status: code, headers } = await ask('/', {}, balancer.httpUrl);
    expect([code, headers.location]).toEqual([302, `${balancer.httpsUrl}/`]);
  });

  it('is cut where no listener is', async () => {
    await elbOperations['DeleteListener']!(cloud, { ListenerArn: world.http });
    await expect(ask('/', {}, balancer.httpUrl)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('a request on its way to a task', () => {
  it('arrives as it was sent, with what the load balancer adds', async () => {
    let seen: { method?: string; url?: string; headers: IncomingHttpHeaders; raw: string[] } | undefined;
    await task(({ method, url, headers, rawHeaders: raw }, response) => {
      seen = { method: method ?? '', url: url ?? '', headers, raw };
      response.end();
    });
    await ask('/a%2Fb//c?x=1&x=2', {
      method: 'DELETE',
      headers: {
        'X-Twice': ['one', 'two'],
        'X-Forwarded-For': '203.0.113.9',
        Connection: 'close, X-Hop',
        'X-Hop': '1',
      },
    });
    const port = new URL(balancer.httpsUrl).port;
    expect(seen).toMatchObject({
      method: 'DELETE',
      url: '/a%2Fb//c?x=1&x=2',
      headers: {
        host: `localhost:${port}`,
        'x-twice': 'one, two',
        'x-forwarded-for': '203.0.113.9, 127.0.0.1',
        'x-forwarded-proto': 'https',
        'x-forwarded-port': port,
        'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
      },
    });
    expect(seen!.raw).toContain('X-Twice');
    expect(seen!.headers).not.toHaveProperty('x-hop');
  });

  it.each([
    ['with a length', { 'content-length': '1048576' }],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ])('brings its body %s, and the answer back', async (_how, headers) => {
    await task((request, response) => {
      response.writeHead(201, { 'content-type': 'application/octet-stream' });
      request.pipe(response);
    });
    const body = Buffer.alloc(1_048_576, 'abcdefg');
    for (const method of ['POST', 'DELETE']) {
      const answer = await ask('/', { method, headers, body });
      expect(answer.status).toBe(201);
      expect(answer.body === body.toString()).toBe(true);
    }
  });

  it('is streamed: the first part of an answer arrives before the task has written the last', async () => {
    let finish = (): void => undefined;
    await task((_request, response) => {
      response.write('first');
      finish = () => response.end('last');
    });
    const sent = httpsRequest(balancer.httpsUrl, { ca: authority.cert, agent: false }).end();
    const [response] = (await once(sent, 'response')) as [AsyncIterable<Buffer>];
    const parts: string[] = [];
    for await (const part of response) {
      parts.push(part.toString());
      finish();
    }
    expect(parts).toEqual(['first', 'last']);
  });

  it('gets the answer as the task gave it, but for the headers of one connection', async () => {
    await task((_request, response) => {
      response.writeHead(418, "I'm a teapot", {
        'Set-Cookie': ['a=1', 'b=2'],
        'X-App': 'yes',
        Server: 'app',
        'Keep-Alive': 'timeout=9',
        'Proxy-Authenticate': 'Basic',
      });
      response.end('short');
    });
    const { status: code, headers, raw, body } = await ask('/');
    expect([code, body, headers['set-cookie'], headers.server]).toEqual([
      418,
      'short',
      ['a=1', 'b=2'],
      'app',
    ]);
    expect(raw).toContain('X-App');
    expect(headers).not.toHaveProperty('proxy-authenticate');
    expect(headers['keep-alive']).not.toBe('timeout=9');
  });

  it('may be a HEAD, and may be answered without a body', async () => {
    await task((request, response) => {
      if (request.method === 'HEAD') response.writeHead(200, { 'content-length': '5' }).end();
      else response.writeHead(204).end();
    });
    expect(await ask('/', { method: 'HEAD' })).toMatchObject({
      status: 200,
      headers: { 'content-length': '5' },
    });
    expect(await ask('/')).toMatchObject({ status: 204, body: '' });
  });

  it('is given up at the task when the client goes away', async () => {
    const gone = new Promise<void>((resolve) => {
      void task((request, response) => {
        response.on('close', resolve);
        request.resume();
        client.destroy();
      }).then(() => client.end());
    });
    const client = httpsRequest(balancer.httpsUrl, { ca: authority.cert, agent: false });
    client.on('error', () => undefined);
    await gone;
  });
});

describe('the load balancer answers itself', () => {
  it('with 503 when no target is registered', async () => {
    expect(await ask('/')).toMatchObject({
      status: 503,
      headers: { server: 'awselb/2.0', 'content-type': 'text/html' },
      body: expect.stringContaining('503 Service Temporarily Unavailable'),
    });
  });

  it('on a connection that stays good for the next request, unless it says otherwise', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: authority.cert });
    const url = new URL(balancer.httpsUrl);
    const statuses: (number | undefined)[] = [];
    const sockets = new Set<unknown>();
    for (const method of ['POST', 'HEAD', 'GET']) {
      const sent = httpsRequest(url, { agent, method });
      sent.end(method === 'POST' ? Buffer.alloc(300_000) : undefined);
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      sockets.add(response.socket);
      await buffer(response);
      statuses.push(response.statusCode);
    }
    agent.destroy();
    expect(statuses).toEqual([503, 503, 503]);
    expect(sockets.size).toBe(1);
  });

  it('with 502 for the one of two tasks that was killed', async () => {
    await task((_request, response) => response.end('alive'));
    await stop(await task((_request, response) => response.end('dead')));
    const codes = [await ask('/'), await ask('/'), await ask('/'), await ask('/')].map(
      (answer) => answer.status,
    );
    expect(codes.sort()).toEqual([200, 200, 502, 502]);
  });

  it('with 502 to a long body that no task takes', async () => {
    await stop(await task((_request, response) => response.end('dead')));
    const body = Buffer.alloc(5_000_000);
    expect(await ask('/', { method: 'POST', body })).toMatchObject({ status: 502 });
  });

  it.each([
    ['resets the connection', '', 'reset'],
    ['closes it without an answer', '', 'end'],
    ['answers something that is no HTTP', 'SSH-2.0-OpenSSH_9\r\n\r\n', 'end'],
    ['answers with a header that is none', 'HTTP/1.1 200 OK\r\nbroken\u0000header\r\n\r\n', 'end'],
    ['answers with an impossible status', 'HTTP/1.1 001 No\r\ncontent-length: 0\r\n\r\n', 'end'],
    [
      'switches protocols unasked',
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
      'keep',
    ],
    ['writes endless headers', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(200_000)}\r\n\r\n`, 'keep'],
  ] as const)('with 502 when a task %s', async (_what, bytes, end) => {
    await wire(bytes, end);
    expect(await ask('/', { method: 'POST', body: 'x' })).toMatchObject({
      status: 502,
      headers: { server: 'awselb/2.0' },
      body: expect.stringContaining('502 Bad Gateway'),
    });
  });

  it('with 504 when a task is silent for the idle timeout, and the task sees the end of it', async () => {
    await elbOperations['ModifyLoadBalancerAttributes']!(cloud, {
      LoadBalancerArn: world.loadBalancer,
      Attributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '1' }],
    });
    const hung = new Promise<void>((resolve) => {
      void task((_request, response) => response.on('close', resolve));
    });
    expect(await ask('/')).toMatchObject({
      status: 504,
      headers: { server: 'awselb/2.0' },
      body: expect.stringContaining('504 Gateway Time-out'),
    });
    await hung;
  });

  it('with 400 to what is no HTTP, and goes on', async () => {
    await task((_request, response) => response.end('fine'));
    const socket = connect(Number(new URL(balancer.httpUrl).port), '127.0.0.1');
    socket.end('NONSENSE\r\n\r\n');
    expect((await buffer(socket)).toString()).toMatch(
      /^HTTP\/1\.1 400 Bad Request\r\nserver: awselb\/2\.0\r\n/,
    );
    const plain = connect(Number(new URL(balancer.httpsUrl).port), '127.0.0.1');
    plain.on('error', () => undefined);
    plain.end('GET / HTTP/1.1\r\n\r\n');
    await once(plain, 'close');
    expect(await ask('/')).toMatchObject({ status: 200, body: 'fine' });
  });

  it.each(['reset', 'end'] as const)(
    'by cutting the connection when an answer that has begun breaks off: %s',
    async (end) => {
      await wire('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf', end);
      await expect(ask('/')).rejects.toThrow('aborted');
      await wire('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n', end);
      await expect(ask('/')).rejects.toThrow('aborted');
    },
  );
});

describe('draining', () => {
  it('lets a request under way finish and sends new ones elsewhere', async () => {
    let finish = (): void => undefined;
    const old = await task((_request, response) => {
      response.write('old ');
      finish = () => response.end('finished');
    });
    const sent = httpsRequest(balancer.httpsUrl, { ca: authority.cert, agent: false }).end();
    const [response] = (await once(sent, 'response')) as [AsyncIterable<Buffer>];
    const { port } = old.address() as AddressInfo;
    deregisterTarget(cloud, world.targetGroup, { id: '127.0.0.1', port });
    expect(await ask('/')).toMatchObject({ status: 503 });
    await task((_request, answer) => answer.end('new'));
    expect([await ask('/'), await ask('/')].map(({ body }) => body)).toEqual(['new', 'new']);
    finish();
    expect((await buffer(response)).toString()).toBe('old finished');
  });
});

describe('with simulated tasks', () => {
  const tasks = new Map<string, Answering>();

  beforeEach(async () => {
    await balancer.close();
    stopHealthChecks(cloud);
    await start(answeringRuntime(tasks));
    registerTarget(cloud, world.targetGroup, { id: '10.0.0.1', port: 3001 });
  });

  it('requests are asked through the runtime, over real sockets on the client side', async () => {
    tasks.set('10.0.0.1:3001', ({ method, path, headers, body }) =>
      status(201, `${method} ${path} ${String(body)} ${headers['x-forwarded-proto']}`, {
        'set-cookie': ['a', 'b'],
      }),
    );
    const answer = await ask('/x?y', { method: 'PUT', body: 'sent' });
    expect(answer).toMatchObject({
      status: 201,
      body: 'PUT /x?y sent https',
      headers: { 'set-cookie': ['a', 'b'] },
    });
  });

  it('a task that refuses is a 502', async () => {
    tasks.clear();
    expect(await ask('/')).toMatchObject({ status: 502, headers: { server: 'awselb/2.0' } });
  });
});

describe('the ports', () => {
  it('are the wished ones, and a port that is taken is an error that leaves nothing open', async () => {
    const port = Number(new URL(balancer.httpUrl).port);
    const certificate = await authority.issue();
    await expect(startBalancer(cloud, { certificate, httpsPort: port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    await balancer.close();
    const again = await startBalancer(cloud, { certificate, httpPort: port });
    expect(again.httpUrl).toBe(`http://localhost:${port}`);
    await again.close();
  });
});
