import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { diskBlobs } from '../../sandbox/ecr/disk-blobs.js';
import { memoryBlobs } from '../../sandbox/ecr/memory-blobs.js';
import type { Blobs } from '../../sandbox/ecr/state.js';
import { digestOf, NOWHERE, startRegistry } from './registry-client.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blobs-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe.each([
  ['memory', () => memoryBlobs()],
  ['a folder', () => diskBlobs(join(folder, 'made', 'on', 'demand'))],
] as const)('blobs in %s', (_where, make) => {
  let blobs: Blobs;

  beforeEach(() => {
    blobs = make();
  });

  afterEach(() => blobs.close());

  it('are what was written, under the SHA-256 of it', async () => {
    const digest = await blobs.write(Buffer.from('hello'));
    expect(digest).toBe('sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824');
    expect([blobs.has(digest), blobs.size(digest)]).toEqual([true, 5]);
    expect((await blobs.read(digest)).toString()).toBe('hello');
    expect(blobs.has(NOWHERE)).toBe(false);
    expect(() => blobs.size(NOWHERE)).toThrow('There is no blob');
  });

  it('may be empty, or written twice', async () => {
    const empty = await blobs.write(Buffer.alloc(0));
    expect([blobs.size(empty), (await blobs.read(empty)).length]).toEqual([0, 0]);
    expect(await blobs.write(Buffer.from('x'))).toBe(await blobs.write(Buffer.from('x')));
    expect((await blobs.read(digestOf('x'))).toString()).toBe('x');
  });

  it('that are given up are not there', async () => {
    const writer = blobs.begin();
    await writer.append([Buffer.from('half')]);
    await writer.abandon();
    expect(blobs.has(digestOf('half'))).toBe(false);
  });

  it('are streamed whole or in part', async () => {
    const digest = await blobs.write(Buffer.from('0123456789'));
    expect(await text(blobs.stream(digest))).toBe('0123456789');
    expect(await text(blobs.stream(digest, { start: 3, end: 5 }))).toBe('345');
  });

  it('keep what came before a source failed', async () => {
    const writer = blobs.begin();
    const broken = async function* () {
      yield Buffer.from('ab');
      await Promise.reject(new Error('connection reset'));
    };
    await expect(writer.append(broken())).rejects.toThrow('connection reset');
    await writer.append([Buffer.from('c')]);
    expect(await writer.finish()).toBe(digestOf('abc'));
  });
});

it('a folder of blobs is gone after closing, with what was not finished', async () => {
  const blobs = diskBlobs(join(folder, 'blobs'));
  await blobs.write(Buffer.from('x'));
  await blobs.begin().append([Buffer.from('y')]);
  await blobs.close();
  expect(await readdir(folder)).toEqual([]);
});

it('any chunking of an upload gives the same blob', async () => {
  const registry = await startRegistry(diskBlobs(join(folder, 'blobs')));
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.array(fc.nat({ max: 300 }), { maxLength: 5 }),
        fc.boolean(),
        async (content, cuts, lastInPut) => {
          const places = [...cuts.filter((cut) => cut < content.length), 0, content.length];
          const sorted = [...new Set(places)].sort((one, other) => one - other);
          const chunks = sorted.slice(1).map((end, place) => content.slice(sorted[place], end));
          const last = lastInPut ? chunks.pop() : undefined;
          const begun = await registry.send('POST', '/v2/app/blobs/uploads/');
          const location = begun.headers.get('location')!;
          for (const chunk of chunks) {
            expect((await registry.send('PATCH', location, chunk)).status).toBe(202);
          }
          const digest = digestOf(content);
          const done = await registry.send('PUT', `${location}?digest=${digest}`, last);
          expect(done.status).toBe(201);
          const blob = await registry.send('GET', `/v2/app/blobs/${digest}`);
          expect(new Uint8Array(await blob.arrayBuffer())).toEqual(content);
        },
      ),
      { numRuns: 40 },
    );
  } finally {
    await registry.close();
  }
});

it('what arrives of a large layer is on the disk while the rest is still to come', async () => {
  const store = join(folder, 'blobs');
  const registry = await startRegistry(diskBlobs(store));
  try {
    const part = Buffer.alloc(1_048_576, 7);
    const location = (await registry.send('POST', '/v2/app/blobs/uploads/')).headers.get('location')!;
    const upload = request(new URL(location, registry.origin), {
      method: 'PATCH',
      headers: { authorization: `Basic ${btoa('AWS:secret')}` },
    });
    const answered = once(upload, 'response');
    for (let count = 1; count <= 8; count++) {
      upload.write(part);
      while ((await sizesIn(store)) < count * part.length) await new Promise(setImmediate);
    }
    upload.end();
    const [response] = (await answered) as [IncomingMessage];
    expect(response.resume().headers.range).toBe(`0-${8 * part.length - 1}`);
  } finally {
    await registry.close();
  }

  async function sizesIn(path: string): Promise<number> {
    const found = await Promise.all((await readdir(path)).map((name) => stat(join(path, name))));
    return found.reduce((sum, { size }) => sum + size, 0);
  }
});
