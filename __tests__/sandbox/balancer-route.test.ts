import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { balance } from '../../sandbox/balancer/balance.js';
import { fits } from '../../sandbox/balancer/route.js';
import { type VirtualClock, virtualClock } from '../../sandbox/clock.js';
import type { Cloud } from '../../sandbox/cloud.js';
import { elbOperations } from '../../sandbox/elbv2/operations.js';
import { deregisterTarget, registerTarget } from '../../sandbox/elbv2/targets.js';
import type { JsonObject } from '../../sandbox/json.js';
import type { TaskRequest } from '../../sandbox/runtime/runtime.js';
import {
  type Answering,
  type Made,
  answeringRuntime,
  behindHttps,
  emptyCloud,
  made,
  status,
} from './balanced-cloud.js';

let cloud: Cloud;
let clock: VirtualClock;
let tasks: Map<string, Answering>;
let world: Made;

beforeEach(async () => {
  tasks = new Map();
  clock = virtualClock();
  cloud = emptyCloud(answeringRuntime(tasks), clock);
  world = await behindHttps(cloud);
});

const GET = { method: 'GET', headers: {}, timeout: 1_000 };

async function get(url: string, request: Partial<TaskRequest> = {}) {
  const { status: code, headers, body } = await balance(cloud, url, { ...GET, ...request });
  return { status: code, headers, body: body.toString() };
}

/** Healthy tasks that answer with their own name. */
async function healthyTasks(...ips: string[]): Promise<void> {
  for (const ip of ips) {
    tasks.set(`${ip}:3001`, () => status(200, ip));
    registerTarget(cloud, world.targetGroup, { id: ip, port: 3001 });
  }
  await clock.advance(2_000);
}

async function bodies(times: number): Promise<string[]> {
  const answers: string[] = [];
  for (let asked = 0; asked < times; asked++) answers.push((await get('https://app.test/')).body);
  return answers;
}

describe('a pattern of a rule', () => {
  it.each([
    ['/api/*', '/api/', true],
    ['/api/*', '/api/v1/x', true],
    ['/api/*', '/api', false],
    ['/img/?.png', '/img/1.png', true],
    ['/img/?.png', '/img/12.png', false],
    ['/img/?.png', '/img/.png', false],
    ['*', '', true],
    ['', '', true],
    ['', '/', false],
    ['*.example.com', 'a.b.example.com', true],
    ['*.example.com', 'example.com', false],
    ['/a*b*c', '/a--b--b-c', true],
    ['/a*b*c', '/a--c--b', false],
    ['/a.c', '/abc', false],
    ['/**', '/', true],
  ])('%s fits %s: %s', (pattern, text, expected) => {
    expect(fits(pattern, text)).toBe(expected);
  });

  it('means the same as a regular expression', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
    const texts = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
    fc.assert(
      fc.property(letters, texts, (pattern, text) => {
        const same = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(text);
        expect(fits(pattern.replaceAll(/\*+/g, '*'), text)).toBe(same);
      }),
      { numRuns: 500 },
    );
  });

  it('is decided at once, however it is written', () => {
    expect(fits(`${'a*'.repeat(64)}b`, 'a'.repeat(20_000))).toBe(false);
  });
});

describe('the rules of a listener', () => {
  async function rule(Priority: number, condition: Record<string, readonly string[]>, answer: string) {
    await elbOperations['CreateRule']!(cloud, {
      ListenerArn: world.https,
      Priority,
      Conditions: Object.entries(condition).map(([Field, Values]): JsonObject => ({ Field, Values })),
      Actions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '200', MessageBody: answer } }],
    });
  }

  it.each([
    ['https://app.test/api/v1/x', 'api'],
    ['https://app.test/api/admin', 'admin'],
    ['https://app.test/API/admin', 'task'],
    ['https://app.test/other?next=/api/admin', 'task'],
    ['https://Shop.Example.com/x', 'shop'],
    ['https://shop.example.com/api/admin', 'admin'],
    ['https://elsewhere.test/', 'task'],
    ['https://app.test/both', 'task'],
    ['https://both.test/both', 'both'],
  ])('send %s to %s, smallest priority first', async (url, expected) => {
    await healthyTasks('10.0.0.1');
    tasks.set('10.0.0.1:3001', () => status(200, 'task'));
    await rule(100, { 'path-pattern': ['/api/*'] }, 'api');
    await rule(9, { 'path-pattern': ['/api/admin', '/api/root'] }, 'admin');
    await rule(50, { 'host-header': ['SHOP.example.com'] }, 'shop');
    await rule(60, { 'host-header': ['both.test'], 'path-pattern': ['/both'] }, 'both');
    expect((await get(url)).body).toBe(expected);
  });
});

