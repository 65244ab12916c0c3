import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import type { CustomCheck } from '../../../src/checks/settings.js';
import { checks, problems, suite } from './suite.js';

const OWN: CustomCheck = {
  name: 'own',
  method: 'GET',
  path: '/own',
  headers: {},
  body: undefined,
  status: [200],
  json: [],
  header: {},
  bodyWanted: undefined,
  under: undefined,
};

/** A file with one check of one's own; each text is a line of it. */
const own = (...lines: readonly string[]): string =>
  [
    'version: 1',
    'custom:',
    '  - name: own',
    '    path: /own',
    ...lines.map((line) => `    ${line}`),
    '',
  ].join('\n');
const ownCheck = async (...lines: readonly string[]): Promise<CustomCheck | undefined> =>
  (await suite({ file: own(...lines), env: { TOKEN: 's3cr3t', USER_ID: '7' } })).settings.custom[0];

describe('a check of the user’s own', () => {
  it('needs a name and a path', async () => {
    expect((await suite({ file: own() })).settings.custom).toEqual([OWN]);
    expect(await problems({ file: 'version: 1\ncustom:\n- {}\n' })).toEqual([
      'smoke.yml:3: custom[0] needs name.',
      'smoke.yml:3: custom[0] needs path.',
    ]);
  });

  it.each<[string, Partial<CustomCheck>]>([
    ['method: POST', { method: 'POST' }],
    ['body: \'{"a": 1}\'', { body: '{"a": 1}' }],
    ['headers: { Accept: text/plain, X-Id: "1" }', { headers: { accept: 'text/plain', 'x-id': '1' } }],
    ['expect: {}', {}],
    ['expect: { status: 201 }', { status: [201] }],
    ['expect: { status: [100, 599] }', { status: [100, 599] }],
    [
      'expect: { header: { Content-Type: /json/, X-A: b } }',
      { header: { 'content-type': /json/, 'x-a': 'b' } },
    ],
    ['expect: { body: pong }', { bodyWanted: 'pong' }],
    ['expect: { body: /^po.g$/ims }', { bodyWanted: /^po.g$/ims }],
    ['expect: { body: /api/v1/users }', { bodyWanted: '/api/v1/users' }],
    ['expect: { under: 500ms }', { under: 500 }],
    ['expect: { under: 1s }', { under: 1_000 }],
  ])('%s', async (line, changed) => {
    expect(await ownCheck(line)).toEqual({ ...OWN, ...changed });
  });

  it.each([
    ['text', { kind: 'equals', value: 'text' }],
    ['1.5', { kind: 'equals', value: 1.5 }],
    ['false', { kind: 'equals', value: false }],
    ['null', { kind: 'equals', value: null }],
    ['', { kind: 'equals', value: null }],
    ['/^text/i', { kind: 'matches', pattern: /^text/i }],
    ['{ equals: /text/ }', { kind: 'equals', value: '/text/' }],
    ['{ equals: 0 }', { kind: 'equals', value: 0 }],
    ['{ equals: null }', { kind: 'equals', value: null }],
    ['{ min: 0 }', { kind: 'range', min: 0, max: undefined }],
    ['{ max: -1.5 }', { kind: 'range', min: undefined, max: -1.5 }],
    ['{ min: 2, max: 2 }', { kind: 'range', min: 2, max: 2 }],
    ['{ matches: /^a/i }', { kind: 'matches', pattern: /^a/i }],
    ['{ exists: false }', { kind: 'exists', exists: false }],
  ])('may expect of a value in JSON: %s', async (value, expectation) => {
    const check = await ownCheck('expect:', '  json:', `    $.items[0].id: ${value}`);
    expect(check?.json).toEqual([
      { path: { text: '$.items[0].id', steps: ['items', 0, 'id'] }, expectation },
    ]);
  });

  it('may share values by anchors', async () => {
    const file = [
      'version: 1',
      'custom:',
      '- { name: a, path: /a, headers: &h { accept: text/plain }, expect: &e { status: &s [204] } }',
      '- { name: b, path: /b, headers: *h, expect: *e }',
      '- { name: c, path: /c, expect: { status: *s } }',
    ].join('\n');
    expect((await suite({ file })).settings.custom).toMatchObject([
      { headers: { accept: 'text/plain' }, status: [204] },
      { headers: { accept: 'text/plain' }, status: [204] },
      { headers: {}, status: [204] },
    ]);
  });
});

