import { createReadStream, mkdirSync } from 'node:fs';
import { open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { blobWriter } from './blob-writer.js';
import type { Blobs, BlobWriter, Upload } from './state.js';

/**
 * Blobs as files in a folder, which is made when missing and removed by `close`. Nothing of a blob is held in
 * memory but the part that is on its way.
 */
export function diskBlobs(folder: string): Blobs {
  mkdirSync(folder, { recursive: true });
  const sizes = new Map<string, number>();
  const uploads = new Map<string, Upload>();
  const unfinished = new Set<BlobWriter>();
  let writers = 0;
  const sizeOf = (digest: string): number => {
    const size = sizes.get(digest);
    if (size === undefined) throw new Error(`There is no blob ${digest}.`);
    return size;
  };
  /** Only digests that this store made itself become part of a path. */
  const pathOf = (digest: string): string => {
    sizeOf(digest);
    return fileOf(folder, digest);
  };
  const begin = (): BlobWriter => {
    const writer = fileWriter(folder, `upload-${++writers}`, (digest, size) => {
      unfinished.delete(writer);
      sizes.set(digest, size);
    });
    unfinished.add(writer);
    return writer;
  };
  return {
    uploads,
    has: (digest) => sizes.has(digest),
    size: sizeOf,
    read: async (digest) => readFile(pathOf(digest)),
    stream: (digest, range) => createReadStream(pathOf(digest), range),
    async write(bytes) {
      const writer = begin();
      await writer.append([bytes]);
      return writer.finish();
    },
    begin,
    async close() {
      await Promise.all([...unfinished].map((writer) => writer.abandon()));
      sizes.clear();
      uploads.clear();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function fileOf(folder: string, digest: string): string {
  return join(folder, digest.replace(':', '-'));
}

function fileWriter(folder: string, name: string, kept: (digest: string, size: number) => void): BlobWriter {
  const path = join(folder, name);
  let handle: Promise<FileHandle> | undefined;
  const file = () => (handle ??= open(path, 'w'));
  const close = async () => (await file()).close();
  return blobWriter({
    write: async (bytes) => (await file()).appendFile(bytes),
    async keep(digest, size) {
      await close();
      await rename(path, fileOf(folder, digest));
      kept(digest, size);
    },
    async drop() {
      await close();
      await rm(path, { force: true });
    },
  });
}
