import { linesTo } from './lines.js';

/**
 * Tells the lines of a container without a terminal: every frame has a header of eight bytes with its stream
 * and length (Docker Engine API, "Attach to a container", stream format). Settles at the end of the stream.
 */
export async function readLogs(stream: AsyncIterable<unknown>, tell: (line: string) => void): Promise<void> {
  const streams = new Map([1, 2].map((number) => [number, linesTo(tell)]));
  let rest = Buffer.alloc(0);
  for await (const bytes of stream) {
    if (!(bytes instanceof Uint8Array)) continue;
    rest = Buffer.concat([rest, bytes]);
    for (let length = frameLength(rest); length <= rest.length; length = frameLength(rest)) {
      streams.get(rest[0] ?? 0)?.write(rest.subarray(HEADER, length));
      rest = rest.subarray(length);
    }
  }
  for (const lines of streams.values()) lines.end();
}

const HEADER = 8;

/** Bytes of the first frame with its header; more than there are when the header is not whole. */
function frameLength(bytes: Buffer): number {
  return bytes.length < HEADER ? HEADER : HEADER + bytes.readUInt32BE(4);
}
