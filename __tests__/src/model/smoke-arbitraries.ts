/* What the parsers of the smoke suite are tried with: anything at all, and what almost fits the grammar of a header. */
import fc from 'fast-check';

/** Up to so many of some texts in a row. Unlike `fc.string`, which looks for a way back, it costs little. */
const row = (unit: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<string> =>
  fc.array(unit, { maxLength }).map((texts) => texts.join(''));

const raw = fc.oneof(
  row(
    fc.nat(0xff).map((code) => String.fromCharCode(code)),
    12,
  ),
  row(
    fc.nat(0x10ffff).map((code) => String.fromCodePoint(code)),
    12,
  ),
);

const words = (...texts: string[]): string[] => texts.flatMap((text) => text.split(' '));

/** What is put into valid values to break them. */
const SPANNERS = ['', '', ' ', '\t', '\n', '\u00a0', ...words(', ; = " \\ / : * 0 x A . - ü')];

/** A valid value with up to two characters removed, replaced or put in. */
const broken = (valid: fc.Arbitrary<string>): fc.Arbitrary<string> => {
  const edit = fc.tuple(fc.nat(99), fc.nat(2), fc.constantFrom(...SPANNERS));
  return fc.tuple(valid, fc.array(edit, { maxLength: 2 })).map(([text, edits]) =>
    edits.reduce((before, [place, removed, put]) => {
      const at = place % (before.length + 1);
      return `${before.slice(0, at)}${put}${before.slice(at + removed)}`;
    }, text),
  );
};

/** Lines of a header: none to three, each a valid one, one that was broken, one made of the grammar's tokens, or anything. */
const lines = (valid: readonly string[], tokens: readonly string[]): fc.Arbitrary<string[]> => {
  const correct = fc.constantFrom(...valid);
  const near = row(fc.constantFrom(...tokens), 8);
  const line = fc.oneof(
    { weight: 3, arbitrary: correct },
    { weight: 3, arbitrary: broken(correct) },
    { weight: 3, arbitrary: near },
    { weight: 1, arbitrary: raw },
  );
  return fc.oneof(
    { weight: 6, arbitrary: fc.tuple(line) },
    { weight: 2, arbitrary: fc.array(line, { minLength: 2, maxLength: 3 }) },
    { weight: 1, arbitrary: fc.constant<string[]>([]) },
  );
};

export const ORIGINS = [
  'https://app.example.com',
  'https://app.example.com:8443',
  'http://localhost:3000',
  'http://[2001:db8::1]',
  'capacitor://localhost',
  'null',
];

const SOURCES = words(
  `'self' 'none' 'unsafe-inline' 'UNSAFE-INLINE' 'unsafe-eval' 'wasm-unsafe-eval' 'strict-dynamic' * *:* https: http: data: ws: wss:`,
  `'nonce-aB3+/-_=' 'nonce-' 'nonce-a===' 'sha256-abc=' 'sha512-ab=c' https://* http://*:* a.example *.example https://a.example/x`,
);
const DIRECTIVES = words(
  'default-src script-src script-src-elem script-src-attr Script-Src img-src frame-ancestors',
);

const csp = fc
  .array(fc.tuple(fc.constantFrom(...DIRECTIVES), fc.array(fc.constantFrom(...SOURCES), { maxLength: 3 })), {
    minLength: 1,
    maxLength: 3,
  })
  .map((directives) => directives.map(([name, sources]) => [name, ...sources].join(' ')).join('; '));

/** A whole set of headers, each near to its own grammar. */
export const headerSets = fc.record({
  'strict-transport-security': lines(
    [
      'max-age=31536000',
      'max-age=63072000; includeSubDomains; preload',
      'max-age="31536000"; includeSubDomains',
      'includeSubDomains ; max-age = 1; x="a;\\"b"',
      'max-age=99999999999999999999999',
    ],
    [
      '; ',
      ' ',
      ...words(
        'max-age=0 ; Max-Age="1" ; includeSubDomains max-age=0;includeSubDomains preload x="y;" max-age = " abc , =x',
      ),
    ],
  ),
  'content-security-policy': fc.oneof(
    { weight: 3, arbitrary: fc.array(csp, { maxLength: 2 }) },
    {
      weight: 2,
      arbitrary: lines(
        ["default-src 'self'; script-src 'self' 'unsafe-inline'", "frame-ancestors 'none', script-src *"],
        [...DIRECTIVES, ...SOURCES, ' ', ' ', ' ', ';', ';', ',', '\t', '\f', '\u00a0', 'ü'],
      ),
    },
  ),
  'access-control-allow-origin': lines(
    [...ORIGINS, '*'],
    [' ', ...words('https http :// app example com . : 443 8443 / * , null [::1] @ - A')],
  ),
  'access-control-allow-credentials': lines(['true'], [' ', ...words('true True false , "')]),
  'access-control-allow-methods': lines(
    ['GET, PUT', '*', 'PATCH'],
    [', ', ' ', ...words('PUT put * , , ; "')],
  ),
  'access-control-allow-headers': lines(
    ['Content-Type, X-A', '*', '*, Authorization'],
    [', ', ' ', ...words('content-type X-A Authorization * , , ; "')],
  ),
  vary: lines(['Origin', 'Accept-Encoding, origin', '*'], [' ', ...words('origin Accept , * ;')]),
  'x-content-type-options': lines(['nosniff', 'NOSNIFF'], [' ', ...words('nosniff , ; " x')]),
  'x-frame-options': lines(
    ['DENY', 'SAMEORIGIN'],
    [' ', ...words('deny DENY sameorigin ALLOW-FROM , ; " \\"')],
  ),
  'referrer-policy': lines(
    ['no-referrer', 'strict-origin-when-cross-origin', 'no-referrer, unsafe-url'],
    [' ', ', ', ...words('no-referrer origin strict- unsafe-url -when-cross-origin , ; x')],
  ),
  'cache-control': lines(
    [
      'no-store',
      'no-cache, no-store, max-age=0',
      'private="set-cookie, x", No-Store',
      'x="a\\", no-store", y',
    ],
    [' ', ', ', ...words('no-store no-cache private=" max-age = 0 , " \\" \\ ;')],
  ),
  'content-type': lines(
    ['application/json', 'application/problem+json; charset=utf-8', 'text/html;a="x;\\"y"'],
    [' ', ...words('application / json +json ; charset = utf-8 " , \\')],
  ),
  server: lines(
    ['nginx', 'nginx/1.25.3', 'awselb/2.0', 'Apache/2.4.58 (Ubuntu)'],
    [' ', ...words('nginx / 1 . (x)')],
  ),
  'x-powered-by': lines(['Express'], words('Express PHP /8')),
});

export type HeaderSet = typeof headerSets extends fc.Arbitrary<infer Set> ? Set : never;

/** What has to be found wherever it stands between white space, by the kind as which it has to be found. */
export const LEAKS: Readonly<Record<string, string>> = {
  'stack trace of Node.js': '    at run (file:///srv/main.js:10:5)',
  'stack trace of Java': 'at a.B.c(B.java:7)',
  'stack trace of Python': 'File "main.py", line 3, in x',
  'stack trace of .NET': 'in Program.cs:line 7',
  'stack trace of Go': 'goroutine 1 [running]:',
  'stack trace of Ruby': "a.rb:1:in 'x'",
  'stack trace of PHP': 'index.php on line 3',
  'stack trace of Rust': 'main.rs:1:2',
  'error of the database': 'SQLSTATE[42P01]',
  'error of the ORM': 'PrismaClientKnownRequestError',
  'error of the system': 'connect ECONNREFUSED 192.0.2.1:5432',
  'connection string with credentials': 'postgres://app:hunter2@db:5432/shop',
  'AWS access key': 'AKIAIOSFODNN7EXAMPLE',
  'JSON Web Token': 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln',
  ARN: 'arn:aws:ecs:eu-west-1:123456789012:task/x',
  'PEM block': '-----BEGIN PRIVATE KEY-----',
  'private address': '10.1.2.3',
  'path of a file': '/usr/src/app/x',
};

/** The same of personal data. */
export const PERSONAL: Readonly<Record<string, string>> = {
  'social security number': '123-45-6789',
  'record or member number': '"mrn":"A1234567"',
  'date of birth': '"dob":"1980-02-29"',
  'telephone number': '(415) 555-2671',
  'e-mail address': 'jane.doe@mail.org',
  'national provider identifier': 'NPI 1234567893',
  'Medicare beneficiary identifier': '1EG4-TE5-MK73',
  'FHIR patient': '"resourceType":"Patient"',
  'HL7 message': 'MSH|^~\\&|A',
  'payment card number': '4111-1111-1111-1111',
};

/** What machines write, and what almost is one of the above. */
const HARMLESS = words(
  '{"status":404} 2026-11-24T03:05:45.123Z 1795489545 1795489545123 v10.2.3 3b241101-e2bb-4255-8caf-4136c566a962 /app/orders/12',
  '0123456789abcdef0123456789abcdef01234567 sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 at 12:30:45',
  '000-12-3456 123-00-4567 123-45-67890 4111-1111-1111-1112 0EG4-TE5-MK73 AKIA eyJ.eyJ. 172.32.0.1 203.0.113.7 1.10.0.0.1 x@y',
  'https://user@example dob mrn "ssn":null memberId node error: <p> Cannot GET nginx "npi":"1234567890"',
);

/** Something that was put into a body. */
export interface Planted {
  readonly text: string;
  readonly leak?: string;
  readonly personal?: string;
}

export interface Body {
  readonly pieces: readonly Planted[];
  /** Whether nothing in it may be found. */
  readonly harmless: boolean;
}

const harmless = fc.constantFrom(...HARMLESS).map((text): Planted => ({ text }));
const planted = fc.constantFrom<Planted>(
  ...Object.entries(LEAKS).map(([leak, text]) => ({ text, leak })),
  ...Object.entries(PERSONAL).map(([personal, text]) => ({ text, personal })),
);
const anything = raw.map((text): Planted => ({ text }));

export const bodies: fc.Arbitrary<Body> = fc.oneof(
  fc
    .array(fc.oneof(harmless, planted, anything), { maxLength: 4 })
    .map((pieces) => ({ pieces, harmless: false })),
  fc.array(harmless, { maxLength: 4 }).map((pieces) => ({ pieces, harmless: true })),
);

const hex = (character: string): string => character.charCodeAt(0).toString(16).padStart(2, '0');
const each = (text: string, encode: (character: string) => string): string =>
  Array.from(text, encode).join('');
/** How a text may come back; each is one layer. */
export const LAYERS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => each(text, (character) => `%${hex(character)}`),
  (text) => encodeURIComponent(text).replaceAll('-', '%2D'),
  (text) => each(text, (character) => `&#${String(character.charCodeAt(0))};`),
  (text) => each(text, (character) => `&#x${hex(character).toUpperCase()};`),
  (text) => each(text, (character) => `\\u00${hex(character)}`),
  (text) => text.replaceAll('-', '\\u002D'),
  (text) => JSON.stringify(text).replaceAll('&', '\\u0026'),
];