describe('secrets of a file', () => {
  const env = { TOKEN: ' s3cr3t\n', USER_ID: '7' };

  it('are filled in, and are known with the texts that hold them', async () => {
    const file = own(
      'headers: { authorization: "Bearer ${TOKEN}", x-both: "${USER_ID}:${TOKEN}", x-id: "${USER_ID}" }',
    );
    const { settings, secrets } = await suite({ file, env });
    expect(settings.custom[0]?.headers).toEqual({
      authorization: 'Bearer s3cr3t',
      'x-both': '7:s3cr3t',
      'x-id': '7',
    });
    expect(secrets).toEqual(['s3cr3t', 'Bearer s3cr3t', '7', '7:s3cr3t']);
  });

  it('may be the token of the auth check', async () => {
    const { settings, secrets } = await suite({ file: checks('auth: { token: "${TOKEN}" }'), env });
    expect(settings.auth.token).toBe('s3cr3t');
    expect(secrets).toEqual(['s3cr3t']);
  });

  it('are not filled in again when a value looks like a name', async () => {
    const file = own('headers: { a: "${A}" }');
    expect((await suite({ file, env: { A: '${B} $& $1', B: 'b' } })).settings.custom[0]?.headers).toEqual({
      a: '${B} $& $1',
    });
  });

  it.each(['path', 'body'])('are not filled into a %s, which is said', async (key) => {
    const file = `version: 1\ncustom:\n  - ${key}: "/a\${TOKEN}"\n    name: a\n`;
    expect(await problems({ file: key === 'path' ? file : `${file}    path: /a\n`, env })).toEqual([
      `smoke.yml:3: custom[0].${key} has a \${NAME}, but only headers are filled in.`,
    ]);
  });

  it('are none without a name', async () => {
    expect((await ownCheck('body: "${} $TOKEN ${1}"'))?.body).toBe('${} $TOKEN ${1}');
  });

  it.each([
    ['${GONE}', 'needs the environment variable GONE, which is not set or empty'],
    ['${EMPTY}', 'needs the environment variable EMPTY, which is not set or empty'],
    ['${constructor}', 'needs the environment variable constructor, which is not set or empty'],
    [
      '${AWS_SECRET_ACCESS_KEY}',
      'asks for AWS_SECRET_ACCESS_KEY, which the run itself works with: give it another variable',
    ],
    [
      '${ACTIONS_ID_TOKEN_REQUEST_TOKEN}',
      'asks for ACTIONS_ID_TOKEN_REQUEST_TOKEN, which the run itself works with: give it another variable',
    ],
    ['${INPUT_MODE}', 'asks for INPUT_MODE, which the run itself works with: give it another variable'],
    ['${GITHUB_TOKEN}', 'asks for GITHUB_TOKEN, which the run itself works with: give it another variable'],
    ['${TOKEN', 'has a "${" that begins no name such as ${SMOKE_TOKEN}'],
    ['${TOKEN:-x}', 'has a "${" that begins no name such as ${SMOKE_TOKEN}'],
    ['${LINES}', 'must be text of printable ASCII characters'],
  ])('%j is a problem that names the variable, and no value', async (text, problem) => {
    const given = { ...env, EMPTY: ' ', LINES: 's3cr3t\ns3cr3t', AWS_SECRET_ACCESS_KEY: 's3cr3t' };
    const found = await problems({ file: own('headers:', `  a: "s3cr3t ${text}"`), env: given });
    expect(found).toEqual([`smoke.yml:6: custom[0].headers.a ${problem}.`]);
  });

  it('are all asked for at once', async () => {
    expect(await problems({ file: own('headers: { a: "${A} ${B} ${A}" }') })).toHaveLength(2);
  });
});