describe('the targets of a group', () => {
  it('take turns', async () => {
    await healthyTasks('10.0.0.1', '10.0.0.2', '10.0.0.3');
    const answers = await bodies(6);
    expect(new Set(answers.slice(0, 3)).size).toBe(3);
    expect(answers.slice(3)).toEqual(answers.slice(0, 3));
  });

  it('get no request before they are healthy, as long as another one is', async () => {
    await healthyTasks('10.0.0.1');
    tasks.set('10.0.0.2:3001', () => status(200, '10.0.0.2'));
    registerTarget(cloud, world.targetGroup, { id: '10.0.0.2', port: 3001 });
    expect(await bodies(4)).toEqual(Array(4).fill('10.0.0.1'));
    await clock.advance(2_000);
    expect(new Set(await bodies(4))).toEqual(new Set(['10.0.0.1', '10.0.0.2']));
  });

  it('get no new request while they drain, even when they are the only ones', async () => {
    await healthyTasks('10.0.0.1', '10.0.0.2');
    deregisterTarget(cloud, world.targetGroup, { id: '10.0.0.1', port: 3001 });
    expect(await bodies(4)).toEqual(Array(4).fill('10.0.0.2'));
    deregisterTarget(cloud, world.targetGroup, { id: '10.0.0.2', port: 3001 });
    expect((await get('https://app.test/')).status).toBe(503);
  });

  it('are all asked when none is healthy: the load balancer fails open', async () => {
    await healthyTasks('10.0.0.1', '10.0.0.2');
    for (const ip of ['10.0.0.1', '10.0.0.2']) {
      tasks.set(`${ip}:3001`, ({ path }) => status(path === '/' ? 200 : 500, ip));
    }
    await clock.advance(120_000);
    const states = [...cloud.elb.targetGroups.get(world.targetGroup)!.targets.values()].map(
      ({ state }) => state,
    );
    expect(states).toEqual(['unhealthy', 'unhealthy']);
    expect(new Set(await bodies(4))).toEqual(new Set(['10.0.0.1', '10.0.0.2']));
  });

  it('are all asked when fewer are healthy than the group wants', async () => {
    await healthyTasks('10.0.0.1');
    registerTarget(cloud, world.targetGroup, { id: '10.0.0.2', port: 3001 });
    const Key = 'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count';
    const TargetGroupArn = world.targetGroup;
    await elbOperations['ModifyTargetGroupAttributes']!(cloud, {
      TargetGroupArn,
      Attributes: [{ Key, Value: '2' }],
    });
    expect(
      (await Promise.all([get('https://app.test/'), get('https://app.test/')]))
        .map((one) => one.status)
        .sort(),
    ).toEqual([200, 502]);
  });
});

