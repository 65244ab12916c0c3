import { describe, expect, it } from '@jest/globals';
import { DeployError } from '../../../src/errors.js';
import { poll, type Poll } from '../../../src/model/poll.js';
import type { Clock } from '../../../src/world.js';
import { jumpingClock } from '../../jumping-clock.js';

const wait = (clock: Clock, more: Partial<Poll<number, string>>): Poll<number, string> => {
  let count = 0;
  return {
    observe: () => Promise.resolve(++count),
    judge: (seen) => (seen === 3 ? { done: true, result: 'third' } : { done: false }),
    interval: 2_000,
    limit: 10_000,
    expired: (last) => new Error(`gave up at ${String(last)}`),
    clock,
    signal: new AbortController().signal,
    ...more,
  };
};

describe('waiting', () => {
  it('observes until the judge is done', async () => {
    const clock = jumpingClock();
    await expect(poll(wait(clock, {}))).resolves.toBe('third');
    expect(clock.slept).toEqual([2_000, 2_000]);
  });

  it('gives up at the limit, with the last observation', async () => {
    await expect(poll(wait(jumpingClock(), { limit: 3_000 }))).rejects.toThrow('gave up at 2');
  });

  it('looks once even without any time', async () => {
    await expect(
      poll(wait(jumpingClock(), { limit: 0, judge: () => ({ done: true, result: 'now' }) })),
    ).resolves.toBe('now');
  });

  it('counts the time of the observation into the interval', async () => {
    const clock = jumpingClock();
    let count = 0;
    const slow = async (): Promise<number> => {
      await clock.sleep(1_500);
      return ++count;
    };
    await poll(wait(clock, { observe: slow }));
    expect(clock.slept).toEqual([1_500, 500, 1_500, 500, 1_500]);
  });

  it('throws what the judge throws', async () => {
    await expect(
      poll(
        wait(jumpingClock(), {
          judge: () => {
            throw new Error('failed');
          },
        }),
      ),
    ).rejects.toThrow('failed');
  });

  it('ends with the reason of an abort', async () => {
    const cancel = new AbortController();
    cancel.abort(new Error('cancelled'));
    await expect(poll(wait(jumpingClock(), { signal: cancel.signal }))).rejects.toThrow('cancelled');
  });

  it('outlasts an outage of AWS, and gives its error only when the limit passes', async () => {
    const down = new DeployError('aws-unavailable', 'no answer');
    let count = 0;
    const observe = () => (++count < 3 ? Promise.reject(down) : Promise.resolve(count));
    await expect(poll(wait(jumpingClock(), { observe }))).resolves.toBe('third');
    const never = () => Promise.reject(down);
    const clock = jumpingClock();
    await expect(poll(wait(clock, { observe: never }))).rejects.toBe(down);
    expect(clock.slept).toHaveLength(5);
  });

  it('throws at once what no wait will cure', async () => {
    const denied = new DeployError('access-denied', 'no');
    const clock = jumpingClock();
    await expect(poll(wait(clock, { observe: () => Promise.reject(denied) }))).rejects.toBe(denied);
    expect(clock.slept).toEqual([]);
  });

  it('looks as rarely as its looks take requests, but for those that may come at once', async () => {
    const clock = jumpingClock();
    let sent = 100;
    const observe = () => Promise.resolve((sent += 10));
    await expect(poll(wait(clock, { observe, requests: () => sent, limit: 60_000 }))).rejects.toThrow(
      'gave up',
    );
    // 10 requests, then 20 and so on: each after the twelfth takes a second.
    expect(clock.slept).toEqual([2_000, 6_000, 10_000, 10_000, 10_000, 10_000, 10_000, 2_000]);
  });

  it('looks once more at the limit where requests do not let it sooner', async () => {
    const clock = jumpingClock();
    let sent = 0;
    const observe = () => Promise.resolve((sent += 50));
    const judge = () =>
      clock.monotonic() === 10_000 ? ({ done: true, result: 'late' } as const) : ({ done: false } as const);
    await expect(poll(wait(clock, { observe, judge, requests: () => sent }))).resolves.toBe('late');
  });
});
