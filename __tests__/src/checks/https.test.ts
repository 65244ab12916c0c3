import type { IncomingMessage, RequestListener } from 'node:http';
import type { ServerOptions } from 'node:https';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { CertificateWish } from '../../../sandbox/certificates.js';
import { https, judgeRedirect } from '../../../src/checks/https.js';
import { answer, answering, doCheck, replying, Servers, trusting, type Reply } from './checking.js';

const PATH = '/api/v1/version';
const HSTS = { 'strict-transport-security': 'max-age=31536000' };
const CLOSED = new URL('http://localhost:1/');

const servers = new Servers();
const { authority, http } = await trusting();
afterEach(() => servers.close());

/** A service over TLS; absent: one that is in order. */
const secure = async (
  listener: RequestListener = replying({ headers: HSTS }),
  wish: CertificateWish = {},
  options: ServerOptions = {},
) => servers.start(listener, { ...(await authority.issue(wish)), ...options });

const ask = (base: URL, httpUrl: URL | undefined = CLOSED) =>
  doCheck(https({ path: PATH, httpUrl, minDays: 14 }, base), { http });

const moved = (location: string, status = 301): Reply => ({ status, headers: { location } });

/** What plain HTTP answers at a request for a path and query of the service that is secure at `base`. */
type Plain = (target: string, base: URL) => Reply;
const straight: Plain = (target, base) => moved(new URL(target, base).href);

/** Asks a service whose plain HTTP answers so. */
async function askPlain(plain: Plain, base?: URL) {
  const target = base ?? (await secure());
  const asked: IncomingMessage[] = [];
  const listener: RequestListener = (request, response) => {
    asked.push(request);
    replying(plain(request.url!, target))(request, response);
  };
  return { ...(await ask(target, await servers.start(listener))), asked };
}

