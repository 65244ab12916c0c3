import { beforeAll, describe, expect, it } from '@jest/globals';
import { takeShortCuts } from './direct.js';
import { scheduleOf } from './draw.js';
import type { History } from './history.js';
import { play } from './play.js';
import type { PlannedFault, Schedule } from './schedule.js';
import { makeShelf, type Shelf } from './shelf.js';
import { warmUp } from './warm-up.js';

let shelf: Shelf;

beforeAll(async () => {
  takeShortCuts();
  shelf = await makeShelf();
  await warmUp(shelf);
});

/** All that a day leaves; calls of one moment may be sent in another order, because the SDK takes its time with some. */
const left = ({ processes, calls, end, owners }: History) => ({
  sinks: processes.map(({ outputs, saved, summaries, logged, warnings, errors, files }) => [
    ...[outputs, saved, summaries, logged, warnings, errors, files],
  ]),
  calls: calls.map(({ at, action, status, error = '' }) => `${at} ${action} ${status} ${error}`).sort(),
  end,
  owners,
});

/** A schedule in which nothing depends on the number of a call. */
function calmed(seed: number): Schedule {
  const { cut, others, ...schedule } = scheduleOf(seed);
  const isTimed = (at: object): boolean => 'after' in at;
  return {
    ...schedule,
    faults: [],
    cut: cut && isTimed(cut.at) && cut.post === undefined ? cut : undefined,
    others: others.filter(({ at }) => isTimed(at)),
  };
}

/** A release with nothing wrong but one fault. */
function releaseWith(fault: PlannedFault): Schedule {
  const plain = {
    mode: 'release',
    inputs: {},
    cut: undefined,
    others: [],
    next: 'none',
    wired: false,
  } as const;
  return { ...calmed(2), ...plain, faults: [fault] };
}

describe('a call that goes past the SDK', () => {
  it('is answered as the SDK would: days are the same to the byte either way', async () => {
    for (let seed = 1; seed <= 25; seed++) {
      const day = calmed(seed);
      const whole = await play({ ...day, wired: true }, shelf);
      const short = await play({ ...day, wired: false }, shelf);
      expect(left(short)).toEqual(left(whole));
      const throughTheSdk = short.processes.reduce((sum, one) => sum + one.whole, 0);
      expect(throughTheSdk).toBeLessThan(0.2 * short.calls.length + 1);
    }
  }, 120_000);

  it('goes all the way when it meets a fault, and is counted by those that wait for later ones', async () => {
    const fault = { action: 'ecs:DescribeServices', kind: 'throttle', after: 3, times: 2, delay: 0 } as const;
    const { calls, hits } = await play(releaseWith(fault), shelf);
    const looks = calls.filter(({ action }) => action === 'ecs:DescribeServices');
    expect(looks.slice(0, 6).map(({ error }) => error)).toEqual([
      ...[undefined, undefined, undefined],
      ...['ThrottlingException', 'ThrottlingException', undefined],
    ]);
    expect(hits).toEqual(['throttle ecs:DescribeServices']);
  });

  it('goes all the way again where it did so once', async () => {
    const action = 'ecs:RegisterTaskDefinition';
    const { calls } = await play(
      releaseWith({ action, kind: 'throttle', after: 0, times: 1, delay: 0 }),
      shelf,
    );
    const registrations = calls.filter((call) => call.action === action);
    expect(registrations.map(({ status }) => status)).toEqual([400, 200]);
  });
});
