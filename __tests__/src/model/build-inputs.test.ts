import { describe, expect, it } from '@jest/globals';
import {
  dirtyRevision,
  hashBuildInputs,
  parseBuildSecret,
  resolveBuildArgs,
  type BuildInputs,
} from '../../../src/model/build-inputs.js';

const INPUTS: BuildInputs = {
  context: '.',
  dockerfile: 'Dockerfile',
  target: undefined,
  platform: 'linux/amd64',
  buildArgs: ['A=1', 'B=2'],
  secrets: ['id=npm,env=NPM_TOKEN'],
  cacheFrom: [],
  cacheTo: [],
};

const hash = (changes: Partial<BuildInputs> = {}, env = {}) => {
  const inputs = { ...INPUTS, ...changes };
  return hashBuildInputs(inputs, resolveBuildArgs(inputs.buildArgs, env));
};

describe('the hash of build inputs', () => {
  it('never changes from one version of the action to the next', () => {
    expect(hash()).toBe('6e75f62931d6c8c19ba6b21f6aab4d198417512861046690a735a17a032ec3a7');
  });

  it.each<[string, Partial<BuildInputs>]>([
    ['the order of arguments', { buildArgs: ['B=2', 'A=1'] }],
    ['the spelling of paths', { context: './', dockerfile: './/Dockerfile' }],
    ['where a secret comes from', { secrets: ['id=npm,src=/run/token'] }],
    ['caches', { cacheFrom: ['type=gha'], cacheTo: ['type=gha'] }],
    ['an argument that has no value', { buildArgs: ['A=1', 'B=2', 'UNSET'] }],
  ])('does not depend on %s', (_, changes) => {
    expect(hash(changes)).toBe(hash());
  });

  it.each<[string, Partial<BuildInputs>]>([
    ['the context', { context: 'packages/backend' }],
    ['the Dockerfile', { dockerfile: 'Other' }],
    ['the target', { target: 'production' }],
    ['the platform', { platform: 'linux/arm64' }],
    ["an argument's value", { buildArgs: ['A=1', 'B=3'] }],
    ["an argument's name", { buildArgs: ['A=1', 'C=2'] }],
    ['the name of a secret', { secrets: ['id=other,env=NPM_TOKEN'] }],
  ])('depends on %s', (_, changes) => {
    expect(hash(changes)).not.toBe(hash());
  });

  it('depends on the value that an argument takes from the environment', () => {
    const inherited = { buildArgs: ['A=1', 'B'] };
    expect(hash(inherited, { B: '2' })).toBe(hash());
    expect(hash(inherited, { B: '3' })).not.toBe(hash());
  });
});

describe('build arguments', () => {
  it('keep everything after the first equals sign, and take a missing value from the environment', () => {
    expect(resolveBuildArgs(['URL=a=b', 'EMPTY=', 'FROM_ENV', 'MISSING'], { FROM_ENV: 'x' })).toEqual([
      { name: 'URL', value: 'a=b', inherited: false },
      { name: 'EMPTY', value: '', inherited: false },
      { name: 'FROM_ENV', value: 'x', inherited: true },
    ]);
  });
});

describe('a build secret', () => {
  it.each([
    ['id=npm,env=NPM_TOKEN', { id: 'npm', env: 'NPM_TOKEN' }],
    ['type=env,id=npm,src=NPM_TOKEN', { id: 'npm', env: 'NPM_TOKEN' }],
    ['id=npm,src=./token', { id: 'npm', env: undefined }],
    ['id=NPM_TOKEN', { id: 'NPM_TOKEN', env: 'NPM_TOKEN' }],
  ])('%s', (line, expected) => {
    expect(parseBuildSecret(line)).toEqual(expected);
  });

  it('needs a name', () => {
    expect(() => parseBuildSecret('env=NPM_TOKEN')).toThrow('without id=');
  });
});

describe('the revision of a dirty tree', () => {
  const sha = 'a'.repeat(40);
  const file = { path: 'src/a.ts', mode: '100644', blob: 'b1' };

  it('names the commit and what differs from it, and is a valid tag', () => {
    expect(dirtyRevision(sha, [file])).toMatch(/^a{40}-dirty-[0-9a-f]{12}$/);
  });

  it('depends on content, name and permissions, not on the order', () => {
    const other = { path: 'src/b.ts', mode: '100755', blob: 'b2' };
    expect(dirtyRevision(sha, [file, other])).toBe(dirtyRevision(sha, [other, file]));
    const revisions = [file, { ...file, blob: 'b3' }, { ...file, path: 'c' }, { ...file, mode: '100755' }];
    expect(new Set(revisions.map((one) => dirtyRevision(sha, [one]))).size).toBe(4);
  });
});
