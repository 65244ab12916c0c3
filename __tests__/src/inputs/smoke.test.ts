import { describe, expect, it } from '@jest/globals';
import { CHECKS, type CheckName } from '../../../src/checks/check.js';
import type { SmokeSettings } from '../../../src/checks/settings.js';
import { readInputs } from '../../../src/inputs/inputs.js';
import { checks, problems, suite } from './suite.js';

const BUILT_IN: SmokeSettings = {
  version: { path: '/api/v1/version', field: { text: 'gitSha', steps: ['gitSha'] } },
  health: {
    path: '/api/v1/health/live',
    status: [200],
    field: { text: 'status', steps: ['status'] },
    required: false,
    values: ['ok', 'up', 'healthy', 'pass', 'ready', 'alive', 'true'],
    contentType: undefined,
  },
  database: {
    path: '/api/v1/health/ready',
    status: [200],
    field: { text: '$.checks.database', steps: ['checks', 'database'] },
    required: true,
    values: ['ok', 'up', 'healthy', 'pass', 'ready', 'connected', 'true'],
    contentType: undefined,
  },
  https: { path: '/api/v1/version', httpUrl: new URL('http://api.example.com'), minDays: 14 },
  auth: { path: undefined, status: [401], token: undefined, fields: [] },
  cors: { path: '/api/v1/version', origin: undefined, open: false, method: 'GET', headers: ['content-type'] },
  'security-headers': {
    path: '/api/v1/version',
    protectedPath: undefined,
    hstsMinAge: 15_552_000,
    optional: [],
  },
  'response-time': { path: '/api/v1/version', limit: 2_000 },
  'error-format': { path: '/api/v1', readOnlyPath: '/api/v1/version', fields: [] },
  root: { path: '/api/v1', status: [200, 204, 301, 302, 308, 401, 404] },
  custom: [],
  skips: new Map([['auth', 'protected-path is not given']]),
};

