import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { root } from '../../../src/checks/root.js';
import { doCheck, json, replying, Servers, trusting, type Reply } from './checking.js';

const SETTINGS = { path: '/api/v1', status: [200, 204, 301, 302, 308, 401, 404] };

const servers = new Servers();
const { authority, http } = await trusting();
afterEach(() => servers.close());

/** Asks a service over TLS. */
async function ask(listener: RequestListener, status = SETTINGS.status) {
  const base = await servers.start(listener, await authority.issue());
  return doCheck(root({ ...SETTINGS, status }, base), { http });
}

const page = (body: string, status = 200): Reply => ({
  status,
  headers: { 'content-type': 'text/html' },
  body,
});
const moved = (location: string, status = 302): Reply => ({ status, headers: { location } });

describe('the root check', () => {
  it.each<[string, Reply]>([
    ['JSON', json({ service: 'backend', version: '1.0.0' })],
    ['a page of its own', page('<title>Backend</title>')],
    ['the page of an application', page('<script src="/build/bundle.js"></script>')],
    ['nothing, with 204', { status: 204 }],
    ['nothing, with 200', {}],
    ['401', json({ title: 'Unauthorized' }, 401)],
    ['404', json({ title: 'Not Found' }, 404)],
    ['a redirect on its host', moved('/docs')],
    ['a lasting redirect on its host', moved('https://localhost/docs', 301)],
  ])('passes when the service answers %s', async (_, reply) => {
    expect(await ask(replying(reply))).toMatchObject({ verdict: 'pass', attempts: 1 });
  });

  const trace = 'Error: x\n    at handler (/srv/app/dist/root.js:10:5)';
  it.each<[string, Reply, RegExp]>([
    ['500', json({ title: 'Internal Server Error' }, 500), /500/],
    ['403', json({ title: 'Forbidden' }, 403), /403/],
    ['the page of a new nginx', page('<title>Welcome to nginx!</title>'), /nginx/],
    ['the 404 of nginx', page('<center>nginx/1.25.3</center>', 404), /nginx/],
    ['the page of a new Apache', page('<html><body><h1>It works!</h1></body></html>'), /Apache/],
    ['a Whitelabel page', page('<h1>Whitelabel Error Page</h1>', 404), /Spring Boot/],
    ['the page of a new IIS', page('<title>IIS Windows Server</title>'), /IIS/],
    ['the 404 of Express', page('<pre>Cannot GET /api/v1</pre>', 404), /Express/],
    ['a list of files', page('<title>Index of /</title>'), /directory listing/],
    ['the files of Python', page('<title>Directory listing for /</title>'), /directory listing/],
    [
      'a debug page',
      page("<p>You're seeing this error because you have <code>DEBUG = True</code></p>", 404),
      /Django/,
    ],
    ['a stack trace', page(trace, 404), /stack trace of Node/],
    [
      'a page that shows a file beside a stack trace',
      page(`/build/bundle.js ${trace}`),
      /stack trace of Node/,
    ],
    ['a stack trace in a header', { headers: { 'x-error': 'at x (/srv/a.js:10:5)' } }, /stack trace of Node/],
    ['where it stands, in a header', { headers: { 'x-backend': '10.0.12.7' } }, /private address/],
    ['a stack trace in JSON', json({ stack: trace }), /stack trace of Node/],
    ['a connection string', json({ database: 'postgres://app:hunter2@db/main' }), /connection string/],
    ['a redirect to another host', moved('https://elsewhere.invalid/'), /another host/],
    ['a redirect to another host without a scheme', moved('//elsewhere.invalid/'), /another host/],
    ['a redirect to plain HTTP', moved('http://localhost/'), /plain HTTP/],
    ['a body without a content type', { body: 'hello' }, /content type/],
    ['a broken content type', { headers: { 'content-type': 'json' }, body: '{}' }, /content type/],
    ['JSON that is none', { headers: { 'content-type': 'application/json' }, body: '<p>hello</p>' }, /JSON/],
    ['without an end', page('x'.repeat(300_000)), /too long/],
  ])('fails when the service answers %s', async (_, reply, reason) => {
    const result = await ask(replying(reply));
    expect(result.verdict).toBe('fail');
    expect(result.detail).toMatch(reason);
    expect(result.detail).not.toMatch(/hunter2|10\.0\.12|path of a file|root\.js|1\.25/);
  });

  it.each<[string, Reply, RegExp]>([
    ['JSON', json({}), /^status 200, JSON$/],
    [
      'problem details',
      { ...json({}, 404), headers: { 'content-type': 'application/problem+json' } },
      /JSON$/,
    ],
    ['a page', page('<title>Backend</title>'), /^status 200, HTML$/],
    ['text', { headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'hello' }, /, text$/],
    ['something else', { headers: { 'content-type': 'x/secret' }, body: 'hello' }, /, another type$/],
    ['nothing', { status: 204 }, /^status 204$/],
  ])('says of %s what it is, but not in the words of the service', async (_, reply, detail) => {
    expect(await ask(replying(reply))).toMatchObject({
      verdict: 'pass',
      detail: expect.stringMatching(detail),
    });
  });

  it('wants the status that is configured', async () => {
    expect(await ask(replying(json({}, 404)), [200])).toMatchObject({ verdict: 'fail' });
    expect(await ask(replying(json({}, 418)), [418])).toMatchObject({ verdict: 'pass' });
  });

  it.each([429, 502, 503, 504])(
    'is flaky when the service answers %d once, fails when ever',
    async (status) => {
      expect(await ask(replying({ status }, {}))).toMatchObject({ verdict: 'flaky', attempts: 2 });
      const result = await ask(replying({ status }));
      expect(result).toMatchObject({ verdict: 'fail', attempts: 3 });
      expect(result.detail).toContain(String(status));
    },
  );
});