describe('the https check', () => {
  it('passes when plain HTTP is closed', async () => {
    expect(await ask(await secure())).toMatchObject({ verdict: 'pass', attempts: 2 });
  });

  /** Asks a service whose plain HTTP ends so. */
  const askFailing = (code: string) => {
    const tls = { protocol: 'TLSv1.3', expiresAt: Date.now() + 30 * 24 * 3_600_000 };
    const good = { ...answer('', 200, HSTS), tls };
    const failing = Object.assign(new Error('x'), { code });
    const check = https({ path: PATH, httpUrl: CLOSED, minDays: 14 }, new URL('https://localhost/'));
    return doCheck(check, { http: answering([good, failing]) });
  };

  it.each(['ECONNREFUSED', 'CONNECT_TIMEOUT', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'])(
    'passes when plain HTTP is closed by %s, and asks no second time',
    async (code) => {
      expect(await askFailing(code)).toMatchObject({ verdict: 'pass', attempts: 2 });
    },
  );

  it('passes when plain HTTP is cut off however often it is asked', async () => {
    expect(await askFailing('ECONNRESET')).toMatchObject({
      verdict: 'flaky',
      attempts: 4,
      detail: expect.stringMatching(/plain HTTP is closed/),
    });
  });

  it('fails when plain HTTP cannot be asked for another reason', async () => {
    expect(await askFailing('EAI_AGAIN')).toMatchObject({ verdict: 'fail' });
  });

  it.each([403, 426])('takes %d for a refusal of plain HTTP, and notes it', async (status) => {
    const result = await askPlain(() => ({ status }));
    expect(result).toMatchObject({
      verdict: 'pass',
      detail: expect.stringMatching(new RegExp(`closed.*noted.*${String(status)}`)),
    });
    expect(result.asked.map(({ method }) => method)).toEqual(['GET', 'POST']);
  });

  it.each([301, 308])('passes when plain HTTP leads to the same place with %d', async (status) => {
    const result = await askPlain((target, base) => moved(new URL(target, base).href, status));
    expect(result).toMatchObject({ verdict: 'pass', detail: expect.not.stringMatching(/noted/) });
    const [read, written] = result.asked.map(({ method, url }) => `${method!} ${url!}`);
    expect(read).toMatch(/^GET \/api\/v1\/version\?\w+=\w+$/);
    expect(written).toBe(`POST ${PATH}`);
  });

  it.each([302, 307])('notes that %d is no lasting redirect', async (status) => {
    const result = await askPlain((target, base) => moved(new URL(target, base).href, status));
    expect(result).toMatchObject({ verdict: 'pass', detail: expect.stringMatching(/noted.*permanent/) });
  });

  it('says so when it does not know where plain HTTP would be', async () => {
    const check = https({ path: PATH, httpUrl: undefined, minDays: 14 }, await secure());
    const result = await doCheck(check, { http });
    expect(result).toMatchObject({ verdict: 'pass', detail: expect.stringMatching(/noted.*http-url/) });
  });

  it.each<[string, Plain, RegExp]>([
    ['serves what HTTPS serves', () => ({ body: '{}' }), /200/],
    ['refuses without a redirect', () => ({ status: 401 }), /401/],
    ['redirects to nowhere', () => ({ status: 301 }), /301/],
    ['redirects with 303, which turns every method into GET', (_, base) => moved(base.href, 303), /303/],
    [
      'leads to another host',
      (target) => moved(`https://elsewhere.invalid${target}`),
      /another host, elsewhere\.invalid/,
    ],
    ['leads to another port', (target) => moved(`https://localhost:8444${target}`), /another port/],
    ['leads to plain HTTP first', (target) => moved(`http://localhost${target}`), /plain HTTP first/],
    ['leads to itself', (target) => moved(target), /plain HTTP first/],
    ['loses the path', (_, base) => moved(base.href), /path or query/],
    ['loses the query', (_, base) => moved(new URL(PATH, base).href), /path or query/],
    ['loses the path alone', (target, base) => moved(new URL(target.replace(PATH, '/'), base).href), /path/],
  ])('fails when plain HTTP %s', async (_, plain, reason) => {
    const result = await askPlain(plain);
    expect(result.verdict).toBe('fail');
    expect(result.detail).toMatch(reason);
  });

  it('fails when plain HTTP takes a POST', async () => {
    const base = await secure();
    const plain = await servers.start(({ method, url }, response) =>
      method === 'POST'
        ? response.end()
        : response.writeHead(301, { location: new URL(url!, base).href }).end(),
    );
    expect(await ask(base, plain)).toMatchObject({ verdict: 'fail', detail: expect.stringMatching(/POST/) });
  });

  it('fails when plain HTTP refuses a GET and takes a POST', async () => {
    const plain = await servers.start(({ method }, response) =>
      response.writeHead(method === 'POST' ? 200 : 403).end(),
    );
    expect(await ask(await secure(), plain)).toMatchObject({
      verdict: 'fail',
      detail: expect.stringMatching(/POST/),
    });
  });

  it.each<[string, RequestListener, RegExp]>([
    [
      'goes round in circles',
      ({ url }, response) => response.writeHead(302, { ...HSTS, location: url }).end(),
      /redirects do not end/,
    ],
    [
      'leads back to plain HTTP',
      ({ url }, response) => response.writeHead(302, { ...HSTS, location: `http://localhost${url!}` }).end(),
      /back to plain HTTP/,
    ],
    [
      'leads to another host',
      (_, response) => response.writeHead(302, { ...HSTS, location: 'https://elsewhere.invalid/' }).end(),
      /another host/,
    ],
  ])('fails when HTTPS itself %s', async (_, listener, reason) => {
    const result = await askPlain(straight, await secure(listener));
    expect(result.verdict).toBe('fail');
    expect(result.detail).toMatch(reason);
  });

  it('fails when HTTPS leads back to plain HTTP, though that is closed', async () => {
    const back: Reply = { status: 302, headers: { ...HSTS, location: `http://localhost:1${PATH}` } };
    const result = await ask(await secure(replying(back)));
    expect(result).toMatchObject({ verdict: 'fail', detail: expect.stringMatching(/back to plain HTTP/) });
  });

  it.each([
    ['expired', 'CERT_HAS_EXPIRED'],
    ['not-yet-valid', 'CERT_NOT_YET_VALID'],
    ['wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ] as const)('fails at once with a certificate that is %s', async (flaw, code) => {
    let requests = 0;
    const result = await ask(await secure(() => requests++, { flaw }));
    expect(result).toMatchObject({ verdict: 'fail', attempts: 1 });
    expect(result.detail).toContain(code);
    expect(requests).toBe(0);
  });

  it('fails at once with a certificate of an authority that nobody trusts', async () => {
    const check = https({ path: PATH, httpUrl: CLOSED, minDays: 14 }, await secure());
    const result = await doCheck(check);
    expect(result).toMatchObject({ verdict: 'fail', attempts: 1, detail: expect.stringMatching(/chain/) });
  });

  it.each([
    [5, 'fail'],
    [13, 'fail'],
    [15, 'pass'],
  ])('with %d days left to the certificate: %s', async (days, verdict) => {
    const result = await ask(await secure(undefined, { days }));
    expect(result.verdict).toBe(verdict);
    if (verdict === 'fail')
      expect(result.detail).toMatch(new RegExp(`${String(days - 1)}|${String(days)} days`));
  });

  it('fails at once below TLS 1.2, and where there is no TLS at all', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const plain = await servers.start(replying({ headers: HSTS }));
    plain.protocol = 'https:';
    for (const base of [await secure(undefined, {}, old), new URL(`https://${plain.host}/`)]) {
      const result = await ask(base);
      expect(result).toMatchObject({ verdict: 'fail', attempts: 1, detail: expect.stringMatching(/TLS/) });
    }
  });

  it('takes TLS 1.2', async () => {
    const result = await ask(await secure(undefined, {}, { maxVersion: 'TLSv1.2' }));
    expect(result).toMatchObject({ verdict: 'pass', detail: expect.stringMatching(/TLSv1\.2/) });
  });

  it.each([
    ['is missing', []],
    ['is max-age=0, which takes it back', ['max-age=0']],
    ['is max-age=abc', ['max-age=abc']],
    ['has no max-age', ['includeSubDomains']],
    ['says max-age twice', ['max-age=31536000; max-age=31536000']],
    ['is wrong the first time', ['nonsense="', 'max-age=31536000']],
  ])('fails when HSTS %s', async (_, values) => {
    const result = await ask(await secure(replying({ headers: { 'strict-transport-security': values } })));
    expect(result.verdict).toBe('fail');
    expect(result.detail).toMatch(/Strict-Transport-Security/);
  });

  it('takes HSTS by its meaning', async () => {
    const value = 'MAX-AGE="31536000"; includeSubdomains; preload';
    const base = await secure(replying({ headers: { 'strict-transport-security': value } }));
    expect(await ask(base)).toMatchObject({ verdict: 'pass' });
  });

  it('ignores HSTS over plain HTTP', async () => {
    const result = await askPlain(
      (target, base) => ({ status: 301, headers: { ...HSTS, location: new URL(target, base).href } }),
      await secure(replying({})),
    );
    expect(result.verdict).toBe('fail');
    expect(result.detail).toMatch(/Strict-Transport-Security/);
  });

  it('fails when base-url is plain HTTP, and asks nothing', async () => {
    expect(await ask(await servers.start(replying({ headers: HSTS })))).toMatchObject({
      verdict: 'fail',
      attempts: 0,
      detail: expect.stringMatching(/base-url/),
    });
  });

  it.each([429, 502, 503, 504])('is flaky when plain HTTP answers %d before it redirects', async (status) => {
    let asked = 0;
    const result = await askPlain((target, base) => (asked++ === 0 ? { status } : straight(target, base)));
    expect(result).toMatchObject({ verdict: 'flaky' });
  });

  it('is flaky when plain HTTP breaks the first connection', async () => {
    const base = await secure();
    let asked = 0;
    const plain = await servers.start((request, response) => {
      if (asked++ === 0) request.socket.destroy();
      else replying(straight(request.url!, base))(request, response);
    });
    expect(await ask(base, plain)).toMatchObject({ verdict: 'flaky' });
  });
});

describe('a redirect of plain HTTP', () => {
  const asked = new URL('http://api.example.com/x?y=1');
  const base = new URL('https://api.example.com/');

  it.each([
    ['https://api.example.com/x?y=1', true],
    ['https://api.example.com:443/x?y=1', true],
    ['HTTPS://API.EXAMPLE.COM/x?y=1', true],
    ['//api.example.com/x?y=1', false],
    ['https://api.example.com:8443/x?y=1', false],
    ['https://api.example.com.evil.invalid/x?y=1', false],
    ['https://api.example.com@evil.invalid/x?y=1', false],
    ['https://www.api.example.com/x?y=1', false],
    ['https://api.example.com/x', false],
    ['https://api.example.com/x/?y=1', false],
    ['https://', false],
  ])('to %s is a good one: %s', (location, good) => {
    expect(judgeRedirect(answer('', 301, { location }), asked, base) instanceof URL).toBe(good);
  });
});