describe('a request through the load balancer without sockets', () => {
  it.each([
    ['refuses connections', undefined, 502],
    ['breaks off', () => Promise.reject(new Error('socket hang up')), 502],
    ['times out', () => Promise.reject(Object.assign(new Error('slow'), { name: 'TimeoutError' })), 504],
  ] satisfies [string, Answering | undefined, number][])(
    'is answered by the load balancer itself when the task %s',
    async (_what, answering, code) => {
      await healthyTasks('10.0.0.1');
      if (answering) tasks.set('10.0.0.1:3001', answering);
      else tasks.delete('10.0.0.1:3001');
      const answer = await get('https://app.test/');
      expect(answer).toMatchObject({
        status: code,
        headers: { server: 'awselb/2.0', 'content-type': 'text/html' },
      });
      expect(answer.body).toContain(`<center><h1>${code} `);
    },
  );

  it('is a 504 when the task is silent for the idle timeout', async () => {
    await healthyTasks('10.0.0.1');
    tasks.set('10.0.0.1:3001', () => new Promise(() => undefined));
    let code = 0;
    const asked = get('https://app.test/').then((answer) => (code = answer.status));
    await clock.advance(59_999);
    expect(code).toBe(0);
    await clock.advance(1);
    await asked;
    expect(code).toBe(504);
  });

  it('is a 503 in the words of the load balancer when no target is registered', async () => {
    const { status: code, headers, body } = await get('https://app.test/');
    expect([code, headers['server']]).toEqual([503, 'awselb/2.0']);
    expect(body).toBe(
      '<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n' +
        '<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>\r\n',
    );
  });

  it('keeps host, path and query when it is redirected to HTTPS', async () => {
    const { status: code, headers } = await get('http://app.test/a/b%20c?q=1&r=%2F#part');
    expect([code, headers['location']]).toEqual([301, 'https://app.test:443/a/b%20c?q=1&r=%2F']);
  });

  it('is redirected to what the action says, with nothing of the request read as a placeholder', async () => {
    const RedirectConfig = {
      Host: 'new.#{host}',
      Path: '/v2/#{path}',
      Query: 'from=#{host}&#{query}',
      StatusCode: 'HTTP_302',
    };
    const DefaultActions = [{ Type: 'redirect', RedirectConfig }];
    await elbOperations['ModifyListener']!(cloud, { ListenerArn: world.https, DefaultActions });
    const { status: code, headers } = await get('https://app.test/x?$&=1', { headers: { host: '#{path}' } });
    expect([code, headers['location']]).toEqual([302, 'https://new.#{path}:443/v2/x?from=#{path}&$&=1']);
  });

  it('reaches the task with what the load balancer adds, and without what is for one connection', async () => {
    await healthyTasks('10.0.0.1');
    let seen: Readonly<Record<string, string>> = {};
    tasks.set('10.0.0.1:3001', ({ headers }) => {
      seen = headers;
      return status(200, '', { 'set-cookie': ['a=1', 'b=2'], 'keep-alive': 'timeout=5', server: 'app' });
    });
    const { headers } = await get('https://app.test/', {
      headers: {
        'x-forwarded-for': '203.0.113.9',
        'x-forwarded-proto': 'spoofed',
        connection: 'x-private',
        'x-private': '1',
        te: 'trailers',
        accept: '*/*',
      },
    });
    expect(seen).toEqual({
      host: 'app.test',
      accept: '*/*',
      'x-forwarded-for': '203.0.113.9, 127.0.0.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '443',
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    });
    expect(headers).toEqual({ 'set-cookie': ['a=1', 'b=2'], server: 'app' });
  });

  it('keeps its host and its length, whatever the client calls a header of its connection', async () => {
    await healthyTasks('10.0.0.1');
    let seen: Readonly<Record<string, string>> = {};
    tasks.set('10.0.0.1:3001', ({ headers }) => {
      seen = headers;
      return status(200);
    });
    await get('https://app.test/', {
      method: 'POST',
      headers: { connection: 'close, Content-Length, HOST', 'content-length': '4' },
      body: Buffer.from('body'),
    });
    expect(seen).toMatchObject({ host: 'app.test', 'content-length': '4' });
  });

  it('carries on a trace that the client began', async () => {
    await healthyTasks('10.0.0.1');
    let trace: string | undefined;
    tasks.set('10.0.0.1:3001', ({ headers }) => {
      trace = headers['x-amzn-trace-id'];
      return status(200);
    });
    await get('https://app.test/', { headers: { 'x-amzn-trace-id': 'Root=1-abc-def;Self=old;Sampled=1' } });
    expect(trace).toMatch(/^Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-abc-def;Sampled=1$/);
  });

  it('gets the headers that the listener adds and loses those that it removes', async () => {
    await elbOperations['ModifyListenerAttributes']!(cloud, {
      ListenerArn: world.https,
      Attributes: [
        { Key: 'routing.http.response.strict_transport_security.header_value', Value: 'max-age=31536000' },
        { Key: 'routing.http.response.server.enabled', Value: 'false' },
      ],
    });
    await healthyTasks('10.0.0.1');
    tasks.set('10.0.0.1:3001', () =>
      status(200, '', { server: 'x', 'strict-transport-security': 'max-age=1' }),
    );
    expect((await get('https://app.test/')).headers).toEqual({
      'strict-transport-security': 'max-age=31536000',
    });
  });

  it('is refused where nothing listens', async () => {
    await expect(get('https://app.test:8443/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(balance(emptyCloud(answeringRuntime(tasks)), 'http://app.test/', GET)).rejects.toThrow(
      'connect ECONNREFUSED app.test:80',
    );
  });

  it('goes to the load balancer whose DNS name it has, else to the oldest', async () => {
    const other = await made(cloud, 'CreateLoadBalancer', { Name: 'Other' }, [
      'LoadBalancers',
      'LoadBalancerArn',
    ]);
    const FixedResponseConfig = { StatusCode: '200', MessageBody: 'other' };
    await elbOperations['CreateListener']!(cloud, {
      LoadBalancerArn: other,
      Port: 80,
      Protocol: 'HTTP',
      DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig }],
    });
    const { dnsName } = cloud.elb.loadBalancers.get(other)!;
    expect(await get(`http://${dnsName}/`)).toMatchObject({ status: 200, body: 'other' });
    expect(await get('http://app.test/')).toMatchObject({ status: 301 });
  });
});
