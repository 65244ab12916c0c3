import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { errorFormat } from '../../../src/checks/error-format.js';
import { doCheck, json, replying, Servers, type Reply } from './checking.js';

const SETTINGS = { path: '/api/v1', readOnlyPath: '/api/v1/version', fields: [] };

const servers = new Servers();
afterEach(() => servers.close());

/** What was sent, and the marker in it. */
interface Sent {
  readonly request: IncomingMessage;
  readonly body: string;
  /** Empty where the request has none. */
  readonly marker: string;
}

const MARKER = /9\d{2}-00-\d{4}-canary-[0-9a-f]{8}/;

async function sent(request: IncomingMessage): Promise<Sent> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  const { url, headers } = request;
  return { request, body, marker: MARKER.exec([url, headers['x-smoke'], body].join('\n'))?.[0] ?? '' };
}

const problem = (status: number, more: object = {}): Reply => ({
  ...json({ type: 'about:blank', title: 'Error', status, ...more }),
  status,
  headers: { 'content-type': 'application/problem+json' },
});
const page = (status: number, body: string, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8', ...headers },
  body,
});

/** The errors of a service that is in order. */
function good({ request }: Sent): Reply {
  if (request.method === 'PUT') return problem(405);
  return problem(request.method === 'POST' ? 400 : 404);
}

/** Asks a service with these errors. */
async function ask(reply: (sent: Sent) => Reply, fields: readonly string[] = []) {
  const all: Sent[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const what = await sent(request);
    all.push(what);
    replying(reply(what))(request, response);
  };
  const base = await servers.start((request, response) => void serve(request, response));
  return { ...(await doCheck(errorFormat({ ...SETTINGS, fields }, base))), all };
}

const always = (reply: Reply) => (): Reply => reply;
/** Only unknown paths are answered so. */
const unknown =
  (reply: (sent: Sent) => Reply) =>
  (what: Sent): Reply =>
    what.request.method === 'GET' ? reply(what) : good(what);

