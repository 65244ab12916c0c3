import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { elbService } from '../../sandbox/elbv2/service.js';
import { AwsError } from '../../sandbox/errors.js';
import type { Json, JsonObject } from '../../sandbox/json.js';
import { parseForm } from '../../sandbox/protocol/form.js';
import type { WireRequest } from '../../sandbox/protocol/operation.js';
import { type QueryService, answerQuery } from '../../sandbox/protocol/query.js';
import { writeXml } from '../../sandbox/protocol/xml.js';
import { answeringRuntime, emptyCloud } from './balanced-cloud.js';

const SIGNED = 'AWS4-HMAC-SHA256 Credential=AKIALOCAL/20260101/us-east-1/elasticloadbalancing/aws4_request';

function pairsOf(value: Json, name: string): [string, string][] {
  if (Array.isArray(value)) {
    return value.flatMap((one: Json, index) => pairsOf(one, `${name}.member.${index + 1}`));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, one]) => pairsOf(one ?? null, name ? `${name}.${key}` : key));
  }
  return [[name, String(value)]];
}

const names = fc.string({ minLength: 1 }).filter((name) => !name.includes('.') && name !== 'member');
const { structure } = fc.letrec<{ value: Json; structure: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { minLength: 1, maxLength: 12 }),
    tie('structure'),
  ),
  structure: fc.dictionary(names, tie('value'), { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
}));

describe('a form of the query protocol', () => {
  it('gives back every structure that was written into it', () => {
    fc.assert(
      fc.property(structure, (input) => {
        const sent = new URLSearchParams(pairsOf(input, '')).toString();
        expect(parseForm(new URLSearchParams(sent))).toEqual(input);
      }),
    );
  });

  it('never throws anything but an AWS error, whatever the names', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string())), (pairs) => {
        try {
          parseForm(pairs);
        } catch (error) {
          expect(error).toBeInstanceOf(AwsError);
        }
      }),
    );
  });

  it('puts list members into the order of their numbers, not of their arrival', () => {
    const form = new URLSearchParams('A.member.10=ten&A.member.2=two&A.member.1=one');
    expect(parseForm(form)).toEqual({ A: ['one', 'two', 'ten'] });
  });

  it('keeps names of the language as plain names', () => {
    const input = parseForm(new URLSearchParams('__proto__.polluted=1&constructor=2'));
    expect(Object.keys(input)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each([
    ['is a leaf and a structure', 'A=1&A.B=2'],
    ['is endlessly deep', `${'A.'.repeat(100_000)}B=1`],
  ])('refuses a name that %s', (_what, form) => {
    expect(() => parseForm(new URLSearchParams(form))).toThrow(
      expect.objectContaining({ code: 'MalformedInput', status: 400 }),
    );
  });
});

const parser = new XMLParser({ parseTagValue: false, trimValues: false, htmlEntities: true });

/** What XML 1.0 has no way to write (section 2.2, production Char). */
const UNSAYABLE = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

describe('XML', () => {
  it('carries every text that XML can say unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const xml = writeXml('Answer', 'http://example.test/', { Text: `-${text}` });
        const sayable = text.replace(UNSAYABLE, '\u{fffd}');
        expect(xml).not.toMatch(UNSAYABLE);
        const read = parser.parse(xml) as { Answer: { Text: string } };
        expect(read.Answer.Text).toBe(`-${sayable}`);
      }),
      { examples: [['&#xD;&amp;lt;'], ['\r\n'], [']]><!--'], ['\ud800']] },
    );
  });

  it('writes lists as members, leaves absent fields out, and keeps hostile text from becoming elements', () => {
    const xml = writeXml('Answer', 'http://example.test/"&', {
      List: [{ Id: '</Id><Evil/>', Port: 80 }, { Id: ']]>&amp;' }],
      None: undefined,
      Null: null,
      Empty: [],
      Flag: false,
      Control: 'a\u0000b\u001b[31m\rc',
    });
    expect(xml).toBe(
      '<Answer xmlns="http://example.test/&quot;&amp;">' +
        '<List><member><Id>&lt;/Id&gt;&lt;Evil/&gt;</Id><Port>80</Port></member>' +
        '<member><Id>]]&gt;&amp;amp;</Id></member></List>' +
        '<Empty></Empty><Flag>false</Flag><Control>a\ufffdb\ufffd[31m&#xD;c</Control></Answer>',
    );
  });
});

const sts: QueryService = {
  prefix: 'sts',
  version: '2011-06-15',
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  operations: {
    GetCallerIdentity: ({ account }) => ({ Account: account }),
    Break: () => {
      throw new TypeError('a <defect>');
    },
  },
};

async function ask(body: string, changes: Partial<WireRequest> = {}) {
  const cloud = emptyCloud(answeringRuntime(new Map()));
  const request = { method: 'POST', path: '/', headers: { authorization: SIGNED }, body, ...changes };
  const response = await answerQuery(cloud, [elbService, sts], request);
  return { ...response, calls: cloud.calls };
}

