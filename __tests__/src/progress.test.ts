import { describe, expect, it } from '@jest/globals';
import { ProgressRecords } from '../../src/progress.js';

function recorded(count: number) {
  const records = new ProgressRecords();
  for (let at = 1; at <= count; at++) records.add({ at, step: 'wait', text: `entry ${String(at)}` });
  return records.all;
}

describe('the record of progress', () => {
  it.each([0, 1, 100, 101, 499])('keeps all of %i entries', (count) => {
    const all = recorded(count);
    expect(all.map(({ at }) => at)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    expect(all.every(({ at, text }) => text === `entry ${String(at)}`)).toBe(true);
  });

  it.each([500, 501, 10_000])('keeps the first and the last of %i, and counts what is left out', (count) => {
    const all = recorded(count);
    expect(all).toHaveLength(500);
    expect(all[99]).toMatchObject({ at: 100, text: 'entry 100' });
    expect(all[100]).toEqual({
      at: 101,
      step: 'wait',
      text: `… ${String(count - 499)} entries are left out`,
    });
    expect(all[101]).toMatchObject({ text: `entry ${String(count - 398)}` });
    expect(all[499]).toMatchObject({ at: count });
  });
});
