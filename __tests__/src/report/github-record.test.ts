import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DeployError } from '../../../src/errors.js';
import type { OutcomeKind } from '../../../src/outcome.js';
import { describe as words, isProduction, isSuccess } from '../../../src/report/github-record.js';

describe('an environment', () => {
  it.each([
    ['production', true],
    ['mentalspace-ehr-prod', true],
    ['Prod EU', true],
    ['prod2', true],
    ['staging', false],
    ['pre-production', false],
    ['nonprod', false],
    ['product-demo', false],
    ['reproduction', false],
  ])('named %s is one of production: %s', (environment, production) => {
    expect(isProduction(environment)).toBe(production);
  });
});

describe('an outcome', () => {
  const error = new DeployError('smoke-failed', 'no');
  const kinds: readonly OutcomeKind[] = [
    'released',
    'rolled-back',
    'failed',
    'left-as-is',
    'superseded',
    'cancelled',
    'rollback-failed',
  ];

  it('is a success of a release only when it was released', () => {
    expect(kinds.filter((kind) => isSuccess({ kind }, 'release'))).toEqual(['released']);
  });

  it('is a success of a rollback only when it was rolled back without an error', () => {
    expect(kinds.filter((kind) => isSuccess({ kind }, 'rollback'))).toEqual(['released', 'rolled-back']);
    expect(isSuccess({ kind: 'rolled-back', error }, 'rollback')).toBe(false);
  });

  it('is told in at most 140 characters, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (state) => {
        const text = words({ kind: 'failed', error, state });
        expect(text.length).toBeLessThanOrEqual(140);
        expect(text).toMatch(/^smoke-failed:/);
      }),
    );
  });

  it('is told without secrets', () => {
    expect(words({ kind: 'failed', state: `token=abc123 ghp_${'a'.repeat(36)}` })).toBe(
      'failed: token=[secret] [secret]',
    );
  });
});
