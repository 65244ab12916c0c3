import { describe, expect, it } from '@jest/globals';
import {
  framing,
  isNoStore,
  isNosniff,
  referrerPolicy,
  SAFE_REFERRER_POLICIES,
} from '../../../src/model/header-rules.js';

describe('X-Content-Type-Options', () => {
  it.each([[['nosniff']], [['NoSniff']], [['nosniff', 'x']], [['nosniff, x']], [['\tnosniff ,']]])(
    '%j is nosniff',
    (values) => {
      expect(isNosniff(values)).toBe(true);
    },
  );

  it.each([
    [[]],
    [['']],
    [['sniff']],
    [['no-sniff']],
    [['"nosniff"']],
    [['x, nosniff']],
    [['', 'nosniff']],
    [[', nosniff']],
    [['nosniff;']],
    [['nosniff x']],
    [['\u00a0nosniff']],
  ])('%j is not', (values) => {
    expect(isNosniff(values)).toBe(false);
  });
});

describe('X-Frame-Options', () => {
  it.each<[string[], 'deny' | 'sameorigin' | undefined]>([
    [['DENY'], 'deny'],
    [['SameOrigin'], 'sameorigin'],
    [['deny, DENY'], 'deny'],
    [['sameorigin', 'SAMEORIGIN'], 'sameorigin'],
    [['deny, sameorigin'], undefined],
    [['DENY', 'SAMEORIGIN'], undefined],
    [['DENY,'], undefined],
    [['DENY;'], undefined],
    [['"DENY"'], undefined],
    [['ALLOW-FROM https://a.example'], undefined],
    [['ALLOWALL'], undefined],
    [[''], undefined],
    [[], undefined],
  ])('%j says %s', (values, expected) => {
    expect(framing(values)).toBe(expected);
  });
});

describe('Referrer-Policy', () => {
  it.each<[string[], string | undefined]>([
    [['no-referrer'], 'no-referrer'],
    [['Strict-Origin'], 'strict-origin'],
    [['no-referrer, strict-origin-when-cross-origin'], 'strict-origin-when-cross-origin'],
    [['no-referrer', 'unsafe-url'], 'unsafe-url'],
    [['same-origin, some-new-policy'], 'same-origin'],
    [['same-origin,'], 'same-origin'],
    [['no-referrer origin'], undefined],
    [['no-referrer;'], undefined],
    [['never'], undefined],
    [[''], undefined],
    [[], undefined],
  ])('%j is %s', (values, expected) => {
    expect(referrerPolicy(values)).toBe(expected);
  });

  it('is safe when other origins learn no path', () => {
    expect(SAFE_REFERRER_POLICIES).toEqual([
      'no-referrer',
      'same-origin',
      'strict-origin',
      'strict-origin-when-cross-origin',
    ]);
  });
});

describe('Cache-Control', () => {
  it.each([
    [['no-store']],
    [['No-Store']],
    [['no-cache, no-store, max-age=0, must-revalidate']],
    [['private', 'no-store']],
    [['private="set-cookie, x", no-store']],
    [['no-store, post-check=0, pre-check=0,']],
  ])('%j forbids to store', (values) => {
    expect(isNoStore(values)).toBe(true);
  });

  it.each([
    [[]],
    [['']],
    [['no-cache']],
    [['max-age=0, private']],
    [['no_store']],
    [['x-no-store']],
    [['no-store=1']],
    [['no-store=""']],
    [['"no-store"']],
    [['private="x, no-store"']],
    [['private="x, no-store']],
    [['private="\\", no-store"']],
    [['no-store; private']],
    [['no-store private']],
    [['no-store, max-age = 0']],
    [['no-store, =']],
  ])('%j does not', (values) => {
    expect(isNoStore(values)).toBe(false);
  });
});
