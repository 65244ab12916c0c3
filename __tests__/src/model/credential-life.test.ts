import { describe, expect, it } from '@jest/globals';
import { givenUntil, longest } from '../../../src/model/credential-life.js';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 's' };
const MOMENT = Date.UTC(2026, 0, 1, 12);

describe('the end of given credentials', () => {
  it.each([
    '2026-01-01T12:00:00Z',
    '2026-01-01T12:00:00+00:00',
    '2026-01-01T14:00:00.000+02:00',
    ' 2026-01-01T12:00:00.000Z ',
    '"2026-01-01T12:00:00.000Z"',
  ])('is what AWS_CREDENTIAL_EXPIRATION says as %j', (text) => {
    expect(givenUntil({ ...KEYS, AWS_CREDENTIAL_EXPIRATION: text })).toBe(MOMENT);
  });

  it.each([
    ['nobody says it', KEYS],
    ['it is empty', { ...KEYS, AWS_CREDENTIAL_EXPIRATION: '' }],
    ['it is no time', { ...KEYS, AWS_CREDENTIAL_EXPIRATION: 'soon' }],
    ['the keys are not in the environment', { AWS_CREDENTIAL_EXPIRATION: '2026-01-01T12:00:00Z' }],
    [
      'a profile counts instead',
      { ...KEYS, AWS_PROFILE: 'p', AWS_CREDENTIAL_EXPIRATION: '2026-01-01T12:00:00Z' },
    ],
  ])('is not known where %s', (_, env) => {
    expect(givenUntil(env)).toBeUndefined();
  });
});

describe('the longest time of a run', () => {
  it('is the sum of its limits, and names those that there are', () => {
    expect(
      longest([
        ['a', 60_000],
        ['b', 0],
        ['c', 3_600_000],
      ]),
    ).toEqual({
      total: 3_660_000,
      parts: 'a 1m 00s, c 1h 00m',
    });
  });
});
