import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realFiles, temporaryRoot } from '../../../src/adapters/files.js';

const root = mkdtempSync(join(tmpdir(), 'files-'));
const files = realFiles({ RUNNER_TEMP: join(root, 'temp') }, join(root, 'ws'));

beforeAll(() => mkdirSync(join(root, 'ws')));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('files', () => {
  it('are read and written relative to the workspace, folders made on the way', async () => {
    await files.write('a/b/c.txt', 'text');
    expect(readFileSync(join(root, 'ws/a/b/c.txt'), 'utf8')).toBe('text');
    expect(await files.read('a/b/c.txt')).toBe('text');
    expect(await files.list('a')).toEqual(['b']);
  });

  it('that are not there are nothing, neither are those below a file', async () => {
    expect(await files.read('nope')).toBeUndefined();
    expect(await files.read('a/b/c.txt/d')).toBeUndefined();
    expect(await files.list('nope')).toEqual([]);
    await files.remove('nope');
  });

  it('are whole or as they were, also when there is no room or no right to write', async () => {
    writeFileSync(join(root, 'ws/whole.txt'), 'before');
    mkdirSync(join(root, 'ws/folder'));
    writeFileSync(join(root, 'ws/folder/inside'), '');
    await expect(files.write('folder', 'text')).rejects.toThrow();
    await files.write('whole.txt', 'after');
    expect(readFileSync(join(root, 'ws/whole.txt'), 'utf8')).toBe('after');
    expect((await files.list('.')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    await files.remove('folder');
  });

  it('that are new are made once', async () => {
    expect(await files.create('new/once.txt', 'first')).toBe(true);
    expect(await files.create('new/once.txt', 'second')).toBe(false);
    expect(await files.read('new/once.txt')).toBe('first');
    await expect(files.create('a/b/c.txt/below', 'text')).rejects.toThrow();
    await files.remove('new');
  });

  it('get their permissions also when they exist', async () => {
    writeFileSync(join(root, 'ws/open'), '', { mode: 0o644 });
    await files.write('open', 'secret', 0o600);
    expect(statSync(join(root, 'ws/open')).mode & 0o777).toBe(0o600);
  });

  it('are copied, while folders are linked', async () => {
    await files.link('a', 'linked');
    await files.link('a/b/c.txt', 'copied/c.txt');
    expect(lstatSync(join(root, 'ws/linked')).isSymbolicLink()).toBe(true);
    expect(lstatSync(join(root, 'ws/copied/c.txt')).isFile()).toBe(true);
  });

  it('behind a link survive the removal of what links to them', async () => {
    const folder = await files.temporaryFolder('mine-');
    symlinkSync(join(root, 'ws/a'), join(folder, 'theirs'));
    await files.remove(folder);
    expect(await files.list(folder)).toEqual([]);
    expect(await files.read('a/b/c.txt')).toBe('text');
  });

  it('that are temporary lie under the folder of the runner, for nobody else', async () => {
    const folder = await files.temporaryFolder('mine-');
    expect(folder.startsWith(join(root, 'temp/mine-'))).toBe(true);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(temporaryRoot({ RUNNER_TEMP: '' })).toBe(tmpdir());
  });

  it('that cannot be made are an error, also where the system says that there is no such folder', async () => {
    const below =
      process.platform === 'linux' ? '/proc/sys/kernel/of/mine' : join(root, 'ws/a/b/c.txt/of/mine');
    await expect(files.create(`${below}/x.json`, '')).rejects.toThrow(/ENOENT|ENOTDIR/);
    await expect(files.write(`${below}/x.json`, '')).rejects.toThrow(/ENOENT|ENOTDIR/);
  });
});
