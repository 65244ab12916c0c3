import { describe, expect, it } from '@jest/globals';
import { withoutSecretShapes } from '../../../src/model/secret-shapes.js';

const MIXED = 'aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7d';

describe('a secret with a shape of its own', () => {
  it.each<[string, string, number]>([
    ...['AKIA', 'ASIA', 'AROA', 'AIDA', 'ABIA', 'ACCA'].map((id): [string, string, number] => [id, 'Q', 12]),
    ['ghp_', 'a', 20],
    ['ghs_', 'a', 20],
    ['github_pat_', 'a', 20],
    ['glpat-', 'a', 16],
    ['npm_', 'a', 30],
    ['pypi-', 'a', 16],
    ['xoxb-', '1', 10],
    ['xapp-', '1', 10],
    [['sk', 'live', ''].join('_'), 'a', 10],
    ['whsec_', 'a', 16],
    ['AIza', 'a', 30],
    ['ya29.', 'a', 16],
    ['GOCSPX-', 'a', 16],
    ['SK', 'a', 32],
    ['AC', 'a', 32],
    [`SG.${'a'.repeat(16)}.`, 'a', 16],
    ['sk-', 'a', 20],
    ['dop_v1_', 'a', 32],
    ['shpat_', 'a', 20],
    ['hf_', 'a', 30],
    ['dapi', 'a', 32],
    ['hvs.', 'a', 20],
    ['dckr_pat_', 'a', 20],
    ['NRAK-', 'A', 20],
    ['key-', 'a', 32],
    ['ATATT3', 'a', 20],
    ['sntrys_', 'a', 20],
  ])('is removed behind %s, with as many characters as its maker gives it', (prefix, unit, least) => {
    expect(withoutSecretShapes(`(${prefix}${unit.repeat(least)})`)).toBe('([secret])');
    const short = `(${prefix}${unit.repeat(least - 1)})`;
    expect(withoutSecretShapes(short)).toBe(short);
    const part = `(x${prefix}${unit.repeat(least)})`;
    expect(withoutSecretShapes(part)).toBe(part);
  });

  it.each([
    [`abc8Q~${'a'.repeat(31)}!`, '[secret]!'],
    [`x abc7Q~${'.~-'.repeat(11)} y`, 'x [secret] y'],
    [`12345678:AA${'a'.repeat(30)}!`, '[secret]!'],
    [`x 1234567890:AA${'-'.repeat(30)} y`, 'x [secret] y'],
    [`eyJ${'a'.repeat(21)}!`, '[jwt]!'],
    ['eyJab.cdefghij!', '[jwt]!'],
    [`AKIA${'Q'.repeat(12)}, npm_${'a'.repeat(30)}`, '[secret], [secret]'],
    [`x eyJ${'a'.repeat(21)}.b.c-d.e.f.g`, 'x [jwt].g'],
    ['eyJ-_.a-_.b-_.c-_!', '[jwt]!'],
  ])('is removed with all that belongs to it: %s', (text, shown) => {
    expect(withoutSecretShapes(text)).toBe(shown);
  });

  it.each([
    `abc8Q~${'a'.repeat(30)}!`,
    `abc9Q~${'a'.repeat(31)}!`,
    `.c8Q~${'a'.repeat(31)}!`,
    `12345678:AA${'a'.repeat(29)}!`,
    `1234567:AA${'a'.repeat(30)}!`,
    `12345678901:AA${'a'.repeat(30)}!`,
    `eyJ${'a'.repeat(20)}!`,
    `eyJ${'a'.repeat(21)}`.replace('J', 'j'),
    'eyJab.cdefghi!',
    'eyJabcdefghij!',
    'eyJ!b.cdefghij',
  ])('is not seen in %s', (text) => {
    expect(withoutSecretShapes(text)).toBe(text);
  });
});

describe('base64', () => {
  it.each([
    ['40 characters', MIXED, '[secret]'],
    ['more of them', `${MIXED}${MIXED}/+a`, '[secret]'],
    ['those with one =', `${MIXED}=`, '[secret]'],
    ['those with two =', `x ${MIXED}== y`, 'x [secret] y'],
    ['those with three =', `${MIXED}===`, '[secret]='],
    ['those with a plus for a digit', `${'aB'.repeat(20)}+`, '[secret]'],
    ['two of them', `${MIXED}.${MIXED}: ${MIXED}`, '[secret].[secret]: [secret]'],
  ])('is removed: %s', (_, text, shown) => {
    expect(withoutSecretShapes(text)).toBe(shown);
  });

  it.each([
    ['39 characters', MIXED.slice(1)],
    ['a commit', '0123456789abcdef0123456789abcdef01234567'],
    ['a digest in capitals', '0123456789ABCDEF'.repeat(4)],
    ['letters only', 'aB'.repeat(30)],
    ['letters and slashes only', 'aB/'.repeat(20)],
    ['what goes on with -', `${MIXED}-x`],
    ['what goes on with _', `${MIXED}_x`],
    ['what begins with -', `x-${MIXED}`],
    ['what begins with _', `x_${MIXED}`],
    ['what begins with =', `x=${MIXED}`],
  ])('is left as it is: %s', (_, text) => {
    expect(withoutSecretShapes(text)).toBe(text);
  });

  it('is found wherever it stands', () => {
    for (let before = 0; before < 90; before++) {
      const around = ['.'.repeat(before), `${'x'.repeat(before)} `] as const;
      for (const text of around)
        expect(withoutSecretShapes(`${text}${MIXED}!${text}`)).toBe(`${text}[secret]!${text}`);
    }
  });
});

