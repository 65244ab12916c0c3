import { describe, expect, it } from '@jest/globals';
import { runOf, TAGS, unfinishedRun } from '../../../src/model/run-tags.js';

const PLACE = { GITHUB_REPOSITORY: 'o/r', GITHUB_RUN_ID: '77', GITHUB_RUN_ATTEMPT: '2' };

describe('the run that a revision is tagged with', () => {
  it('is named by its repository, its number and its attempt', () => {
    expect(runOf(PLACE)).toBe('o/r/77/2');
    expect(runOf({ ...PLACE, GITHUB_RUN_ATTEMPT: '' })).toBe('o/r/77');
  });

  it('is one by hand outside of GitHub', () => {
    expect(runOf({})).toBe('by hand');
  });

  it.each([
    ['o/r/77/2', 'o/r/77/2'],
    ['o/r/12345678901/12', 'o/r/12345678901/12'],
    ['o/r/77', 'o/r/77'],
    ['by hand', 'a run by hand'],
    ['standby handed', 'an unknown run'],
    ['x o/r/77', 'an unknown run'],
    ['o/r/77/2/3', 'an unknown run'],
    ['o/r', 'an unknown run'],
    ['AKIAABCDEFGHIJKLMNOP/r/77', 'an unknown run'],
    ['::error::x', 'an unknown run'],
  ])('is told without its end, but only if it looks like one: %s', (run, told) => {
    expect(unfinishedRun({ tags: new Map([[TAGS.run, run]]) })).toBe(told);
  });

  it.each([
    [[]],
    [
      [
        [TAGS.run, 'o/r/77'],
        [TAGS.result, 'released'],
      ],
    ],
  ] as [string, string][][][])('is not missed where tags are %j', (tags) => {
    expect(unfinishedRun({ tags: new Map(tags) })).toBeUndefined();
  });
});
