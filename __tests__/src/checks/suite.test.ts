import { request as ask, type RequestListener } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseCommand } from '../../../runner/commands.js';
import { createAuthority, type Authority } from '../../../sandbox/certificates.js';
import { clock } from '../../../src/adapters/clock.js';
import { httpSender } from '../../../src/adapters/http.js';
import { CHECKS } from '../../../src/checks/check.js';
import type { SmokeSettings } from '../../../src/checks/settings.js';
import { runSuite, type Suite, type SuiteWorld } from '../../../src/checks/suite.js';
import { parseJsonPath } from '../../../src/model/json-path.js';
import { serve, type TestService } from '../../examples/backend-service.js';
import { jumpingClock } from '../../jumping-clock.js';
import { answer, replying, Servers } from './checking.js';

const COMMIT = '29d74b5d1f0f0a5a5f3c0d9b8e7c6a5b4d3e2f10';
const APP = 'https://app.example.com';
const TOKEN = 'correct-horse-battery-staple';
const VERSION = '/api/v1/version';
const PATIENTS = '/api/v1/patients';

const servers = new Servers();
let authority: Authority;
let backend: TestService;
beforeAll(async () => {
  authority = await createAuthority();
  backend = await serve({ GIT_SHA: COMMIT, API_TOKEN: TOKEN, CORS_ORIGINS: APP, NODE_ENV: 'production' });
});
afterAll(() => backend.stop(1_000));
afterEach(() => servers.close());

const health = { status: [200], values: ['ok'], contentType: /^application\/json/ };

/** All settings, as they would be read for the example. */
function settingsFor(httpUrl: URL | undefined, skips: SmokeSettings['skips'] = new Map()): SmokeSettings {
  return {
    version: { path: VERSION, field: parseJsonPath('gitSha')! },
    health: { ...health, path: '/api/v1/health/live', field: parseJsonPath('status')!, required: true },
    database: {
      ...health,
      path: '/api/v1/health/ready',
      field: parseJsonPath('$.checks.database')!,
      required: true,
    },
    https: { path: VERSION, httpUrl, minDays: 14 },
    auth: { path: PATIENTS, status: [401], token: TOKEN, fields: [] },
    cors: { path: PATIENTS, origin: APP, open: false, method: 'GET', headers: ['authorization'] },
    'security-headers': {
      path: VERSION,
      protectedPath: PATIENTS,
      hstsMinAge: 15_552_000,
      optional: [],
    },
    'response-time': { path: VERSION, limit: 2_000 },
    'error-format': { path: '/api/v1', readOnlyPath: VERSION, fields: [] },
    root: { path: '/api/v1', status: [200] },
    custom: [],
    skips,
  };
}

const suiteAt = (baseUrl: URL, settings: SmokeSettings): Suite => ({
  baseUrl,
  settings,
  expected: { commit: COMMIT, consecutive: 5 },
  timeout: 5_000,
});

const world = (more: Partial<SuiteWorld> = {}): SuiteWorld => ({
  http: httpSender({ ca: authority.cert }),
  clock,
  random: Math.random,
  signal: new AbortController().signal,
  ...more,
});

/** The example behind TLS that takes its time, with a plain HTTP that leads there, and what is asked of it meanwhile. */
async function deployed(delay = 0) {
  const seen = { running: 0, most: 0, asked: 0 };
  const forward: RequestListener = (request, response) => {
    seen.asked++;
    seen.most = Math.max(seen.most, ++seen.running);
    response.once('finish', () => seen.running--);
    const { method, url, headers } = request;
    const onward = ask({
      host: '127.0.0.1',
      port: backend.address.port,
      method,
      path: url,
      headers,
      agent: false,
    });
    onward.on('response', (from) => {
      response.writeHead(from.statusCode!, from.rawHeaders);
      setTimeout(() => from.pipe(response), delay);
    });
    request.pipe(onward);
  };
  const base = await servers.start(forward, await authority.issue());
  const plain = await servers.start(({ url }, response) => {
    response.writeHead(301, { location: new URL(url!, base).href }).end();
  });
  return { base, plain, seen };
}

