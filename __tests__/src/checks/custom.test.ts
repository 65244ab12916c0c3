import type { IncomingHttpHeaders } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { custom } from '../../../src/checks/custom.js';
import type { CustomCheck, JsonExpectation } from '../../../src/checks/settings.js';
import { parseJsonPath } from '../../../src/model/json-path.js';
import { doCheck, json, replying, Servers, type Reply } from './checking.js';

const CHECK: CustomCheck = {
  name: 'search answers',
  method: 'GET',
  path: '/api/v1/search?q=test',
  headers: {},
  body: undefined,
  status: [200],
  json: [],
  header: {},
  bodyWanted: undefined,
  under: undefined,
};

const servers = new Servers();
afterEach(() => servers.close());

const ask = async (check: Partial<CustomCheck>, ...replies: readonly Reply[]) =>
  doCheck(custom({ ...CHECK, ...check }, await servers.start(replying(...replies))));

const at = (path: string, expectation: JsonExpectation): Partial<CustomCheck> => ({
  json: [{ path: parseJsonPath(path)!, expectation }],
});
const equals = (path: string, value: string | number | boolean | null) => at(path, { kind: 'equals', value });
const range = (min?: number, max?: number) => at('$.total', { kind: 'range', min, max });
const matches = (pattern: RegExp) => at('$.name', { kind: 'matches', pattern });
const exists = (path: string, wanted: boolean) => at(path, { kind: 'exists', exists: wanted });

const document = { total: 3, name: 'secret-name', ok: true, none: null, items: [{ id: 'a' }] };
const reply = json(document, 200, {
  'x-region': 'us-east-1',
  'x-type': 'application/json; charset=utf-8',
  'x-two': ['one', 'secret-two'],
});

