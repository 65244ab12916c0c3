import { describe, expect, it } from '@jest/globals';
import { barChart, shown, type Picture } from '../../bench/svg.js';

const picture: Picture = {
  name: 'startup',
  title: 'Start of <ours> & theirs',
  unit: 'ms',
  bars: [
    { label: 'ours', value: 50, ours: true },
    { label: 'theirs', value: 100, ours: false },
  ],
};

/** The widths of the bars, by their class. */
const widths = (svg: string): readonly (readonly [string, number])[] =>
  [...svg.matchAll(/<rect [^>]*width="(\d+)"[^>]*class="(\w+)"/g)].map((found) => [
    found[2]!,
    Number(found[1]),
  ]);

describe('A picture of figures', () => {
  it('has bars as long as the values are large, and says the values', () => {
    const svg = barChart(picture);
    const [[own, half], [other, whole]] = widths(svg) as [[string, number], [string, number]];
    expect([own, other]).toEqual(['ours', 'other']);
    expect(whole).toBe(2 * half);
    expect(svg).toContain('>50</text>');
    expect(svg).toContain('>100</text>');
  });

  it('draws the limit where a bar of that value would end', () => {
    const svg = barChart({ ...picture, limit: 75 });
    const x = Number(/<line x1="(\d+)"/.exec(svg)?.[1]);
    const start = Number(/<rect x="(\d+)"/.exec(svg)?.[1]);
    const [, [, whole]] = widths(svg) as [[string, number], [string, number]];
    expect((x - start) / whole).toBeCloseTo(0.75, 2);
    expect(svg).toContain('bar: 75');
  });

  it('makes room for a limit beyond all values', () => {
    const [, [, whole]] = widths(barChart({ ...picture, limit: 200 })) as [unknown, [string, number]];
    const [, [, alone]] = widths(barChart(picture)) as [unknown, [string, number]];
    expect(whole).toBe(alone / 2);
  });

  it('takes no text for markup', () => {
    const svg = barChart(picture);
    expect(svg).toContain('Start of &lt;ours> &amp; theirs');
    expect(svg).not.toContain('<ours>');
  });

  it('can be drawn of nothing but zeros', () => {
    const svg = barChart({ ...picture, bars: [{ label: 'none', value: 0, ours: true }] });
    expect(svg).not.toContain('NaN');
  });

  it('shows three digits, or a whole number', () => {
    expect([0.1234, 1.5, 12.345, 123.4, 12_345.6].map(shown)).toEqual([
      '0.123',
      '1.5',
      '12.3',
      '123',
      '12,346',
    ]);
  });
});
