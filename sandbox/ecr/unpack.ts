import { createWriteStream } from 'node:fs';
import { chmod, link, lstat, mkdir, readdir, realpath, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, posix, relative, sep } from 'node:path';
import { PassThrough, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import { extract, type Extract } from 'tar-stream';
import type { PulledImage } from './pull.js';
import type { Blobs } from './state.js';

/** OCI image-spec, "Whiteouts". */
const WHITEOUT = '.wh.';

type Entry = Extract extends AsyncIterable<infer Source> ? Source : never;

/** A layer that would write outside its folder, or that cannot be read. */
export class UnpackFailure extends Error {}

/**
 * Puts an image's layers on top of each other into a folder (OCI image-spec, "Image Layer Filesystem
 * Changeset"): later ones replace, and whiteouts remove, what earlier ones brought. Owners and devices are
 * left out. Throws an `UnpackFailure` for an entry that leads outside the folder.
 */
export async function unpackImage(blobs: Blobs, image: PulledImage, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const root = await realpath(folder);
  for (const { digest, mediaType } of image.layers) {
    const tar = extract();
    const source = pipeline(blobs.stream(digest), decompressor(mediaType), tar);
    await Promise.all([source, unpackLayer(tar, root)]);
  }
}

async function unpackLayer(tar: AsyncIterable<Entry>, root: string): Promise<void> {
  const brought = new Set<string>();
  for await (const entry of tar) {
    const path = pathOf(entry.header.name);
    await unpackEntry(entry, root, path, brought);
    brought.add(path);
    entry.resume();
  }
}

async function unpackEntry(entry: Entry, root: string, path: string, brought: Set<string>): Promise<void> {
  if (path === '.') return;
  const target = await targetOf(root, path);
  const name = basename(path);
  if (name === '.wh..wh..opq') return clear(dirname(target), root, brought);
  if (name.startsWith(WHITEOUT)) {
    const hidden = name.slice(WHITEOUT.length);
    if (['', '.', '..'].includes(hidden)) throw outside(entry.header.name);
    return rm(join(dirname(target), hidden), { recursive: true, force: true });
  }
  await write(entry, root, target);
}

async function write(entry: Entry, root: string, target: string): Promise<void> {
  const { header } = entry;
  const mode = header.mode & 0o777;
  if (header.type === 'directory') {
    if (!(await isDirectory(target))) await rm(target, { force: true });
    await mkdir(target, { recursive: true });
    // Without the owner's rights the next entries could not be written, nor the folder removed.
    return chmod(target, mode | 0o700);
  }
  if (header.type === 'symlink') return writeSymlink(root, target, header.linkname);
  if (header.type === 'link') return writeLink(root, target, header.linkname);
  if (header.type !== 'file' && header.type !== 'contiguous-file') return;
  await rm(target, { recursive: true, force: true });
  await pipeline(entry, createWriteStream(target, { flags: 'wx' }));
  await chmod(target, mode | 0o400);
}

/** What an absolute link means inside the container is said relative to the link, so that it works in the folder. */
async function writeSymlink(root: string, target: string, linkname: string): Promise<void> {
  const place = dirname(target);
  const inside = posix.isAbsolute(linkname) ? join(root, linkname) : join(place, linkname);
  if (!isInside(root, inside)) throw outside(linkname);
  await rm(target, { recursive: true, force: true });
  await symlink(posix.isAbsolute(linkname) ? relative(place, inside) || '.' : linkname, target);
}

async function writeLink(root: string, target: string, linkname: string): Promise<void> {
  const source = await targetOf(root, pathOf(linkname));
  if (source === target) return;
  await rm(target, { recursive: true, force: true });
  await link(source, target);
}

/** An opaque whiteout hides what lower layers have in a folder, not what its own layer brought already. */
async function clear(folder: string, root: string, brought: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = relative(root, join(folder, name)).split(sep).join('/');
    const own = [...brought].some((one) => one === path || one.startsWith(`${path}/`));
    if (!own) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** The path of an entry below the root, without a slash at either end. */
function pathOf(name: string): string {
  const path = posix.normalize(name.replace(/^\/+/, '')).replace(/\/+$/, '');
  if (path === '..' || path.startsWith('../') || path.includes('\0')) throw outside(name);
  return path === '' ? '.' : path;
}

/** Where an entry is written: its folder is made, links on the way are followed, and all has to stay inside. */
async function targetOf(root: string, path: string): Promise<string> {
  let place = root;
  for (const part of posix.dirname(path).split('/')) {
    const next = join(place, part);
    await mkdir(next).catch(() => undefined);
    place = await realpath(next);
    if (!isInside(root, place)) throw outside(path);
  }
  return join(place, basename(path));
}

async function isDirectory(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}

function isInside(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** Media types of layers: OCI image-spec, "Layer Media Types"; Docker's end in `.tar.gzip`. */
function decompressor(mediaType: string): Transform {
  if (mediaType.endsWith('gzip')) return zlib.createGunzip();
  if (!mediaType.endsWith('zstd')) return new PassThrough();
  // Only Node 22.15 and later have it.
  const { createZstdDecompress } = zlib as Partial<typeof zlib>;
  if (!createZstdDecompress) throw new UnpackFailure('This version of Node cannot read zstd layers.');
  return createZstdDecompress();
}

function outside(name: string): UnpackFailure {
  return new UnpackFailure(`The layer has an entry that leads outside: ${name}`);
}