describe('the smoke suite', () => {
  it('is complete without any setting', async () => {
    expect(await suite()).toEqual({
      baseUrl: new URL('https://api.example.com'),
      timeout: 30_000,
      failOn: 'any',
      settings: BUILT_IN,
      secrets: [],
    });
  });

  it('is the same with a file that says nothing', async () => {
    expect(await suite({ file: 'version: 1\n' })).toEqual(await suite());
    expect(await suite({ file: 'version: 1\nchecks: {}\ncustom: []\n' })).toEqual(await suite());
  });

  it.each<[string, CheckName, object]>([
    ['version: { field: $.git.sha }', 'version', { field: { text: '$.git.sha', steps: ['git', 'sha'] } }],
    ['health: { path: /up }', 'health', { path: '/up' }],
    ['health: { status: 204 }', 'health', { status: [204] }],
    ['health: { field: state }', 'health', { field: { text: 'state', steps: ['state'] } }],
    ['health: { required: true }', 'health', { required: true }],
    ['health: { values: [Fine, true, 1] }', 'health', { values: ['fine', 'true', '1'] }],
    ['health: { content-type: application/json }', 'health', { contentType: 'application/json' }],
    ['health: { content-type: /json/i }', 'health', { contentType: /json/i }],
    ['database: { path: /ready }', 'database', { path: '/ready' }],
    ['database: { status: [200, 503] }', 'database', { status: [200, 503] }],
    ['database: { field: db }', 'database', { field: { text: 'db', steps: ['db'] } }],
    ['database: { required: false }', 'database', { required: false }],
    ['database: { values: [yes] }', 'database', { values: ['yes'] }],
    ['database: { content-type: text/plain }', 'database', { contentType: 'text/plain' }],
    ['https: { http-url: "http://a:8080" }', 'https', { httpUrl: new URL('http://a:8080') }],
    ['https: { min-days: 0 }', 'https', { minDays: 0 }],
    ['auth: { status: [401, 403] }', 'auth', { status: [401, 403] }],
    ['auth: { token: literal }', 'auth', { token: 'literal' }],
    ['auth: { fields: [traceId] }', 'auth', { fields: ['traceId'] }],
    ['cors: { path: /c }', 'cors', { path: '/c' }],
    ['cors: { origin: "https://app.example.com" }', 'cors', { origin: 'https://app.example.com' }],
    ['cors: { open: true }', 'cors', { open: true }],
    ['cors: { method: PATCH }', 'cors', { method: 'PATCH' }],
    ['cors: { headers: [Authorization, X-Id] }', 'cors', { headers: ['authorization', 'x-id'] }],
    ['cors: { headers: [] }', 'cors', { headers: [] }],
    ['security-headers: { path: /s }', 'security-headers', { path: '/s' }],
    ['security-headers: { protected-path: /p }', 'security-headers', { protectedPath: '/p' }],
    ['security-headers: { hsts-min-age: 60 }', 'security-headers', { hstsMinAge: 60 }],
    [
      'security-headers: { optional: [Referrer-Policy] }',
      'security-headers',
      { optional: ['referrer-policy'] },
    ],
    ['response-time: { path: /fast }', 'response-time', { path: '/fast' }],
    ['response-time: { limit: 500ms }', 'response-time', { limit: 500 }],
    ['response-time: { limit: 10s }', 'response-time', { limit: 10_000 }],
    ['error-format: { path: /e }', 'error-format', { path: '/e' }],
    ['error-format: { read-only-path: /r }', 'error-format', { readOnlyPath: '/r' }],
    ['error-format: { fields: [hint] }', 'error-format', { fields: ['hint'] }],
    ['root: { status: 404 }', 'root', { status: [404] }],
  ])('takes %s from the file, and nothing else', async (file, check, changed) => {
    const { settings } = await suite({ file: checks(file) });
    expect(settings).toEqual({ ...BUILT_IN, [check]: { ...BUILT_IN[check], ...changed } });
  });

  it.each<[string, string, string, (settings: SmokeSettings) => unknown, unknown, unknown]>([
    ['version-path', '/in', 'version: { path: /file }', ({ version }) => version.path, '/in', '/file'],
    ['health-path', '/in', 'health: { path: /file }', ({ health }) => health.path, '/in', '/file'],
    ['ready-path', '/in', 'database: { path: /file }', ({ database }) => database.path, '/in', '/file'],
    ['root-path', '/in', 'root: { path: /file }', ({ root }) => root.path, '/in', '/file'],
    ['protected-path', '/in', 'auth: { path: /file }', ({ auth }) => auth.path, '/in', '/file'],
    [
      'cors-origin',
      'https://in.example',
      'cors: { origin: "https://file.example" }',
      ({ cors }) => cors.origin,
      'https://in.example',
      'https://file.example',
    ],
    [
      'http-url',
      'http://in.example',
      'https: { http-url: "http://file.example" }',
      ({ https }) => https.httpUrl?.host,
      'in.example',
      'file.example',
    ],
    [
      'max-response-time',
      '1s',
      'response-time: { limit: 3s }',
      (settings) => settings['response-time'].limit,
      1_000,
      3_000,
    ],
  ])('takes %s before what the file says', async (name, value, settings, look, fromInput, fromFile) => {
    const [inputs, file] = [{ [name]: value }, checks(settings)];
    expect(look((await suite({ inputs })).settings)).toEqual(fromInput);
    expect(look((await suite({ file })).settings)).toEqual(fromFile);
    expect(look((await suite({ inputs, file })).settings)).toEqual(fromInput);
  });

  it.each([
    ['the input', { inputs: { 'version-path': '/v' } }],
    ['the file', { file: checks('version: { path: /v }') }],
  ])('looks at the version path of %s wherever a path that answers is needed', async (_, wish) => {
    expect((await suite(wish)).settings).toMatchObject({
      https: { path: '/v' },
      cors: { path: '/v' },
      'security-headers': { path: '/v', protectedPath: undefined },
      'response-time': { path: '/v' },
      'error-format': { path: '/api/v1', readOnlyPath: '/v' },
    });
  });

  it.each([
    ['the input', { inputs: { 'protected-path': '/p' } }],
    ['the file', { file: checks('auth: { path: /p }') }],
  ])('looks at the protected path of %s wherever one is needed', async (_, wish) => {
    expect((await suite(wish)).settings).toMatchObject({
      auth: { path: '/p' },
      cors: { path: '/p' },
      'security-headers': { path: '/api/v1/version', protectedPath: '/p' },
      skips: new Map(),
    });
  });

  it('looks at the root path for errors, too', async () => {
    expect((await suite({ inputs: { 'root-path': '/' } })).settings['error-format'].path).toBe('/');
  });

  it('leaves a check the route that the file gives to it alone', async () => {
    const file = 'version: 1\nchecks: { cors: { path: /c }, security-headers: { protected-path: /s } }';
    const { settings } = await suite({ inputs: { 'version-path': '/v', 'protected-path': '/p' }, file });
    expect(settings).toMatchObject({ cors: { path: '/c' }, 'security-headers': { protectedPath: '/s' } });
  });

  it.each([
    ['https://api.example.com', 'http://api.example.com/'],
    ['https://api.example.com:443', 'http://api.example.com/'],
    ['https://[::1]', 'http://[::1]/'],
    ['https://api.example.com:8443', undefined],
    ['http://localhost:3001', undefined],
  ])('asks, with the base URL %s, %s in plain HTTP', async (url, expected) => {
    const { settings } = await suite({ inputs: { 'base-url': url } });
    expect(settings.https.httpUrl?.href).toBe(expected);
  });

  it('may let a check stand that failed before', async () => {
    expect(await suite({ inputs: { 'fail-on': 'regression' } })).toHaveProperty('failOn', 'regression');
  });
});

