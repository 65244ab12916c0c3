import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serve, type Ask, type TestService } from '../examples/backend-service.js';
import { seen, simulated } from './both-answers.js';

const ORIGIN = 'https://app.example.com';
const ENVIRONMENT = {
  CORS_ORIGINS: `${ORIGIN}, http://localhost:5173`,
  API_TOKEN: 'correct-horse',
  GIT_SHA: '1'.repeat(40),
  BUILD_TIME: '2026-01-01T00:00:00Z',
  NODE_ENV: 'production',
};

let service: TestService;
beforeAll(async () => {
  service = await serve(ENVIRONMENT);
});
afterAll(() => service.stop(1_000));

async function expectSame(
  path: string,
  options: Ask,
  from = service,
  environment: Readonly<Record<string, string>> = ENVIRONMENT,
): Promise<void> {
  expect(simulated({}, { environment }, path, options)).toEqual(seen(await from.ask(path, options)));
}

const post = (body: string, type = 'application/json'): Ask => ({
  method: 'POST',
  headers: { 'content-type': type },
  body,
});
const bearer = (authorization: string): Ask => ({ headers: { authorization } });
const preflight = (origin: string): Ask => ({
  method: 'OPTIONS',
  headers: {
    origin,
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'authorization',
  },
});

const PATHS = [
  '/api/v1',
  '/api/v1/',
  '/api/v1?a=/b/',
  '/api/v1/version',
  '/API/V1/Version/?a',
  '/api/v1/health/live',
  '/api/v1/health/ready',
  '/api/v1/patients',
  '/api/v1/patients/1',
  '/api/v1/%76ersion',
  '/api/v1/%E0%A4%A',
  '//api/v1',
  '/nowhere',
  '/',
];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND'];
const ORIGINS = [ORIGIN, 'http://localhost:5173', `${ORIGIN}.evil.invalid`, `${ORIGIN}/`, 'null', ''];

describe('a simulated task answers as the example backend does', () => {
  it.each(PATHS.flatMap((path) => METHODS.map((method) => [method, path] as const)))(
    '%s %s',
    async (method, path) => {
      await expectSame(path, { method });
    },
  );

  it.each([
    ['malformed JSON', '/api/v1', post('{"a')],
    ['malformed JSON that needs a token', '/api/v1/patients', post('{"a')],
    ['malformed JSON to an unknown path', '/nowhere', post('{"a')],
    ['malformed JSON with a character set', '/api/v1', post('{"a', 'application/json; charset=utf-8')],
    ['a JSON text', '/api/v1', post('"a"')],
    ['a JSON null', '/api/v1', post('null')],
    ['a JSON list', '/api/v1', post('[]')],
    ['a JSON object', '/api/v1', post('{}')],
    ['an empty body', '/api/v1', post('')],
    ['malformed JSON of another type', '/api/v1', post('{"a', 'application/problem+json')],
    ['a form', '/api/v1/version', post('a=b', 'application/x-www-form-urlencoded')],
    ['the token', '/api/v1/patients', bearer('Bearer correct-horse')],
    ['the token with the scheme in another case', '/api/v1/patients', bearer('bearer  correct-horse')],
    ['a wrong token', '/api/v1/patients', bearer('Bearer wrong')],
    ['no token', '/api/v1/patients', bearer('Bearer ')],
    ['another scheme', '/api/v1/patients', bearer('Basic correct-horse')],
    [
      'the token and a method that is not there',
      '/api/v1/patients',
      { method: 'DELETE', ...bearer('Bearer correct-horse') },
    ],
  ])('to %s', async (_what, path, options) => {
    await expectSame(path, options);
  });

  it.each(ORIGINS)('to a page of %p', async (origin) => {
    const asked: readonly (readonly [string, Ask])[] = [
      ['/api/v1/patients', preflight(origin)],
      ['/nowhere', preflight(origin)],
      ['/api/v1/version', { headers: { origin } }],
      ['/api/v1/patients', { headers: { origin } }],
      ['/api/v1/version', { method: 'OPTIONS', headers: { origin } }],
    ];
    for (const [path, options] of asked) {
      await expectSame(path, options);
    }
  });

  it('when nothing is configured', async () => {
    const bare = await serve();
    const asked: readonly (readonly [string, Ask])[] = [
      ['/api/v1/version', { headers: { origin: ORIGIN } }],
      ['/api/v1/patients', bearer('Bearer undefined')],
      ['/api/v1/patients', preflight(ORIGIN)],
    ];
    for (const [path, options] of asked) {
      await expectSame(path, options, bare, {});
    }
    await bare.stop(1_000);
  });
});
