import { describe, expect, it } from '@jest/globals';
import { keyValuePairs } from '../../runner/file-commands.js';

describe('The pairs of a file command', () => {
  it.each([
    [
      'a=1\n\nb=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['a=b=c<<d\n', [['a', 'b=c<<d']]],
    ['=nameless\n', [['', 'nameless']]],
    [
      'a<<END\none\n\ntwo=2\nEND\nb=3\n',
      [
        ['a', 'one\n\ntwo=2'],
        ['b', '3'],
      ],
    ],
    ['a<<END\nEND', [['a', '']]],
    ['a<<E=F\nx\nE=F\n', [['a', 'x']]],
    ['a<<END\r\nx\r\nEND\r\n', [['a', 'x\r']]],
    ['', []],
  ])('of %j are %j', (text, pairs) => {
    expect([...keyValuePairs(text)]).toEqual(pairs);
  });

  it.each([
    ['b<<END\nhalf a value\n', "Invalid value. Matching delimiter not found 'END'"],
    ['b<<END\nhalf a lin', 'Invalid value. EOF marker missing new line.'],
    ['b<<END\n END\n', "Invalid value. Matching delimiter not found 'END'"],
    ['neither\n', "Invalid format 'neither'"],
    ['<<END\nEND\n', "Invalid format '<<END'. Name must not be empty and delimiter must not be empty"],
    ['b<<\n\n', "Invalid format 'b<<'. Name must not be empty and delimiter must not be empty"],
  ])('are given up to %j, where "%s" is thrown', (broken, message) => {
    const seen: unknown[] = [];
    const read = () => {
      for (const pair of keyValuePairs(`a=1\n${broken}`)) seen.push(pair);
    };
    expect(read).toThrow(message);
    expect(seen).toEqual([['a', '1']]);
  });
});
