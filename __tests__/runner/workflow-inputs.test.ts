import { describe, expect, it } from '@jest/globals';
import { calledInputs, calledSecrets, dispatchedInputs } from '../../runner/workflow/inputs.js';
import { combinations } from '../../runner/workflow/matrix.js';

const declared = {
  text: { type: 'string' },
  dry: { type: 'boolean', default: false },
  lines: { type: 'number', default: 50 },
  keep: { type: 'boolean' },
  tries: { type: 'number' },
};

describe('the inputs of a called workflow', () => {
  it('keep their types, and have their defaults or the nothing of their type', () => {
    const filled = { text: '', dry: false, lines: 50, keep: false, tries: 0 };
    expect(calledInputs(declared, {})).toEqual(filled);
    expect(calledInputs(declared, { text: 7, dry: true, lines: 3 })).toEqual({
      ...filled,
      ...{ text: '7', dry: true, lines: 3 },
    });
  });

  it.each([
    [{ dry: 'true' }, "Input dry: unexpected value 'true' where a boolean was expected"],
    [{ lines: '50' }, "Input lines: unexpected value '50' where a number was expected"],
    [{ dryRun: true }, 'Invalid input, dryRun is not defined'],
  ])('are refused: %j', (given, why) => {
    expect(() => calledInputs(declared, given)).toThrow(why);
  });

  it('are refused where a default is an expression', () => {
    const declaredSo = { sha: { type: 'string', default: '${{ github.sha }}' } };
    expect(() => calledInputs(declaredSo, {})).toThrow('an expression as default cannot be imitated');
  });

  it('have to be there when they are required, and so have secrets', () => {
    expect(() => calledInputs({ a: { type: 'string', required: true } }, {})).toThrow('a is required');
    expect(() => calledSecrets({ a: { required: true } }, { a: '' })).toThrow('a is required');
    expect(() => calledSecrets({ a: {} }, { b: '' })).toThrow('b is not defined');
  });
});

describe('the inputs of a run by hand', () => {
  const form = { ...declared, mode: { type: 'choice', options: ['release', 'smoke'], default: 'release' } };

  it('come as text and become what they are declared as', () => {
    expect(dispatchedInputs(form, { dry: 'true', lines: '3', mode: 'smoke' })).toEqual({
      ...{ text: '', dry: true, lines: 3, keep: false, tries: 0, mode: 'smoke' },
    });
  });

  it.each([
    [{ mode: 'rollback' }, "'rollback' is none of its options"],
    [{ dry: 'yes' }, "'yes' is no boolean"],
    [{ lines: 'many' }, "'many' is no number"],
  ])('are refused: %j', (given, why) => {
    expect(() => dispatchedInputs(form, given)).toThrow(why);
  });
});

describe('a matrix', () => {
  it('is every value with every other', () => {
    expect(combinations({ os: ['a', 'b'], node: [20, 24] })).toEqual([
      ...[
        { os: 'a', node: 20 },
        { os: 'a', node: 24 },
        { os: 'b', node: 20 },
        { os: 'b', node: 24 },
      ],
    ]);
  });

  it('has what is included where it fits, else as one more', () => {
    const include = [{ extra: 1 }, { os: 'b', extra: 2 }, { os: 'c' }];
    expect(combinations({ os: ['a', 'b'], include })).toEqual([
      ...[{ os: 'a', extra: 1 }, { os: 'b', extra: 2 }, { os: 'c' }],
    ]);
    expect(combinations({ include: [{ a: 1 }, { a: 2 }] })).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it('is one combination without names where there is none, and never none', () => {
    expect(combinations(undefined)).toEqual([{}]);
    expect(() => combinations({ os: [] })).toThrow('at least one vector');
    expect(() => combinations({ os: ['a'], exclude: [] })).toThrow('exclude cannot be imitated');
  });
});
