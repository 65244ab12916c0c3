import { showDuration } from '../model/duration.js';
import type { Bar } from './content.js';

/** The picture, in its own units: a row a step, names to the left, bars to the right. */
const WIDTH = 960;
const ROW = 26;
const NAMES = 96;
const TIMES = 84;
const SCALE = WIDTH - NAMES - TIMES;
/** A bar that took no time is still seen. */
const SHORTEST = 2;
/** Steps of the scale, in milliseconds; not more than six are drawn. */
const TICKS = [
  100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000,
];

/** The steps as an SVG picture: when each began and how long it took, since the first one. Empty without any. */
export function timelineSvg(bars: readonly Bar[]): string {
  if (bars.length === 0) return '';
  const start = Math.min(...bars.map(({ startedAt }) => startedAt));
  const whole = Math.max(1, ...bars.map(({ startedAt, took }) => startedAt + took - start));
  const height = (bars.length + 1) * ROW;
  const rows = bars.map((bar, at) => row(bar, at * ROW, (bar.startedAt - start) / whole, bar.took / whole));
  return [
    `<svg class="timeline" viewBox="0 0 ${String(WIDTH)} ${String(height)}" role="img" aria-label="Timeline of the steps">`,
    ...ticks(whole, height - ROW),
    ...rows,
    '</svg>',
  ].join('\n');
}

/** `from` and `share` are parts of the whole. */
function row({ name, status, took }: Bar, y: number, from: number, share: number): string {
  const x = NAMES + from * SCALE;
  const width = Math.max(SHORTEST, share * SCALE);
  const kind = name === 'rollback' && status === 'passed' ? 'rollback' : status;
  return [
    `<text x="${String(NAMES - 8)}" y="${String(y + 17)}" text-anchor="end">${name}</text>`,
    `<rect class="${kind}" data-step="${name}" x="${unit(x)}" y="${String(y + 5)}" width="${unit(width)}" height="16" rx="3"/>`,
    `<text class="took" x="${unit(x + width + 6)}" y="${String(y + 17)}">${showDuration(took)}</text>`,
  ].join('');
}

function ticks(whole: number, bottom: number): readonly string[] {
  const every = TICKS.find((step) => whole / step <= 6) ?? whole;
  return Array.from({ length: Math.floor(whole / every) + 1 }, (_, index) => {
    const x = unit(NAMES + ((index * every) / whole) * SCALE);
    return `<line x1="${x}" x2="${x}" y1="0" y2="${String(bottom)}"/><text class="tick" x="${x}" y="${String(bottom + 17)}" text-anchor="middle">${showDuration(index * every)}</text>`;
  });
}

function unit(value: number): string {
  return value.toFixed(1);
}
