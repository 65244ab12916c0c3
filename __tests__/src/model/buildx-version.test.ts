import { describe, expect, it } from '@jest/globals';
import { parseBuildxVersion } from '../../../src/model/buildx-version.js';

const HASH = '0123456789abcdef'.repeat(4);

describe('a version of buildx', () => {
  it.each([
    ['v0.31.1', 'v0.31.1', undefined],
    ['v10.0.12', 'v10.0.12', undefined],
    ['v0.31.1-rc.2', 'v0.31.1-rc.2', undefined],
    [`v0.31.1@sha256:${HASH}`, 'v0.31.1', HASH],
    [`v0.31.1-desktop.1@sha256:${HASH}`, 'v0.31.1-desktop.1', HASH],
  ])('%s', (text, version, sha256) => {
    expect(parseBuildxVersion(text)).toEqual({ version, sha256 });
  });

  it.each([
    ...['', 'latest', '0.31.1', 'xv0.31.1', 'v0.31', 'v0.31.1.2', 'v0.31.x', 'v0.31.1-', 'v0.31.1-rc/2'],
    ...['v0.31.1@sha256:abc', `v0.31.1@sha256:${HASH}0`, `v0.31.1@sha256:${HASH.toUpperCase()}`],
  ])('is not %j', (text) => {
    expect(() => parseBuildxVersion(text)).toThrow(
      expect.objectContaining({
        code: 'inputs',
        message: 'buildx-version is not a release of buildx.',
        hint: 'Write v0.31.1, or v0.31.1@sha256: and 64 hexadecimal digits.',
      }),
    );
  });
});
