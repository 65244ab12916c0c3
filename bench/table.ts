import type { Range } from './statistics.js';

/** A line of a table: the first cell to the left, the others in columns of numbers. */
export const row = (cells: readonly string[]): string =>
  `${(cells[0] ?? '').padEnd(36)}${cells
    .slice(1)
    .map((cell) => cell.padStart(10))
    .join('')}\n`;

/** Median and extremes of seconds, and how many times the compared ones they are; a dash where there is nothing. */
export function secondsRow(name: string, seconds: Range, compared: Range): string {
  const shown = (value: number, digits: number): string =>
    Number.isNaN(value) ? '–' : value.toFixed(digits);
  const { min, median, max } = seconds;
  return row([name, ...[median, min, max].map((one) => shown(one, 2)), shown(median / compared.median, 1)]);
}
