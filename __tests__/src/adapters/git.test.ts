import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git, sourceOf } from '../../../src/adapters/git.js';
import { processRunner } from '../../../src/adapters/process.js';

const root = mkdtempSync(join(tmpdir(), 'git-'));
const repo = join(root, 'repo');
const env = { PATH: process.env['PATH'], HOME: root };
const world = { env, run: processRunner(env, root), signal: new AbortController().signal };

function sh(folder: string, ...args: string[]): string {
  const identity = {
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'a@b',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'a@b',
  };
  const dates = { GIT_COMMITTER_DATE: '2026-11-24T01:02:03+02:00' };
  return execFileSync('git', args, { cwd: folder, env: { ...env, ...identity, ...dates } })
    .toString()
    .trim();
}

function put(path: string, text: string): void {
  mkdirSync(join(repo, path, '..'), { recursive: true });
  writeFileSync(join(repo, path), text);
}

beforeAll(() => {
  mkdirSync(repo);
  sh(repo, 'init', '-q', '-b', 'master');
  put('app/a.txt', '1');
  put('app/b.txt', '1');
  put('other/c.txt', '1');
  put('.gitignore', '*.log\n');
  sh(repo, 'add', '.');
  sh(repo, 'commit', '-q', '-m', 'First: ::error::not a command');
  sh(repo, 'remote', 'add', 'origin', 'https://x-access-token:ghs_secret@github.com/mentalspace/backend.git');
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('the commit of a checkout', () => {
  it('has SHA, branch, time in UTC, subject, and its source without credentials', async () => {
    const sha = sh(repo, 'rev-parse', 'HEAD');
    expect(await git(world, repo).head()).toEqual({
      sha,
      shortSha: sha.slice(0, 7),
      branch: 'master',
      time: '2026-11-23T23:02:03Z',
      subject: 'First: ::error::not a command',
      source: 'https://github.com/mentalspace/backend',
    });
  });

  it('has no branch when HEAD is detached', async () => {
    const copy = join(root, 'detached');
    sh(root, 'clone', '-q', repo, copy);
    sh(copy, 'checkout', '-q', '--detach');
    expect(await git(world, copy).head()).toMatchObject({ branch: undefined, source: undefined });
  });

  it('is read although the checkout belongs to somebody else', async () => {
    // What git itself uses in its tests to pretend another owner ("GIT_TEST_ASSUME_DIFFERENT_OWNER").
    const foreign = { ...env, GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' };
    expect(() => execFileSync('git', ['log'], { cwd: repo, env: foreign, stdio: 'pipe' })).toThrow(
      'dubious ownership',
    );
    expect(await git({ ...world, env: foreign }, repo).head()).toBeDefined();
  });

  it.each(['empty', 'plain'])('is undefined in a folder that is %s', async (kind) => {
    const folder = join(root, kind);
    mkdirSync(folder);
    if (kind === 'empty') sh(folder, 'init', '-q');
    expect(await git(world, folder).head()).toBeUndefined();
  });

  it('is undefined where there is no git', async () => {
    expect(await git({ ...world, env: { PATH: root } }, repo).head()).toBeUndefined();
  });
});

describe('the source of a remote', () => {
  it.each([
    ['https://github.com/o/r.git', 'https://github.com/o/r'],
    ['https://user:token@ghe.example:8443/o/r', 'https://ghe.example:8443/o/r'],
    ['git@github.com:o/r.git', 'https://github.com/o/r'],
    ['ssh://git@github.com:22/o/r.git', 'https://github.com/o/r'],
    ['/srv/git/r.git', undefined],
    ['file:///srv/git/r.git', undefined],
    ['', undefined],
  ])('%s', (remote, expected) => {
    expect(sourceOf(remote)).toBe(expected);
  });
});

describe('what differs from the commit', () => {
  it('is nothing in a clean tree', async () => {
    expect(await git(world, repo).changes('app')).toEqual({ modified: [], untracked: [] });
  });

  it('is what lies below the folder: changed, staged, removed and new, but nothing that git ignores', async () => {
    put('app/a.txt', '2');
    put('app/staged\nname.txt', 's');
    sh(repo, 'add', 'app/staged\nname.txt');
    rmSync(join(repo, 'app/b.txt'));
    put('app/new ä.txt', 'n');
    put('app/noise.log', 'x');
    put('other/c.txt', 'elsewhere');
    const blob = (path: string) => sh(repo, 'hash-object', path);
    const { modified, untracked } = await git(world, repo).changes('app');
    expect(modified).toEqual([
      { path: 'a.txt', mode: '100644', blob: blob('app/a.txt') },
      { path: 'b.txt', mode: '000000', blob: '' },
      { path: 'staged\nname.txt', mode: '100644', blob: blob('app/staged\nname.txt') },
    ]);
    expect(untracked).toEqual(['new ä.txt']);
  });

  it('names content also where one of the files cannot be read as a file', async () => {
    symlinkSync('/nowhere', join(repo, 'app/dangling'));
    const named = await git(world, repo).blobs('app', ['dangling', 'new ä.txt']);
    expect(named.map(({ blob }) => blob)).toEqual(['', sh(repo, 'hash-object', 'app/new ä.txt')]);
  });

  it('does not run programs that a repository names', async () => {
    const marker = join(root, 'ran');
    const hook = join(root, 'hook');
    writeFileSync(hook, `#!/bin/sh\ntouch "${marker}"\n`);
    chmodSync(hook, 0o755);
    sh(repo, 'config', 'core.fsmonitor', hook);
    sh(repo, 'config', 'diff.external', hook);
    await git(world, repo).changes('app');
    expect(existsSync(marker)).toBe(false);
    sh(repo, 'diff');
    expect(existsSync(marker)).toBe(true);
  });
});

describe('history', () => {
  it('says which commit leads to which, and what lies between', async () => {
    const first = sh(repo, 'rev-parse', 'HEAD');
    sh(repo, 'commit', '-q', '--allow-empty', '-m', 'Second');
    sh(repo, 'commit', '-q', '--allow-empty', '-m', 'Third');
    const third = sh(repo, 'rev-parse', 'HEAD');
    const asked = git(world, repo);
    expect(await asked.isAncestor(first, third)).toBe('yes');
    expect(await asked.isAncestor(third, first)).toBe('no');
    expect(await asked.isAncestor('0'.repeat(40), third)).toBe('missing');
    expect(await asked.isAncestor('--all', third)).toBe('unknown');
    const log = await asked.log(first, third, 10);
    expect(log).toMatchObject({
      total: 2,
      commits: [{ subject: 'Third', sha: third, author: 'Ada' }, { subject: 'Second' }],
    });
    expect(await asked.log(first, third, 1)).toMatchObject({ total: 2, commits: [{ sha: third }] });
    expect(await asked.log('0'.repeat(40), third, 10)).toBeUndefined();
  });

  it('that was cut short proves nothing against a commit', async () => {
    const copy = join(root, 'shallow');
    sh(root, 'clone', '-q', '--depth=1', `file://${repo}`, copy);
    const here = sh(copy, 'rev-parse', 'HEAD');
    const first = sh(repo, 'rev-parse', 'HEAD~2');
    expect(await git(world, copy).isAncestor(here, here)).toBe('yes');
    expect(await git(world, copy).isAncestor(first, here)).toBe('unknown');
    expect(await git(world, root).isAncestor(here, here)).toBe('unknown');
    sh(copy, 'checkout', '-q', '--orphan', 'side');
    sh(copy, 'commit', '-q', '--allow-empty', '-m', 'Side');
    expect(await git(world, copy).isAncestor(here, sh(copy, 'rev-parse', 'HEAD'))).toBe('unknown');
  });
});