describe('checks that are left out', () => {
  const file = [
    'version: 1',
    'checks: { cors: { skip: no browser clients }, root: { skip: "404" } }',
    'custom: [{ name: search answers, path: /search, skip: slow }, { name: other, path: /other }]',
  ].join('\n');
  const skips = async (inputs: Record<string, string>): Promise<Record<string, string>> =>
    Object.fromEntries((await suite({ inputs, file })).settings.skips);

  it('have the reason of the file', async () => {
    expect(await skips({})).toEqual({
      auth: 'protected-path is not given',
      cors: 'no browser clients',
      root: '404',
      'search answers': 'slow',
    });
  });

  it('have their reason in one line', async () => {
    const { settings } = await suite({ file: checks('root: { skip: "a\\n::error::b" }') });
    expect(settings.skips.get('root')).toBe('a ::error::b');
  });

  it('are those of skip-checks before all, by the names of any check', async () => {
    expect(await skips({ 'skip-checks': 'auth\ncors\n\n other \nhttps' })).toEqual({
      auth: 'left out by skip-checks',
      cors: 'left out by skip-checks',
      root: '404',
      'search answers': 'slow',
      other: 'left out by skip-checks',
      https: 'left out by skip-checks',
    });
  });

  it('are known by name', async () => {
    const known =
      'version, health, database, https, auth, cors, security-headers, response-time, error-format, root';
    expect(await problems({ inputs: { 'skip-checks': 'corz' } })).toEqual([
      `The input skip-checks names "corz", which is no check. Write one name a line (by hand, one --skip-checks each): ${known}.`,
    ]);
    expect(await problems({ inputs: { 'skip-checks': 'corz' }, file })).toEqual([
      `The input skip-checks names "corz", which is no check. Write one name a line (by hand, one --skip-checks each): ${known}, search answers, other.`,
    ]);
  });

  it('are not judged when the names of the own checks cannot be read', async () => {
    expect(await problems({ inputs: { 'skip-checks': 'search answers' }, file: ']' })).toHaveLength(1);
  });
});

