import { describe, expect, it } from '@jest/globals';
import { parseHsts } from '../../../src/model/hsts.js';

describe('Strict-Transport-Security', () => {
  it.each<[string, number, boolean, boolean]>([
    ['max-age=31536000', 31_536_000, false, false],
    ['max-age=0', 0, false, false],
    ['max-age=31536000; includeSubDomains', 31_536_000, true, false],
    ['max-age=63072000; includeSubDomains; preload', 63_072_000, true, true],
    ['MAX-AGE=1; INCLUDESUBDOMAINS; Preload', 1, true, true],
    ['includeSubDomains; max-age=2', 2, true, false],
    ['max-age="31536000"', 31_536_000, false, false],
    ['max-age="\\3\\1"', 31, false, false],
    ['max-age = 3 ; includeSubDomains ', 3, true, false],
    [';;max-age=4;', 4, false, false],
    ['max-age=5; report-uri="a;b, \\"c\\""; x', 5, false, false],
    ['max-age=6; preload=yes', 6, false, false],
    ['max-age=0031536000', 31_536_000, false, false],
    [`max-age=${'9'.repeat(400)}`, Number.MAX_SAFE_INTEGER, false, false],
  ])('%j asks for %d seconds', (header, maxAge, includeSubDomains, preload) => {
    expect(parseHsts([header])).toEqual({ maxAge, includeSubDomains, preload });
  });

  it.each([
    '',
    'max-age',
    'max-age=',
    'max-age=""',
    'max-age=abc',
    'max-age="0',
    'max-age=1.5',
    'max-age=-1',
    'max-age=+1',
    'max-age=1e9',
    'max-age=0x10',
    'max-age=31536000s',
    'max-age="31536000 "',
    "max-age='31536000'",
    'max-age=٣١٥',
    'max-age: 31536000',
    'max-age=31536000, includeSubDomains',
    'max-age=31536000 includeSubDomains',
    'max-age=1; max-age=1',
    'max-age=1; Max-Age=2',
    'max-age=1; includeSubDomains; includesubdomains',
    'max-age=1; x; x',
    'max-age=1; includeSubDomains=true',
    'max-age=1; includeSubDomains=',
    'max-age=1; includeSubDomains=""',
    'max-age=1; =2',
    'max-age=1; a b',
    'max-age=1; x="unclosed',
    'max-age=1; x="a"b',
    'max-age=1; ü',
    'max-age=1\n',
    '\u00a0max-age=1',
    'includeSubDomains',
    'includeSubDomains; preload',
    'strict-transport-security: max-age=1',
  ])('%j is ignored', (header) => {
    expect(parseHsts([header])).toBeUndefined();
  });

  it('is absent when there is none', () => {
    expect(parseHsts([])).toBeUndefined();
  });

  it('counts only as its first line', () => {
    expect(parseHsts(['max-age=1', 'max-age=2'])?.maxAge).toBe(1);
    expect(parseHsts(['max-age=abc', 'max-age=2'])).toBeUndefined();
  });
});
