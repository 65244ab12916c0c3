import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cloud } from '../cloud.js';
import { PullFailure, pull, type PulledImage } from '../ecr/pull.js';
import { UnpackFailure, unpackImage } from '../ecr/unpack.js';

/** An image whose files lie in a folder. */
export interface UnpackedImage {
  /** What ECS reports as `imageDigest`. */
  readonly digest: string;
  readonly image: PulledImage;
  /** The folder that is the container's `/`. */
  readonly root: string;
}

/** The images that were fetched, each unpacked once. */
export interface ImageFolders {
  /** Rejects with a `PullFailure`. */
  fetch(image: string, architecture: string): Promise<UnpackedImage>;
  close(): Promise<void>;
}

/** Keeps unpacked images in a folder, which `close` removes. */
export function imageFolders(cloud: Cloud, folder: string): ImageFolders {
  const roots = new Map<string, Promise<string>>();
  const unpacked = (image: PulledImage): Promise<string> => {
    const known = roots.get(image.manifestDigest);
    if (known) return known;
    const root = join(folder, image.manifestDigest.replace(':', '-'));
    const made = unpackImage(cloud.ecr.blobs, image, root).then(() => root, asPullFailure);
    roots.set(image.manifestDigest, made);
    // The next task tries again.
    made.catch(() => roots.delete(image.manifestDigest));
    return made;
  };
  return {
    async fetch(reference, architecture) {
      const image = await pull(cloud, reference, architecture);
      return { digest: image.digest, image, root: await unpacked(image) };
    },
    async close() {
      await Promise.allSettled(roots.values());
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** containerd's wording for a layer that it cannot unpack. */
function asPullFailure(error: unknown): never {
  if (!(error instanceof UnpackFailure)) throw error;
  throw new PullFailure(`failed to extract layer: ${error.message}`);
}
