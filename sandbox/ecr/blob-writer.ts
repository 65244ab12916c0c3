import { createHash } from 'node:crypto';
import type { BlobWriter } from './state.js';

/** Where the bytes of a blob go while it is written. */
export interface BlobSink {
  write(bytes: Uint8Array): Promise<void>;
  keep(digest: string, size: number): Promise<void>;
  drop(): Promise<void>;
}

/** A writer that hashes the bytes on their way into a sink, so that no blob has to be read again. */
export function blobWriter(sink: BlobSink): BlobWriter {
  const hash = createHash('sha256');
  let size = 0;
  const digest = () => `sha256:${hash.copy().digest('hex')}`;
  return {
    get size() {
      return size;
    },
    async append(source) {
      for await (const bytes of source) {
        await sink.write(bytes);
        hash.update(bytes);
        size += bytes.length;
      }
    },
    digest,
    async finish() {
      const name = digest();
      await sink.keep(name, size);
      return name;
    },
    abandon: () => sink.drop(),
  };
}

/** The digest of bytes that are at hand, `sha256:` and 64 hexadecimal digits. */
export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
