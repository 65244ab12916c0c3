import { describe, expect, it } from '@jest/globals';
import { DeployError } from '../../src/errors.js';
import { journal } from '../../src/journal.js';
import { sideBySide } from '../../src/side-by-side.js';
import type { World } from '../../src/world.js';
import { testWorld } from '../world.js';

describe('two steps side by side', () => {
  const world = (said: string[], signal = new AbortController().signal): World => {
    const { log } = testWorld().world;
    const info = (text: string): void => void said.push(text);
    return { ...testWorld().world, signal, log: { ...log, info, group: info, endGroup: () => undefined } };
  };
  const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('gives what both made, and lets one speak after the other', async () => {
    const said: string[] = [];
    const there = world(said);
    const record = journal(there);
    const both = await sideBySide(record, there, [
      [
        'baseline',
        async ({ log }) => {
          log.info('looks');
          await soon();
          log.info('has seen');
          return 1;
        },
      ],
      [
        'build',
        async ({ log }) => {
          log.info('builds');
          await soon();
          await soon();
          log.info('has built');
          return 'image';
        },
      ],
    ]);
    expect(both).toEqual([1, 'image']);
    expect(said.map((line) => line.replace(/ \d.*$/, ''))).toEqual([
      'build',
      'builds',
      'has built',
      '✓ build',
      'baseline',
      'looks',
      'has seen',
      '✓ baseline',
    ]);
  });

  it.each(['first', 'second'])('gives the other up when the %s fails, and throws why', async (which) => {
    const there = world([]);
    const record = journal(there);
    const fails = (): Promise<never> => Promise.reject(new DeployError('build-failed', 'broken'));
    const waits = ({ signal }: World): Promise<never> =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    const [first, second] = which === 'first' ? [fails, waits] : [waits, fails];
    await expect(
      sideBySide(record, there, [
        ['baseline', first],
        ['build', second],
      ]),
    ).rejects.toMatchObject({
      code: 'build-failed',
    });
    expect(record.steps.map(({ status }) => status)).toEqual(['failed', 'skipped']);
    expect(record.steps.find(({ status }) => status === 'failed')?.name).toBe(
      which === 'first' ? 'baseline' : 'build',
    );
  });

  it('ends both when the run is cancelled', async () => {
    const cancel = new AbortController();
    const there = world([], cancel.signal);
    const record = journal(there);
    const waits = ({ signal }: World): Promise<never> =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    const both = sideBySide(record, there, [
      ['baseline', waits],
      ['build', waits],
    ]);
    cancel.abort(new DeployError('cancelled', 'enough'));
    await expect(both).rejects.toMatchObject({ code: 'cancelled' });
  });
});
