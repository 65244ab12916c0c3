import { Readable } from 'node:stream';
import { blobWriter, digestOf } from './blob-writer.js';
import type { Blobs, Upload } from './state.js';

/** Blobs in memory, for tests and small images. */
export function memoryBlobs(): Blobs {
  const blobs = new Map<string, Buffer>();
  const uploads = new Map<string, Upload>();
  const get = (digest: string): Buffer => {
    const bytes = blobs.get(digest);
    if (!bytes) throw new Error(`There is no blob ${digest}.`);
    return bytes;
  };
  return {
    uploads,
    has: (digest) => blobs.has(digest),
    size: (digest) => get(digest).length,
    read: (digest) => Promise.resolve(Buffer.from(get(digest))),
    stream(digest, range) {
      const bytes = get(digest);
      return Readable.from([range ? bytes.subarray(range.start, range.end + 1) : bytes], {
        objectMode: false,
      });
    },
    write(bytes) {
      const digest = digestOf(bytes);
      blobs.set(digest, Buffer.from(bytes));
      return Promise.resolve(digest);
    },
    begin: () => memoryWriter((digest, bytes) => blobs.set(digest, bytes)),
    close() {
      blobs.clear();
      uploads.clear();
      return Promise.resolve();
    },
  };
}

function memoryWriter(keep: (digest: string, bytes: Buffer) => void) {
  let parts: Uint8Array[] = [];
  return blobWriter({
    write(bytes) {
      parts.push(bytes);
      return Promise.resolve();
    },
    keep(digest) {
      keep(digest, Buffer.concat(parts));
      return Promise.resolve();
    },
    drop() {
      parts = [];
      return Promise.resolve();
    },
  });
}
