import { describe, expect, it } from '@jest/globals';
import { Masks } from '../../runner/masks.js';

const hidden = (secret: string, text: string) => {
  const masks = new Masks();
  masks.add(secret);
  return masks.hide(text);
};

describe('Masked values', () => {
  it.each([
    ['as it is', 'p@ss "word"', 'login p@ss "word" ok', 'login *** ok'],
    ['in base64', 'password', `<${Buffer.from('password').toString('base64')}>`, '<***>'],
    [
      'in base64 behind one byte of something else',
      'password',
      Buffer.from('?password').toString('base64'),
      'P3Bh***',
    ],
    [
      'in base64 behind two bytes',
      'passwordpassword',
      Buffer.from('xxpasswordpassword').toString('base64'),
      'eHhw***',
    ],
    ['as JSON', 'a"b\n', 'x a\\"b\\n y', 'x *** y'],
    ['as a part of a URL', "it's (50%)", 'q=it%27s%20%2850%25%29', 'q=***'],
    ['as XML', 'a<b&c', 'a&lt;b&amp;c', '***'],
    ['as a shell argument', 'say "hi"', 'say \\"hi\\"', '***'],
    ['in an expression', "it's", "it''s", '***'],
    ['without its quotes', '"quoted-secret"', 'quoted-secret', '***'],
    ['the part before an ampersand', 'first-half&second-half', 'first-half& is', '*** is'],
    ['the part after an ampersand', 'first-half&second-half', 'second-half', '***'],
    ['a single letter', 'e', 'release', 'r***l***as***'],
    ['twice and touching', 'ab', 'xababx', 'x***x'],
    ['overlapping with itself', 'aba', 'xababax', 'x***x'],
  ])('are hidden %s', (_, secret, text, expected) => {
    expect(hidden(secret, text)).toBe(expected);
  });

  it('are each hidden by line where they have several', () => {
    const masks = new Masks();
    masks.addLines('first line\n  second line\r\n');
    expect(masks.hide('it is second line')).toBe('it is ***');
    expect(masks.values).toEqual(['first line\n  second line\r\n', 'first line', 'second line']);
  });

  it('leave other text alone, and nothing is hidden by an empty one', () => {
    expect(hidden('', 'text')).toBe('text');
    expect(hidden('secret', 'text')).toBe('text');
  });
});
