type Encoder = (value: string) => string;

const base64 = (value: string, skipped: number): string => {
  const bytes = Buffer.from(value);
  return (bytes.length > skipped ? bytes.subarray(skipped) : bytes).toString('base64');
};
const percent = (char: string) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
const xmlEntities: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '&': '&amp;',
};
const jsonExtras: Readonly<Record<string, string>> = {
  '\u0085': '\\u0085',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** Other spellings in which the runner hides a masked value (actions/runner, HostContext.cs and ValueEncoders.cs). */
const encoders: readonly Encoder[] = [
  (value) => base64(value, 0),
  (value) => base64(value, 1),
  (value) => base64(value, 2),
  (value) => value.replaceAll('"', '\\"'),
  (value) => value.replaceAll("'", "''"),
  (value) =>
    JSON.stringify(value)
      .slice(1, -1)
      .replace(/[\u0085\u2028\u2029]/gu, (char) => jsonExtras[char] ?? char),
  // A lone surrogate has no percent encoding; Buffer turns it into U+FFFD, as .NET does.
  (value) => encodeURIComponent(Buffer.from(value).toString()).replace(/[!'()*]/gu, percent),
  (value) => value.replace(/[<>"'&]/gu, (char) => xmlEntities[char] ?? char),
  (value) => (value.length > 8 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : ''),
  (value) => atLeastSix(/^[^]*?&\+/u.exec(value)?.[0] ?? /^[^]*&/u.exec(value)?.[0]),
  (value) => atLeastSix(/&\+[^]([^]+)$/u.exec(value)?.[1] ?? /^(?![^]*&\+)[^]*&([^]*)$/u.exec(value)?.[1]),
];

function atLeastSix(part: string | undefined): string {
  return part !== undefined && part.length >= 6 ? part : '';
}

function positions(text: string, value: string): readonly (readonly [start: number, end: number])[] {
  const found: [number, number][] = [];
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1))
    found.push([at, at + value.length]);
  return found;
}

/** The values that must not be seen in a log, of one job; they are only ever added to. */
export class Masks {
  readonly #given = new Set<string>();
  readonly #spellings = new Set<string>();

  /** The values as they were given, without their other spellings. */
  get values(): readonly string[] {
    return [...this.#given];
  }

  /** Hides a value and its other spellings from now on; nothing is too short to be hidden. */
  add(value: string): void {
    if (value === '') return;
    this.#given.add(value);
    for (const spelling of [value, ...encoders.map((encode) => encode(value))])
      if (spelling !== '') this.#spellings.add(spelling);
  }

  /** Hides what `::add-mask::` was given, and each of its lines by itself (AddMaskCommandExtension). */
  addLines(value: string): void {
    this.add(value);
    for (const line of value.split(/[\r\n]/u)) this.add(line.trim());
  }

  /** The text with `***` where a masked value was; what touches or overlaps becomes one `***` (SecretMasker.cs). */
  hide(text: string): string {
    const found = [...this.#spellings].flatMap((spelling) => positions(text, spelling));
    let shown = '';
    let end = 0;
    let hiding = false;
    for (const [from, to] of found.toSorted((a, b) => a[0] - b[0])) {
      if (!hiding || from > end) shown += `${text.slice(end, from)}***`;
      hiding = true;
      end = Math.max(end, to);
    }
    return shown + text.slice(end);
  }
}
