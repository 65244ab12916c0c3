import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cleanLine, disarmed, quoted, stripped, withoutMiddle } from '../../../src/model/untrusted-text.js';

/** Whether GitHub's runner would take a line for a command, after its ActionCommand.cs: both forms, any spelling. */
const isCommand = (line: string): boolean => /^\s*::/u.test(line) || line.includes('##[');
const runnerLines = (text: string): string[] => text.split(/\r\n|\r|\n/);

const HOSTILE = [
  '::set-output name=x::y',
  '  ::add-mask::e',
  '\u00a0::error::no',
  'before ##[add-mask]e',
  '##\u001b[31m[error]x',
  '##\u200b[error]x',
  '\u001b[2K::error::x',
  ':\u200b:error::x',
  ':\u0007:error::x',
  'a\r::error::x',
  'a\u2028::error::x',
  'a\u0085::error::x',
  '\ufeff::error::x',
  '\u202e::error::x',
  '##\u0000[error]x',
  '::::error::x',
  ': ::error::x',
  '####[[x]',
];

describe('text from elsewhere', () => {
  it.each(HOSTILE)('%j is no command once it is quoted, shown as a line or disarmed', (text) => {
    for (const safe of [quoted(text), cleanLine(text), disarmed(text)]) {
      expect(runnerLines(safe).filter(isCommand)).toEqual([]);
    }
  });

  it('keeps what a person wants to read', () => {
    expect(cleanLine('  Grüße, 世界: a::b [x] ## y ')).toBe('Grüße, 世界: a::b [x] ## y');
  });

  it('marks each line as quoted and says how many it left out', () => {
    expect(quoted('one\ntwo\nthree', 2)).toBe('| one\n| two\n| … 1 more lines');
  });

  it('marks all lines when there are no more than wanted', () => {
    expect(quoted('one\ntwo', 2)).toBe('| one\n| two');
  });

  it('makes one line of several', () => {
    expect(cleanLine('a\r\nb\rc\vd\fe\u0085f\u2028g\u2029h')).toBe('a b c d e f g h');
  });

  it('cuts a long line, and no character in half', () => {
    expect(cleanLine('x'.repeat(50), 10)).toBe(`${'x'.repeat(9)}…`);
    expect(cleanLine('x'.repeat(10), 10)).toBe('x'.repeat(10));
    expect(cleanLine(`👍${'x'.repeat(6)}👍xx`, 10)).toBe(`👍${'x'.repeat(6)}…`);
    expect(cleanLine(`👍${'x'.repeat(7)}👍xx`, 11)).toBe(`👍${'x'.repeat(7)}…`);
  });

  it.each([
    ['a color', 'a\u001b[31;1mb\u001b[0mc', 'abc'],
    ['a cursor', 'a\u001b[?25l\u001b[2 qb', 'ab'],
    ['a title', 'a\u001b]0;x y\u0007b', 'ab'],
    ['a link', 'a\u001b]8;;http://x\u001b\\b', 'ab'],
    ['a title without an end', 'a\u001b]0;x\nb', 'a\nb'],
    ['a reset', 'a\u001bMb', 'ab'],
    ['an escape without a sequence', 'a\u001b b', 'a b'],
    ['controls', 'a\u0000\u0008\u000e\u001f\u007f\u0084\u0086\u009fb', 'ab'],
    ['what is invisible', 'a\u200b\u00ad\ufe0f\u202e\ufeff\u{e0041}\ud800b', 'ab'],
    ['all that it has', '\u0007\u200b', ''],
    ['nothing', 'a\tb ~\u0085\u2028', 'a\tb ~\u0085\u2028'],
  ])('loses %s', (_, text, shown) => {
    expect(stripped(text)).toBe(shown);
  });

  it('never lets a command through, whatever is put together from the dangerous pieces', () => {
    const piece = fc.constantFrom(
      ':',
      '::',
      '##',
      '[',
      ']',
      '#',
      'error',
      ' ',
      '\r',
      '\n',
      '\t',
      '\u001b[',
      '\u001b]',
      '\u0007',
      'm',
      '\u200b',
      '\u00ad',
      '\ufe0f',
      '\u{e0041}',
      '\u0085',
      '\v',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const text = pieces.join('');
        return [quoted(text), cleanLine(text), disarmed(text)].every(
          (safe) => !runnerLines(safe).some(isCommand),
        );
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('a text without its middle', () => {
  it('is the text itself when it is short enough', () => {
    expect(withoutMiddle('x'.repeat(100), 100)).toBe('x'.repeat(100));
  });

  it('keeps beginning and end, says what it leaves out, and is never longer than wanted', () => {
    const lengths = fc.tuple(fc.integer({ min: 101, max: 10_000 }), fc.integer({ min: 100, max: 4_000 }));
    fc.assert(
      fc.property(lengths, ([length, max]) => {
        const text = withoutMiddle(`begin${'x'.repeat(length)}end`, max);
        expect(text.length).toBeLessThanOrEqual(Math.max(max, 0));
        expect(text).toMatch(/^begin[^]*end$/);
        expect(text.includes('is left out here')).toBe(length + 8 > max);
      }),
    );
  });

  it('cuts no character in half', () => {
    for (const max of [100, 101, 102, 103]) {
      const text = withoutMiddle('👍'.repeat(500), max);
      expect(Buffer.from(text).toString()).toBe(text);
      expect(text).toMatch(/^(?:👍)+\n… the middle of 1000 characters is left out here …\n(?:👍)+$/u);
    }
  });
});
