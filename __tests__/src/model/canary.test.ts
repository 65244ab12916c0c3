import { describe, expect, it } from '@jest/globals';
import { canary, echoes } from '../../../src/model/canary.js';

const one = canary((digits) => 'c3a19f07e42b58d6'.slice(0, digits));
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const each = (text: string, encode: (code: number) => string): string =>
  Array.from(text, (character) => encode(character.charCodeAt(0))).join('');
const hex = (code: number): string => code.toString(16).padStart(2, '0');

describe('a canary', () => {
  it('holds a social security number that nobody was ever given', () => {
    expect(one.text).toMatch(/^9\d\d-00-\d{4}-canary-[\da-f]{8}$/);
    expect(one.text).toContain(one.ssn);
  });

  it('needs no escape in a path, a query, a header and JSON', () => {
    expect(encodeURIComponent(one.text)).toBe(one.text);
    expect(JSON.stringify(one.text)).toBe(`"${one.text}"`);
  });

  it('is another one with other chance', () => {
    expect(canary((digits) => '0'.repeat(digits)).ssn).not.toBe(one.ssn);
  });
});

describe('an echo', () => {
  it.each([
    ['as it is', one.text],
    ['in the middle', `{"message":"Cannot GET /x/${one.text}?a=b"}`],
    ['in capitals', one.text.toUpperCase()],
    ['cut off', one.text.slice(0, 13)],
    ['percent-encoded', each(one.text, (code) => `%${hex(code)}`)],
    ['percent-encoded twice', each(one.text, (code) => `%25${hex(code).toUpperCase()}`)],
    ['percent-encoded in part', one.text.replaceAll('-', '%2D')],
    ['as decimal references', each(one.text, (code) => `&#${String(code)};`)],
    ['as hexadecimal references', each(one.text, (code) => `&#x00${hex(code).toUpperCase()};`)],
    ['as escaped references', one.text.replaceAll('-', '&amp;#45;')],
    ['as JSON escapes', each(one.text, (code) => `\\u00${hex(code)}`)],
    ['as JSON escapes in a JSON string', each(one.text, (code) => `\\\\u00${hex(code)}`)],
    ['as JavaScript escapes', each(one.text, (code) => `\\x${hex(code)}`)],
    ['in base64', base64(`x${one.text}`)],
    ['in base64 in a URL', encodeURIComponent(base64(`{"a":"${one.text}"}`))],
  ])('%s is found', (_, text) => {
    expect(echoes(one, text)).toBe(true);
  });

  it.each([
    ['', ''],
    ['another canary', '900-00-0000-canary-00000000'],
    ['its mark alone', one.text.slice(11)],
    ['half of it', one.text.slice(0, 10)],
    ['what is left when it was removed', one.text.replace(one.ssn, '[ssn]')],
    ['broken escapes', '%&#;\\u\\x&#x;%%2%'],
  ])('%s is none', (_, text) => {
    expect(echoes(one, text)).toBe(false);
  });
});
