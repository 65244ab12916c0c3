import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { CHECKS } from '../src/checks/check.js';
import { checks, problems, suite } from './src/inputs/suite.js';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly description?: string;
  readonly $ref?: string;
  readonly $defs: Readonly<Record<string, Schema>>;
}
const at = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const schema = JSON.parse(at('smoke-config.schema.json')) as Schema;
const fits = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(schema);
const ENV = { SMOKE_TOKEN: 's3cr3t' };

/** What reader and schema say of a file, which has to be the same. */
async function verdict(file: string): Promise<boolean> {
  const found = await problems({ file, env: ENV });
  expect({ file, fits: fits(parse(file)), found }).toMatchObject({ fits: found.length === 0 });
  return found.length === 0;
}

describe('the schema of the smoke file', () => {
  /** Where maps are, each as a file that has the unknown key `zzz` there. */
  const custom = (line: string): string => `version: 1\ncustom: [{ name: a, path: /a, ${line} }]\n`;
  const { properties: top } = schema;
  const own = top?.['custom']?.items;
  const maps: readonly (readonly [string, string, Schema | undefined])[] = [
    ['the file', 'version: 1\nzzz: 1', schema],
    ['checks', checks('zzz: 1'), top?.['checks']],
    ...CHECKS.map(
      (name) => [name, checks(`${name}: { zzz: 1 }`), top?.['checks']?.properties?.[name]] as const,
    ),
    ['a check of your own', custom('zzz: 1'), own],
    ['expect', custom('expect: { zzz: 1 }'), own?.properties?.['expect']],
    [
      'an expectation',
      custom('expect: { json: { a: { zzz: 1, exists: true } } }'),
      schema.$defs['expectation']?.anyOf?.[1],
    ],
  ];

  it.each(maps)(
    'has the keys of %s that are read, and no other',
    async (what, file, { properties = {} } = schema) => {
      const [problem = ''] = await problems({ file });
      const [, known = ''] = new RegExp(`zzz is not a setting of ${what}: (.*)\\.$`).exec(problem) ?? [];
      expect(known.split(', ').sort()).toEqual(Object.keys(properties).sort());
    },
  );

  it('describes every key', () => {
    const described = ({ description, $ref }: Schema): boolean =>
      description !== undefined || schema.$defs[$ref?.split('/').pop() ?? '']?.description !== undefined;
    for (const [what, , { properties = {} } = schema] of maps) {
      for (const [key, value] of Object.entries(properties)) {
        const own = value.description ?? '';
        if (what !== 'an expectation')
          expect([what, key, own]).toEqual([what, key, expect.stringMatching(/\.$/)]);
        else expect([key, described(value) || key === 'equals']).toEqual([key, true]);
      }
    }
  });

  it('says what is built in', async () => {
    const { settings } = await suite();
    const of = (check: (typeof CHECKS)[number], key: string): string | undefined =>
      top?.['checks']?.properties?.[check]?.properties?.[key]?.description;
    expect(of('version', 'path')).toContain(`\`${settings.version.path}\``);
    expect(of('version', 'field')).toContain(`\`${settings.version.field.text}\``);
    for (const check of ['health', 'database'] as const) {
      const { path, field, required, values } = settings[check];
      expect(of(check, 'path')).toContain(`\`${path}\``);
      expect(of(check, 'field')).toContain(`\`${field.text}\``);
      expect(of(check, 'required')).toContain(String(required));
      expect(of(check, 'values')?.split(/[ ,.]+/)).toEqual(expect.arrayContaining([...values]));
    }
    expect(of('https', 'min-days')).toContain(` ${String(settings.https.minDays)}.`);
    expect(of('security-headers', 'hsts-min-age')).toContain(String(settings['security-headers'].hstsMinAge));
    expect(of('response-time', 'limit')).toContain(`${String(settings['response-time'].limit / 1_000)}s.`);
    expect(of('root', 'path')).toContain(`\`${settings.root.path}\``);
    for (const status of settings.root.status) expect(of('root', 'status')).toContain(String(status));
  });

  it.each([
    'version: 1',
    'version: 1\nchecks: {}\ncustom: []',
    ...CHECKS.map((name) => checks(`${name}: {}`)),
    ...CHECKS.map((name) => checks(`${name}: { skip: "1" }`)),
    checks(`version: { path: /, field: "$['a b'][0].c" }`),
    checks('health: { path: /h?a=b, status: 204, required: true, values: [a, 1, false], content-type: /x/ }'),
    checks('https: { http-url: "HTTP://a.example:8080/x?y", min-days: 365 }'),
    checks('auth: { path: /a, status: [401, 403], token: "${SMOKE_TOKEN}", fields: [] }'),
    checks('cors: { origin: "capacitor://localhost", open: false, method: DELETE, headers: [X-A, b_c] }'),
    checks('cors: { origin: "https://a.example:8443" }'),
    checks('cors: { origin: "http://[::1]:443" }'),
    checks('security-headers: { protected-path: /p, hsts-min-age: 0, optional: [] }'),
    checks('response-time: { limit: 9999ms }'),
    checks('response-time: { limit: 10000ms }'),
    custom('headers: { A: "a ${SMOKE_TOKEN}" }, body: x, method: PUT'),
    custom('expect: { status: 500, json: { a: 1, b: null, c: { equals: x }, d: { min: 1, max: 1 } } }'),
    custom(
      'expect: { json: { a: { max: 0 }, b: { matches: /a/i }, c: { exists: true } }, header: { a: b } }',
    ),
    custom('expect: { body: /a/s, under: 1ms }, skip: later'),
    'version: 1.0\ncustom: [{ name: a, path: /a }, &b { name: b, path: /b }]',
  ])('takes what is read: %j', async (file) => {
    expect(await verdict(file)).toBe(true);
  });

  it.each([
    '',
    '[]',
    'checks: {}',
    'version: 2',
    'version: "1"',
    'version: 1\nchecks:',
    'version: 1\ncustom: {}',
    ...CHECKS.map((name) => checks(`${name}:`)),
    ...CHECKS.map((name) => checks(`${name}: { skip: " " }`)),
    ...CHECKS.map((name) => `version: 1\ncustom: [{ name: ${name}, path: / }]`),
    ...['a', '//a', '/\\a', '"/a b"', '/a#b', '1', '""'].map((path) => checks(`root: { path: ${path} }`)),
    ...['99', '600', '"200"', '[]', '[200, a]', '200.5', 'null'].map((status) =>
      checks(`root: { status: ${status} }`),
    ),
    ...['""', '$', 'a..b', '$a', 'a[', '"a b"', '$.*'].map((field) =>
      checks(`version: { field: "${field.replaceAll('"', '')}" }`),
    ),
    ...['0s', '0ms', '11s', '10001ms', '2', '1m', '1.5s', '05s'].map((time) =>
      checks(`response-time: { limit: ${time} }`),
    ),
    ...['https://a', 'http:a', 'a', '"http://u@a"', '"http://u:p@a"', '"http://a b"'].map((url) =>
      checks(`https: { http-url: ${url} }`),
    ),
    ...['https://a/', 'https://a:443', 'http://a:80', 'https://a..b', 'a', 'https://A', '"*"', 'null'].map(
      (origin) => checks(`cors: { origin: ${origin} }`),
    ),
    ...['-1', '366', '1.5', '"1"'].map((days) => checks(`https: { min-days: ${days} }`)),
    ...['"a b"', '"${"', '"${A-B}"', '"${AWS_SESSION_TOKEN}"', '"${GH_TOKEN}"', 'é'].map((token) =>
      checks(`auth: { token: ${token} }`),
    ),
    checks('auth: { fields: a }'),
    checks('health: { values: [] }'),
    checks('health: { values: [null] }'),
    checks('health: { values: [""] }'),
    checks('health: { required: yes }'),
    checks('cors: { method: get }'),
    checks('cors: { headers: [a b] }'),
    checks('cors: { headers: [1] }'),
    'version: 1\ncustom: [{ name: a }]',
    'version: 1\ncustom: [{ path: /a }]',
    'version: 1\ncustom: [{ name: 1, path: /a }]',
    'version: 1\ncustom: [{ name: " a", path: /a }]',
    'version: 1\ncustom: [{ name: "a\\nb", path: /a }]',
    'version: 1\ncustom: [a]',
    `version: 1\ncustom: [{ name: ${'a'.repeat(61)}, path: /a }]`,
    custom('headers: { "a b": c }'),
    custom('headers: { a: 1 }'),
    custom('headers: { a: "" }'),
    custom('headers: { a: "b\\nc" }'),
    custom('body: 1'),
    custom('body: "a ${SMOKE_TOKEN}"'),
    'version: 1\ncustom: [{ name: a, path: "/${SMOKE_TOKEN}" }]',
    custom('expect: []'),
    custom('expect: { json: { "a b": 1 } }'),
    custom('expect: { json: { a: [1] } }'),
    custom('expect: { json: { a: {} } }'),
    custom('expect: { json: { a: { equals: [1] } } }'),
    custom('expect: { json: { a: { equals: 1, matches: /a/ } } }'),
    custom('expect: { json: { a: { min: 1, exists: true } } }'),
    custom('expect: { json: { a: { min: "1" } } }'),
    custom('expect: { json: { a: { matches: a } } }'),
    custom('expect: { json: { a: { matches: /a/g } } }'),
    custom('expect: { header: { a: 1 } }'),
    custom('expect: { body: "" }'),
    custom('expect: { under: now }'),
    `version: 1\nchecks: { auth: { fields: [${'a,'.repeat(101)}] } }`,
  ])('refuses what is refused: %j', async (file) => {
    expect(await verdict(file)).toBe(false);
  });

  it('agrees with the reader on any data', async () => {
    const value = fc.oneof(
      fc.constantFrom<unknown>(
        '/a',
        'a',
        '$.a[0]',
        '200',
        200,
        [200],
        [200, 99],
        ['a'],
        [],
        {},
        true,
        null,
        0,
        -1,
        0.5,
      ),
      fc.constantFrom<unknown>(
        '5ms',
        '1s',
        'GET',
        'https://a.example',
        'http://a',
        '/a/',
        '${SMOKE_TOKEN}',
        '${}',
        'x-a',
        '',
      ),
    );
    const map = (keys: readonly string[], inner: fc.Arbitrary<unknown> = value) =>
      fc.dictionary(fc.constantFrom(...keys, 'zzz'), inner, { maxKeys: 4, noNullPrototype: true });
    const settings = maps.flatMap(([what, , { properties = {} } = schema]) =>
      CHECKS.some((name) => name === what) ? Object.keys(properties) : [],
    );
    const expectation = fc.oneof(value, map(['equals', 'min', 'matches', 'exists']));
    const expected = fc.record(
      {
        status: value,
        json: map(['a', '$.a', 'a b'], expectation),
        header: map(['a', 'a b']),
        body: value,
        under: value,
      },
      { requiredKeys: [] },
    );
    const check = fc.record(
      {
        name: fc.oneof(fc.constant('own'), value),
        path: fc.oneof(fc.constant('/own'), value),
        method: value,
        headers: map(['a', '']),
        body: value,
        expect: fc.oneof(expected, value),
        skip: value,
      },
      { requiredKeys: ['name', 'path'] },
    );
    const file = fc.record(
      {
        version: fc.constant(1),
        checks: map(CHECKS, map(settings)),
        custom: fc.array(check, { maxLength: 1 }),
      },
      { requiredKeys: ['version'] },
    );
    const verdicts: boolean[] = [];
    const judge = async (data: unknown): Promise<void> => {
      verdicts.push(await verdict(stringify(data)));
    };
    await fc.assert(fc.asyncProperty(file, judge), { numRuns: 500 });
    for (const one of [true, false]) expect(verdicts.filter((is) => is === one).length).toBeGreaterThan(20);
  });
});

describe('examples/smoke.yml', () => {
  const file = at('examples/smoke.yml');

  it('is read, and fits the schema', async () => {
    expect(await verdict(file)).toBe(true);
    const { settings, secrets } = await suite({ file, env: ENV });
    expect([...settings.skips.keys()]).toEqual(['root', 'reports are made in time']);
    expect(settings.custom.map(({ name }) => name)).toContain('search answers');
    expect(secrets).toEqual(['s3cr3t', 'Bearer s3cr3t']);
  });

  it('has every setting of every check', () => {
    const { checks: shown } = parse(at('examples/smoke.yml')) as { checks: Record<string, object> };
    for (const [name, { properties }] of Object.entries(schema.properties?.['checks']?.properties ?? {})) {
      const settings = Object.keys(properties ?? {}).filter((setting) => setting !== 'skip');
      expect({ name, missing: settings.filter((one) => !(one in shown[name]!)) }).toEqual({
        name,
        missing: [],
      });
    }
  });

  it('names the schema', () => {
    expect(file).toContain(`# yaml-language-server: $schema=${(schema as unknown as { $id: string }).$id}\n`);
  });
});