describe('a check of the user’s own', () => {
  it('asks what it was told to ask, once', async () => {
    const seen: [string, string, IncomingHttpHeaders, string][] = [];
    const base = await servers.start((request, response) => {
      request.setEncoding('utf8').on('data', (body: string) => {
        seen.push([request.method!, request.url!, request.headers, body]);
        response.end();
      });
    });
    const check = { ...CHECK, method: 'POST', headers: { 'x-tenant': 'one' }, body: '{"q":1}' };
    expect(await doCheck(custom(check, base))).toMatchObject({ verdict: 'pass', attempts: 1 });
    expect(seen).toEqual([['POST', CHECK.path, expect.objectContaining({ 'x-tenant': 'one' }), '{"q":1}']]);
  });

  it.each<[string, Partial<CustomCheck>]>([
    ['nothing but 200', {}],
    ['one of several statuses', { status: [204, 200] }],
    ['a text', equals('$.name', 'secret-name')],
    ['a number', equals('$.total', 3)],
    ['a boolean', equals('$.ok', true)],
    ['a null', equals('$.none', null)],
    ['something in a list', equals('$.items[0].id', 'a')],
    ['a number that is not below', range(3)],
    ['a number that is not above', range(undefined, 3)],
    ['a number between', range(0, 10)],
    ['a text of a pattern', matches(/^secret-/)],
    ['something that is there', exists('$.items', true)],
    ['a null that is there', exists('$.none', true)],
    ['something that is not there', exists('$.error', false)],
    ['a header in any case', { header: { 'x-region': ' US-EAST-1 ' } }],
    ['a header that has parameters besides', { header: { 'x-type': 'Application/JSON' } }],
    ['a header with its parameters', { header: { 'x-type': 'application/json; charset=UTF-8' } }],
    ['a header of a pattern', { header: { 'content-type': /json/ } }],
    ['one of several headers of a name', { header: { 'x-two': 'one' } }],
    ['a text in the body', { bodyWanted: '"total":3' }],
    ['a body of a pattern', { bodyWanted: /"id":\s*"a"/ }],
    ['an answer in time', { under: 5_000 }],
  ])('passes when it wants %s', async (_, check) => {
    expect(await ask(check, reply)).toMatchObject({ verdict: 'pass', attempts: 1 });
  });

  it.each<[string, Partial<CustomCheck>, RegExp]>([
    ['another status', { status: [201, 204] }, /200.*201 or 204/],
    ['another text', equals('$.name', 'x'), /\$\.name/],
    ['a text for a number', equals('$.total', '3'), /\$\.total/],
    ['a null where nothing is', equals('$.error', null), /\$\.error/],
    ['a greater number', range(4), /\$\.total/],
    ['a smaller number', range(undefined, 2), /\$\.total/],
    ['a number where a text is', at('$.name', { kind: 'range', min: 0, max: undefined }), /\$\.name/],
    ['another pattern', matches(/^public/), /\$\.name/],
    ['a pattern of a number', at('$.total', { kind: 'matches', pattern: /3/ }), /\$\.total/],
    ['something that is not there', exists('$.error', true), /\$\.error/],
    ['nothing where something is', exists('$.none', false), /\$\.none/],
    ['what only a prototype has', exists('$.constructor', true), /\$\.constructor/],
    ['another header', { header: { 'x-region': 'eu-west-1' } }, /x-region.*not as expected/],
    ['other parameters', { header: { 'x-type': 'application/json; charset=latin1' } }, /x-type/],
    ['another type', { header: { 'x-type': 'application' } }, /x-type/],
    ['a header of another pattern', { header: { 'content-type': /html/ } }, /content-type/],
    ['a header that is not there', { header: { 'x-none': /x/ } }, /x-none.*absent/],
    ['a header of a name that objects have', { header: { constructor: /x/ } }, /constructor.*absent/],
    ['another text in the body', { bodyWanted: 'nowhere' }, /body/],
    ['a body of another pattern', { bodyWanted: /^nowhere$/ }, /body/],
    ['an answer in no time', { under: 0 }, /\d+ ms/],
    [
      'two things that are not so',
      { ...equals('$.total', 4), header: { 'x-none': 'x' } },
      /\$\.total.*x-none/,
    ],
  ])('fails when it wants %s', async (_, check, reason) => {
    const result = await ask(check, reply);
    expect(result).toMatchObject({ verdict: 'fail', attempts: 1 });
    expect(result.detail).toMatch(reason);
    expect(result.detail).not.toMatch(/secret/);
  });

  it('fails when it wants JSON and gets a page', async () => {
    const result = await ask(exists('$.error', false), { body: '<p>secret</p>' });
    expect(result).toMatchObject({ verdict: 'fail', detail: expect.stringMatching(/JSON/) });
  });

  it('fails when an answer takes too long', async () => {
    const base = await servers.start((_, response) => void setTimeout(() => response.end(), 60));
    const result = await doCheck(custom({ ...CHECK, under: 50 }, base));
    expect(result).toMatchObject({ verdict: 'fail', detail: expect.stringMatching(/\d+ ms.*50 ms/) });
  });

  it('never shows what is in its headers', async () => {
    const headers = { authorization: 'Bearer secret-token' };
    for (const check of [{}, { status: [401] }, { header: { 'x-echo': 'secret-token' } }]) {
      const result = await ask({ headers, ...check }, json({}, 200, { 'x-echo': 'Bearer secret-token' }));
      expect(JSON.stringify(result)).not.toContain('secret-token');
    }
    const invalid = await ask({ headers: { authorization: 'secret-token\n' } }, reply);
    expect(invalid.verdict).toBe('fail');
    expect(JSON.stringify(invalid)).not.toContain('secret-token');
  });

  it.each([429, 502, 503, 504])('asks again after %d, unless that is what it wants', async (status) => {
    expect(await ask({}, { status }, reply)).toMatchObject({ verdict: 'flaky', attempts: 2 });
    expect(await ask({ status: [status] }, { status }, reply)).toMatchObject({
      verdict: 'pass',
      attempts: 1,
    });
  });

  it('says nothing of an answer with another status but that', async () => {
    const result = await ask({ ...equals('$.total', 4), header: { 'x-none': 'x' } }, json({}, 401));
    expect(result).toMatchObject({ verdict: 'fail', detail: expect.stringMatching(/^status 401[^;]*$/) });
  });

  it('is not held up for ever by a pattern with repetition inside of repetition', async () => {
    const slow = /^([0-9a-f]+)+X$/;
    const result = await ask(matches(slow), json({ name: '0123456789abcdef'.repeat(3) }));
    expect(result).toMatchObject({ verdict: 'fail', detail: expect.stringContaining(slow.source) });
    expect(await ask({ bodyWanted: slow }, { body: '0'.repeat(60) })).toMatchObject({ verdict: 'fail' });
    expect(await ask({ header: { 'x-id': slow } }, { headers: { 'x-id': '0'.repeat(60) } })).toMatchObject({
      verdict: 'fail',
    });
  });
});
