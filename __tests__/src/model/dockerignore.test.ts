import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dockerignorePaths, isIgnored, parseDockerignore } from '../../../src/model/dockerignore.js';

const ignores = (text: string, path: string) => isIgnored(parseDockerignore(text), path);

describe('.dockerignore', () => {
  // Docker's documentation, "Build context", sections ".dockerignore files", "Matching", "Negating matches".
  it.each([
    ['# comment', '# comment', false],
    ['*/temp*', 'somedir/temporary.txt', true],
    ['*/temp*', 'somedir/temp', true],
    ['*/temp*', 'temporary.txt', false],
    ['*/*/temp*', 'somedir/subdir/temporary.txt', true],
    ['*/*/temp*', 'somedir/temporary.txt', false],
    ['temp?', 'tempa', true],
    ['temp?', 'temp', false],
    ['temp?', 'tempab', false],
    ['**/*.go', 'main.go', true],
    ['**/*.go', 'a/b/c.go', true],
    ['**/*.go', 'a/b/c.gox', false],
    ['/foo/bar', 'foo/bar', true],
    ['foo/bar', 'foo/bar/deep/file', true],
    ['foo/bar/', 'foo/bar/deep/file', true],
    ['./foo//bar', 'foo/bar', true],
    ['foo/../bar', 'bar', true],
    ['*.md\n!README.md', 'CHANGES.md', true],
    ['*.md\n!README.md', 'README.md', false],
    ['*.md\n!README*.md\nREADME-secret.md', 'README-secret.md', true],
    ['*.md\n!README*.md\nREADME-secret.md', 'README-public.md', false],
    ['*.md\nREADME-secret.md\n!README*.md', 'README-secret.md', false],
    ['*\n!src', 'src/index.ts', false],
    ['*\n!src', 'package.json', true],
    ['*\n! src/**', 'src/deep/index.ts', false],
    ['node_modules', 'packages/a/node_modules/x.js', false],
    ['**/node_modules', 'packages/a/node_modules/x.js', true],
    ['**', 'anything/at/all', true],
    ['dist/**', 'dist/a/b', true],
    ['dist/**', 'distance', false],
    ['*.[ch]', 'main.c', true],
    ['*.[ch]', 'main.o', false],
    ['a+b (1).txt', 'a+b (1).txt', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['\uFEFFsecret\r\nother\r\n', 'secret', true],
    ['\uFEFFsecret\r\nother\r\n', 'other', true],
    ['\n   \n', 'file', false],
    ['[', '[', false],
    ['.env*', '.env.local', true],
    ['.env*', 'src/.env', false],
    [' #file', '#file', true],
    ['a\\\\', 'a\\', true],
    ['a\\', 'a\\', true],
    ['x\uFEFFy', 'x\uFEFFy', true],
    ['  padded  ', 'padded', true],
    ['!  padded\n', 'padded', false],
    ['..', 'a', false],
    ['../a', 'a', false],
    ['/../a', 'a', true],
    ['/../../a', 'a', true],
    ['a/../../b', 'b', false],
    ['a/../../../b', '../../b', true],
    ['../../b', '../../b', true],
    ['.', '.', true],
    ['./', '.', true],
    ['/', '.', true],
    ['.', 'a', false],
    ['a**b', 'axyb', false],
    ['a**b', 'ax/y/b', true],
    ['a**b', 'ab', true],
    ['**/a', 'a', true],
    ['a/**', 'a', false],
    ['!a\na', 'a', true],
    ['a\n!a\n!a', 'a', false],
    ['a\na\n!a', 'a', false],
  ])('%j for %s: %s', (text, path, expected) => {
    expect(ignores(text, path)).toBe(expected);
  });

  it('has no rule for a line without a pattern', () => {
    expect(parseDockerignore('# a\n\n  \n!\n! \n[\n')).toEqual([]);
  });

  it('named after the Dockerfile goes before the one of the context', () => {
    expect(dockerignorePaths('docker/Api.Dockerfile', 'packages/backend/')).toEqual([
      'docker/Api.Dockerfile.dockerignore',
      'packages/backend/.dockerignore',
    ]);
    expect(dockerignorePaths('Dockerfile', 'a//')).toEqual(['Dockerfile.dockerignore', 'a/.dockerignore']);
    expect(dockerignorePaths('Dockerfile', '')).toEqual(['Dockerfile.dockerignore', '.dockerignore']);
    expect(dockerignorePaths('Dockerfile', '.')).toEqual(['Dockerfile.dockerignore', '.dockerignore']);
  });

  it('never fails on any text, and a last line !** keeps everything', () => {
    const path = fc.array(fc.stringMatching(/^[\w.-]+$/), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.string(), path, (text, parts) => {
        expect(ignores(`${text}\n!**`, parts.join('/'))).toBe(false);
      }),
    );
  });

  it('leaves out a file by its own name, and all below a folder', () => {
    const name = fc.stringMatching(/^[a-z0-9_.+(){}|$-]*[a-z0-9]$/);
    fc.assert(
      fc.property(name, name, name, (folder, file, other) => {
        fc.pre(other !== folder);
        expect(ignores(`/${folder}`, `${folder}/${file}`)).toBe(true);
        expect(ignores(`/${folder}`, `${other}/${file}`)).toBe(false);
      }),
    );
  });
});