/** Chance, where it is no matter of chance: hexadecimal digits. */
export const digits = fc
  .bigInt({ min: 0n, max: 16n ** 16n - 1n })
  .map((chance) => chance.toString(16).padStart(16, '0'));

/** Names of fields in the ways in which they are written. */
const spelled = (words: readonly string[]): readonly string[] => {
  const capital = (word: string): string => `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
  const [first = '', ...others] = words;
  return [
    [first, ...others.map(capital)].join(''),
    words.map(capital).join(''),
    words.join('_'),
    words.join('-'),
    words.join('_').toUpperCase(),
  ];
};
const USUAL = [
  ...words(
    'type title status detail instance error errors code message timestamp path details name success ok reason',
  ),
  ...['status code', 'request id', 'trace id', 'correlation id', 'error description'],
].flatMap((name) => spelled(name.split(' ')));
export const ALLOWED = ['helpLink', 'support_code'];
const TOLERATED = [...USUAL, 'helpLink', 'HELP_LINK', 'support-code'];
const STRANGE = words('stack user patients data password statusCodes errorr type. constructor ');

/** An error's fields: first those that are usual or allowed, then those that are not. */
export const errorFields = fc.tuple(
  fc.uniqueArray(fc.constantFrom(...TOLERATED), { maxLength: 4 }),
  fc.uniqueArray(fc.constantFrom(...STRANGE), { maxLength: 3 }),
);

/** Durations, many of them equal, and a percentage. */
export const measurements = fc.tuple(
  fc.array(fc.oneof(fc.nat(9), fc.double({ min: 0, max: 1e6, noNaN: true })), { maxLength: 25 }),
  fc.oneof(fc.constantFrom(1, 50, 90, 95, 99, 100), fc.integer({ min: 1, max: 100 })),
);

/** A service, and what it allows. */
export const services = fc.tuple(
  fc.constantFrom(
    ...words(
      'https://api.example.com/v1 http://localhost:3000 https://api.example.com:8443 http://127.0.0.1:8443 http://[::1]:3000/x?y',
      'https://xn--bcher-kva.example https://a-b.example. http://app.example.com',
    ),
  ),
  fc.constantFrom(undefined, ...ORIGINS, '*', 'no origin', 'https://app.example.com/', 'x://[0001::]'),
);