describe('a secret behind a word', () => {
  it.each([
    ['Bearer abcdefgh, x', 'Bearer [secret], x'],
    ['bearer   a.b~c+d/e=f-g_ x', 'bearer   [secret] x'],
    ['BASIC\tabcdefgh', 'BASIC\t[secret]'],
    ['x=Digest%20abcdefgh', 'x=Digest%20[secret]'],
    ['Negotiate+abcdefgh', 'Negotiate+[secret]'],
    ['psql --password hunter2 -h db', 'psql --password [secret] -h db'],
    ['--db-passwd\thunter2', '--db-passwd\t[secret]'],
    ['--pwd   "a b" x', '--pwd   [secret] x'],
    ['--passphrase "a b', '--passphrase [secret]'],
    ['--secret "a\nb', '--secret [secret]\nb'],
    ["--token 'a b' x", '--token [secret] x'],
    ["--token 'a\nb", '--token [secret]\nb'],
    ['--api-key a"b', '--api-key [secret]"b'],
    ["--accesskey a'b", "--accesskey [secret]'b"],
    ['--private-key a --secret-key b', '--private-key [secret] --secret-key [secret]'],
    ['--Credential a --credentials b', '--Credential [secret] --credentials [secret]'],
    ['ENV PGPASSWORD hunter2', 'ENV PGPASSWORD [secret]'],
    ['PASSWD   abc, PASSPHRASE abc;', 'PASSWD   [secret], PASSPHRASE [secret];'],
    ['SECRET\tabc"x" TOKEN abc\'x\'', 'SECRET\t[secret]"x" TOKEN [secret]\'x\''],
    ['APIKEY abc ACCESS_KEY abc', 'APIKEY [secret] ACCESS_KEY [secret]'],
    ['PRIVATE_KEY abc SECRET_KEY abc', 'PRIVATE_KEY [secret] SECRET_KEY [secret]'],
    ['the password is abc1!', 'the password is [secret]'],
    ['Passphrase was x$y z', 'Passphrase was [secret] z'],
    ['secret is 1 token is !', 'secret is [secret] token is [secret]'],
    ['API key was a1, pin is 0000', 'API key was [secret] pin is [secret]'],
  ])('is removed: %j', (text, shown) => {
    expect(withoutSecretShapes(text)).toBe(shown);
  });

  it.each([
    'Bearer abcdefg',
    'Bearer    abcdefgh',
    'Bearer: abcdefgh',
    'forbearer abcdefgh',
    'psql --password -h db',
    '--password    hunter2',
    '-password hunter2',
    'x--password hunter2',
    '--PASSwordless hunter2',
    '--passwords hunter2',
    'TOKEN ab',
    'TOKEN    abc',
    'Token abc',
    'KEY abc',
    'password is wrong',
    'passwords is abc1',
    'mypassword is abc1',
    'password isabc1',
    `password is ${'a'.repeat(41)}1`,
  ])('is not seen in %j', (text) => {
    expect(withoutSecretShapes(text)).toBe(text);
  });
});

describe('a private key', () => {
  const [begin, end] = ['-----BEGIN RSA PRIVATE KEY-----', '-----END RSA PRIVATE KEY-----'];

  it.each([
    ['whole', `a ${begin}\nMII+/=\n${end}\nb`, 'a [private key]\nb'],
    ['two of them', `a ${begin}\nMII\n${end} b ${begin}\nMII\n${end} c`, 'a [private key] b [private key] c'],
    ['without an end', `a ${begin}\nMII: x`, 'a [private key]'],
    ['without a beginning', `a!\nMII\\nabc\n${end} b`, 'a![private key] b'],
    ['without a beginning, to that of the text', `MII\nabc\n${end}`, '[private key]'],
    [
      'one without a beginning, one without an end',
      `MII\n${end}, ${begin}\nMII`,
      '[private key], [private key]',
    ],
    ['two ends', `${end}MII${end}!`, '[private key][private key]!'],
    ['one in another', `a ${begin}\nMII\n${begin}\nMII\n${end} b`, 'a [private key] b'],
    ['one whose end is cut off', `a ${begin}\nMII\n-----END RSA PRIV`, 'a [private key]'],
    ['one whose end has no dashes', `a ${begin}\nMII\n-----END RSA 2 KEY, b`, 'a [private key], b'],
    ['one that ends in the words of a sentence', `a ${begin}\n-----END KEYs`, 'a [private key]s'],
    ['one on a line of a log', `a ${begin}\\nMII\\n${end}\\nb`, 'a [private key]\\nb'],
  ])('is removed: %s', (_, text, shown) => {
    expect(withoutSecretShapes(text)).toBe(shown);
  });
});
