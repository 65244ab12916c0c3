import { afterEach, describe, expect, it } from '@jest/globals';
import { securityHeaders } from '../../../src/checks/security-headers.js';
import type { SecurityHeadersSettings } from '../../../src/checks/settings.js';
import { doCheck, replying, Servers, trusting } from './checking.js';

const SETTINGS: SecurityHeadersSettings = {
  path: '/api/v1/version',
  protectedPath: '/api/v1/patients',
  hstsMinAge: 15_552_000,
  optional: [],
};

const servers = new Servers();
const { authority, http } = await trusting();
afterEach(() => servers.close());

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

const GOOD: Headers = {
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** The answers that are looked at: a good one, a refusal, and one of a path that is not there. */
type Answers = Partial<Record<200 | 401 | 404, Headers>>;

/** Asks a service over TLS that answers with good headers but for these. */
async function ask(
  change: Answers | Headers,
  settings: Partial<SecurityHeadersSettings> = {},
  statusOfPath = 200,
) {
  const { path, protectedPath, ...all } = { ...SETTINGS, ...settings };
  const asked: string[] = [];
  const one = Object.keys(change).every((name) => /^\d+$/.test(name));
  const changed = (status: 200 | 401 | 404): Headers =>
    one ? ((change as Answers)[status] ?? {}) : (change as Headers);
  const base = await servers.start(
    ({ url, headers }, response) => {
      asked.push(`${headers.host!}${url!}`);
      const status = url === path ? 200 : url === protectedPath ? 401 : 404;
      const kept = Object.entries({ ...GOOD, ...changed(status) }).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as const],
      );
      const reply = { status: status === 200 ? statusOfPath : status, headers: Object.fromEntries(kept) };
      replying(reply)({} as never, response);
    },
    await authority.issue(),
  );
  const result = await doCheck(securityHeaders({ path, protectedPath, ...all }, base), { http });
  return { ...result, asked: asked.map((url) => url.replace(base.host, '')) };
}

const NAMES: Readonly<Record<string, RegExp>> = {
  'strict-transport-security': /Strict-Transport-Security/,
  'x-content-type-options': /X-Content-Type-Options/,
  'x-frame-options': /X-Frame-Options/,
  'referrer-policy': /Referrer-Policy/,
  'cache-control': /Cache-Control/,
};
const csp = (policy: string): Headers => ({ 'content-security-policy': policy });

