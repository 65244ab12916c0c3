import { describe, expect, it } from '@jest/globals';
import { shownLines } from '../../runner/show.js';
import type { LineKind, Stage } from '../../runner/stage-log.js';

const shown = (lines: readonly (readonly [LineKind, string, Stage?])[], colours = false, times = false) => {
  const show = shownLines({ colours, times });
  return lines.map(([kind, text, stage = 'main']) => show({ stage, kind, text, atMs: 12_340 })).join('');
};

describe('The log on a terminal', () => {
  it('indents what is in a group, names what is an annotation, and a new stage begins outside', () => {
    expect(
      shown([
        ['group', 'build'],
        ['output', 'step 1'],
        ['error', 'first\nsecond'],
        ['endgroup', ''],
        ['warning', 'careful'],
        ['group', 'open'],
        ['output', 'Post job cleanup.', 'post'],
      ]),
    ).toBe('▾ build\n  step 1\n  Error: first\n  second\nWarning: careful\n▾ open\nPost job cleanup.\n');
  });

  it('has times and colours where they are wanted', () => {
    expect(shown([['error', 'bad']], false, true)).toBe('  12.3s Error: bad\n');
    expect(shown([['error', 'bad']], true)).toBe('\u001b[31mError: bad\u001b[39m\n');
  });
});
