import { expect, it } from '@jest/globals';
import { boundedLine } from '../../../src/model/bounded-line.js';

const WORDS = 'word '.repeat(2_000);

it.each([
  ['as it is when it is no longer than that', 'x'.repeat(5_000), 'x'.repeat(5_000)],
  ['up to the last white space', WORDS, WORDS.slice(0, 4_999).trimEnd()],
  [
    'without the last word, which may be half a secret',
    `${WORDS.slice(0, 4_990)}${'x'.repeat(20)}`,
    WORDS.slice(0, 4_989),
  ],
  [
    'without a number at the end, which may go on',
    `${'x'.repeat(4_900)} 1 (2) +3-4/5. ${'6'.repeat(200)}`,
    'x'.repeat(4_900),
  ],
  ['without all that may be half a secret where there is no white space', 'x'.repeat(5_001), 'x'.repeat(904)],
  ['and no number before that', `${'x'.repeat(900)}1234${'x'.repeat(5_000)}`, 'x'.repeat(900)],
])('a line is bounded %s', (_, line, shown) => {
  expect(boundedLine(line, 5_000)).toBe(shown);
});
