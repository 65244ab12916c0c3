import { describe, expect, it } from '@jest/globals';
import { goodRevisions, lastGood } from '../../../src/model/deployed.js';

const arn = (number: number): string => `arn:aws:ecs:us-east-1:123456789012:task-definition/api:${number}`;
/** Revisions as they were deployed, oldest first, as one reads them. */
const history = (...numbers: number[]): readonly string[] => numbers.map(arn).reverse();

describe('the good revisions of a history', () => {
  it.each([
    ['all that were deployed', [1, 2, 3], [3, 2, 1]],
    ['each once', [1, 1, 2, 2], [2, 1]],
    ['not one that was rolled away from', [1, 2, 1], [1]],
    ['not several that were rolled away from one after the other', [1, 2, 3, 2], [2, 1]],
    ['one that was rolled away from and came again', [1, 2, 1, 2], [2, 1]],
    ['none of nothing', [], []],
  ])('are %s', (_, deployed, good) => {
    expect(goodRevisions(history(...deployed))).toEqual(good.map(arn));
  });

  it('are those of another family as well, whatever their numbers', () => {
    const other = arn(1).replace('api', 'web');
    expect(goodRevisions([other, arn(2)])).toEqual([other, arn(2)]);
  });

  it.each([
    ['api', arn(2)],
    [arn(2), 'api'],
    ['api', 'web'],
  ])('are those that have no number, too: %s over %s', (newer, older) => {
    expect(goodRevisions([newer, older])).toEqual([newer, older]);
  });
});

describe('the last good revision', () => {
  it('is not the excluded one', () => {
    expect(lastGood(history(1, 2, 3), arn(3))).toBe(arn(2));
  });

  it('is none after A, B and A again', () => {
    expect(lastGood(history(1, 2, 1), arn(1))).toBeUndefined();
  });
});
