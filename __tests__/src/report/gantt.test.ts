import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { STEPS, type StepName, type StepRecord } from '../../../src/journal.js';
import { gantt } from '../../../src/report/gantt.js';

const START = Date.UTC(2026, 6, 1, 23, 59, 58);

const step = (
  name: StepName,
  from: number,
  took: number,
  status: StepRecord['status'] = 'passed',
): StepRecord => ({ name, status, startedAt: START + from, took, note: 'note' });

/** The lines after the head: a section and its rows. */
const rows = (steps: readonly StepRecord[]): readonly string[] =>
  gantt(steps)
    .split('\n')
    .slice(6)
    .map((line) => line.trim());

const head = (took: number): readonly string[] =>
  gantt([step('deploy', 0, took / 2), step('wait', took / 2, took / 2)])
    .split('\n')
    .slice(3, 5)
    .map((line) => line.trim());

describe('the gantt of a run', () => {
  it.each<[string, readonly StepRecord[]]>([
    ['no step was begun', []],
    ['one step alone was', [step('smoke', 0, 400)]],
    ['all others were skipped at once', [step('smoke', 0, 400), step('logs', 400, 0, 'skipped')]],
  ])('is empty when %s', (_, steps) => {
    expect(gantt(steps)).toBe('');
  });

  it('begins at midnight, whenever the run began, and has a row a step with the time that it took', () => {
    expect(gantt([step('preflight', 0, 1_200), step('baseline', 1_200, 185_000)])).toBe(
      [
        'gantt',
        '  title Time since the first step',
        '  dateFormat YYYY-MM-DD HH:mm:ss.SSS',
        '  axisFormat %-Mm %Ss',
        '  tickInterval 30second',
        '  todayMarker off',
        '  section preflight',
        '  1.2s :2000-01-01 00:00:00.000, 1200ms',
        '  section baseline',
        '  3m 05s :2000-01-01 00:00:01.200, 185000ms',
      ].join('\n'),
    );
  });

  it('has the steps in the order of their start, not of their end', () => {
    expect(rows([step('build', 10, 500), step('baseline', 5, 900)])).toEqual([
      'section baseline',
      expect.stringMatching(/00\.000, 900ms$/),
      'section build',
      expect.stringMatching(/00\.005, 500ms$/),
    ]);
  });

  it.each<[string, StepRecord, string]>([
    ['a failed step', step('wait', 0, 2_000, 'failed'), '2.0s, failed :crit, '],
    ['a step cut short', step('baseline', 0, 2_000, 'skipped'), '2.0s, skipped :done, '],
    ['the way back', step('rollback', 0, 2_000), '2.0s :active, '],
    ['a failed way back', step('rollback', 0, 2_000, 'failed'), '2.0s, failed :crit, '],
  ])('tells %s apart', (_, record, row) => {
    expect(rows([step('preflight', -5_000, 5_000), record])[3]).toBe(`${row}2000-01-01 00:00:05.000, 2000ms`);
  });

  it('keeps the rows of two steps of one name together', () => {
    const names = rows([step('rollback', 0, 10), step('wait', 10, 10), step('rollback', 20, 10)]);
    expect(names.filter((line) => line.startsWith('section'))).toEqual(['section rollback', 'section wait']);
  });

  it('draws a step of no time at least as wide as can be seen, and tells its true time', () => {
    expect(rows([step('register', 0, 0), step('wait', 0, 500_000)])[1]).toBe(
      '0.0s :2000-01-01 00:00:00.000, 2000ms',
    );
  });

  it.each([
    [2, '%-S.%Ls', '100millisecond'],
    [2_000, '%-S.%Ls', '500millisecond'],
    [8_000, '%-Ss', '1second'],
    [9_999, '%-Ss', '2second'],
    [59_999, '%-Ss', '10second'],
    [60_000, '%-Mm %Ss', '10second'],
    [330_000, '%-Mm %Ss', '1minute'],
    [3_599_999, '%-Mm %Ss', '10minute'],
    [3 * 3_600_000, '%-Hh %Mm', '30minute'],
    [20 * 3_600_000, '%-Hh %Mm', '6hour'],
    [50 * 3_600_000, '%-Hh %Mm', '12hour'],
  ])('has an axis of few ticks in fitting words for a run of %d ms', (took, format, interval) => {
    expect(head(took)).toEqual([`axisFormat ${format}`, `tickInterval ${interval}`]);
  });

  it('is one that Mermaid can read, whatever the times', () => {
    const records = fc.array(
      fc.record({
        name: fc.constantFrom(...STEPS.release, 'rollback' as const),
        status: fc.constantFrom('passed' as const, 'failed' as const, 'skipped' as const),
        startedAt: fc.integer({ min: START, max: START + 20 * 3_600_000 }),
        took: fc.double({ min: 0, max: 4 * 3_600_000, noNaN: true }),
        note: fc.string(),
      }),
    );
    fc.assert(
      fc.property(records, (steps) => {
        for (const line of rows(steps)) {
          expect(line).toMatch(
            /^(section [a-z]+|[\dhms. ]+(, (failed|skipped))? :((crit|done|active), )?2000-01-0[12] \d\d:\d\d:\d\d\.\d{3}, [1-9]\d*ms|)$/,
          );
        }
      }),
    );
  });
});