const errorOf = (xml: string): unknown =>
  (parser.parse(xml) as { ErrorResponse: { Error: unknown } }).ErrorResponse.Error;

describe('an answer of the query protocol', () => {
  it('has the operation, its result and the request id, in the namespace of the service', async () => {
    const { status, headers, body } = await ask('Action=GetCallerIdentity&Version=2011-06-15', {
      headers: { authorization: SIGNED.replace('elasticloadbalancing', 'sts') },
    });
    const id = headers['x-amzn-requestid'];
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/xml');
    expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(body).toBe(
      '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">' +
        '<GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult>' +
        `<ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
    );
  });

  it('may be asked for with GET, and finds the service by version when the signature names none', async () => {
    const { status, calls } = await ask('', {
      method: 'GET',
      path: '/?Action=GetCallerIdentity&Version=2011-06-15',
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=AKIALOCAL' },
    });
    expect([status, calls.map(({ action }) => action)]).toEqual([200, ['sts:GetCallerIdentity']]);
  });

  it('records the call with its parameters and its outcome', async () => {
    const { calls } = await ask('Action=DescribeTargetGroups&Version=2015-12-01&Names.member.1=nope');
    expect(calls).toEqual([
      {
        at: expect.any(Number),
        action: 'elasticloadbalancing:DescribeTargetGroups',
        input: { Names: ['nope'] },
        status: 400,
        error: 'TargetGroupNotFound',
      },
    ]);
  });

  it.each([
    [
      'without a signature',
      'Action=DescribeRules&Version=2015-12-01',
      {},
      403,
      { Type: 'Sender', Code: 'MissingAuthenticationToken' },
    ],
    [
      'with a key that is invalid',
      'Action=DescribeRules&Version=2015-12-01',
      { authorization: SIGNED.replace('AKIALOCAL', 'AKIAINVALID') },
      403,
      { Code: 'InvalidClientTokenId', Message: 'The security token included in the request is invalid.' },
    ],
    [
      'with a key that has expired',
      'Action=DescribeRules&Version=2015-12-01',
      { authorization: SIGNED.replace('AKIALOCAL', 'AKIAEXPIRED') },
      403,
      { Code: 'ExpiredToken', Message: 'The security token included in the request is expired' },
    ],
    [
      'for an unknown operation',
      'Action=Fly&Version=2015-12-01',
      { authorization: SIGNED },
      400,
      { Code: 'InvalidAction', Message: 'Could not find operation Fly for version 2015-12-01' },
    ],
    [
      'for another version of the API',
      'Action=DescribeRules&Version=2012-06-01',
      { authorization: SIGNED },
      400,
      { Code: 'InvalidAction', Message: 'Could not find operation DescribeRules for version 2012-06-01' },
    ],
    [
      'for a name of the language as operation',
      'Action=constructor',
      { authorization: SIGNED },
      400,
      {
        Code: 'InvalidAction',
        Message: 'Could not find operation constructor for version NO_VERSION_SPECIFIED',
      },
    ],
    ['without an operation', 'Version=2015-12-01', { authorization: SIGNED }, 400, { Code: 'MissingAction' }],
    [
      'with a form that is no shape',
      'Action=DescribeRules&Version=2015-12-01&A=1&A.B=2',
      { authorization: SIGNED },
      400,
      { Code: 'MalformedInput' },
    ],
    [
      'when the sandbox itself fails',
      'Action=Break&Version=2011-06-15',
      { authorization: SIGNED.replace('elasticloadbalancing', 'sts') },
      500,
      { Type: 'Receiver', Code: 'InternalFailure', Message: 'a <defect>' },
    ],
  ])('is an error %s', async (_what, form, headers, status, error) => {
    const response = await ask(form, { headers });
    expect(response.status).toBe(status);
    expect(errorOf(response.body)).toMatchObject(error);
  });

  it('translates a fault into the name that the query services have for it', async () => {
    const cloud = emptyCloud(answeringRuntime(new Map()));
    const action = 'elasticloadbalancing:*';
    cloud.faults.push({ action, kind: 'deny', times: 1 }, { action, kind: 'throttle', times: 1 });
    const request = {
      method: 'POST',
      path: '/',
      headers: { authorization: SIGNED },
      body: 'Action=DescribeTargetGroups&Version=2015-12-01',
    };
    const denied = await answerQuery(cloud, [elbService, sts], request);
    const throttled = await answerQuery(cloud, [elbService, sts], request);
    expect([denied.status, errorOf(denied.body)]).toMatchObject([403, { Code: 'AccessDenied' }]);
    expect([throttled.status, errorOf(throttled.body)]).toMatchObject([400, { Code: 'Throttling' }]);
  });
});
