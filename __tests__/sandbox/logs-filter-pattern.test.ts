import { describe, expect, it } from '@jest/globals';
import { filterPattern } from '../../sandbox/logs/filter-pattern.js';

describe('a filter pattern', () => {
  it.each([
    ['', 'anything', true],
    ['ERROR', '[ERROR 400] BAD REQUEST', true],
    ['ERROR', '[error 400]', false],
    ['ERROR REQUEST', '[ERROR 400] BAD REQUEST', true],
    ['ERROR MISSING', '[ERROR 400] BAD REQUEST', false],
    ['"BAD REQUEST"', '[ERROR 400] BAD REQUEST', true],
    ['"REQUEST BAD"', '[ERROR 400] BAD REQUEST', false],
    ['?ERROR ?WARN', 'WARN slow', true],
    ['?ERROR ?WARN', 'INFO fine', false],
    ['ERROR -EXITING', 'ERROR and EXITING', false],
    ['ERROR -EXITING', 'ERROR', true],
    ['-"GET /health"', 'GET /health 200', false],
    ['?ERROR REQUEST', 'a REQUEST', true],
    ['"say \\"no\\""', 'they say "no" to it', true],
  ])('%s on "%s" is %s', (pattern, message, matches) => {
    expect(filterPattern(pattern)(message)).toBe(matches);
  });

  it.each(['{ $.level = "error" }', '[ip, user]', '%a|b%', 'a/b', '"open'])('%s is refused', (pattern) => {
    expect(() => filterPattern(pattern)).toThrow(
      expect.objectContaining({ code: 'InvalidParameterException' }),
    );
  });
});
