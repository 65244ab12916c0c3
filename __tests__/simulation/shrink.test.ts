import { describe, expect, it } from '@jest/globals';
import { scheduleOf } from './draw.js';
import type { Schedule } from './schedule.js';
import { shrink, simplerOf } from './shrink.js';

describe('a schedule that breaks something', () => {
  it('is shrunk to what it takes', async () => {
    const fault = {
      action: 'ecs:UpdateService',
      kind: 'lost-reply',
      after: 1,
      times: 3,
      delay: 9_000,
    } as const;
    const other = { ...fault, action: 'ecs:*', kind: 'hang' } as const;
    const day: Schedule = {
      ...scheduleOf(4),
      faults: [other, fault, other],
      others: [{ does: 'deletes', at: { call: 3 } }],
      cut: { how: 'kill', at: { call: 2 }, post: 3 },
      inputs: { 'dry-run': 'true', 'in-flight': 'wait' },
      next: 'same',
    };
    const breaks = ({ faults, inputs }: Schedule): readonly string[] =>
      faults.some(({ kind }) => kind === 'lost-reply') && inputs['in-flight'] === 'wait' ? ['I5 once'] : [];
    const smallest = await shrink(day, 'I5 once', (one) => Promise.resolve(breaks(one)));
    expect(smallest).toEqual({
      ...day,
      wired: false,
      candidate: { ...day.candidate, kind: 'good' },
      back: 'fine',
      faults: [{ ...fault, after: 0, times: 1, delay: 1_000 }],
      others: [],
      cut: undefined,
      inputs: { 'in-flight': 'wait' },
      next: 'none',
      service: expect.objectContaining({ desiredCount: 1, breaker: 'off', network: 'awsvpc' }) as unknown,
    });
    expect(simplerOf(smallest).every((one) => breaks(one).length === 0)).toBe(true);
  });

  it('is not taken for one that breaks something else', async () => {
    const day = { ...scheduleOf(4), next: 'same' } as const;
    const breaks = ({ next }: Schedule): readonly string[] => [next === 'same' ? 'I1 released' : 'I2 failed'];
    expect((await shrink(day, 'I1 released', (one) => Promise.resolve(breaks(one)))).next).toBe('same');
  });
});
