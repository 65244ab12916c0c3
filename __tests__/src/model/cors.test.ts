import { describe, expect, it } from '@jest/globals';
import { hostileOrigins, preflightCovers, readCors, type Cors } from '../../../src/model/cors.js';

const answer = (fields: Record<string, string | string[]>): Cors =>
  readCors(Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, [value].flat()])));
const allowing = (...origins: string[]): Cors => answer({ 'access-control-allow-origin': origins });

describe('Access-Control-Allow-Origin', () => {
  it.each([
    '*',
    'null',
    'https://app.example.com',
    'http://localhost:3000',
    'https://app.example.com:8443',
    'http://192.0.2.7',
    'http://[2001:db8::1]:8080',
    'https://xn--bcher-kva.example',
    'capacitor://localhost',
    'chrome-extension://abcdefghijklmnop',
  ])('may be %s', (origin) => {
    expect(allowing(origin)).toMatchObject({ allowOrigin: origin, problem: undefined });
  });

  it.each([
    '',
    '**',
    'NULL',
    'app.example.com',
    '//app.example.com',
    'https://',
    'https://app.example.com/',
    'https://app.example.com/path',
    'https://App.example.com',
    'HTTPS://app.example.com',
    'https://app.example.com:443',
    'http://app.example.com:80',
    'https://app.example.com:99999',
    'https://app.example.com:',
    'https://*.example.com',
    'https://user@app.example.com',
    'https://app.example.com?x',
    'https://app..example.com',
    'https://-app.example.com',
    'https://bücher.example',
    'http://1.2.3',
    'http://[2001:DB8::1]',
    'http://[::::]',
    'x://[0001::]',
    'https://a.example https://b.example',
    '"https://app.example.com"',
  ])('is refused when it is %j', (origin) => {
    expect(allowing(origin)).toMatchObject({ allowOrigin: undefined, problem: 'not an origin' });
  });

  it.each([
    [['*', '*']],
    [['https://a.example', 'https://b.example']],
    [['https://a.example', 'https://a.example']],
    [['https://a.example, https://b.example']],
    [['*,*']],
    [['https://a.example,']],
  ])('is refused when it comes as %j', (origins) => {
    expect(allowing(...origins)).toMatchObject({ allowOrigin: undefined, problem: 'several values' });
  });

  it('may be absent, which is no problem', () => {
    expect(readCors({})).toEqual({
      allowOrigin: undefined,
      problem: undefined,
      credentials: false,
      methods: [],
      headers: [],
      varyOrigin: false,
      unreadable: [],
    });
  });
});

describe('the other headers of CORS', () => {
  it.each<[string | string[], boolean]>([
    ['true', true],
    ['True', false],
    ['TRUE', false],
    ['false', false],
    ['1', false],
    ['', false],
    ['true, true', false],
    [['true', 'true'], false],
  ])('allow credentials by %j: %s', (value, credentials) => {
    expect(answer({ 'access-control-allow-credentials': value }).credentials).toBe(credentials);
  });

  it('list methods as they are written and headers in lower case, over several lines', () => {
    expect(
      answer({
        'access-control-allow-methods': ['GET,PUT', ' ,patch '],
        'access-control-allow-headers': 'Content-Type ,\tX-A,,',
      }),
    ).toMatchObject({
      methods: ['GET', 'PUT', 'patch'],
      headers: ['content-type', 'x-a'],
      unreadable: [],
    });
  });

  it('are unreadable when an item is no token', () => {
    expect(
      answer({
        'access-control-allow-methods': 'GET PUT',
        'access-control-allow-headers': 'X-A, "X-B"',
      }),
    ).toMatchObject({
      methods: [],
      headers: [],
      unreadable: ['access-control-allow-methods', 'access-control-allow-headers'],
    });
  });

  it.each<[string[], boolean]>([
    [['Origin'], true],
    [['accept-encoding, ORIGIN'], true],
    [['accept-encoding', 'origin'], true],
    [['*'], true],
    [['Accept-Encoding'], false],
    [['x-origin'], false],
    [[], false],
  ])('keep origins apart in caches with Vary %j: %s', (vary, varyOrigin) => {
    expect(answer({ vary }).varyOrigin).toBe(varyOrigin);
  });
});

