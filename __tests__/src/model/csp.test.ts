import { describe, expect, it } from '@jest/globals';
import { framingAllowed, parseCsp, scriptWeaknesses, type Framing } from '../../../src/model/csp.js';

const parsed = (...values: string[]): Record<string, readonly string[]>[] =>
  parseCsp(values).map((policy) => Object.fromEntries(policy));

describe('parsing a Content-Security-Policy', () => {
  it('parts directives at semicolons and values at white space', () => {
    expect(parsed("default-src 'self';  img-src\t* \n data: ;; upgrade-insecure-requests ;")).toEqual([
      { 'default-src': ["'self'"], 'img-src': ['*', 'data:'], 'upgrade-insecure-requests': [] },
    ]);
  });

  it('takes the first of two directives of the same name, whatever their case', () => {
    expect(parsed("Script-Src 'self'; script-src *")).toEqual([{ 'script-src': ["'self'"] }]);
  });

  it('takes every line and every item of a line for a policy', () => {
    expect(parsed("default-src 'self', script-src *,, ;", 'img-src a')).toEqual([
      { 'default-src': ["'self'"] },
      { 'script-src': ['*'] },
      { 'img-src': ['a'] },
    ]);
  });

  it('passes over a directive that is not ASCII', () => {
    expect(parsed("script-src 'self' ü; img-src *")).toEqual([{ 'img-src': ['*'] }]);
  });

  it('finds nothing in nothing', () => {
    expect(parsed()).toEqual([]);
    expect(parsed('', ' ; ;')).toEqual([]);
  });
});

/** What helmet 8 sends by default. */
const HELMET =
  "default-src 'self';base-uri 'self';font-src 'self' https: data:;form-action 'self';frame-ancestors 'self';img-src 'self' data:;object-src 'none';script-src 'self';script-src-attr 'none';style-src 'self' https: 'unsafe-inline';upgrade-insecure-requests";

describe('weaknesses of script-src', () => {
  it.each<[string, ...string[]]>([
    [HELMET],
    ["default-src 'none'; frame-ancestors 'none'"],
    ['script-src'],
    ["script-src 'self' https://cdn.example.com"],
    ["script-src 'unsafe-inline' 'nonce-abc123=='"],
    ["script-src 'unsafe-inline' 'sha256-abc+/123='"],
    ["script-src 'unsafe-inline' 'STRICT-DYNAMIC' https: http: * data:"],
    ["default-src *; script-src 'self'"],
    ["script-src *; script-src-elem 'self'"],
    ["script-src 'unsafe-inline'; script-src-elem 'self'; script-src-attr 'none'"],
    ["script-src 'unsafe-inline'", "script-src 'self'"],
    ["script-src 'unsafe-inline', default-src 'self'"],
    ["script-src 'unsafe-eval'", "default-src 'self' 'unsafe-inline'"],
    ["script-src 'self' 'wasm-unsafe-eval'"],
    ['script-src https://*.example.com *.example.com:* https://*x *:x'],
  ])('there are none in %j', (...values) => {
    expect(scriptWeaknesses(parseCsp(values))).toEqual([]);
  });

  it.each<[string[], string[]]>([
    [[], ['no script-src']],
    [['img-src *'], ['no script-src']],
    [["script-src-attr 'none'"], ['no script-src']],
    [["script-src 'self' 'unsafe-inline'"], ["'unsafe-inline'"]],
    [["script-src 'self' 'UNSAFE-Inline'"], ["'unsafe-inline'"]],
    [["script-src 'unsafe-inline' 'nonce-'"], ["'unsafe-inline'"]],
    [["script-src 'unsafe-inline' 'nonce-a b'"], ["'unsafe-inline'"]],
    [["script-src 'unsafe-inline' 'sha1-abc'"], ["'unsafe-inline'"]],
    [['script-src \'unsafe-inline\' nonce-abc "nonce-abc"'], ["'unsafe-inline'"]],
    [["script-src 'self'; script-src-attr 'unsafe-inline'"], ["'unsafe-inline'"]],
    [["default-src 'self' 'unsafe-eval'"], ["'unsafe-eval'"]],
    [["script-src 'self' 'unsafe-eval'; script-src-elem 'self'"], ["'unsafe-eval'"]],
    [["script-src 'nonce-abc' 'unsafe-eval'"], ["'unsafe-eval'"]],
    [['default-src *'], ['*']],
    [['script-src *:443'], ['*']],
    [['script-src *:*/x'], ['*']],
    [['script-src https://*:443/x'], ['https:']],
    [['script-src https:'], ['https:']],
    [['script-src HTTPS:'], ['https:']],
    [['script-src https://*'], ['https:']],
    [['script-src http:'], ['http:']],
    [['script-src data:'], ['data:']],
    [
      ["default-src * data: 'unsafe-inline' 'unsafe-eval'"],
      ["'unsafe-inline'", "'unsafe-eval'", '*', 'data:'],
    ],
    [["script-src 'unsafe-inline'", 'img-src *'], ["'unsafe-inline'"]],
    [
      ["script-src 'unsafe-inline' *", "script-src 'unsafe-inline' https:"],
      ["'unsafe-inline'", 'https:'],
    ],
    [['script-src http:', 'script-src *'], ['http:']],
    [["script-src 'unsafe-inline'; script-src 'self'"], ["'unsafe-inline'"]],
  ])('%j has %j', (values, weaknesses) => {
    expect(scriptWeaknesses(parseCsp(values))).toEqual(weaknesses);
  });
});

describe('frame-ancestors', () => {
  it.each<[string[], Framing | undefined]>([
    [[], undefined],
    [["default-src 'none'"], undefined],
    [["frame-ancestors 'none'"], 'nobody'],
    [['frame-ancestors'], 'nobody'],
    [["frame-ancestors 'None'"], 'nobody'],
    [["frame-ancestors 'deny'"], 'nobody'],
    [[HELMET], 'same-origin'],
    [["frame-ancestors 'none' 'self'"], 'same-origin'],
    [["frame-ancestors 'self' https://app.example.com"], 'listed'],
    [["frame-ancestors 'none' https://app.example.com"], 'listed'],
    [['frame-ancestors *.example.com'], 'listed'],
    [['frame-ancestors *'], 'anybody'],
    [["frame-ancestors 'self' https:"], 'anybody'],
    [['frame-ancestors http://*:*'], 'anybody'],
    [["frame-ancestors *; frame-ancestors 'none'"], 'anybody'],
    [['frame-ancestors *', "frame-ancestors 'none'"], 'nobody'],
    [["frame-ancestors 'self', frame-ancestors https://a.example"], 'same-origin'],
    [["script-src 'self'", 'frame-ancestors https://a.example'], 'listed'],
  ])('of %j lets the page be framed by: %s', (values, framing) => {
    expect(framingAllowed(parseCsp(values))).toBe(framing);
  });
});
