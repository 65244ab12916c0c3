import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serve, type TestService } from './backend-service.js';

const TOKEN = 'correct-horse-battery-staple';
const RELEASE = {
  GIT_SHA: '29d74b5d1f0f0a5a5f3c0d9b8e7c6a5b4d3e2f10',
  BUILD_TIME: '2026-01-02T03:04:05Z',
  NODE_ENV: 'production',
};
const ROUTES = [
  '/api/v1',
  '/api/v1/version',
  '/api/v1/health/live',
  '/api/v1/health/ready',
  '/api/v1/patients',
];

let service: TestService;
beforeAll(async () => {
  service = await serve({ ...RELEASE, API_TOKEN: TOKEN });
});
afterAll(() => service.stop(1_000));

describe('the version route', () => {
  it('says without a token which build answers', async () => {
    const { status, json, headers } = await service.ask('/api/v1/version');
    expect(status).toBe(200);
    expect(json).toEqual({
      gitSha: RELEASE.GIT_SHA,
      buildTime: RELEASE.BUILD_TIME,
      nodeEnv: 'production',
      version: '1.0.0',
      service: 'mentalspace-backend',
    });
    expect(headers['content-type']).toMatch(/^application\/json/);
  });

  it('says unknown when the image was built without a commit', async () => {
    const bare = await serve();
    const { json } = await bare.ask('/api/v1/version');
    await bare.stop(1_000);
    expect(json).toMatchObject({ gitSha: 'unknown', buildTime: 'unknown', nodeEnv: 'development' });
  });
});

describe('the root and health routes', () => {
  it('are open and say that all is well', async () => {
    const [root, live, ready] = await Promise.all(
      ['/api/v1', '/api/v1/health/live', '/api/v1/health/ready'].map((path) => service.ask(path)),
    );
    expect(root).toMatchObject({ status: 200, json: { service: 'mentalspace-backend', version: '1.0.0' } });
    expect(live).toMatchObject({ status: 200, json: { status: 'ok' } });
    expect(ready).toMatchObject({ status: 200, json: { status: 'ok', checks: { database: 'ok' } } });
  });

  it('keep the service alive but not ready while the database is away', async () => {
    const away = { ping: () => Promise.reject(new Error('secret host')), close: () => Promise.resolve() };
    const sick = await serve({}, away);
    const [live, ready] = [await sick.ask('/api/v1/health/live'), await sick.ask('/api/v1/health/ready')];
    await sick.stop(1_000);
    expect(live.status).toBe(200);
    expect(ready).toMatchObject({
      status: 503,
      json: { status: 'unavailable', checks: { database: 'unavailable' } },
    });
    expect(sick.lines.join('')).not.toContain('secret host');
  });
});

describe('the protected route', () => {
  const patients = (authorization?: string, from = service) =>
    from.ask('/api/v1/patients', authorization === undefined ? {} : { headers: { authorization } });

  it('opens to the token, whatever the case of the scheme', async () => {
    expect(await patients(`Bearer ${TOKEN}`)).toMatchObject({ status: 200, json: { patients: [] } });
    expect(await patients(`bearer ${TOKEN}`)).toMatchObject({ status: 200 });
  });

  it('asks for a token when there is none', async () => {
    const { status, headers, json } = await patients();
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toBe('Bearer realm="api"');
    expect(json).toEqual({ type: 'about:blank', title: 'Unauthorized', status: 401 });
  });

  it.each([
    ['a wrong token', 'Bearer wrong'],
    ['a token that only starts well', `Bearer ${TOKEN}x`],
    ['the beginning of the token', `Bearer ${TOKEN.slice(0, -1)}`],
    ['garbage', 'Bearer \u00ff\u00fe{}'],
    ['an empty token', 'Bearer '],
    ['two tokens', `Bearer ${TOKEN} ${TOKEN}`],
    ['the token under another scheme', `Basic ${TOKEN}`],
  ])('refuses %s', async (_what, authorization) => {
    const { status, headers } = await patients(authorization);
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toMatch(/^Bearer /);
  });

  it('asks for a token before it says which methods it has', async () => {
    const { status } = await service.ask('/api/v1/patients', { method: 'DELETE' });
    expect(status).toBe(401);
  });

  it('opens to nobody when no token is configured', async () => {
    const closed = await serve();
    const answers = await Promise.all(
      ['', 'Bearer ', 'Bearer undefined', 'Bearer null'].map((one) => patients(one, closed)),
    );
    await closed.stop(1_000);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
  });
});

describe('every answer', () => {
  const answers = () =>
    Promise.all([
      ...[...ROUTES, '/nowhere', '/'].map((path) => service.ask(path)),
      service.ask('/api/v1/version', { method: 'DELETE' }),
      service.ask('/api/v1/version', { method: 'OPTIONS' }),
    ]);

  it('carries the security headers', async () => {
    for (const { headers } of await answers()) {
      expect(headers).toMatchObject({
        'strict-transport-security': 'max-age=31536000; includeSubDomains',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'content-security-policy': "default-src 'none';frame-ancestors 'none'",
        'referrer-policy': 'no-referrer',
      });
    }
  });

  it('forbids caches to keep it and tells them that it depends on the origin', async () => {
    for (const { headers } of await answers()) {
      expect(headers).toMatchObject({ 'cache-control': 'no-store', vary: 'Origin' });
      expect(headers).not.toHaveProperty('etag');
    }
  });

  it('does not say what the service is made of', async () => {
    for (const { headers } of await answers()) {
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).not.toHaveProperty('server');
    }
  });
});

it('answers HEAD like GET, without a body', async () => {
  for (const path of ROUTES.slice(0, 4)) {
    expect(await service.ask(path, { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  }
});
