import { describe, expect, it } from '@jest/globals';
import {
  CREATED_LABEL,
  dirtyRevision,
  hashBuildInputs,
  labelledCommit,
  labelledTime,
  parseBuildSecret,
  resolveBuildArgs,
  REVISION_LABEL,
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
    ['slashes at the end', { context: '././', dockerfile: './Dockerfile/' }],
    ['capitals in the platform', { platform: 'Linux/AMD64' }],
    ['a secret that is given twice', { secrets: ['id=npm', 'id=npm,env=NPM_TOKEN'] }],
    ['caches', { cacheFrom: ['type=gha'], cacheTo: ['type=gha'] }],
    ['an argument that has no value', { buildArgs: ['A=1', 'B=2', 'UNSET'] }],
  ])('does not depend on %s', (_, changes) => {
    expect(hash(changes)).toBe(hash());
  });

  it.each<[string, Partial<BuildInputs>]>([
    ['the context', { context: 'packages/backend' }],
    ['the Dockerfile', { dockerfile: 'Other' }],
    ['a context at the root', { context: '/' }],
    ['where the context is from', { context: '/packages/backend' }],
    ['the target', { target: 'production' }],
    ['the platform', { platform: 'linux/arm64' }],
    ["an argument's value", { buildArgs: ['A=1', 'B=3'] }],
    ["an argument's name", { buildArgs: ['A=1', 'C=2'] }],
    ['the name of a secret', { secrets: ['id=other,env=NPM_TOKEN'] }],
  ])('depends on %s', (_, changes) => {
    expect(hash(changes)).not.toBe(hash());
  });

  it('does not depend on the order of secrets', () => {
    expect(hash({ secrets: ['id=b', 'id=a'] })).toBe(hash({ secrets: ['id=a', 'id=b'] }));
  });

  it('tells the root from the workspace, and folders by all of their names', () => {
    const contexts = ['/', '.', '/a/b', 'a/b', 'ab', 'a'];
    expect(new Set(contexts.map((context) => hash({ context }))).size).toBe(contexts.length);
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
    ['id=npm,source=./token', { id: 'npm', env: undefined }],
    [' type=file , id=npm , src=./token', { id: 'npm', env: undefined }],
    ['id=NPM_TOKEN', { id: 'NPM_TOKEN', env: 'NPM_TOKEN' }],
  ])('%s', (line, expected) => {
    expect(parseBuildSecret(line)).toEqual(expected);
  });

  it('needs a name', () => {
    for (const line of ['env=NPM_TOKEN', 'id=,env=NPM_TOKEN', 'id', '=id'])
      expect(() => parseBuildSecret(line)).toThrow(
        expect.objectContaining({
          code: 'inputs',
          message: 'build-secrets has a line without id=.',
          hint: 'Write id=name,env=VARIABLE or id=name,src=path, one a line.',
        }),
      );
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

  it('tells two files from one whose name has both', () => {
    const two = [file, { ...file, path: 'src/b.ts' }];
    const one = [{ ...file, path: 'src/a.ts100644 b1 src/b.ts' }];
    expect(dirtyRevision(sha, two)).not.toBe(dirtyRevision(sha, one));
  });
});

describe('the commit that an image is labelled with', () => {
  const commitOf = (label: string) => labelledCommit({ [REVISION_LABEL]: label });
  const [sha1, sha256] = ['0123456789abcdef0123456789abcdef01234567', '0123456789abcdef'.repeat(4)];

  it.each([sha1, sha256, `${sha1}-dirty-0123456789ab`, `${sha256}-dirty-0123456789ab`])('is %s', (label) => {
    expect(commitOf(label)).toBe(label);
    expect(commitOf(label.toUpperCase())).toBe(label);
  });

  it.each([
    ...['', 'unknown', 'v1.2.3', sha1.slice(0, 12), `${sha1}0`, `x${sha1}`, 'g'.repeat(40)],
    ...['g'.repeat(64), `${sha1}-dirty`, `${sha1}-dirty-0123456789abc`, `${sha1}-dirty-${'g'.repeat(12)}`],
  ])('is none where it is %j', (label) => {
    expect(commitOf(label)).toBeUndefined();
  });

  it('is none where there is no label', () => {
    expect(labelledCommit({})).toBeUndefined();
  });
});

describe('the time that an image is labelled with', () => {
  const timeOf = (label: string) => labelledTime({ [CREATED_LABEL]: label });

  it.each(['2026-11-24T03:00:00Z', '2026-11-24t03:00:00.123456789z', '2026-11-24T03:00:00+02:30'])(
    'is %s',
    (label) => {
      expect(timeOf(label)).toBe(label);
    },
  );

  it.each([
    ...['', 'yesterday', '2026-11-24', '2026-11-24T03:00:00', 'on 2026-11-24T03:00:00Z'],
    ...['2026-11-24T03:00:00Z or so', '2026-11-24T03:00:00.Z', '2026-11-24T03:00:00 02:30'],
  ])('is none where it is %j', (label) => {
    expect(timeOf(label)).toBeUndefined();
  });

  it('is none where there is no label', () => {
    expect(labelledTime({})).toBeUndefined();
  });
});
