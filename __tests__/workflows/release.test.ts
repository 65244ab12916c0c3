import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { root, textOf } from '../pages.js';
import { read, type Step } from './workflow.js';

/* The script is plain JavaScript, because it needs nothing but Node and git. */
interface Release {
  readonly placeOf: (
    tag: string,
    tags: readonly string[],
  ) => { readonly prerelease: boolean; readonly latest: boolean; readonly moving: readonly string[] };
  readonly notesFor: (tag: string, changelog: string) => string;
  readonly compareWithPackage: (tag: string, version: string) => void;
}
const file: string = '../../scripts/release.js';
const { placeOf, notesFor, compareWithPackage } = (await import(file)) as Release;

describe('the place of a tag among the others', () => {
  const TAGS = ['v0.9.0', 'v1', 'v1.2', 'v1.2.0', 'v1.2.3', 'v1.10.0', 'v2.0.0-rc.1', 'nightly', ''];

  it.each([
    ['the newest of all', 'v1.11.0', true, ['v1', 'v1.11']],
    ['the first of a new major version', 'v2.0.0', true, ['v2', 'v2.0']],
    ['one that was pushed again', 'v1.10.0', true, ['v1', 'v1.10']],
    ['a fix of an older minor version', 'v1.2.4', false, ['v1.2']],
    ['an older one of its minor version', 'v1.2.2', false, []],
    ['a fix of an older major version', 'v0.9.1', false, ['v0', 'v0.9']],
  ])('moves the tags of %s', (_, tag, latest, moving) => {
    expect(placeOf(tag, [...TAGS, tag])).toEqual({ prerelease: false, latest, moving });
  });

  it('moves nothing for a prerelease', () => {
    expect(placeOf('v3.0.0-rc.1', TAGS)).toEqual({ prerelease: true, latest: false, moving: [] });
  });

  it.each(['v1', '1.2.3', 'v1.2.3.4', 'v01.2.3', 'v1.2.3foo', 'v1.2.3-rc 1', 'v1.2.3\nv1'])(
    'refuses %j, which is no version',
    (tag) => {
      expect(() => placeOf(tag, TAGS)).toThrow('is no version');
    },
  );
});

describe('the notes of a release', () => {
  const CHANGELOG =
    '# Changelog\n\n## [Unreleased]\n\nSoon.\n\n## [1.2.0] - 2026-11-26\n\n### Added\n\n- More.\n\n## [1.1.0]\n\n';

  it('are the section of its version, without the heading', () => {
    expect(notesFor('v1.2.0', CHANGELOG)).toBe('### Added\n\n- More.');
  });

  it('are for a prerelease those of the version that it leads to, else what is unreleased', () => {
    expect(notesFor('v1.2.0-rc.1', CHANGELOG)).toBe('### Added\n\n- More.');
    expect(notesFor('v1.3.0-rc.1', CHANGELOG)).toBe('Soon.');
  });

  it.each(['v1.3.0', 'v1.1.0'])('are missing for %s: there is no section, or nothing in it', (tag) => {
    expect(() => notesFor(tag, CHANGELOG)).toThrow(`no section [${tag.slice(1)}]`);
  });
});

describe('the version of the package', () => {
  it('is that of the tag; a prerelease may lead to it', () => {
    compareWithPackage('v1.2.0', '1.2.0');
    compareWithPackage('v1.2.0-rc.1', '1.2.0');
    compareWithPackage('v1.2.0-rc.1', '1.2.0-rc.1');
    expect(() => compareWithPackage('v1.2.0', '1.1.0')).toThrow('package.json says 1.1.0');
    expect(() => compareWithPackage('v1.2.0', '1.2.0-rc.1')).toThrow('package.json says');
  });
});

describe('the script of a release', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'deploy-backend-release-'));
    const git = (...args: readonly string[]): unknown => execFileSync('git', args, { cwd: folder });
    git('init', '--quiet');
    git(
      '-c',
      'user.name=t',
      '-c',
      'user.email=t@example.com',
      'commit',
      '--quiet',
      '--allow-empty',
      '-m',
      'x',
    );
    for (const tag of ['v1.0.0', 'v1.1.0', 'v1.1.0-rc.1']) git('tag', tag);
    writeFileSync(join(folder, 'package.json'), '{ "version": "1.1.0" }');
    writeFileSync(join(folder, 'CHANGELOG.md'), '## [1.1.0]\n\n- New.\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (
    tag: string,
  ): { readonly status: number | null; readonly out: string; readonly error: string } => {
    const args = [join(root, 'scripts/release.js'), tag, join(folder, 'notes.md')];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    return { status, out: stdout, error: stderr };
  };

  it('writes the notes, and tells the next steps what to do', () => {
    expect(run('v1.1.0')).toEqual({
      status: 0,
      out: 'prerelease=false\nlatest=true\nmoving-tags=v1 v1.1\n',
      error: '',
    });
    expect(readFileSync(join(folder, 'notes.md'), 'utf8')).toBe('- New.\n');
  });

  it('fails with an annotation when the tag is not the version of the package', () => {
    expect(run('v1.0.0')).toEqual({
      status: 1,
      out: '',
      error: '::error title=release::The tag is v1.0.0, and package.json says 1.1.0.\n',
    });
  });
});

describe('the step that creates the release', () => {
  const steps = read(textOf('.github/workflows/release.yml')).jobs['publish']?.steps ?? [];
  const script = (steps as readonly (Step & { readonly name?: string })[]).find(
    ({ name }) => name === 'Create the release',
  )?.run;

  /** GitHub with one release at the most: `gh` knows it by a file. */
  const GH = `#!/bin/sh
case "$1 $2 $3" in
"release view v1.2.0") test -e "$FOLDER/release" ;;
"release create v1.2.0") set -C && echo "$*" >"$FOLDER/release" ;;
*) exit 9 ;;
esac
`;

  it('creates it once, so that a run that could not move the tags can be run again', () => {
    const folder = mkdtempSync(join(tmpdir(), 'deploy-backend-gh-'));
    try {
      writeFileSync(join(folder, 'gh'), GH, { mode: 0o755 });
      const env = {
        PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
        ...{ FOLDER: folder, RUNNER_TEMP: '/temp', GITHUB_REF_NAME: 'v1.2.0' },
        ...{ PRERELEASE: 'false', LATEST: 'true' },
      };
      const create = () => spawnSync('bash', ['-e', '-c', script ?? ''], { env }).status;
      expect(create()).toBe(0);
      expect(readFileSync(join(folder, 'release'), 'utf8')).toBe(
        'release create v1.2.0 --verify-tag --title v1.2.0 --notes-file /temp/notes.md --prerelease=false --latest=true\n',
      );
      expect(create()).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
