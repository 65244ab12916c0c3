import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack, type Pack } from 'tar-stream';
import type { Cloud } from '../cloud.js';
import { putImage } from './images.js';
import { findRepository } from './repositories.js';
import type { Blobs, Repository } from './state.js';

/** What to make an image of. */
export interface PackWish {
  /** Name of a repository that exists. */
  readonly repository: string;
  readonly tag?: string;
  /** Folder whose content becomes that of a folder in the image. */
  readonly folder: string;
  /** That folder, absolute; the working directory when absent. */
  readonly place?: string;
  readonly config?: PackConfig;
}

/** What a Dockerfile would set. */
export interface PackConfig {
  readonly cmd?: readonly string[];
  readonly entrypoint?: readonly string[];
  /** Absolute; `/` when absent. */
  readonly workingDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** `amd64` when absent. */
  readonly architecture?: string;
  readonly user?: string;
  /** As in `EXPOSE`: `3000/tcp`. */
  readonly exposedPorts?: readonly string[];
  /** RFC 3339; the beginning of 1970 when absent, so that the same folder gives the same image. */
  readonly created?: string;
}

/** A blob as a manifest refers to it. */
interface Stored {
  readonly digest: string;
  readonly size: number;
}

/** A layer: its compressed bytes, and the digest of the tar inside. */
interface Layer extends Stored {
  readonly diffId: string;
}

/**
 * Makes an image of a folder without a docker engine, as one layer with the same bytes for the same content,
 * and puts it into a repository. Returns its digest. Throws what PutImage throws.
 */
export async function packImage(cloud: Cloud, wish: PackWish): Promise<string> {
  const repository = findRepository(cloud, wish.repository);
  const { blobs } = cloud.ecr;
  const layer = await packLayer(blobs, wish.folder, wish.place ?? wish.config?.workingDir ?? '/');
  const config = await writeJson(blobs, configOf(wish.config ?? {}, layer.diffId));
  for (const { digest } of [layer, config]) repository.layers.add(digest);
  return publish(cloud, repository, wish.tag, manifestOf(config, layer));
}

function publish(cloud: Cloud, repository: Repository, tag: string | undefined, manifest: object): string {
  const body = JSON.stringify(manifest);
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  const known = tag === undefined ? repository.manifests.has(digest) : repository.tags.get(tag) === digest;
  return known ? digest : putImage(cloud, repository, { body, tag }).digest;
}

function manifestOf(config: Stored, layer: Stored) {
  return {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: config.digest,
      size: config.size,
    },
    layers: [
      {
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
        digest: layer.digest,
        size: layer.size,
      },
    ],
  };
}

/** OCI image-spec, "OCI Image Configuration". */
function configOf(config: PackConfig, diffId: string) {
  const created = config.created ?? '1970-01-01T00:00:00Z';
  return {
    created,
    architecture: config.architecture ?? 'amd64',
    os: 'linux',
    config: {
      User: config.user,
      ExposedPorts: config.exposedPorts && Object.fromEntries(config.exposedPorts.map((port) => [port, {}])),
      Env: Object.entries(config.env ?? {}).map(([name, value]) => `${name}=${value}`),
      Entrypoint: config.entrypoint,
      Cmd: config.cmd,
      WorkingDir: config.workingDir ?? '/',
      Labels: config.labels,
    },
    rootfs: { type: 'layers', diff_ids: [diffId] },
    history: [{ created, created_by: 'deploy-backend sandbox' }],
  };
}

async function writeJson(blobs: Blobs, content: object): Promise<Stored> {
  const bytes = Buffer.from(JSON.stringify(content));
  return { digest: await blobs.write(bytes), size: bytes.length };
}

/** The folder as a compressed tar, straight into the store. */
async function packLayer(blobs: Blobs, folder: string, place: string): Promise<Layer> {
  const tar = pack();
  const writer = blobs.begin();
  const hash = createHash('sha256');
  const hashed = async function* (source: AsyncIterable<unknown>) {
    for await (const bytes of source) {
      if (!(bytes instanceof Uint8Array)) continue;
      hash.update(bytes);
      yield bytes;
    }
  };
  const written = pipeline(tar, hashed, createGzip(), (source: AsyncIterable<Uint8Array>) =>
    writer.append(source),
  );
  try {
    await Promise.all([fill(tar, folder, posix.normalize(`/${place}`).slice(1)), written]);
  } catch (error) {
    tar.destroy();
    await writer.abandon();
    throw error;
  }
  return {
    digest: await writer.finish(),
    size: writer.size,
    diffId: `sha256:${hash.digest('hex')}`,
  };
}

async function fill(tar: Pack, folder: string, target: string): Promise<void> {
  const parts = target.split('/').filter((part) => part !== '');
  for (const [place] of parts.entries()) {
    await addEntry(tar, { name: `${parts.slice(0, place + 1).join('/')}/`, type: 'directory', mode: 0o755 });
  }
  await addFolder(tar, folder, parts.join('/'));
  tar.finalize();
}

/** Adds what is in a folder, in order of name, so that the order of the file system does not matter. */
async function addFolder(tar: Pack, folder: string, target: string): Promise<void> {
  for (const name of (await readdir(folder)).sort()) {
    const [source, path] = [join(folder, name), posix.join(target, name)];
    const found = await lstat(source);
    if (found.isDirectory()) {
      await addEntry(tar, { name: `${path}/`, type: 'directory', mode: 0o755 });
      await addFolder(tar, source, path);
    } else if (found.isSymbolicLink()) {
      await addEntry(tar, { name: path, type: 'symlink', mode: 0o777, linkname: await readlink(source) });
    } else if (found.isFile()) {
      const mode = found.mode & 0o100 ? 0o755 : 0o644;
      await addEntry(tar, { name: path, type: 'file', mode }, await readFile(source));
    }
  }
}

interface Header {
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink';
  readonly mode: number;
  readonly linkname?: string;
}

/** Owner, group and time are always the same, whoever packs and whenever. */
async function addEntry(tar: Pack, header: Header, content: Buffer = Buffer.alloc(0)): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    tar.entry({ ...header, uid: 0, gid: 0, mtime: new Date(0), size: content.length }, content, (error) =>
      error ? reject(error) : resolve(),
    );
  });
}