describe('what is wrong with a file', () => {
  it.each<[string, string | RegExp]>([
    ['skip: ""', 'checks.root.skip must be text'],
    ['skip: true', 'checks.root.skip must be text'],
    ['path: x', 'checks.root.path must be a path that starts with one "/"'],
    ['path: 1', 'checks.root.path must be a path'],
    ['path:', 'checks.root.path must be a path'],
    ['path: [/a]', 'checks.root.path must be a path'],
    ['status: 99', 'checks.root.status must be a whole number from 100 to 599'],
    ['status: 600', 'checks.root.status must be a whole number from 100 to 599'],
    ['status: 200.5', 'checks.root.status must be a whole number from 100 to 599'],
    ['status: "200"', 'checks.root.status must be a whole number from 100 to 599'],
    ['status: []', 'checks.root.status must be a list of 1 to 100 entries'],
    ['status: [200, x]', 'checks.root.status[1] must be a whole number'],
    ['Path: /a', 'checks.root.Path is not a setting of root: path, status, skip'],
    ['"a\\nb": /a', 'checks.root.a b is not a setting of root: path, status, skip'],
    ['"": /a', 'checks.root."" is not a setting of root: path, status, skip'],
    ['path: /a, path: /b', 'checks.root.path is given twice'],
    ['<<: { path: /a }', 'checks.root.<< is not a setting of root'],
    ['__proto__: { path: /a }', 'checks.root.__proto__ is not a setting of root'],
  ])('is said of the check root, of which it has { %s }', async (settings, problem) => {
    const found = await problems({ file: `version: 1\nchecks:\n  root:\n    { ${settings} }\n` });
    expect(found).toEqual([expect.stringContaining(`smoke.yml:4: ${problem}`)]);
  });

  it.each([
    ['version: { field: "$.*" }', 'checks.version.field must be the path of one JSON value'],
    ['version: text', 'checks.version must be a map'],
    ['version:', 'checks.version must be a map'],
    ['health: { required: yes }', 'checks.health.required must be true or false'],
    ['health: { values: ok }', 'checks.health.values must be a list'],
    ['health: { values: [] }', 'checks.health.values must be a list of 1 to'],
    ['health: { values: [ok, null] }', 'checks.health.values[1] must be text, a number, true or false'],
    ['health: { values: [""] }', 'checks.health.values[0] must be text, a number, true or false'],
    ['health: { values: [.nan] }', 'checks.health.values[0] must be text, a number'],
    ['health: { content-type: /(/ }', 'checks.health.content-type must be text, or a regular expression'],
    ['health: { content-type: /a/g }', 'checks.health.content-type must be text, or a regular expression'],
    ['health: { content-type: /a/ii }', 'checks.health.content-type must be text, or a regular expression'],
    ['https: { http-url: "https://a" }', 'checks.https.http-url must be a URL such as http:'],
    ['https: { http-url: "http://u:p@a" }', 'checks.https.http-url must be'],
    ['https: { http-url: "http://a:99999" }', 'checks.https.http-url must be'],
    ['https: { min-days: -1 }', 'checks.https.min-days must be a whole number from 0 to 365'],
    ['https: { min-days: 1e400 }', 'checks.https.min-days must be a whole number'],
    ['https: { path: /a }', 'checks.https.path is not a setting of https: http-url, min-days, skip'],
    ['auth: { token: "Bearer x" }', 'checks.auth.token must be a token without spaces'],
    ['auth: { fields: [1] }', 'checks.auth.fields[0] must be text (in quotes'],
    ['cors: { origin: "https://a.example/" }', 'checks.cors.origin must be an origin'],
    ['cors: { origin: "https://a.example:443" }', 'checks.cors.origin must be an origin'],
    ['cors: { open: 1 }', 'checks.cors.open must be true or false'],
    ['cors: { method: get }', 'checks.cors.method must be GET, HEAD, POST'],
    ['cors: { headers: [a b] }', 'checks.cors.headers[0] must be the name of a header'],
    ['security-headers: { hsts-min-age: 1y }', 'checks.security-headers.hsts-min-age must be a whole number'],
    ['security-headers: { optional: { a: b } }', 'checks.security-headers.optional must be a list'],
    ['response-time: { limit: 2 }', 'checks.response-time.limit must be a time such as 500ms'],
    ['response-time: { limit: 1m }', 'checks.response-time.limit must be a time'],
    ['error-format: { read-only-path: a }', 'checks.error-format.read-only-path must be a path'],
    ['corz: {}', 'checks.corz is not a setting of checks: version, health, database, https, auth, cors,'],
  ])('is said of { %s }', async (settings, problem) => {
    expect(await problems({ file: checks(settings) })).toEqual([
      expect.stringContaining(`smoke.yml:3: ${problem}`),
    ]);
  });

  it('is said in the words of the check that has the setting', async () => {
    expect(await problems({ file: 'version: 1\nchecks:\n  cors:\n    path: /a\n    orgin: x\n' })).toEqual([
      'smoke.yml:5: checks.cors.orgin is not a setting of cors: path, origin, open, method, headers, skip.',
    ]);
  });

  it.each([
    ['method: TRACE', 'custom[0].method must be GET'],
    ['name: other', 'custom[0].name is given twice'],
    ['headers: { "a b": x }', 'custom[0].headers.a b is not the name of a header'],
    ['headers: { __proto__: x }', 'custom[0].headers.__proto__ is not the name of a header'],
    ['headers: { A: x, a: y }', 'custom[0].headers.a is given twice'],
    ['headers: { a: 1 }', 'custom[0].headers.a must be text'],
    ['headers: { a: é }', 'custom[0].headers.a must be text of printable ASCII'],
    ['headers: [a]', 'custom[0].headers must be a map'],
    ['body: { a: 1 }', 'custom[0].body must be text'],
    ['expect: { status: [] }', 'custom[0].expect.status must be a list'],
    ['expect: { json: { "a[*]": 1 } }', 'custom[0].expect.json.a[*] is not the path of one JSON value'],
    ['expect: { json: { a: [1] } }', 'custom[0].expect.json.a must be text, a number, true, false or null'],
    ['expect: { json: { a: .inf } }', 'custom[0].expect.json.a must be text, a number'],
    ['expect: { json: { a: {} } }', 'custom[0].expect.json.a needs one of equals, matches and exists'],
    ['expect: { json: { a: { equals: 1, exists: true } } }', 'custom[0].expect.json.a needs one of'],
    ['expect: { json: { a: { min: 1, matches: /a/ } } }', 'custom[0].expect.json.a needs one of'],
    ['expect: { json: { a: { min: 2, max: 1 } } }', 'custom[0].expect.json.a.min is more than max'],
    ['expect: { json: { a: { max: "1" } } }', 'custom[0].expect.json.a.max must be a number'],
    [
      'expect: { json: { a: { matches: a } } }',
      'custom[0].expect.json.a.matches must be a regular expression',
    ],
    ['expect: { json: { a: { exists: 1 } } }', 'custom[0].expect.json.a.exists must be true or false'],
    ['expect: { header: { a: "/[/" } }', 'custom[0].expect.header.a must be text, or a regular expression'],
    ['expect: { under: 0s }', 'custom[0].expect.under must be a time'],
    [
      'expect: { text: a }',
      'custom[0].expect.text is not a setting of expect: status, json, header, body, under',
    ],
    [
      'verb: GET',
      'custom[0].verb is not a setting of a check of your own: name, method, path, headers, body, expect, skip',
    ],
  ])('is said of an own check with %s', async (line, problem) => {
    expect(await problems({ file: own(line) })).toEqual([expect.stringContaining(`smoke.yml:5: ${problem}`)]);
  });

  it.each([
    [
      'two of one name',
      '- { name: a, path: / }\n- { name: a, path: / }',
      'custom[1].name is the name of a check before it',
    ],
    [
      'the name of a check that is built in',
      '- path: /\n  name: cors',
      'custom[0].name is the name of a check that is built in',
    ],
    ['a number as name', '- path: /\n  name: 404', 'custom[0].name must be a name in one line'],
    ['a long name', `- path: /\n  name: ${'x'.repeat(61)}`, 'custom[0].name must be a name'],
    ['a name with a line break', '- path: /\n  name: "a\\nb"', 'custom[0].name must be a name'],
    ['a command of the runner as name', '- path: /\n  name: "##[error]x"', 'custom[0].name must be a name'],
    ['a text', '- { name: a, path: / }\n- own', 'custom[1] must be a map'],
  ])('is said of own checks with %s', async (_, list, problem) => {
    expect(await problems({ file: `version: 1\ncustom:\n${list}\n` })).toEqual([
      expect.stringContaining(`smoke.yml:4: ${problem}`),
    ]);
  });

  it.each([
    ['', ['smoke.yml:1: the file must be a map of at most 100 entries.']],
    ['# nothing\n', ['smoke.yml:1: the file must be a map of at most 100 entries.']],
    ['checks: {}', ['smoke.yml:1: the file needs version.']],
    ['version: 2', ['smoke.yml:1: version must be 1, the only form of this file that there is.']],
    ['version: "1"', ['smoke.yml:1: version must be 1, the only form of this file that there is.']],
    ['version: 1\nheath: {}', ['smoke.yml:2: heath is not a setting of the file: version, checks, custom.']],
    ['version: 1\nchecks: []', ['smoke.yml:2: checks must be a map of at most 100 entries.']],
    ['version: 1\ncustom: {}', ['smoke.yml:2: custom must be a list of 0 to 100 entries.']],
    ['version: 1\n---\nversion: 1', ['smoke.yml:2: a second document begins here: the file has to be one.']],
    [
      'version: 1\nchecks:\n\troot: {}',
      ['smoke.yml:3: this is not YAML: Tabs are not allowed as indentation.'],
    ],
    ['version: 1\nchecks: *none', ['smoke.yml:2: *none has no anchor before it.']],
    ['version: 1\nchecks: !secret {}', ['smoke.yml:2: this is not YAML: Unresolved tag.']],
    ['version: 1\n? [a]\n: b', ['smoke.yml:2: this is not YAML: With stringKeys, all keys must be strings.']],
  ])('%j is told by its line', async (file, found) => {
    expect(await problems({ file })).toEqual(found);
  });

  it('is said in the order of lines', async () => {
    const file = 'checks:\n  corz: {}\n  root: { path: x }\nversion: 2\n';
    expect((await problems({ file })).map((problem) => problem.slice(0, 12))).toEqual([
      'smoke.yml:2:',
      'smoke.yml:3:',
      'smoke.yml:4:',
    ]);
  });

  it('is said as far as a person reads', async () => {
    const keys = Array.from({ length: 50 }, (_, index) => `k${String(index)}: 1`);
    const found = await problems({ file: `version: 1\n${keys.join('\n')}\n` });
    expect(found).toHaveLength(21);
    expect(found.at(-1)).toBe('smoke.yml has 30 more problems.');
  });

  it('never shows a value of the file', async () => {
    const secret = 's3cr3t';
    const files = [
      own(
        `headers: { a: "${secret}é", b: [${secret}] }`,
        `body: [${secret}]`,
        `expect: { under: ${secret} }`,
      ),
      checks(`auth: { token: "a ${secret}", path: ${secret}, fields: ${secret} }`),
      `version: 1\na: ]${secret}`,
      `version: 1\na: "${secret}`,
      `version: 1\na: {b: ${secret}]]${secret}`,
      `version: 1\na: |1x${secret}`,
      `version: 1\na: !${secret} ${secret}`,
      `version: 1\na: "\\q${secret}"`,
      `version: 1\na: @${secret}`,
      `version: 1\na: b: ${secret}`,
      `version: ${secret}`,
    ];
    for (const file of files) {
      const found = await problems({ file });
      expect(found).not.toEqual([]);
      expect(found.join('\n')).not.toContain(secret);
    }
  });
});