describe('the security-headers check', () => {
  it('passes with all headers, and looks at a good answer, a refusal and an unknown path', async () => {
    const result = await ask({});
    expect(result).toMatchObject({ verdict: 'pass', attempts: 3 });
    expect(result.asked.toSorted()).toEqual([
      '/api/v1/patients',
      '/api/v1/version',
      expect.stringMatching(/^\/api\/v1\/version\/[0-9a-f]{12}$/),
    ]);
  });

  it.each(
    Object.keys(NAMES).flatMap((name) => ([200, 401, 404] as const).map((status) => [name, status] as const)),
  )('without %s on the answer %d', async (name, status) => {
    const result = await ask({ [status]: { [name]: undefined } });
    // A good answer may be stored.
    if (name === 'cache-control' && status === 200) expect(result.verdict).toBe('pass');
    else {
      expect(result.verdict).toBe('fail');
      expect(result.detail).toMatch(NAMES[name]!);
      expect(result.detail).toContain(String(status));
    }
  });

  it.each(Object.keys(NAMES))('lets %s be absent where it is optional, but not wrong', async (name) => {
    const settings = { optional: [name] };
    expect(await ask({ [name]: undefined }, settings)).toMatchObject({ verdict: 'pass' });
    expect(await ask({ [name]: 'nonsense' }, settings)).toMatchObject({ verdict: 'fail' });
  });

  it('lets a disclosing header stand where it is optional, and says how when it is not', async () => {
    const headers = { 'x-envoy-upstream-service-time': '12', 'x-powered-by': 'Express' };
    const optional = Object.keys(headers);
    expect(await ask(headers, { optional })).toMatchObject({ verdict: 'pass' });
    expect(await ask(headers, { optional: optional.slice(0, 1) })).toMatchObject({
      verdict: 'fail',
      detail: expect.stringMatching(/^x-powered-by discloses.*setting optional/),
    });
  });

  it.each<[string, Headers]>([
    ['HSTS just long enough', { 'strict-transport-security': 'max-age=15552000' }],
    ['HSTS in quotes', { 'strict-transport-security': 'max-age="31536000"' }],
    ['a second HSTS that does not count', { 'strict-transport-security': ['max-age=31536000', 'max-age=0'] }],
    ['nosniff in other letters', { 'x-content-type-options': 'NoSniff' }],
    ['nosniff twice', { 'x-content-type-options': ['nosniff', 'nosniff'] }],
    ['SAMEORIGIN', { 'x-frame-options': 'sameorigin' }],
    ['DENY twice', { 'x-frame-options': ['DENY', 'deny'] }],
    ['frame-ancestors instead', { 'x-frame-options': undefined, ...csp("frame-ancestors 'none'") }],
    [
      'frame-ancestors of some sites',
      { 'x-frame-options': undefined, ...csp('frame-ancestors https://a.example') },
    ],
    ['a fallback for old browsers', { 'referrer-policy': 'no-referrer, strict-origin-when-cross-origin' }],
    ['no-store among others', { 'cache-control': 'private, no-store, max-age=0' }],
    ['a strict policy', csp("default-src 'none'; frame-ancestors 'none'")],
    [
      "the policy of helmet, whose styles alone may be 'unsafe-inline'",
      csp(
        "default-src 'self';script-src 'self';script-src-attr 'none';style-src 'self' https: 'unsafe-inline'",
      ),
    ],
    ['a policy about script elements alone', csp("script-src-elem 'self'; default-src 'none'")],
    ["'unsafe-inline' switched off by a nonce", csp("script-src 'unsafe-inline' 'nonce-abc123'")],
    [
      'two policies of which one is strict',
      { 'content-security-policy': ["script-src 'self'", "script-src * 'unsafe-inline'"] },
    ],
    ['a server without a version', { server: 'nginx' }],
    ['the load balancer', { server: 'awselb/2.0' }],
    ['the id of a trace', { 'x-amzn-trace-id': 'Root=1-5759e988-bd862e3fe1be46a994272793' }],
  ])('passes with %s', async (_, headers) => {
    expect(await ask(headers)).toMatchObject({ verdict: 'pass' });
  });

  it.each<[string, Headers, RegExp]>([
    [
      'HSTS that is too short',
      { 'strict-transport-security': 'max-age=15551999' },
      /Strict-Transport-Security/,
    ],
    [
      'HSTS that takes itself back',
      { 'strict-transport-security': 'max-age=0' },
      /Strict-Transport-Security/,
    ],
    ['HSTS of abc', { 'strict-transport-security': 'max-age=abc' }, /Strict-Transport-Security/],
    [
      'HSTS twice in one line',
      { 'strict-transport-security': 'max-age=31536000, max-age=31536000' },
      /Strict-Transport/,
    ],
    [
      'HSTS whose first one does not count',
      { 'strict-transport-security': ['max-age=0', 'max-age=31536000'] },
      /Strict-Transport/,
    ],
    ['another content type option', { 'x-content-type-options': 'sniff' }, /X-Content-Type-Options/],
    [
      'nosniff in the second place',
      { 'x-content-type-options': ['none', 'nosniff'] },
      /X-Content-Type-Options/,
    ],
    [
      'ALLOW-FROM, which no browser knows',
      { 'x-frame-options': 'ALLOW-FROM https://a.example' },
      /X-Frame-Options/,
    ],
    ['DENY and SAMEORIGIN', { 'x-frame-options': ['DENY', 'SAMEORIGIN'] }, /X-Frame-Options/],
    [
      'frame-ancestors of everybody',
      { 'x-frame-options': undefined, ...csp('frame-ancestors *') },
      /frame-ancestors/,
    ],
    [
      'a policy about anything but frames',
      { 'x-frame-options': undefined, ...csp("default-src 'none'") },
      /X-Frame-Options/,
    ],
    ['unsafe-url', { 'referrer-policy': 'unsafe-url' }, /Referrer-Policy/],
    ['a fallback in the wrong order', { 'referrer-policy': 'no-referrer, unsafe-url' }, /Referrer-Policy/],
    ['an unknown referrer policy', { 'referrer-policy': 'never' }, /Referrer-Policy/],
    ['errors that may be stored', { 'cache-control': 'public, max-age=60' }, /Cache-Control/],
    ['errors that are only asked about again', { 'cache-control': 'no-cache' }, /Cache-Control/],
    ["'unsafe-inline'", csp("script-src 'self' 'unsafe-inline'"), /Content-Security-Policy.*unsafe-inline/],
    ["'unsafe-inline' by default", csp("default-src 'self' 'unsafe-inline'"), /unsafe-inline/],
    ["'unsafe-inline' of elements", csp("script-src-elem 'unsafe-inline'"), /unsafe-inline/],
    ["'unsafe-inline' of handlers", csp("script-src-attr 'unsafe-inline'"), /Content-Security-Policy/],
    ["'unsafe-eval'", csp("script-src 'self' 'unsafe-eval'"), /unsafe-eval/],
    ['scripts of every host', csp('script-src *'), /Content-Security-Policy/],
    ['scripts in data:', csp("script-src 'self' data:"), /data:/],
    ['X-Powered-By', { 'x-powered-by': 'Express' }, /x-powered-by/i],
    ['X-AspNet-Version', { 'x-aspnet-version': '4.0.30319' }, /x-aspnet-version/i],
    ['the version of its server', { server: 'nginx/1.25.3' }, /server/i],
    ['the version of the second server', { server: 'Apache/2.4.1 (Unix)' }, /server/i],
  ])('fails with %s', async (_, headers, reason) => {
    const result = await ask(headers);
    expect(result.verdict).toBe('fail');
    expect(result.detail).toMatch(reason);
    expect(result.detail).not.toMatch(/Express|1\.25|2\.4\.1|4\.0\.3/);
  });

  it('wants no HSTS over plain HTTP, where browsers ignore it', async () => {
    const { 'strict-transport-security': _, ...headers } = GOOD;
    const base = await servers.start(replying({ headers: headers as Record<string, string> }));
    const check = securityHeaders({ ...SETTINGS, protectedPath: undefined }, base);
    expect(await doCheck(check)).toMatchObject({ verdict: 'pass', attempts: 2 });
  });

  it.each(['/', '/api/v1/', '/api/v1/version?full=1'])(
    'looks below %s for what is not there',
    async (path) => {
      const result = await ask({}, { path });
      const unknown = result.asked.find((url) => /[0-9a-f]{12}/.test(url));
      expect(unknown).toMatch(/^\/(?:api\/v1\/(?:version\/)?)?[0-9a-f]{12}$/);
      expect(result.verdict).toBe('pass');
    },
  );

  it.each([301, 304, 404, 429, 500, 503])(
    'fails when there is no good answer to look at but %d',
    async (status) => {
      const result = await ask({}, {}, status);
      expect(result.verdict).toBe('fail');
      expect(result.detail).toMatch(new RegExp(String(status)));
    },
  );
});
