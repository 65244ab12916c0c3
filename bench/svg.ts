/** A bar of a picture. */
export interface PictureBar {
  readonly label: string;
  readonly value: number;
  /** Ours is drawn in colour. */
  readonly ours: boolean;
}

/** Figures to compare in a picture. */
export interface Picture {
  /** Of its file, without an ending. */
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly PictureBar[];
  /** What none of ours should be beyond. */
  readonly limit?: number;
}

const WIDTH = 720;
const TOP = 44;
const ROW = 30;
const NAMES = 250;
const NUMBERS = 80;
const SCALE = WIDTH - NAMES - NUMBERS;

/** Bars from the left, a row each, with their values, and the limit as a line across; legible on white and on black. */
export function barChart({ title, unit, bars, limit }: Picture): string {
  const most = Math.max(...bars.map(({ value }) => value), limit ?? 0, Number.MIN_VALUE);
  const across = (value: number): number => Math.round((value / most) * SCALE);
  const height = TOP + ROW * bars.length + (limit === undefined ? 8 : 26);
  const rows = bars.map(({ label, value, ours }, place) => {
    const y = TOP + place * ROW;
    return [
      `<text x="${NAMES - 10}" y="${y + 16}" text-anchor="end">${escaped(label)}</text>`,
      `<rect x="${NAMES}" y="${y + 3}" width="${Math.max(1, across(value))}" height="18" rx="2" class="${ours ? 'ours' : 'other'}"/>`,
      `<text x="${NAMES + across(value) + 8}" y="${y + 16}">${shown(value)}</text>`,
    ].join('\n');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    STYLE,
    `<text x="10" y="22" class="title">${escaped(title)} (${escaped(unit)})</text>`,
    ...rows,
    ...(limit === undefined ? [] : [limitLine(NAMES + across(limit), limit, height)]),
    '</svg>\n',
  ].join('\n');
}

const STYLE =
  '<style>text{font:13px system-ui,sans-serif;fill:#57606a}.title{font-weight:600}.ours{fill:#1f883d}.other{fill:#8c959f}line{stroke:#cf222e;stroke-dasharray:4 3}@media(prefers-color-scheme:dark){text{fill:#9ea7b3}}</style>';

function limitLine(x: number, limit: number, height: number): string {
  return [
    `<line x1="${x}" y1="${TOP - 6}" x2="${x}" y2="${height - 20}"/>`,
    `<text x="${x}" y="${height - 6}" text-anchor="middle">bar: ${shown(limit)}</text>`,
  ].join('\n');
}

/** Three significant digits at most, without zeros behind the point. */
export function shown(value: number): string {
  const rounded = value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
  return rounded.toLocaleString('en');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
