import { StringDecoder } from 'node:string_decoder';

/** Cuts bytes as they come into lines. */
export interface Lines {
  write(bytes: Buffer): void;
  /** Tells what follows the last line break. */
  end(): void;
}

/** Longer lines are told in parts, as a log event may not have more ("CloudWatch Logs quotas": 256 KB). */
const LONGEST = 256_000;

/** Tells every line without its line break; bytes that are no UTF-8 become U+FFFD. */
export function linesTo(tell: (line: string) => void): Lines {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const take = (text: string): void => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) tell(line.endsWith('\r') ? line.slice(0, -1) : line);
    for (; rest.length > LONGEST; rest = rest.slice(LONGEST)) tell(rest.slice(0, LONGEST));
  };
  return {
    write: (bytes) => take(decoder.write(bytes)),
    end() {
      take(decoder.end());
      if (rest !== '') tell(rest);
      rest = '';
    },
  };
}
