import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serve, type Answer, type TestService } from './backend-service.js';

const CANARY = 'canary-900-12-3456';

let service: TestService;
beforeAll(async () => {
  service = await serve({ API_TOKEN: 'token' });
});
afterAll(() => service.stop(1_000));

function expectProblem({ status, headers, json, text }: Answer, expected: number, title: string): void {
  expect(status).toBe(expected);
  expect(headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(json).toEqual({ type: 'about:blank', title, status: expected });
  expect(text).not.toContain(CANARY);
}

const JSON_TYPE = { 'content-type': 'application/json' };

describe('an error says what its status means, and nothing else', () => {
  it.each([
    ['an unknown path', 404, 'Not Found', `/${CANARY}?q=${CANARY}`, {}],
    ['an unknown path of the API', 404, 'Not Found', `/api/v1/${CANARY}`, {}],
    ['a path that cannot be decoded', 404, 'Not Found', `/api/v1/%E0%A4%A/${CANARY}`, {}],
    [
      'malformed JSON',
      400,
      'Bad Request',
      '/api/v1',
      { method: 'POST', headers: JSON_TYPE, body: `{"${CANARY}` },
    ],
    [
      'a body that is too large',
      413,
      'Payload Too Large',
      '/api/v1',
      { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(CANARY.repeat(10_000)) },
    ],
    [
      'an encoding that it does not know',
      415,
      'Unsupported Media Type',
      '/api/v1',
      { method: 'POST', headers: { ...JSON_TYPE, 'content-encoding': CANARY }, body: '{}' },
    ],
    [
      'a character set that it does not know',
      415,
      'Unsupported Media Type',
      '/api/v1',
      { method: 'POST', headers: { 'content-type': `application/json; charset=${CANARY}` }, body: '{}' },
    ],
  ])('for %s', async (_what, status, title, path, options) => {
    expectProblem(await service.ask(path, options), status, title);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'])('for the method %s', async (method) => {
    for (const path of ['/api/v1', '/api/v1/version', '/api/v1/health/live', '/api/v1/health/ready']) {
      const answer = await service.ask(path, { method });
      expectProblem(answer, 405, 'Method Not Allowed');
      expect(answer.headers.allow).toBe('GET, HEAD, OPTIONS');
    }
  });

  it('for a fault of its own, which the log alone explains, and without the fault’s words', async () => {
    const faulty = await serve(
      {},
      {
        ping: () => {
          throw new TypeError(CANARY);
        },
        close: () => Promise.resolve(),
      },
    );
    const answer = await faulty.ask('/api/v1/health/ready');
    await faulty.stop(1_000);
    expectProblem(answer, 500, 'Internal Server Error');
    const logged = faulty.lines.map((line) => JSON.parse(line) as unknown);
    expect(logged).toContainEqual(
      expect.objectContaining({ level: 'error', msg: 'request failed', error: 'TypeError' }),
    );
    expect(faulty.lines.join('')).not.toContain(CANARY);
  });
});

it('lists its methods to OPTIONS', async () => {
  const { status, headers, text } = await service.ask('/api/v1/version', { method: 'OPTIONS' });
  expect({ status, allow: headers.allow, text }).toEqual({
    status: 204,
    allow: 'GET, HEAD, OPTIONS',
    text: '',
  });
});

describe('the log', () => {
  it('has a JSON line a request, with the route and neither path, query nor body', async () => {
    const own = await serve();
    await own.ask(`/api/v1/version?patient=${CANARY}`, { headers: { authorization: `Bearer ${CANARY}` } });
    await own.ask(`/patients/${CANARY}`);
    await own.stop(1_000);
    const logged = own.lines.map((line) => JSON.parse(line) as unknown);
    const common = {
      level: 'info',
      msg: 'request',
      method: 'GET',
      time: expect.any(String),
      ms: expect.any(Number),
    };
    expect(logged).toEqual([
      { ...common, route: '/api/v1/version', status: 200 },
      { ...common, route: 'none', status: 404 },
    ]);
    expect(own.lines.join('')).not.toContain(CANARY);
  });

  it('is not filled by health checks that go well', async () => {
    const own = await serve();
    await own.ask('/api/v1/health/live');
    await own.ask('/api/v1/health/ready');
    await own.stop(1_000);
    expect(own.lines).toEqual([]);
  });
});