describe('a hostile file', () => {
  const SIZE = 256 * 1_024;
  const full = (text: string, size = SIZE / 4): string => text.repeat(Math.floor(size / text.length));

  it.each<[string, string, RegExp]>([
    ['too large', full(' ', SIZE) + '#', /smoke\.yml has more than 256 KiB/],
    ['in UTF-16', '\uFFFD\uFFFDv\0e\0', /smoke\.yml is not a text in UTF-8/],
    ['a program', '\x7fELF\x02\x01\x01\0\0', /smoke\.yml is not a text in UTF-8/],
    ['of lists in lists', full('[', SIZE), /^smoke\.yml:1: the file is nested more than 50 levels deep/],
    ['of maps in maps', full('{a: '), /nested more than 50 levels deep/],
    ['of items in items', full('- '), /nested more than 50 levels deep/],
    ['of keys in keys', full('? '), /nested more than 50 levels deep/],
    [
      'of lines that go in and in',
      Array.from({ length: 700 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
      /nested more than 50 levels deep/,
    ],
    ['of documents', full('---\n'), /^smoke\.yml:2: a second document begins here/],
    [
      'of keys',
      Array.from({ length: 20_000 }, (_, key) => `k${String(key)}: 1`).join('\n'),
      /a map of at most 100/,
    ],
    ['of one key', full('a: 1\n'), /a map of at most 100/],
    ['of items', `version: 1\ncustom:\n${full('- a\n').slice(40)}`, /custom must be a list of 0 to 100/],
    ['of faults', full('} '), /^smoke\.yml:1: this is not YAML: Unexpected[ \w-]+ in YAML document\.$/],
    [
      'of patterns in patterns',
      own(`expect: { body: "/${'('.repeat(100_000)}/" }`),
      /body must be text, or a regular/,
    ],
  ])('%s is refused', async (_, file, expected) => {
    const found = await problems({ file });
    expect(found.length).toBeLessThanOrEqual(21);
    expect(found.join('\n- ')).toMatch(expected);
  });

  it('of aliases of aliases is read no deeper than there are settings', async () => {
    const levels = Array.from({ length: 40 }, (_, level) => {
      const inner = level === 0 ? '/a' : Array.from({ length: 9 }, () => `*l${String(level - 1)}`).join(', ');
      return `    - &l${String(level)} [${inner}]`;
    });
    const file = `version: 1\nchecks:\n  auth:\n    fields:\n${levels.join('\n')}\n`;
    expect(await problems({ file })).toHaveLength(21);
    expect(await problems({ file: 'version: 1\ncustom: &c\n- *c\n' })).toEqual([
      expect.stringMatching(/^smoke\.yml:3: custom\[0\] must be a map/),
    ]);
  });

  it('changes nothing that every object has', async () => {
    const file = own('expect: { json: { __proto__: 1, constructor: { exists: false } } }');
    expect((await suite({ file })).settings.custom[0]?.json).toMatchObject([
      { path: { steps: ['__proto__'] } },
      { path: { steps: ['constructor'] } },
    ]);
    expect(await problems({ file: 'version: 1\n__proto__: { a: 1 }\n' })).toHaveLength(1);
    expect(Object.hasOwn(Object.prototype, 'a')).toBe(false);
  });

  it('cannot speak to the runner', async () => {
    const file = 'version: 1\n"\\n::error::x": 1\n"##[command]": 2\n"\\e[31m": 3\n';
    for (const problem of await problems({ file })) expect(problem).not.toMatch(/\n|^::|##\[|\p{Cc}/mu);
  });
});

describe('any file', () => {
  /** The whole text of a problem names the file, and nothing but a list of problems is ever thrown. */
  const judge = async (file: string): Promise<void> => {
    for (const problem of await problems({ file })) expect(problem).toMatch(/^smoke\.yml[: ]/);
  };

  it('of any text has problems or none', async () => {
    const words = [
      'version',
      ': ',
      '1',
      '\n',
      '  ',
      'checks',
      'custom',
      '- ',
      '{',
      '}',
      '[',
      ']',
      ', ',
      '&a ',
      '*a',
      '!t ',
      '|',
      '>',
      '"',
      "'",
      '#',
      '---',
      '%YAML 1.1',
      '? ',
      '\t',
      'é',
      '${A}',
      '/a/',
      'name',
      'path',
      'auth',
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((all) => all.join('')),
        judge,
      ),
      { numRuns: 200 },
    );
    await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), judge));
  });

  it('of any data has problems or none', async () => {
    const key = fc.constantFrom(
      'version',
      'checks',
      'custom',
      'auth',
      'cors',
      'health',
      'path',
      'status',
      'field',
      'values',
      'token',
      'name',
      'headers',
      'expect',
      'json',
      'header',
      'body',
      'under',
      'skip',
      'min',
      'equals',
      '__proto__',
      'a.b',
    );
    const scalar = fc.constantFrom<unknown>(
      1,
      200,
      -1,
      0.5,
      true,
      null,
      '',
      '/a',
      '/a/',
      '/(/',
      'ok',
      '${A}',
      '500ms',
      'GET',
      'https://a',
    );
    const { document } = fc.letrec((tie) => ({
      document: fc.oneof(
        { depthSize: 'medium', withCrossShrink: true },
        scalar,
        fc.array(tie('document'), { maxLength: 4 }),
        fc.dictionary(key, tie('document'), { maxKeys: 6 }),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(document, (data) => judge(stringify(data))),
      { numRuns: 200 },
    );
    const file = fc.record(
      { version: fc.constant(1), checks: document, custom: document },
      { requiredKeys: ['version'] },
    );
    await fc.assert(
      fc.asyncProperty(file, (data) => judge(stringify(data))),
      { numRuns: 200 },
    );
  });
});
