import { describe, expect, it } from '@jest/globals';
import { DeployError, Findings, problems } from '../../src/errors.js';
import { exitStatus, failure, stateOfService, succeeded, type Outcome } from '../../src/outcome.js';

const error = (code: ConstructorParameters<typeof DeployError>[0]) => new DeployError(code, 'because');

describe('how a run ended', () => {
  it.each([
    ['timeout', false, 'failed'],
    ['timeout', true, 'left-as-is'],
    ['smoke-failed', true, 'left-as-is'],
    ['superseded', false, 'superseded'],
    ['superseded', true, 'superseded'],
    ['cancelled', false, 'cancelled'],
    ['cancelled', true, 'cancelled'],
  ] as const)('%s with changed %s is %s', (code, changed, kind) => {
    const outcome = failure(error(code), changed);
    expect(outcome).toMatchObject({ kind, error: { code } });
    expect(succeeded(outcome)).toBe(false);
    expect(stateOfService(outcome)).toMatch(/\.$/);
  });

  it.each([new Error('password=hunter2'), 'password=hunter2', undefined, null, { toString: () => 'x' }])(
    'is a defect of ours when something else is thrown, without its secrets (%p)',
    (thrown) => {
      const outcome = failure(thrown, false);
      expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'internal' } });
      expect(outcome.error?.message).not.toMatch(/hunter2/);
    },
  );

  it('is a success only when the release is proven', () => {
    expect(succeeded({ kind: 'released' })).toBe(true);
  });
});

describe('the exit status by hand', () => {
  it.each<[Outcome, number]>([
    [{ kind: 'released' }, 0],
    [{ kind: 'failed', error: error('inputs') }, 2],
    [{ kind: 'failed', error: error('timeout') }, 1],
    [{ kind: 'cancelled', error: error('cancelled') }, 1],
    [{ kind: 'cancelled', error: error('cancelled'), mustLook: true }, 3],
    [{ kind: 'left-as-is', error: error('timeout') }, 3],
    [{ kind: 'rollback-failed', error: error('timeout') }, 3],
  ])('of %j is %d', (outcome, status) => {
    expect(exitStatus(outcome)).toBe(status);
  });
});

describe('several problems', () => {
  it('are one error with the code of the first and the words and evidence of all', () => {
    const one = new DeployError('image-missing', 'No image.', { hint: 'Build it.', evidence: ['a'] });
    const other = new DeployError('no-fallback', 'No way back.', { evidence: ['b'] });
    const both = problems([one, other]);
    expect(both).toMatchObject({ code: 'image-missing', evidence: ['a', 'b'] });
    expect(both.message).toBe('2 problems:\n- No image. Build it.\n- No way back.');
    expect(problems([one])).toBe(one);
  });

  it.each(['cancelled', 'credentials-missing', 'credentials-expired', 'wrong-account'] as const)(
    'are only %s when that is among them',
    async (code) => {
      const found = new Findings();
      found.add(error('image-missing'));
      await expect(found.attempt(Promise.reject(error(code)))).resolves.toBeUndefined();
      expect(() => found.finish()).toThrow(expect.objectContaining({ code, message: 'because' }));
    },
  );

  it('do not include a defect of ours, which ends the search', async () => {
    const found = new Findings();
    await expect(found.attempt(Promise.reject(new TypeError('x')))).rejects.toThrow(TypeError);
    expect(() => found.finish()).not.toThrow();
  });
});
