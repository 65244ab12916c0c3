import type { Screen } from '../src/adapters/terminal-log.js';

/** A terminal of that many columns that understands what a log may send, and refuses everything else. */
export class Terminal implements Screen {
  readonly isTTY = true;
  readonly raw: string[] = [];
  columns: number;
  #rows: string[] = [''];
  #row = 0;
  #column = 0;
  #wraps = true;

  constructor(columns: number) {
    this.columns = columns;
  }

  /** What a person sees, without the blank ends of lines. */
  get screen(): readonly string[] {
    return this.#rows.map((row) => row.trimEnd());
  }

  get cursor(): { readonly row: number; readonly column: number } {
    return { row: this.#row, column: this.#column };
  }

  get wraps(): boolean {
    return this.#wraps;
  }

  write(text: string): void {
    this.raw.push(text);
    // eslint-disable-next-line no-control-regex -- these are what a terminal is made of
    for (const [part] of text.matchAll(/\u001b\[\??\d*[A-Za-z]|[^]/gu)) this.#take(part);
  }

  #take(part: string): void {
    if (part === '\r') this.#column = 0;
    else if (part === '\n') this.#down();
    else if (part === '\u001b[J') this.#erase();
    else if (part === '\u001b[?7l') this.#wraps = false;
    else if (part === '\u001b[?7h') this.#wraps = true;
    // eslint-disable-next-line no-control-regex -- the rest of them must not come
    else if (/[\u0000-\u001f\u007f]/.test(part)) throw new Error(`It cannot ${JSON.stringify(part)}.`);
    else this.#put(part);
  }

  #erase(): void {
    this.#rows.length = this.#row + 1;
    this.#rows[this.#row] = this.#rows[this.#row]!.slice(0, this.#column);
  }

  #put(character: string): void {
    if (this.#column >= this.columns) {
      if (this.#wraps) this.#down();
      else this.#column = this.columns - 1;
    }
    const row = this.#rows[this.#row]!.padEnd(this.#column);
    this.#rows[this.#row] = row.slice(0, this.#column) + character + row.slice(this.#column + 1);
    this.#column++;
  }

  /** As a terminal's driver does it: a line feed goes to the start of the next line. */
  #down(): void {
    this.#row++;
    this.#column = 0;
    this.#rows[this.#row] ??= '';
  }
}
