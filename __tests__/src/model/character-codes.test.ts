import { expect, it } from '@jest/globals';
import * as codes from '../../../src/model/character-codes.js';

it.each([
  ['isUpper', codes.isUpper, /[A-Z]/],
  ['isLower', codes.isLower, /[a-z]/],
  ['isDigit', codes.isDigit, /\d/],
  ['isWord', codes.isWord, /\w/],
  ['isSpace', codes.isSpace, /[ \t]/],
  ['isBase64', codes.isBase64, /[A-Za-z\d+/]/],
])('%s holds for the code units that its pattern matches', (_, holds, pattern) => {
  const all = Array.from({ length: 0x1_00 }, (_unit, code) => code);
  expect(all.filter(holds)).toEqual(all.filter((code) => pattern.test(String.fromCharCode(code))));
});
