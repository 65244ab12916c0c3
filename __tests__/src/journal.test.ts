import { describe, expect, it } from '@jest/globals';
import { DeployError } from '../../src/errors.js';
import { journal } from '../../src/journal.js';
import type { Runner } from '../../src/world.js';
import { recordingLog } from '../recording-log.js';

/** A journal whose clock is moved by hand, and all that it said. */
function made(more: Partial<Runner> = {}) {
  const { log, said } = recordingLog();
  const outputs: [string, string][] = [];
  let [time, back] = [1_000, 0];
  const record = journal({
    clock: { now: () => time - back, monotonic: () => time, sleep: () => Promise.resolve() },
    log,
    runner: {
      output: (name, value) => Promise.resolve(void outputs.push([name, value])),
      save: () => Promise.resolve(),
      summary: () => Promise.resolve(),
      ...more,
    },
  });
  return {
    record,
    said,
    outputs,
    pass: (ms: number) => void (time += ms),
    setBack: (ms: number) => void (back += ms),
  };
}

describe('a journal', () => {
  it('records each step with its time and its last note, in a group of its own', async () => {
    const { record, said, pass } = made();
    const result = await record.step('build', (voice) => {
      pass(12_000);
      voice.note('first');
      voice.note('second');
      return Promise.resolve('made');
    });
    expect(result).toBe('made');
    expect(record.steps).toEqual([
      { name: 'build', status: 'passed', startedAt: 1_000, took: 12_000, note: 'second' },
    ]);
    expect(said).toEqual(['group build', 'end', 'info ✓ build 12s: second']);
  });

  it('goes on when the clock of the machine is set back', async () => {
    const { record, pass, setBack } = made();
    for (const name of ['build', 'push'] as const) {
      await record.step(name, (voice) => {
        pass(1_000);
        setBack(3_600_000);
        voice.progress('half');
        pass(1_000);
        return Promise.resolve();
      });
    }
    expect(record.steps.map(({ startedAt, took }) => [startedAt, took])).toEqual([
      [1_000, 2_000],
      [3_000, 2_000],
    ]);
    expect(record.progress.map(({ at }) => at)).toEqual([2_000, 4_000]);
    expect(record.now()).toBe(5_000);
  });

  it('records a step that had nothing to do, and why', async () => {
    const { record, said } = made();
    await record.step('push', (voice) => {
      voice.skip('it is there');
      return Promise.resolve();
    });
    expect(record.steps).toMatchObject([{ status: 'skipped', note: 'it is there' }]);
    expect(said.at(-1)).toBe('info – push 0.0s: it is there');
  });

  it('closes the group of a step that fails, keeps the first line, and throws the same error', async () => {
    const { record, said } = made();
    const error = new DeployError('timeout', 'too slow\nlast seen: nothing');
    await expect(record.step('wait', () => Promise.reject(error))).rejects.toBe(error);
    expect(record.steps).toMatchObject([{ status: 'failed', note: 'too slow' }]);
    expect(said).toEqual(['group wait', 'end', 'info ✗ wait 0.0s: too slow']);
  });

  it('does not repeat the secrets of an error that is not one of ours', async () => {
    const { record, said } = made();
    await expect(record.step('wait', () => Promise.reject(new Error('password=hunter2')))).rejects.toThrow();
    expect(said.join()).not.toMatch(/hunter2/);
    expect(JSON.stringify(record.steps)).not.toMatch(/hunter2/);
  });

  it('appends outputs as soon as they are known, and gathers facts', async () => {
    const { record, outputs } = made();
    await record.step('push', async (voice) => {
      await voice.know({ imageDigest: 'sha256:1' });
      expect(outputs).toEqual([['image-digest', 'sha256:1']]);
      await voice.know({ changed: true });
    });
    expect(record.facts).toEqual({ imageDigest: 'sha256:1', changed: true });
    expect(outputs.at(-1)).toEqual(['changed', 'true']);
  });

  it('goes on when outputs cannot be written, and says so once', async () => {
    const { record, said } = made({ output: () => Promise.reject(new Error('disk full')) });
    await record.step('push', async (voice) => {
      await voice.know({ imageDigest: 'sha256:1' });
      await voice.know({ changed: true });
    });
    expect(record.steps).toMatchObject([{ status: 'passed' }]);
    expect(record.facts).toEqual({ imageDigest: 'sha256:1', changed: true });
    expect(said.filter((line) => line.startsWith('warning'))).toEqual([
      'warning Outputs cannot be written: disk full',
    ]);
  });

  it('keeps warnings for the summary, and says them at once', async () => {
    const { record, said } = made();
    await record.step('build', (voice) => {
      voice.warn('careful');
      return Promise.resolve();
    });
    expect(record.warnings).toEqual(['careful']);
    expect(said).toContain('warning careful');
  });

  it('says a warning once, however often it is given', () => {
    const { record, said } = made();
    for (let times = 0; times < 3; times++) record.voice.warn('careful');
    expect(record.warnings).toEqual(['careful']);
    expect(said).toEqual(['warning careful']);
  });

  it('keeps thirty warnings, annotates nine and says that there are more', () => {
    const { record, said } = made();
    const all = Array.from({ length: 30 }, (_, index) => `warning ${String(index + 1)}`);
    for (const text of all) record.voice.warn(text);
    expect(record.warnings).toEqual(all);
    const annotated = said.filter((line) => line.startsWith('warning '));
    expect(annotated).toHaveLength(10);
    expect(annotated.slice(0, 9)).toEqual(all.slice(0, 9).map((text) => `warning ${text}`));
    expect(annotated[9]).toMatch(/more warnings than GitHub shows.*summary.*report/);
    expect(said.filter((line) => line.startsWith('info '))).toEqual(
      all.slice(9).map((text) => `info warning: ${text}`),
    );
  });

  it('records progress with its time and step, and says it', async () => {
    const { record, said, pass } = made();
    await record.step('wait', (voice) => {
      voice.progress('2.0s tasks 2 desired');
      pass(5_000);
      voice.progress('1.0s ago: started\n::error::password=hunter2', 'quoted');
      return Promise.resolve();
    });
    expect(record.progress).toEqual([
      { at: 1_000, step: 'wait', text: '2.0s tasks 2 desired' },
      { at: 6_000, step: 'wait', text: '1.0s ago: started ::error::password=[secret]' },
    ]);
    expect(said.slice(1, 3)).toEqual(
      record.progress.map(({ text }, index) => `${['info', 'quote'][index]!} ${text}`),
    );
  });
});
