import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { block, code, details, table, text } from '../../../src/report/markdown.js';

const decode = (page: string): string =>
  page
    .replace(/&#(\d+);/g, (_, point: string) => String.fromCodePoint(Number(point)))
    .replaceAll('\u200B', '');

describe('any text as Markdown', () => {
  it.each([
    '<img src=x>',
    '[a](https://evil.example)',
    '![x](y)',
    '| a | b |',
    '**bold**',
    '`code`',
    '# title',
    '- item',
    '1. item',
    '&lt;',
    '~~x~~',
    '$x$',
    'www.evil.example',
  ])('%j shows as it is written', (value) => {
    const shown = text(value);
    expect(shown).not.toMatch(/[<>`|*[\]!~$]|&(?!#\d+;)|^[-#]|^\d+[.)]|www\./);
    expect(decode(shown)).toBe(value);
  });

  it('mentions nobody and names no issue', () => {
    expect(text('ask @octocat about #12')).toBe('ask @\u200Boctocat about #\u200B12');
  });

  it('makes one line of several', () => {
    expect(text('a\n\n| forged |')).not.toContain('\n');
  });

  it('keeps a block inside its fence, whatever it holds', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('`', '~', ' ', 'a', '\n') })), (lines) => {
        const [fence = '', ...rest] = block(lines).split('\n');
        const body = rest.slice(0, -1);
        return (
          /^`{3,}$/.test(fence) &&
          rest.at(-1) === fence &&
          !body.some((line) => line.trim().startsWith(fence))
        );
      }),
    );
  });

  it('builds tables, code and details', () => {
    expect(table(['a', 'b'], [['1', code('x|y')]])).toBe(
      '| a | b |\n| --- | --- |\n| 1 | <code>x&#124;y</code> |',
    );
    expect(details('<t>', 'body')).toBe('<details><summary>&#60;t&#62;</summary>\n\nbody\n\n</details>');
  });
});