describe('the error-format check', () => {
  it('passes when five errors tell nothing, and sends the same marker everywhere', async () => {
    const { all, ...result } = await ask(good);
    expect(result).toMatchObject({ verdict: 'pass', attempts: 5 });
    // The server itself refuses the header that is too long.
    expect(
      all
        .map(({ request: { method, url } }) => `${method!} ${url!.replace(MARKER, '*').replace(MARKER, '*')}`)
        .toSorted(),
    ).toEqual(
      ["GET /api/v1/';*--", 'GET /api/v1/*?q=*', 'POST /api/v1', 'PUT /api/v1/version']
        .map((line) => line.replace("';", "'%3B"))
        .toSorted(),
    );
    expect(new Set(all.map(({ marker }) => marker)).size).toBe(1);
    expect(
      all.find(({ request }) => request.method === 'GET' && 'x-smoke' in request.headers)!.marker,
    ).toMatch(MARKER);
    const malformed = all.find(({ request }) => request.method === 'POST')!;
    expect(malformed.request.headers['content-type']).toMatch(/json/);
    expect(() => JSON.parse(malformed.body) as unknown).toThrow();
  });

  it.each<[string, (sent: Sent) => Reply, readonly string[]]>([
    [
      'have the form of Express and others',
      always(json({ error: 'Not found', statusCode: 404, message: 'no' }, 404)),
      [],
    ],
    ['have a field that is configured', always(problem(404, { tenant_name: 'x' })), ['tenantName']],
    [
      'are of another JSON type',
      always({ ...problem(404), headers: { 'content-type': 'application/vnd.api+json; charset=utf-8' } }),
      [],
    ],
    [
      'are the load balancer’s own page',
      always(page(404, '<html><h1>404 Not Found</h1></html>', { server: 'awselb/2.0' })),
      [],
    ],
    ['are CloudFront’s own page', always(page(403, '<h1>403 ERROR</h1>', { server: 'CloudFront' })), []],
    [
      'are Cloudflare’s own page',
      always(page(403, '<center>cloudflare</center>', { server: 'cloudflare' })),
      [],
    ],
    [
      'name their own path, as Spring Boot does',
      unknown(({ request }) => json({ status: 404, error: 'Not Found', path: request.url }, 404)),
      [],
    ],
    [
      'name their own path, as RFC 9457 does',
      unknown(({ request }) => problem(404, { instance: request.url, URL: request.url, Uri: request.url })),
      [],
    ],
    ['have other fields with nothing in them', always(problem(404, { stack: null, data: null })), []],
    ['are 401 where everything needs a token', always(problem(401)), []],
  ])('passes when errors %s', async (_, reply, fields) => {
    expect(await ask(reply, fields)).toMatchObject({ verdict: 'pass' });
  });

  const trace =
    'TypeError: x is undefined\n    at handler (/srv/app/dist/routes.js:10:5)\n    at node:internal/x:1';
  it.each<[string, (sent: Sent) => Reply, RegExp]>([
    [
      'are the page of Express',
      unknown(({ request }) => page(404, `<pre>Cannot GET ${request.url!}</pre>`)),
      /no JSON.*gives back/,
    ],
    ['are a page', always(page(404, '<h1>Not Found</h1>')), /no JSON \(HTML\)/],
    ['are JSON that does not say so', always({ ...problem(404), headers: {} }), /no JSON/],
    ['only say that they are JSON', always({ ...problem(404), body: 'Not Found' }), /no JSON/],
    ['are empty', always({ status: 404 }), /no JSON/],
    ['are a list', always(json([1], 404)), /field/],
    ['have unknown fields', always(problem(404, { stack: '', query: '' })), /2 fields.*setting fields/],
    [
      'are a page by way of Cloudflare',
      always(page(404, '<script src="//static.cloudflareinsights.com">', { server: 'cloudflare' })),
      /no JSON/,
    ],
    ['show a stack trace', always(problem(404, { detail: trace })), /stack trace of Node/],
    ['show a stack trace of Java', always(problem(404, { detail: 'at a.b.C.d(C.java:10)' })), /Java/],
    [
      'show an error of the database',
      always(problem(400, { detail: 'syntax error at or near "x"' })),
      /database/,
    ],
    [
      'show where the database is',
      always(problem(400, { detail: 'connect ECONNREFUSED 10.0.12.7:5432' })),
      /private address/,
    ],
    [
      'show a connection string',
      always(problem(400, { detail: 'postgres://app:pw@db/x' })),
      /connection string/,
    ],
    ['show a token', always(problem(400, { detail: 'eyJhbGciOi.eyJzdWIi.sig' })), /JSON Web Token/],
    ['show an ARN', always(problem(400, { detail: 'arn:aws:iam::123456789012:role/x' })), /ARN/],
    ['show an e-mail address', always(problem(404, { detail: 'jane.doe@clinic.example' })), /e-mail/],
    [
      'show a social security number',
      always(problem(404, { detail: 'no patient 219-09-9999' })),
      /social security/,
    ],
    ['show a record number', always(problem(404, { detail: 'MRN: 00123456' })), /record/],
    [
      'show a header with a stack trace',
      always({
        ...problem(404),
        headers: { 'content-type': 'application/json', 'x-error': 'at /srv/app/a.js:10:5' },
      }),
      /stack trace/,
    ],
    [
      'give the path back',
      unknown(({ request }) => problem(404, { detail: `Cannot GET ${request.url!}` })),
      /unknown path: it gives back/,
    ],
    [
      'give it back beside their own path',
      unknown(({ request, marker }) => problem(404, { instance: request.url, title: marker })),
      /gives back/,
    ],
    [
      'give the path back below their own fields',
      unknown(({ request }) => problem(404, { errors: [{ path: request.url }] })),
      /gives back/,
    ],
    [
      'give the query back',
      unknown(({ request }) => problem(404, { detail: request.url!.split('?')[1] })),
      /gives back/,
    ],
    [
      'give a header back',
      unknown(({ request }) => problem(404, { detail: request.headers['x-smoke'] })),
      /gives back/,
    ],
    [
      'give the malformed body back',
      (what) =>
        what.request.method === 'POST'
          ? problem(400, { detail: `Unexpected end of ${what.body}` })
          : good(what),
      /malformed JSON: it gives back/,
    ],
    [
      'give the body back',
      (what) => (what.request.method === 'PUT' ? problem(405, { detail: what.body }) : good(what)),
      /wrong method: it gives back/,
    ],
    [
      'give it back in a header',
      unknown(({ marker }) => ({
        ...problem(404),
        headers: { 'content-type': 'application/json', 'x-path': marker },
      })),
      /gives back/,
    ],
    [
      'give it back in a cookie',
      unknown(({ marker }) => ({
        ...problem(404),
        headers: { 'content-type': 'application/json', 'set-cookie': `q=${marker}` },
      })),
      /gives back/,
    ],
    [
      'give it back percent-encoded',
      unknown(({ marker }) => problem(404, { detail: marker.replaceAll('-', '%2D') })),
      /gives back/,
    ],
    [
      'give it back percent-encoded twice',
      unknown(({ marker }) => problem(404, { detail: marker.replaceAll('-', '%252D') })),
      /gives back/,
    ],
    [
      'give it back in escapes of JSON',
      unknown(({ marker }) => ({
        ...problem(404),
        body: JSON.stringify({ detail: marker }).replaceAll('-', '\\u002d'),
      })),
      /gives back/,
    ],
    [
      'give it back in base64',
      unknown(({ marker }) => problem(404, { detail: Buffer.from(marker).toString('base64') })),
      /gives back/,
    ],
    [
      'give only its number back',
      unknown(({ marker }) => problem(404, { detail: marker.slice(0, 11) })),
      /gives back/,
    ],
    [
      'give it back on the load balancer’s page',
      unknown(({ marker }) => page(404, marker, { server: 'awselb/2.0' })),
      /gives back/,
    ],
    [
      'are 500 for malformed JSON',
      (what) => (what.request.method === 'POST' ? problem(500) : good(what)),
      /malformed JSON: status 500/,
    ],
    [
      'are 500 for a bad id',
      (what) => (what.request.url!.includes('%3B') ? problem(500) : good(what)),
      /bad id: status 500/,
    ],
    [
      'are 500 for a wrong method',
      (what) => (what.request.method === 'PUT' ? problem(500) : good(what)),
      /wrong method: status 500/,
    ],
    ['are none, but 200 for unknown paths', unknown(() => json({ ok: true })), /unknown path: status 200/],
    [
      'are redirects',
      unknown(() => ({ status: 302, headers: { location: '/login' } })),
      /unknown path: status 302/,
    ],
    ['do not end', always(page(404, 'x'.repeat(300_000))), /too long/],
  ])('fails when errors %s', async (_, reply, reason) => {
    const { all, ...result } = await ask(reply);
    expect(result.verdict).toBe('fail');
    expect(result.detail).toMatch(reason);
    const [{ marker }] = all as [Sent];
    expect(result.detail).not.toMatch(new RegExp(`${marker}|jane|219-09|10\\.0\\.12|postgres:`));
  });

  it.each<[string, Reply, string]>([
    ['is taken', json({ ok: true }), 'pass'],
    ['is refused by a page of the server', page(431, '<h1>Too large</h1>'), 'pass'],
    ['breaks the service', problem(500), 'fail'],
    ['shows a stack trace', page(431, 'at x (/srv/app/a.js:10:5)'), 'fail'],
  ])('when a header of any length %s', async (_, reply, verdict) => {
    const lengths: number[] = [];
    const base = await servers.start(
      (request, response) => {
        const { length } = request.headers['x-smoke'] ?? '';
        lengths.push(length);
        replying(length === 20_000 ? reply : problem(404))(request, response);
      },
      undefined,
      { maxHeaderSize: 64_000 },
    );
    const result = await doCheck(errorFormat(SETTINGS, base));
    expect(lengths).toContain(20_000);
    expect(result.verdict).toBe(verdict);
    if (verdict === 'fail') expect(result.detail).toMatch(/^oversized header: /);
  });

  it('asks on the same host when everything is below /', async () => {
    const hosts = new Set<string>();
    const base = await servers.start((request, response) => {
      hosts.add(`${request.headers.host!} ${request.url!.replace(/\?.*/, '').replace(MARKER, '*')}`);
      replying(problem(404))(request, response);
    });
    const check = errorFormat({ ...SETTINGS, path: '/?all=1', readOnlyPath: '/' }, base);
    expect(await doCheck(check)).toMatchObject({ verdict: 'pass' });
    expect([...hosts]).toContain(`${base.host} /*`);
  });

  it('is flaky when the service is busy once, and fails when it stays so', async () => {
    const busy = problem(429);
    const base = await servers.start(replying(busy, problem(404)));
    expect(await doCheck(errorFormat(SETTINGS, base))).toMatchObject({ verdict: 'flaky' });
    const result = await ask(always(busy));
    expect(result).toMatchObject({ verdict: 'fail', detail: expect.stringMatching(/429/) });
  });
});
