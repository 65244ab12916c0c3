import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LineReader } from '../../runner/lines.js';

function linesOf(chunks: readonly Buffer[]): readonly string[] {
  const lines: string[] = [];
  const reader = new LineReader((line) => lines.push(line));
  for (const chunk of chunks) reader.read(chunk);
  reader.end();
  return lines;
}

describe('Output of a step', () => {
  it.each([
    ['a\nb', ['a', 'b']],
    ['a\r\nb\r\n', ['a', 'b']],
    ['progress\r::error::x\n', ['progress', '::error::x']],
    ['\n\na', ['', '', 'a']],
    ['a\r', ['a']],
    ['a\r\r\n', ['a', '']],
    ['', []],
  ])('%j has the lines %j', (text, lines) => {
    expect(linesOf([Buffer.from(text)])).toEqual(lines);
  });

  it('has the same lines however it is cut into chunks', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '\r', '\n', 'é', '😀') });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 4 }), (written, size) => {
        const bytes = Buffer.from(written);
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        );
        const expected = written.split(/\r\n|\r|\n/u);
        if (expected.at(-1) === '') expected.pop();
        expect(linesOf(chunks)).toEqual(expected);
      }),
    );
  });
});
