import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { realFiles } from '../../../../src/adapters/files.js';
import { git } from '../../../../src/adapters/git.js';
import { processRunner } from '../../../../src/adapters/process.js';
import { contextChanges, dirtyFiles, planBuild } from '../../../../src/steps/preflight/build-plan.js';

const root = mkdtempSync(join(tmpdir(), 'plan-'));
const env = { PATH: process.env['PATH'], HOME: root };
const files = realFiles(env, root);
const asked = git({ env, run: processRunner(env, root), signal: new AbortController().signal }, root);
const SHA = 'a'.repeat(40);

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function commit(): void {
  const who = ['-c', 'user.name=Ada', '-c', 'user.email=a@b'];
  execFileSync('git', ['add', '.'], { cwd: root, env });
  execFileSync('git', [...who, 'commit', '-q', '-m', 'All'], { cwd: root, env });
}

beforeAll(() => {
  execFileSync('git', ['init', '-q'], { cwd: root, env });
  put('app/.dockerignore', '# docs\n*.md\ntest\n!test/fixture.json\nDockerfile\n');
  put('app/Dockerfile', 'FROM scratch\n');
  put('app/README.md', '1');
  put('app/src/a.ts', '1');
  put('app/test/a.test.ts', '1');
  put('docker/Api.Dockerfile', 'FROM scratch\n');
  put('docker/other.txt', '1');
  commit();
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

const names = (changed: readonly { path: string }[]) => changed.map(({ path }) => path);

describe('what of the build context differs from the commit', () => {
  it('leaves out what docker does not send, but never the Dockerfile', async () => {
    for (const path of ['README.md', 'src/a.ts', 'test/a.test.ts', 'Dockerfile']) put(`app/${path}`, '2');
    put('app/new.md', 'n');
    put('app/src/new.ts', 'n');
    put('app/test/fixture.json', '{}');
    put('docker/other.txt', '2');
    const changes = await contextChanges(files, asked, { context: 'app', dockerfile: 'app/Dockerfile' });
    expect(names(changes.modified)).toEqual(['Dockerfile', 'src/a.ts']);
    expect(changes.untracked).toEqual(['src/new.ts', 'test/fixture.json']);
  });

  it('has the Dockerfile in it also when that lies elsewhere', async () => {
    const build = { context: 'app', dockerfile: 'docker/Api.Dockerfile' };
    expect(names((await contextChanges(files, asked, build)).modified)).toEqual(['src/a.ts']);
    put('docker/Api.Dockerfile', 'FROM other\n');
    expect(names((await contextChanges(files, asked, build)).modified)).toEqual([
      '../docker/Api.Dockerfile',
      'src/a.ts',
    ]);
  });

  it('follows the .dockerignore that is named after the Dockerfile', async () => {
    put('docker/Api.Dockerfile.dockerignore', '*\n!README.md\n');
    const build = { context: 'app', dockerfile: 'docker/Api.Dockerfile' };
    const { modified, untracked } = await contextChanges(files, asked, build);
    expect(names(modified)).toEqual(['../docker/Api.Dockerfile', 'README.md']);
    expect(untracked).toEqual([]);
  });
});

describe('the plan of a build', () => {
  const repository = {
    arn: '',
    name: 'app',
    host: 'h',
    uri: 'h/app',
    account: '1',
    tags: { mutability: 'MUTABLE', exceptions: [] },
  };
  const inputs = {
    context: 'app',
    dockerfile: 'app/Dockerfile',
    target: undefined,
    platform: 'linux/amd64',
    buildArgs: [],
    secrets: [],
    cacheFrom: [],
    cacheTo: [],
  };
  const wish = { commit: { sha: SHA, source: 'https://x/y' }, inputs, repository };

  it('tags with the commit, or as asked', () => {
    expect(planBuild({ ...wish, tag: undefined, dirty: [] }, {})).toMatchObject({
      tag: SHA,
      revision: SHA,
      dirty: false,
    });
    expect(planBuild({ ...wish, tag: 'v1', dirty: [] }, {})).toMatchObject({ tag: 'v1', revision: SHA });
  });

  it('says of a dirty tree that it is one, in tag and revision, whatever tag was asked for', async () => {
    const changes = await contextChanges(files, asked, inputs);
    const dirty = await dirtyFiles(asked, inputs, changes);
    const plan = planBuild({ ...wish, tag: 'v1', dirty }, {});
    expect(plan.dirty).toBe(true);
    expect(plan.tag).toBe(plan.revision);
    expect(plan.revision).toMatch(/^a{40}-dirty-[0-9a-f]{12}$/);
    put('app/src/new.ts', 'other content');
    const again = await dirtyFiles(asked, inputs, await contextChanges(files, asked, inputs));
    expect(planBuild({ ...wish, tag: undefined, dirty: again }, {}).revision).not.toBe(plan.revision);
  });

  it('is clean when there are only new files', async () => {
    commit();
    put('app/extra.ts', 'x');
    const changes = await contextChanges(files, asked, inputs);
    expect(changes).toEqual({ modified: [], untracked: ['extra.ts'] });
    expect(await dirtyFiles(asked, inputs, changes)).toEqual([]);
  });
});
