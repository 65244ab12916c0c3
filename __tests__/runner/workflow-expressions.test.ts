import { describe, expect, it } from '@jest/globals';
import { evaluate, holds, interpolate, textsOf, type Scope } from '../../runner/workflow/expressions.js';

const scope = (over: Partial<Scope> = {}): Scope => ({
  contexts: { inputs: { flag: false, count: 3, name: 'ann', none: null, list: [1, 2] } },
  functions: { success: () => true, failure: () => false, cancelled: () => false, always: () => true },
  ...over,
});

describe('an expression', () => {
  it.each([
    ['${{ inputs.flag }}', false],
    ['${{ inputs.flag }} ', 'false '],
    ['${{ inputs.count }}', 3],
    ['is ${{ inputs.name }}, ${{ inputs.count }}', 'is ann, 3'],
    ['${{ inputs.nothing }}', null],
    ['[${{ inputs.nothing }}]', '[]'],
    ["${{ format('{0}', inputs.flag) || 'none' }}", 'false'],
    ["${{ inputs.flag || 'no' }}", 'no'],
    ["${{ '}}' }}${{ 'it''s' }}", "}}it's"],
    ["${{ inputs.NAME == 'ANN' }}", true],
    ['${{ fromJSON(toJSON(inputs.list)) }}', [1, 2]],
    ["${{ join(inputs.list, '+') }}", '1+2'],
    ['nothing to do', 'nothing to do'],
  ])('%s is %j', (text, value) => {
    expect(interpolate(text, scope())).toEqual(value);
  });

  it.each(['secrets.KEY', "hashFiles('a')", 'inputs.', ''])('that is `%s` is refused here', (code) => {
    expect(() => evaluate(code, scope())).toThrow(`Cannot evaluate \`${code}\``);
  });

  it('becomes text where text is needed, as in env', () => {
    const mapping = { a: '${{ inputs.flag }}', b: true, c: 1.5, d: null, e: '${{ inputs.nothing }}' };
    expect(textsOf(mapping, scope())).toEqual({ a: 'false', b: 'true', c: '1.5', d: '', e: '' });
  });
});

describe('a condition', () => {
  const failed = scope({
    functions: { success: () => false, failure: () => true, cancelled: () => false, always: () => true },
  });

  it.each<[string, boolean, boolean]>([
    ['', true, false],
    ["inputs.name == 'ann'", true, false],
    ["${{ inputs.name == 'bob' }}", false, false],
    ['inputs.flag || inputs.count', true, false],
    ['always()', true, true],
    ['${{ Always() && !inputs.flag }}', true, true],
    ['failure()', false, true],
    ['!cancelled()', true, true],
    ["inputs.name == 'always()'", false, false],
  ])('`%s` holds after a success: %s, after a failure: %s', (condition, well, badly) => {
    expect([holds(condition, scope()), holds(condition, failed)]).toEqual([well, badly]);
  });

  it('with text around an expression is refused, because it would always hold', () => {
    expect(() => holds('${{ inputs.flag }} == true', scope())).toThrow('always holds');
  });
});
