import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  formatImageReference,
  isImmutable,
  parseImageReference,
  parseRepository,
  registryOf,
} from '../../../src/model/image.js';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
const HOST = '706704660887.dkr.ecr.us-east-1.amazonaws.com';

describe('an image reference', () => {
  it.each([
    ['nginx', { host: undefined, path: 'nginx', tag: undefined, digest: undefined }],
    ['nginx:1.27', { host: undefined, path: 'nginx', tag: '1.27', digest: undefined }],
    ['team/app', { host: undefined, path: 'team/app', tag: undefined, digest: undefined }],
    ['localhost/app:x', { host: 'localhost', path: 'app', tag: 'x', digest: undefined }],
    ['127.0.0.1:5000/app', { host: '127.0.0.1:5000', path: 'app', tag: undefined, digest: undefined }],
    ['[::1]:5000/app:1', { host: '[::1]:5000', path: 'app', tag: '1', digest: undefined }],
    [`${HOST}/app@${DIGEST}`, { host: HOST, path: 'app', tag: undefined, digest: DIGEST }],
    [`${HOST}/a/b.c_d-e:v1@${DIGEST}`, { host: HOST, path: 'a/b.c_d-e', tag: 'v1', digest: DIGEST }],
  ])('reads %s', (text, expected) => {
    expect(parseImageReference(text)).toEqual(expected);
  });

  it.each([
    ['', 'repository name'],
    ['App', 'repository name'],
    ['app:', 'a tag has'],
    ['app:-x', 'a tag has'],
    [`app:${'x'.repeat(129)}`, 'a tag has'],
    ['app@sha256:abc', '64 hexadecimal'],
    [`app@${DIGEST.toUpperCase()}`, '64 hexadecimal'],
    [`app@${DIGEST}@${DIGEST}`, '64 hexadecimal'],
    ['-app', 'repository name'],
    ['a//b', 'repository name'],
    ['app name', 'repository name'],
    ['--privileged/app', 'repository name'],
    ['ho st.com/app', 'not a host name'],
    ['host.com:port/app', 'not a host name'],
  ])('refuses %s', (text, why) => {
    expect(() => parseImageReference(text)).toThrow(why);
  });

  it('does not repeat more than a little of what is wrong', () => {
    expect(() => parseImageReference('X'.repeat(10_000))).toThrow(/^.{0,250}$/);
  });

  it('is written as it was read', () => {
    const part = fc.stringMatching(/^[a-z0-9]+(?:[._-][a-z0-9]+)?$/);
    const reference = fc.record({
      host: fc.option(fc.constantFrom(HOST, 'localhost', 'localhost:5000', '127.0.0.1:1', 'Registry'), {
        nil: undefined,
      }),
      path: fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')),
      tag: fc.option(fc.stringMatching(/^\w[\w.-]{0,20}$/), { nil: undefined }),
      digest: fc.option(fc.constant(DIGEST), { nil: undefined }),
    });
    fc.assert(
      fc.property(reference, (given) => {
        // Without a host, a first part with a dot or `localhost` would itself be one.
        fc.pre(given.host !== undefined || !/^(localhost|[^/]*\.[^/]*)\//.test(given.path));
        expect(parseImageReference(formatImageReference(given))).toEqual(given);
      }),
    );
  });
});

describe('the address of an ECR repository', () => {
  it.each([
    [HOST, '706704660887', 'us-east-1'],
    ['123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com', '123456789012', 'us-gov-west-1'],
    ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', '123456789012', 'cn-north-1'],
    ['123456789012.dkr-ecr.eu-central-1.on.aws', '123456789012', 'eu-central-1'],
    ['123456789012.dkr-ecr-fips.us-east-2.on.aws', '123456789012', 'us-east-2'],
    ['123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn', '123456789012', 'cn-north-1'],
    ['123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov', '123456789012', 'us-iso-east-1'],
  ])('takes account and region from %s', (host, account, region) => {
    expect(parseRepository(`${host}/team/app`)).toEqual({ name: 'team/app', host, account, region });
  });

  it.each([
    'public.ecr.aws',
    '127.0.0.1:4566',
    `${HOST}.evil.example`,
    'evil-123456789012.dkr.ecr.us-east-1.amazonaws.com',
    '12345.dkr.ecr.us-east-1.amazonaws.com',
  ])('knows %s for no registry of ECR', (host) => {
    expect(registryOf(host)).toEqual({ account: undefined, region: undefined });
  });

  it('is a plain name as well', () => {
    expect(parseRepository(' mentalspace-backend ')).toEqual({
      name: 'mentalspace-backend',
      host: undefined,
      account: undefined,
      region: undefined,
    });
  });

  it.each(['app:v1', `app@${DIGEST}`, 'a', 'a'.repeat(257)])('refuses %s', (text) => {
    expect(() => parseRepository(text)).toThrow(/not a valid image or repository/);
  });
});

describe('tag mutability', () => {
  it.each([
    ['MUTABLE', [], 'v1', false],
    ['IMMUTABLE', [], 'v1', true],
    ['IMMUTABLE_WITH_EXCLUSION', ['latest', 'dev-*'], 'v1', true],
    ['IMMUTABLE_WITH_EXCLUSION', ['latest', 'dev-*'], 'dev-7', false],
    ['IMMUTABLE_WITH_EXCLUSION', ['v.1'], 'vx1', true],
    ['MUTABLE_WITH_EXCLUSION', ['release-*'], 'release-7', true],
    ['MUTABLE_WITH_EXCLUSION', ['release-*'], 'v1', false],
  ])('of %s except %j for %s', (mutability, exceptions, tag, expected) => {
    expect(isImmutable({ mutability, exceptions }, tag)).toBe(expected);
  });
});
