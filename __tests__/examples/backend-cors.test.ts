import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readConfig } from '../../examples/backend/src/config.js';
import { serve, type TestService } from './backend-service.js';

const ALLOWED = ['https://app.mentalspaceehr.com', 'http://localhost:5173'];
const HOSTILE = [
  'https://app.mentalspaceehr.com.evil.invalid',
  'https://evil-app.mentalspaceehr.com',
  'http://app.mentalspaceehr.com',
  'https://app.mentalspaceehr.com:8443',
  'https://app.mentalspaceehr.com/',
  'HTTPS://APP.MENTALSPACEEHR.COM',
  'https://mentalspaceehr.com',
  'null',
  '*',
  '',
];

let service: TestService;
beforeAll(async () => {
  service = await serve({ CORS_ORIGINS: ALLOWED.join(', ') });
});
afterAll(() => service.stop(1_000));

const preflight = (origin: string, path = '/api/v1/patients') =>
  service.ask(path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization',
    },
  });

describe('a listed origin', () => {
  it.each(ALLOWED)('%s may send the token', async (origin) => {
    const { status, headers, text } = await preflight(origin);
    expect(status).toBe(204);
    expect(text).toBe('');
    expect(headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, HEAD, POST',
      'access-control-allow-headers': 'Authorization, Content-Type',
      vary: 'Origin',
    });
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });

  it.each(['/api/v1/version', '/api/v1/patients', '/nowhere'])('may read the answer of %s', async (path) => {
    const { headers } = await service.ask(path, { headers: { origin: ALLOWED[0] } });
    expect(headers).toMatchObject({ 'access-control-allow-origin': ALLOWED[0], vary: 'Origin' });
  });
});

describe('any other origin', () => {
  it.each(HOSTILE)('%p gets no permission', async (origin) => {
    const answers = [await preflight(origin), await service.ask('/api/v1/version', { headers: { origin } })];
    expect(answers.map(({ status }) => status)).toEqual([204, 200]);
    for (const { headers } of answers) {
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
      expect(headers.vary).toBe('Origin');
    }
  });
});

it('allows no origin when none is listed', async () => {
  const closed = await serve();
  const { headers } = await closed.ask('/api/v1/version', { headers: { origin: ALLOWED[0] } });
  await closed.stop(1_000);
  expect(headers).not.toHaveProperty('access-control-allow-origin');
});

describe('the configuration', () => {
  it.each(['*', 'null', 'app.mentalspaceehr.com', 'https://a.example/', 'https://A.example', 'file:///x'])(
    'refuses %p as an origin, which no browser sends or nobody should allow',
    (origin) => {
      expect(() => readConfig({ CORS_ORIGINS: `https://a.example,${origin}` })).toThrow(
        `CORS_ORIGINS has an entry that is not an origin: ${origin}`,
      );
    },
  );

  it('names everything that is wrong at once', () => {
    expect(() => readConfig({ PORT: '-1', CORS_ORIGINS: '*' })).toThrow(/PORT .*CORS_ORIGINS /);
  });

  it.each(['65536', '3001.5', '0x10', 'http', ' '])('refuses the port %p', (port) => {
    expect(() => readConfig({ PORT: port })).toThrow('PORT is not a port.');
  });

  it('listens on every interface and port 3001 when nothing is said', () => {
    expect(readConfig({})).toMatchObject({ host: '0.0.0.0', port: 3001, corsOrigins: [] });
  });
});