describe('what a preflight does not cover', () => {
  const preflight = (methods: string, headers: string, credentials = 'false'): Cors =>
    answer({
      'access-control-allow-methods': methods,
      'access-control-allow-headers': headers,
      'access-control-allow-credentials': credentials,
    });

  it.each<[string, Cors, string, string[], string[]]>([
    [
      'nothing when all is listed',
      preflight('GET, PUT', 'X-A, authorization'),
      'PUT',
      ['x-a', 'Authorization'],
      [],
    ],
    ['nothing of a method that needs no leave', preflight('', ''), 'POST', [], []],
    ['a method that is not listed', preflight('GET, POST', ''), 'DELETE', [], ['DELETE']],
    ['a method in another case', preflight('patch', ''), 'PATCH', [], ['PATCH']],
    ['a header that is not listed', preflight('', 'x-a'), 'GET', ['X-A', 'X-B'], ['x-b']],
    ['nothing of a header that needs no leave', preflight('', ''), 'GET', ['Accept'], []],
    [
      'nothing but authorization by a wildcard',
      preflight('*', '*'),
      'PUT',
      ['X-A', 'Authorization'],
      ['authorization'],
    ],
    [
      'nothing by a wildcard and authorization',
      preflight('*', '*, Authorization'),
      'PUT',
      ['X-A', 'Authorization'],
      [],
    ],
    [
      'everything by a wildcard with credentials',
      preflight('*', '*', 'true'),
      'PUT',
      ['X-A'],
      ['PUT', 'x-a'],
    ],
    [
      'a header that cannot be read',
      preflight('GET;PUT', 'x-a'),
      'GET',
      ['x-a'],
      ['access-control-allow-methods'],
    ],
  ])('%s', (_, cors, method, headers, missing) => {
    expect(preflightCovers(cors, method, headers)).toEqual(missing);
  });
});

describe('hostile origins', () => {
  const tried = (target: string, allowed: string | undefined): Record<string, string> =>
    Object.fromEntries(
      hostileOrigins(new URL(target), allowed, 'c0ffee').map(({ kind, origin }) => [kind, origin]),
    );

  it('resemble the allowed origin', () => {
    expect(tried('https://api.example.com/v1', 'https://app.example.com')).toEqual({
      foreign: 'https://c0ffee.invalid',
      null: 'null',
      prefix: 'https://app.example.com.evil-c0ffee.invalid',
      suffix: 'https://evilc0ffeeexample.com',
      dot: 'https://appxexample.com',
      'plain http': 'http://app.example.com',
    });
  });

  it.each([
    ['https://app.example.co.uk', 'https://evilc0ffeeexample.co.uk', 'https://appxexample.co.uk'],
    ['https://example.com.au:8443', 'https://evilc0ffeeexample.com.au:8443', 'https://examplexcom.au:8443'],
    ['https://co.uk', 'https://evilc0ffeeco.uk', 'https://coxuk'],
    ['https://www.example.org', 'https://evilc0ffeeexample.org', 'https://wwwxexample.org'],
    ['http://localhost:3000', 'http://evilc0ffeelocalhost:3000', undefined],
  ])('of %s end like it and resemble its pattern', (allowed, suffix, dot) => {
    const all = tried('https://api.example.com', allowed);
    expect([all['suffix'], all['dot']]).toEqual([suffix, dot]);
  });

  it.each([undefined, '*', 'null', 'not an origin'])(
    "resemble the service's own when %j is allowed",
    (allowed) => {
      expect(tried('https://api.example.com:8443/v1?x', allowed)).toMatchObject({
        prefix: 'https://api.example.com.evil-c0ffee.invalid',
        suffix: 'https://evilc0ffeeexample.com:8443',
        dot: 'https://apixexample.com:8443',
        'plain http': 'http://api.example.com:8443',
      });
    },
  );

  it('are neither what is allowed nor the service itself', () => {
    expect(tried('http://app.example.com', 'https://app.example.com')).not.toHaveProperty('plain http');
    expect(tried('http://app.example.com', undefined)).not.toHaveProperty('plain http');
    expect(tried('https://api.example.com', 'null')).not.toHaveProperty('null');
  });

  it('leave out what is no origin for an address', () => {
    expect(tried('http://127.0.0.1:3000', undefined)).toEqual({
      foreign: 'https://c0ffee.invalid',
      null: 'null',
      prefix: 'http://127.0.0.1.evil-c0ffee.invalid',
    });
    expect(tried('http://[::1]:3000', undefined)).toEqual({
      foreign: 'https://c0ffee.invalid',
      null: 'null',
    });
  });
});
