import type { IncomingMessage, RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { cors } from '../../../src/checks/cors.js';
import type { CorsSettings } from '../../../src/checks/settings.js';
import { doCheck, replying, Servers, type Reply } from './checking.js';

const PATH = '/api/v1/patients';
const APP = 'https://app.example.com';
const SETTINGS: CorsSettings = {
  path: PATH,
  origin: APP,
  open: false,
  method: 'PUT',
  headers: ['Authorization', 'content-type'],
};

const servers = new Servers();
afterEach(() => servers.close());

type Headers = Record<string, string | readonly string[]>;
/** What a service answers to a page of some origin. */
type Service = (origin: string, preflight: boolean) => Reply;

const VARY = { vary: 'Accept-Encoding, Origin' };
const COVERS: Headers = {
  'access-control-allow-methods': 'GET, PUT',
  'access-control-allow-headers': 'authorization, Content-Type',
};
const reads = (origin: string | readonly string[], more: Headers = {}): Headers => ({
  'access-control-allow-origin': origin,
  ...VARY,
  ...COVERS,
  ...more,
});
const CREDENTIALS = { 'access-control-allow-credentials': 'true' };

/** A service that lets those pages read answers that `allows` says. */
const allowing =
  (allows: (origin: string) => boolean, more: Headers = {}): Service =>
  (origin, preflight) => ({
    status: preflight ? 204 : 200,
    headers: allows(origin) ? reads(origin, more) : VARY,
  });
const GOOD = allowing((origin) => origin === APP);
/** The same, but what it answers to the allowed origin. */
const toApp =
  (change: (good: Reply, preflight: boolean) => Reply): Service =>
  (origin, preflight) =>
    origin === APP ? change(GOOD(origin, preflight), preflight) : GOOD(origin, preflight);
/** The same whoever asks. */
const toAll =
  (headers: Headers): Service =>
  () => ({ headers });

async function ask(service: Service, settings: Partial<CorsSettings> = {}) {
  const asked: IncomingMessage[] = [];
  const listener: RequestListener = (request, response) => {
    asked.push(request);
    replying(service(request.headers.origin!, request.method === 'OPTIONS'))(request, response);
  };
  const base = await servers.start(listener);
  return { ...(await doCheck(cors({ ...SETTINGS, ...settings }, base))), asked, base };
}

describe('the cors check', () => {
  it('passes when only pages of the allowed origin may read answers, and asks as a browser does', async () => {
    const result = await ask(GOOD);
    expect(result.verdict).toBe('pass');
    const ours = result.asked.filter(({ headers }) => headers.origin === APP);
    expect(ours.map(({ method, url }) => [method, url])).toEqual([
      ['OPTIONS', PATH],
      ['GET', PATH],
    ]);
    expect(ours[0]!.headers).toMatchObject({
      'access-control-request-method': 'PUT',
      'access-control-request-headers': expect.stringMatching(/^authorization,\s*content-type$/i),
    });
    expect(result.asked.some(({ headers }) => 'authorization' in headers)).toBe(false);
  });

  it('lets a service allow all that is below its own domain, and its ports', async () => {
    const own = allowing((origin) => /^https:\/\/([\w-]+\.)*example\.com(:\d+)?$/.test(origin));
    expect(await ask(own)).toMatchObject({ verdict: 'pass' });
  });

  it('tries strangers, null, and origins that only look like the allowed one', async () => {
    const origins = new Set((await ask(GOOD)).asked.map(({ headers }) => headers.origin!));
    const tried = [
      /^https:\/\/[0-9a-f]{8}\.invalid$/,
      /^null$/,
      /^https:\/\/app\.example\.com\.evil-[0-9a-f]{8}\.invalid$/,
      /^https:\/\/evil[0-9a-f]{8}example\.com$/,
      /^https:\/\/appxexample\.com$/,
      /^http:\/\/app\.example\.com$/,
    ];
    for (const pattern of tried) expect([...origins]).toContainEqual(expect.stringMatching(pattern));
  });

  it.each<[string, Service, Partial<CorsSettings>]>([
    ['knows no other origin, and none is given', () => ({ status: 401 }), { origin: undefined }],
    [
      'has no preflight, and no origin is given',
      (_, preflight) => ({ status: preflight ? 404 : 200 }),
      { origin: undefined },
    ],
    ['allows it with credentials', allowing((origin) => origin === APP, CREDENTIALS), {}],
    [
      'always names the allowed origin, so that Vary has nothing to say',
      toAll({ ...reads(APP), vary: '' }),
      {},
    ],
    ['lets every page read answers, and is meant to', toAll(reads('*', { vary: '' })), { open: true }],
    [
      'allows every method and header',
      toAll(reads('*', { 'access-control-allow-methods': '*' })),
      { open: true },
    ],
    [
      'is asked for what needs no leave',
      toApp((good) => ({
        ...good,
        headers: { ...VARY, 'access-control-allow-origin': APP },
      })),
      { method: 'POST', headers: ['Accept'] },
    ],
    ['depends on everything', toApp((good) => ({ ...good, headers: { ...good.headers, vary: '*' } })), {}],
    ['answers the preflight with 200', toApp((good) => ({ ...good, status: 200 })), {}],
  ])('passes when the service %s', async (_, service, settings) => {
    expect(await ask(service, settings)).toMatchObject({ verdict: 'pass' });
  });

  it.each<[string, Service, Partial<CorsSettings>, RegExp]>([
    ['gives every origin back', allowing(() => true), {}, /foreign origin/],
    ['gives it back with credentials', allowing(() => true, CREDENTIALS), {}, /foreign.*with credentials/],
    ['gives it back, though it is open', allowing(() => true, CREDENTIALS), { open: true }, /foreign/],
    ['gives it back, and no origin is given', allowing(() => true), { origin: undefined }, /foreign/],
    [
      'gives it back in the preflight alone',
      (origin, preflight) => ({
        status: preflight ? 204 : 200,
        headers: preflight || origin === APP ? reads(origin) : VARY,
      }),
      {},
      /foreign/,
    ],
    [
      'gives it back in the answer alone',
      (origin, preflight) => ({
        status: preflight ? 204 : 200,
        headers: !preflight || origin === APP ? reads(origin) : VARY,
      }),
      {},
      /foreign/,
    ],
    ['lets every page read answers', toAll(reads('*')), {}, /\*.*setting open/],
    ['lets every page read them with credentials', toAll(reads('*', CREDENTIALS)), {}, /\*.*credentials/],
    ['does so, though it is open', toAll(reads('*', CREDENTIALS)), { open: true }, /\*.*credentials/],
    ['allows null', allowing((origin) => [APP, 'null'].includes(origin)), {}, /null origin/],
    ['looks only at the beginning', allowing((origin) => origin.startsWith(APP)), {}, /prefix/],
    [
      'looks only at the end',
      allowing((origin) => origin.startsWith('https:') && origin.endsWith('example.com')),
      {},
      /suffix/,
    ],
    [
      'reads a dot as any letter',
      allowing((origin) => /^https:\/\/app.example.com$/.test(origin)),
      {},
      /dot/,
    ],
    ['does not know the path', () => ({ status: 404 }), {}, /404.*path.*nothing is proven/],
    [
      'does not know the path, and no origin is given',
      () => ({ status: 404 }),
      { origin: undefined },
      /404.*nothing is proven/,
    ],
    [
      'does not look at the scheme',
      allowing((origin) => /^https?:\/\/app\.example\.com$/.test(origin)),
      {},
      /plain http/,
    ],
    [
      'names two origins',
      toApp((good) => ({ ...good, headers: reads([APP, 'https://other.example']) })),
      {},
      /preflight.*allowed origin/,
    ],
    [
      'names the origin twice',
      toApp((good) => ({ ...good, headers: reads([APP, APP]) })),
      {},
      /allowed origin/,
    ],
    ['names a list of origins to all', toAll(reads(`${APP}, https://other.example`)), {}, /several values/],
    ['names no origin', toAll(reads('*.example.com')), {}, /not an origin/],
    ['names the allowed origin with a slash', toAll(reads(`${APP}/`)), {}, /not an origin|allowed origin/],
    [
      'does not allow the allowed origin',
      () => ({ status: 204 }),
      {},
      /preflight.*; .*pages of the allowed origin/,
    ],
    [
      'redirects the preflight',
      toApp((good, preflight) => (preflight ? { ...good, status: 302 } : good)),
      {},
      /preflight.*302/,
    ],
    [
      'wants credentials of the preflight',
      toApp((good, preflight) => (preflight ? { ...good, status: 401 } : good)),
      {},
      /preflight.*401/,
    ],
    [
      'knows no preflight',
      toApp((good, preflight) => (preflight ? { ...good, status: 404 } : good)),
      {},
      /preflight.*404/,
    ],
    [
      'forgets the answer',
      toApp((good, preflight) => (preflight ? good : { headers: VARY })),
      {},
      /pages of the allowed origin/,
    ],
    [
      'forgets the preflight',
      toApp((good, preflight) => (preflight ? { status: 204 } : good)),
      {},
      /preflight.*allowed origin/,
    ],
    ['does not cover the method', GOOD, { method: 'DELETE' }, /DELETE/],
    ['does not cover a header', GOOD, { headers: ['x-tenant'] }, /x-tenant/],
    [
      'covers Authorization by *',
      toApp((good) => ({ ...good, headers: reads(APP, { 'access-control-allow-headers': '*' }) })),
      {},
      /authorization/,
    ],
    [
      'has credentials, where * is no wildcard',
      toApp((good) => ({
        ...good,
        headers: reads(APP, { ...CREDENTIALS, 'access-control-allow-methods': '*' }),
      })),
      {},
      /PUT/,
    ],
    [
      'names methods in a way that no browser reads',
      toApp((good) => ({ ...good, headers: reads(APP, { 'access-control-allow-methods': 'GET PUT' }) })),
      {},
      /access-control-allow-methods/,
    ],
    [
      'depends on the origin without a word',
      toApp((good) => ({ ...good, headers: { ...good.headers, vary: 'Accept' } })),
      {},
      /Vary/,
    ],
  ])('fails when the service %s', async (_, service, settings, reason) => {
    const result = await ask(service, settings);
    expect(result.verdict).toBe('fail');
    expect(result.detail).toMatch(reason);
  });

  it('tries its own origin in other clothes where none is given', async () => {
    const { asked, base, verdict, detail } = await ask(
      allowing(() => false),
      { origin: undefined },
    );
    expect([verdict, detail]).toEqual(['pass', expect.stringMatching(/noted/)]);
    const origins = asked.map(({ headers }) => headers.origin);
    expect(origins).toContain(`http://localhost.evil-${/[0-9a-f]{8}/.exec(origins.join())![0]}.invalid`);
    expect(origins).not.toContain(base.origin);
  });

  it('is flaky when the service is busy at first', async () => {
    let asked = 0;
    const busyOnce: Service = (origin, preflight) =>
      asked++ === 0 ? { status: 429 } : GOOD(origin, preflight);
    expect(await ask(busyOnce)).toMatchObject({ verdict: 'flaky' });
  });
});