describe('inputs of the suite', () => {
  it.each<[Record<string, string>, RegExp]>([
    [{ 'version-path': 'api/v1' }, /version-path is "api\/v1", but must be a path that starts with one "\/"/],
    [{ 'version-path': '//evil.example/x' }, /version-path/],
    [{ 'health-path': '/\\evil.example' }, /health-path/],
    [{ 'ready-path': '/a b' }, /ready-path/],
    [{ 'root-path': '/a#b' }, /root-path/],
    [{ 'protected-path': 'https://a.example/x' }, /protected-path/],
    [{ 'cors-origin': 'app.example.com' }, /cors-origin is .* must be an origin such as/],
    [{ 'cors-origin': 'https://app.example.com/' }, /cors-origin is .*, but .* slash at the end/],
    [{ 'cors-origin': 'https://app.example.com:443' }, /cors-origin is .*, but .* default port/],
    [{ 'cors-origin': 'http://app.example.com:80' }, /cors-origin/],
    [{ 'cors-origin': 'https://app..example.com' }, /cors-origin/],
    [{ 'cors-origin': 'https://app.example.com:99999' }, /cors-origin/],
    [{ 'cors-origin': 'https://App.example.com' }, /cors-origin/],
    [{ 'cors-origin': '*' }, /cors-origin/],
    [{ 'http-url': 'https://a.example' }, /http-url is .* must be a URL such as http:/],
    [{ 'http-url': 'http://u:p@a.example' }, /http-url/],
    [{ 'max-response-time': '0ms' }, /max-response-time is "0ms", but must be a time such as 500ms or 2s/],
    [{ 'max-response-time': '11s' }, /max-response-time/],
    [{ 'max-response-time': '2' }, /max-response-time/],
    [{ 'fail-on': 'never' }, /fail-on is "never", but must be any or regression/],
    [{ 'smoke-timeout': 'soon' }, /smoke-timeout/],
    [{ 'smoke-config': 'gone.yml' }, /smoke-config names gone\.yml, which is not there .* checkout\?/],
    [{ 'base-url': 'ftp://a' }, /base-url must be a URL/],
  ])('%j is refused, with what it must be', async (inputs, expected) => {
    expect(await problems({ inputs })).toEqual([expect.stringMatching(expected)]);
  });

  it('are reported together, with what is wrong in the file', async () => {
    const inputs = { 'fail-on': 'x', 'version-path': 'x', 'base-url': 'x', 'skip-checks': 'x' };
    expect(await problems({ inputs, file: checks('root: { path: x }') })).toHaveLength(5);
  });

  it('name a file that cannot be read', async () => {
    const files = { read: () => Promise.reject(Object.assign(new Error('no'), { code: 'EACCES' })) };
    const env = {
      INPUT_MODE: 'smoke',
      'INPUT_BASE-URL': 'https://a.example',
      'INPUT_SMOKE-CONFIG': 'smoke.yml\n::error::x',
    };
    await expect(readInputs(env, files)).rejects.toThrow(
      'The input smoke-config names smoke.yml ::error::x, which is not there or cannot be read.',
    );
  });

  it('are not looked at where the suite is not run', async () => {
    const rollback = {
      INPUT_MODE: 'rollback',
      'INPUT_AWS-REGION': 'us-east-1',
      INPUT_CLUSTER: 'c',
      INPUT_SERVICE: 's',
      'INPUT_SMOKE-CONFIG': 'gone.yml',
    };
    const files = { read: () => Promise.reject(new Error('a file is read')) };
    expect(await readInputs(rollback, files)).toMatchObject({ smoke: undefined, unasked: true });
    const off = { ...rollback, INPUT_SMOKE: 'false', 'INPUT_BASE-URL': 'https://a.example' };
    expect(await readInputs(off, files)).toMatchObject({ smoke: undefined, unasked: false });
  });
});

describe('the mode smoke', () => {
  const read = (inputs: Record<string, string>) =>
    readInputs(
      {
        INPUT_MODE: 'smoke',
        ...Object.fromEntries(
          Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
        ),
      },
      { read: () => Promise.resolve(undefined) },
    );
  const url = { 'base-url': 'https://api.example.com' };

  it('needs nothing but the URL', async () => {
    expect(await read(url)).toEqual({
      mode: 'smoke',
      smoke: await suite(),
      expected: undefined,
      url: 'https://api.example.com/',
    });
    await expect(read({})).rejects.toThrow(/^The input base-url is missing\.$/);
  });

  it('may be told the beginning of a commit', async () => {
    expect(await read({ ...url, 'expected-sha': 'ABCDEF1' })).toHaveProperty('expected', 'abcdef1');
    await expect(read({ ...url, 'expected-sha': 'abcdef' })).rejects.toThrow(
      /expected-sha is "abcdef", but must be a commit SHA of 7 to 64/,
    );
    await expect(read({ ...url, 'expected-sha': 'main' })).rejects.toThrow(/expected-sha/);
  });

  it('does not make sense without its suite', async () => {
    await expect(read({ ...url, smoke: 'false' })).rejects.toThrow(/The input smoke is false/);
  });

  it('is a problem when every check is left out', async () => {
    const skips = { 'skip-checks': CHECKS.join('\n') };
    await expect(suite({ inputs: skips })).rejects.toThrow(/nothing would be proven/);
  });
});
