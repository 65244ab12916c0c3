import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pack } from 'tar-stream';
import { memoryBlobs } from '../../sandbox/ecr/memory-blobs.js';
import { packImage } from '../../sandbox/ecr/pack.js';
import { pull, type PulledImage } from '../../sandbox/ecr/pull.js';
import { createRepository } from '../../sandbox/ecr/repositories.js';
import type { Blobs } from '../../sandbox/ecr/state.js';
import { unpackImage, UnpackFailure } from '../../sandbox/ecr/unpack.js';
import { digestOf, startRegistry, type Registry } from './registry-client.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pack-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Writes files into a folder of the test's; a name that ends in a slash is an empty folder. */
async function files(name: string, content: Readonly<Record<string, string>>): Promise<string> {
  const root = join(folder, name);
  for (const [path, text] of Object.entries(content)) {
    await mkdir(dirname(join(root, `${path}x`)), { recursive: true });
    if (!path.endsWith('/')) await writeFile(join(root, path), text);
  }
  return root;
}

describe('packImage', () => {
  let registry: Registry;

  beforeEach(async () => {
    registry = await startRegistry();
  });

  afterEach(() => registry.close());

  const settings = {
    cmd: ['node', 'main.js'],
    workingDir: '/srv/app',
    env: { NODE_ENV: 'production' },
    labels: { 'org.opencontainers.image.revision': 'abc' },
    user: 'node',
    exposedPorts: ['3000/tcp'],
  };

  it('makes an image that is pulled and unpacked to the same files', async () => {
    const source = await files('source', {
      'main.js': 'console.log(1)',
      'bin/start': '#!/bin/sh',
      'empty/': '',
      'a/very/deep/folder/file.txt': 'x'.repeat(100_000),
    });
    await chmod(join(source, 'bin/start'), 0o755);
    await symlink('main.js', join(source, 'index.js'));
    const { cloud } = registry;
    const digest = await packImage(cloud, { repository: 'app', tag: 'v1', folder: source, config: settings });
    const image = await pull(cloud, `${cloud.ecr.host}/app:v1`, 'amd64');
    expect(image).toMatchObject({
      digest,
      config: {
        architecture: 'amd64',
        cmd: ['node', 'main.js'],
        env: ['NODE_ENV=production'],
        workingDir: '/srv/app',
        labels: { 'org.opencontainers.image.revision': 'abc' },
      },
    });
    const target = join(folder, 'target');
    await unpackImage(cloud.ecr.blobs, image, target);
    expect((await readdir(target, { recursive: true })).sort()).toEqual(
      [
        'srv',
        'srv/app',
        ...(await readdir(source, { recursive: true })).map((one) => `srv/app/${one}`),
      ].sort(),
    );
    const app = join(target, 'srv/app');
    expect(await readFile(join(app, 'main.js'), 'utf8')).toBe('console.log(1)');
    expect((await readFile(join(app, 'a/very/deep/folder/file.txt'))).length).toBe(100_000);
    expect((await lstat(join(app, 'bin/start'))).mode & 0o777).toBe(0o755);
    expect((await lstat(join(app, 'main.js'))).mode & 0o777).toBe(0o644);
    expect(await readlink(join(app, 'index.js'))).toBe('main.js');
  });

  it('gives what the registry serves, with digests that are true', async () => {
    const source = await files('source', { 'main.js': 'console.log(1)' });
    const digest = await packImage(registry.cloud, {
      repository: 'app',
      tag: 'v1',
      folder: source,
      config: settings,
    });
    const pulled = await registry.send('GET', '/v2/app/manifests/v1');
    const text = await pulled.text();
    expect(digestOf(text)).toBe(digest);
    const manifest = JSON.parse(text) as Record<'config', { digest: string }> &
      Record<'layers', { digest: string; size: number }[]>;
    const [config, layer] = await Promise.all(
      [manifest.config, manifest.layers[0]!].map(async (one) => {
        const blob = await registry.send('GET', `/v2/app/blobs/${one.digest}`);
        const bytes = Buffer.from(await blob.arrayBuffer());
        expect(digestOf(bytes)).toBe(one.digest);
        return bytes;
      }),
    );
    expect(layer!.length).toBe(manifest.layers[0]!.size);
    expect(JSON.parse(config!.toString())).toMatchObject({
      os: 'linux',
      config: { User: 'node', ExposedPorts: { '3000/tcp': {} } },
      rootfs: { type: 'layers', diff_ids: [digestOf(gunzipSync(layer!))] },
    });
  });

  it('gives the same digest for the same content, in whatever order and when it was written', async () => {
    const [one, two] = [
      await files('one', { 'a.js': '1', 'b/c.js': '2', 'd.js': '3' }),
      await files('two', { 'd.js': '3', 'b/c.js': '2', 'a.js': '1' }),
    ];
    await chmod(join(two, 'a.js'), 0o600);
    const other = await files('other', { 'a.js': '1', 'b/c.js': 'changed', 'd.js': '3' });
    const digest = (source: string, tag: string) =>
      packImage(registry.cloud, { repository: 'app', tag, folder: source, config: settings });
    const first = await digest(one, 'v1');
    await registry.clock.advance(60_000);
    expect(await digest(two, 'v2')).toBe(first);
    expect(await digest(two, 'v2')).toBe(first);
    expect(await digest(other, 'v3')).not.toBe(first);
  });

  it('cannot move an immutable tag, and needs a repository and a folder', async () => {
    const { cloud } = registry;
    createRepository(cloud, 'fixed', { mutability: 'IMMUTABLE' });
    const [one, two] = [await files('one', { a: '1' }), await files('two', { a: '2' })];
    const digest = await packImage(cloud, { repository: 'fixed', tag: 'v1', folder: one });
    await expect(packImage(cloud, { repository: 'fixed', tag: 'v1', folder: two })).rejects.toMatchObject({
      code: 'ImageTagAlreadyExistsException',
    });
    expect(cloud.ecr.repositories.get('fixed')!.tags.get('v1')).toBe(digest);
    await expect(packImage(cloud, { repository: 'none', folder: one })).rejects.toMatchObject({
      code: 'RepositoryNotFoundException',
    });
    const missing = packImage(cloud, { repository: 'app', folder: join(folder, 'nowhere') });
    await expect(missing).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('unpackImage', () => {
  type Entry = Parameters<ReturnType<typeof pack>['entry']>[0] & { readonly content?: string };

  let blobs: Blobs;
  let target: string;

  beforeEach(() => {
    blobs = memoryBlobs();
    target = join(folder, 'target');
  });

  async function layer(entries: readonly Entry[], suffix = '+gzip') {
    const tar = pack();
    for (const { content = '', ...header } of entries) {
      tar.entry({ type: 'file', mode: 0o644, ...header }, content);
    }
    tar.finalize();
    const parts: Uint8Array[] = [];
    for await (const part of tar) if (part instanceof Uint8Array) parts.push(part);
    const bytes = Buffer.concat(parts);
    const digest = await blobs.write(suffix === '' ? bytes : gzipSync(bytes));
    return { digest, mediaType: `application/vnd.oci.image.layer.v1.tar${suffix}` };
  }

  async function unpack(...layers: readonly (readonly Entry[])[]): Promise<readonly string[]> {
    const made = await Promise.all(layers.map((entries) => layer(entries)));
    await unpackImage(blobs, imageOf(made), target);
    return readdir(target, { recursive: true }).then((names) => names.sort());
  }

  function imageOf(layers: PulledImage['layers']): PulledImage {
    const config = {
      architecture: 'amd64',
      os: 'linux',
      env: [],
      entrypoint: [],
      cmd: [],
      workingDir: '/',
      labels: {},
    };
    return { digest: 'x', manifestDigest: 'x', config, layers };
  }

  it('lets a later layer replace what an earlier one brought, whatever kind it was', async () => {
    const found = await unpack(
      [
        { name: 'file', content: 'old' },
        { name: 'folder/inside', content: 'x' },
        { name: 'link', type: 'symlink', linkname: 'file' },
        { name: 'kept/', type: 'directory', mode: 0o755 },
        { name: 'kept/one', content: '1' },
      ],
      [
        { name: 'file', content: 'new' },
        { name: 'folder', content: 'now a file' },
        { name: 'link/', type: 'directory', mode: 0o755 },
        { name: './kept/', type: 'directory', mode: 0o700 },
        { name: './kept/two', content: '2' },
      ],
    );
    expect(found).toEqual(['file', 'folder', 'kept', 'kept/one', 'kept/two', 'link']);
    expect(await readFile(join(target, 'file'), 'utf8')).toBe('new');
    expect(await readFile(join(target, 'folder'), 'utf8')).toBe('now a file');
    expect((await lstat(join(target, 'link'))).isDirectory()).toBe(true);
    expect((await lstat(join(target, 'kept'))).mode & 0o777).toBe(0o700);
  });

  it('removes what whiteouts name, and what opaque ones hide of lower layers', async () => {
    const found = await unpack(
      [
        { name: 'a', content: '' },
        { name: 'b/c', content: '' },
        { name: 'd/old', content: '' },
        { name: 'd/deep/old', content: '' },
      ],
      [
        { name: '.wh.a' },
        { name: 'b/.wh.c' },
        { name: 'b/.wh.none' },
        { name: 'd/new', content: '' },
        { name: 'd/.wh..wh..opq' },
        { name: 'd/newer', content: '' },
      ],
    );
    expect(found).toEqual(['b', 'd', 'd/new', 'd/newer']);
  });

  it('makes absolute links work inside the folder, and hard links share a file', async () => {
    await unpack([
      { name: 'usr/bin/node', content: 'program', mode: 0o755 },
      { name: 'bin', type: 'symlink', linkname: '/usr/bin' },
      { name: 'usr/bin/nodejs', type: 'link', linkname: '/usr/bin/node' },
      { name: 'bin/npm', content: 'through the link' },
    ]);
    expect(await readlink(join(target, 'bin'))).toBe('usr/bin');
    expect(await readFile(join(target, 'usr/bin/npm'), 'utf8')).toBe('through the link');
    const [one, two] = [
      await lstat(join(target, 'usr/bin/node')),
      await lstat(join(target, 'usr/bin/nodejs')),
    ];
    expect(one.ino).toBe(two.ino);
  });

  it('does not write a replaced file into the other name of a hard link', async () => {
    await unpack(
      [
        { name: 'one', content: 'first' },
        { name: 'two', type: 'link', linkname: 'one' },
      ],
      [{ name: 'two', content: 'second' }],
    );
    expect(await readFile(join(target, 'one'), 'utf8')).toBe('first');
  });

  it('reads layers that are not compressed, and leaves devices out', async () => {
    const plain = await layer(
      [
        { name: 'file', content: 'x' },
        { name: 'null', type: 'character-device' },
        { name: 'pipe', type: 'fifo' },
      ],
      '',
    );
    await unpackImage(blobs, imageOf([plain]), target);
    expect(await readdir(target)).toEqual(['file']);
  });

  it.each<[string, readonly Entry[]]>([
    ['a path that climbs out', [{ name: '../outside', content: 'x' }]],
    ['a path that climbs out later', [{ name: 'a/../../outside', content: 'x' }]],
    ['a link that climbs out', [{ name: 'l', type: 'symlink', linkname: '../outside' }]],
    ['an absolute link that climbs out', [{ name: 'l', type: 'symlink', linkname: '/../../outside' }]],
    ['a hard link that climbs out', [{ name: 'l', type: 'link', linkname: '../outside' }]],
    ['a whiteout of what is outside', [{ name: '.wh...' }]],
    ['a whiteout of all', [{ name: 'a/.wh...' }]],
    ['a whiteout of nothing', [{ name: '.wh.' }]],
    [
      'a link through a link',
      [
        { name: 'a/b/top', type: 'symlink', linkname: '/' },
        { name: 'a/b/out', type: 'symlink', linkname: 'top/..' },
        { name: 'a/b/out/outside', content: 'x' },
      ],
    ],
  ])('refuses %s', async (_what, entries) => {
    const outside = await files('.', { outside: 'untouched' });
    await expect(unpack(entries)).rejects.toBeInstanceOf(UnpackFailure);
    expect(await readFile(join(outside, 'outside'), 'utf8')).toBe('untouched');
    expect((await readdir(folder)).sort()).toEqual(['outside', 'target']);
  });

  it('does not follow a link that was there before', async () => {
    await mkdir(target);
    await mkdir(join(folder, 'elsewhere'));
    await symlink(join(folder, 'elsewhere'), join(target, 'l'));
    await expect(unpack([{ name: 'l/file', content: 'x' }])).rejects.toBeInstanceOf(UnpackFailure);
    expect(await readdir(join(folder, 'elsewhere'))).toEqual([]);
  });

  it('fails on a layer that is broken', async () => {
    const digest = await blobs.write(Buffer.from('no gzip at all'));
    const image = imageOf([{ digest, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' }]);
    await expect(unpackImage(blobs, image, target)).rejects.toThrow('incorrect header check');
    const half = gzipSync(Buffer.alloc(2_000)).subarray(0, 12);
    const cut = imageOf([{ digest: await blobs.write(half), mediaType: 'x/tar.gzip' }]);
    await expect(unpackImage(blobs, cut, target)).rejects.toThrow('unexpected end of file');
  });
});
