import { StringDecoder } from 'node:string_decoder';

/**
 * Splits a stream into lines as StreamReader.ReadLine of .NET does: at a line feed, a carriage return, or both
 * together. A carriage return at the end of a chunk waits for the next one, which may begin with its line feed.
 */
export class LineReader {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  #rest = '';

  /** `onLine` gets each line without its end. */
  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** Takes the next bytes of the stream. */
  read(chunk: Buffer): void {
    this.#take(this.#decoder.write(chunk), /\r\n|\n|\r(?!$)/u);
  }

  /** The stream has ended: what is left is its last line, unless nothing is. */
  end(): void {
    this.#take(this.#decoder.end(), /\r\n|\n|\r/u);
    if (this.#rest !== '') this.#onLine(this.#rest);
    this.#rest = '';
  }

  #take(text: string, ends: RegExp): void {
    const lines = (this.#rest + text).split(ends);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#onLine(line);
  }
}
