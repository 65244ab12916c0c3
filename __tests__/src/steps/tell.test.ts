import { describe, expect, it } from '@jest/globals';
import { DeployError } from '../../../src/errors.js';
import { teller, type Glance } from '../../../src/steps/tell.js';
import type { Log } from '../../../src/world.js';
import { recordingLog } from '../../recording-log.js';

/** A teller with a limit of fifteen minutes, whose clock goes two seconds from look to look. */
function made(more: Partial<Log> = {}) {
  const { log, said } = recordingLog();
  let time = 0;
  const clock = { now: () => time, monotonic: () => time, sleep: () => Promise.resolve() };
  const progress = (text: string, kind?: 'quoted') => void said.push(`${kind ?? 'progress'} ${text}`);
  const tell = teller(900_000, { clock, log: { ...log, ...more } }, { progress });
  const looks = (glance: Glance, times = 1): void => {
    for (let look = 0; look < times; look++, time += 2_000) tell.look(glance);
  };
  return {
    looks,
    failed: tell.failed,
    end: tell.end,
    lines: () => said.filter((line) => !line.startsWith('status')),
    said,
  };
}

describe('what is told of a wait', () => {
  it('is each state once, with the time since it began', () => {
    const { looks, lines } = made();
    looks({ line: 'one' }, 5);
    looks({ line: 'two' });
    looks({ line: 'one' }, 2);
    expect(lines()).toEqual(['progress 0.0s one', 'progress 10s two', 'progress 12s one']);
  });

  it('is every event, and details only of what changed', () => {
    const { looks, lines } = made();
    looks({ line: 'one', details: ['why'] }, 3);
    looks({ line: 'one', details: ['another why'], news: ['event'] });
    expect(lines()).toEqual(['progress 0.0s one', 'quoted why', 'quoted event']);
  });

  it('is a sign of life after thirty seconds without news, and why nothing happens', () => {
    const { looks, lines } = made();
    looks({ line: 'one' }, 16);
    looks({ line: 'one', idle: 'ECS waits' }, 15);
    expect(lines().slice(1)).toEqual([
      'info 30s of at most 15m 00s: nothing new',
      'info 1m 00s of at most 15m 00s: nothing new; ECS waits',
    ]);
  });

  it('is no sign of life where a status line shows that it goes on', () => {
    const shown: (string | undefined)[] = [];
    const { looks, end, lines } = made({ status: (text) => shown.push(text) > 0 });
    looks({ line: 'one', idle: 'ECS waits' }, 40);
    expect(lines()).toEqual(['progress 0.0s one']);
    expect(shown).toHaveLength(40);
    expect(shown.at(-1)).toBe('1m 18s of at most 15m 00s · one · ECS waits');
    end();
    expect(shown.at(-1)).toBeUndefined();
  });

  it('is that AWS does not answer, once, and what there was again afterwards', () => {
    const { looks, failed, lines } = made();
    const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    looks({ line: 'one' });
    for (let times = 0; times < 3; times++) expect(() => failed(reset)).toThrow(reset);
    looks({ line: 'one' });
    expect(lines()).toEqual([
      'progress 0.0s one',
      'progress 2.0s AWS does not answer, and is asked again',
      'progress 2.0s one',
    ]);
  });

  it('is no word of a failure that ends the wait: the error says it', () => {
    const { failed, lines } = made();
    const denied = new DeployError('access-denied', 'no');
    expect(() => failed(denied)).toThrow(denied);
    expect(lines()).toEqual([]);
  });

  it('is nothing where there is nothing to say', () => {
    const { looks, lines } = made();
    looks({ line: '' }, 3);
    expect(lines()).toEqual([]);
  });
});
