import { expect, it } from '@jest/globals';
import { insideOfKeys } from '../../../src/model/key-lines.js';

it.each<[string, readonly string[], string]>([
  ['a key', ['x', '-----BEGIN KEY-----', 'MIIa+/=', '', 'ab', '-----END KEY-----', 'MIIa'], '  ***  '],
  ['indented lines', ['  -----BEGIN KEY-----', '  MIIa', '  -----END KEY-----'], ' * '],
  [
    'the headers of an encrypted one',
    ['-----BEGIN KEY-----', 'Proc-Type: 4,ENCRYPTED', 'DEK-Info: AES, 1', 'ab'],
    ' ***',
  ],
  ['one that breaks off', ['-----BEGIN KEY-----', 'MIIa', 'it failed: x', 'MIIa'], ' *  '],
  ['one that is followed by another', ['-----END KEY----- -----BEGIN KEY-----', 'ab'], ' *'],
  ['one in one line', ['-----BEGIN KEY----- -----END KEY-----', 'ab'], '  '],
  ['a long line', ['-----BEGIN KEY-----', 'a'.repeat(100), 'a'.repeat(101)], ' * '],
  ['words in a sentence', ['-----BEGIN KEY-----', 'a Proc-Type: x', 'ab'], '   '],
  ['no key', ['ab', 'cd'], '  '],
])('tells which lines are the inside of %s', (_, lines, inside) => {
  const isInside = insideOfKeys();
  expect(lines.map((line) => (isInside(line) ? '*' : ' ')).join('')).toBe(inside);
});