describe('the suite', () => {
  it('passes all ten checks at the example behind TLS, and again, in their order', async () => {
    const { base, plain } = await deployed();
    for (const _ of [1, 2]) {
      const results = await runSuite(suiteAt(base, settingsFor(plain)), world());
      expect(results.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
      expect(results.map(({ check }) => check)).toEqual(CHECKS);
    }
  });

  it('never has more than eight requests at the host at a time', async () => {
    const { base, plain, seen } = await deployed(30);
    const results = await runSuite(suiteAt(base, settingsFor(plain)), world());
    expect(seen.most).toBe(8);
    const toHost = results.reduce((sum, { attempts }) => sum + attempts, 0);
    // Two requests are plain HTTP; the header that is too long gets no further than the server.
    expect(seen.asked).toBe(toHost - 3);
  });

  it('says why a check was skipped, and does not ask', async () => {
    const { base, plain, seen } = await deployed();
    const reasons = new Map(
      CHECKS.filter((name) => name !== 'root').map((name) => [name, `not ${name}, said ::error::x`]),
    );
    const results = await runSuite(suiteAt(base, settingsFor(plain, reasons)), world());
    expect(results.map(({ verdict }) => verdict)).toEqual([
      ...Array.from({ length: 9 }, () => 'skipped'),
      'pass',
    ]);
    for (const { check, detail, attempts } of results.slice(0, 9)) {
      expect(detail).toContain(`not ${check}`);
      expect(attempts).toBe(0);
    }
    expect(seen.asked).toBe(1);
  });

  it('does the named checks alone, and says that the others are no part of it', async () => {
    const { base, seen } = await deployed();
    const suite = { ...suiteAt(base, settingsFor(undefined)), includes: (name: string) => name === 'auth' };
    const results = await runSuite(suite, world());
    expect(results.map(({ check, verdict }) => `${check} ${verdict}`)).toEqual(
      CHECKS.map((check) => `${check} ${check === 'auth' ? 'pass' : 'skipped'}`),
    );
    expect(seen.asked).toBe(3);
  });

  it('fails every check that a cancel cuts off, and resolves', async () => {
    const cancel = new AbortController();
    let asked = 0;
    const base = await servers.start(
      (_, response) => {
        // Nobody gets an answer but the root.
        if (_.url === '/root') response.end();
        else if (++asked === 7) setTimeout(() => cancel.abort(new Error('cancelled')), 50);
      },
      await authority.issue(),
    );
    const settings = { ...settingsFor(undefined), root: { path: '/root', status: [200] } };
    const results = await runSuite(suiteAt(base, settings), world({ signal: cancel.signal }));
    const unfinished = results.filter(({ verdict }) => verdict === 'fail');
    expect(unfinished.length).toBeGreaterThanOrEqual(9);
    for (const { detail } of unfinished) expect(detail).toMatch(/cancel/);
    expect(results.map(({ check }) => check)).toEqual(CHECKS);
  });

  it('fails every check of a service that is away', async () => {
    const results = await runSuite(
      suiteAt(new URL('https://localhost:1/'), settingsFor(new URL('http://localhost:1/'))),
      world({ clock: jumpingClock(Date.now()) }),
    );
    expect(results.map(({ verdict }) => verdict)).toEqual(CHECKS.map(() => 'fail'));
    for (const { detail } of results) expect(detail).toMatch(/ECONNREFUSED/);
  });

  it.each([429, 503])('fails every check of a service that answers nothing but %d', async (status) => {
    const base = await servers.start(replying({ status }), await authority.issue());
    const settings = {
      ...settingsFor(undefined),
      cors: { ...settingsFor(undefined).cors, origin: undefined },
    };
    const results = await runSuite(suiteAt(base, settings), world({ clock: jumpingClock(Date.now()) }));
    expect(results.map(({ verdict }) => verdict)).toEqual(CHECKS.map(() => 'fail'));
    for (const { detail } of results) expect(detail).toContain(String(status));
  });
});

const HOSTILE = fc.oneof(
  fc.constantFrom(
    '::error::x',
    '##[error]x',
    '\r::set-output name=a::b',
    '\u001b[2J',
    '::stop-commands::x',
    '\u202e',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const TEXT = fc.array(HOSTILE, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(''));
const HEADERS = [
  ...['content-type', 'location', 'server', 'age', 'x-cache', 'vary', 'www-authenticate', 'retry-after'],
  ...['strict-transport-security', 'content-security-policy', 'referrer-policy', 'x-powered-by'],
  ...['access-control-allow-origin', 'access-control-allow-methods', 'access-control-allow-headers'],
];
const BODY = fc.oneof(
  TEXT,
  fc
    .record({ gitSha: TEXT, status: TEXT, checks: fc.record({ database: TEXT }), hostile: TEXT })
    .map((document) => JSON.stringify(document)),
  fc.dictionary(TEXT, TEXT, { maxKeys: 3 }).map((document) => JSON.stringify(document)),
);

describe('what a hostile service says', () => {
  it('is no command of the runner in any result, and one line', async () => {
    const status = fc.constantFrom(200, 204, 301, 401, 404, 500);
    const headers = fc.dictionary(fc.constantFrom(...HEADERS), TEXT, { noNullPrototype: true });
    const base = new URL('https://localhost/');
    const suite = suiteAt(base, settingsFor(new URL('http://localhost/')));
    await fc.assert(
      fc.asyncProperty(BODY, status, headers, async (body, code, said) => {
        const http = () => Promise.resolve(answer(body, code, said));
        for (const { detail } of await runSuite(suite, world({ http, clock: jumpingClock() }))) {
          expect(parseCommand(detail)).toBeUndefined();
          expect(detail).not.toMatch(/(?!\t)\p{Cc}|\u202e|##\[|defect/u);
          expect(detail.length).toBeLessThanOrEqual(500);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is no command either when it is the error on the way', async () => {
    const suite = suiteAt(new URL('https://localhost/'), settingsFor(undefined));
    await fc.assert(
      fc.asyncProperty(TEXT, TEXT, async (code, message) => {
        const http = () => Promise.reject(Object.assign(new Error(message), { code }));
        for (const { detail, verdict } of await runSuite(suite, world({ http, clock: jumpingClock() }))) {
          expect(verdict).toBe('fail');
          expect(parseCommand(detail)).toBeUndefined();
          expect(detail).not.toMatch(/(?!\t)\p{Cc}|\u202e|##\[/u);
        }
      }),
      { numRuns: 60 },
    );
  });
});
