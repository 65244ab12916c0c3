import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { runnerLog } from '../../../src/adapters/log.js';
import { DeployError } from '../../../src/errors.js';
import type { AuditRecord } from '../../../src/report/record.js';
import { report } from '../../../src/report/report.js';
import type { World } from '../../../src/world.js';
import { testWorld } from '../../world.js';
import { FACTS, journalOf } from './recorded.js';

const error = new DeployError('timeout', 'too slow', {
  hint: 'Look.',
  evidence: ['password=hunter2', 'task of 123-45-6789 stopped'],
});

/** The end of a run in a world in which something may be broken. */
async function ended(
  outcome: Parameters<typeof report>[0],
  { env = {}, broken = {} }: { env?: Record<string, string>; broken?: Partial<World> } = {},
) {
  const there = testWorld({ env: { RUNNER_TEMP: '/tmp/runner', ...env } });
  const journal = journalOf(FACTS);
  await report(outcome, journal, { ...there.world, ...broken });
  const written = [...there.files.keys()].filter((path) => path !== 'Dockerfile').sort();
  return { ...there, written, tolerated: journal.warnings };
}

describe('the end of a run', () => {
  it('is one error annotation with code, cause, hint and state, and redacted evidence before it', async () => {
    const { errors, logged, summaries } = await ended({ kind: 'left-as-is', error });
    expect(errors).toEqual([
      'timeout: too slow\nLook.\nThe service was changed and left as it is: a person should look.',
    ]);
    expect(logged.join()).toMatch(/password=\[secret\]/);
    expect([...logged, ...summaries].join()).not.toMatch(/hunter2|123-45-6789/);
  });

  it('is one line when all went well', async () => {
    const { errors, logged } = await ended({ kind: 'released' });
    expect(errors).toEqual([]);
    expect(logged.at(-1)).toBe('✓ released: The new revision is live, and that is proven.');
  });

  it('has no summary when the inputs say so', async () => {
    const { summaries, outputs } = await ended({ kind: 'released' }, { env: { INPUT_SUMMARY: ' False ' } });
    expect(summaries).toEqual([]);
    expect(outputs.get('outcome')).toBe('released');
  });

  it('is told in full when the outputs cannot be written', async () => {
    const runner = { ...testWorld().world.runner, output: () => Promise.reject(new Error('read-only')) };
    const { tolerated, errors, written } = await ended({ kind: 'left-as-is', error }, { broken: { runner } });
    expect(tolerated).toEqual(['The outputs could not be written: read-only']);
    expect(errors).toHaveLength(1);
    expect(written).toHaveLength(6);
  });

  it('is told in full when there is no file for the summary', async () => {
    const runner = { ...testWorld().world.runner, summary: () => Promise.reject(new Error('ENOENT')) };
    const { tolerated, errors, written } = await ended({ kind: 'left-as-is', error }, { broken: { runner } });
    expect(tolerated).toEqual(['The job summary could not be written: ENOENT']);
    expect(errors).toHaveLength(1);
    expect(written).toHaveLength(6);
  });
});

describe('the report files', () => {
  it('are Markdown, HTML and JSON of one name, and the newest of each', async () => {
    const { written, files, outputs } = await ended({ kind: 'released' });
    const folder = '/tmp/runner/deployment-reports';
    const [json = ''] = written.filter((path) => /deployment-\d{8}-\d{6}\.json$/.test(path));
    const stem = json.replace('.json', '');
    expect(written).toEqual([
      `${stem}.html`,
      `${stem}.json`,
      `${stem}.md`,
      `${folder}/deployment-LATEST.json`,
      `${folder}/deployment-LATEST.md`,
      `${stem.replace('deployment-2', 'smoke-2')}.xml`,
    ]);
    expect(files.get(`${folder}/deployment-LATEST.json`)).toBe(files.get(json));
    expect(files.get(`${folder}/deployment-LATEST.md`)).toBe(files.get(`${stem}.md`));
    const sha256 = createHash('sha256').update(files.get(json)!).digest('hex');
    expect(outputs.get('report-path')).toBe(`${stem}.md`);
    expect(outputs.get('report-sha256')).toBe(sha256);
    expect(files.get(`${stem}.md`)).toContain(sha256);
  });

  it('get a suffix when another run of the same second was faster', async () => {
    const first = await ended({ kind: 'released' });
    const [json = ''] = first.written.filter((path) => /deployment-\d{8}-\d{6}\.json$/.test(path));
    const files = { ...first.world.files, create: (path: string) => Promise.resolve(path !== json) };
    const second = await ended({ kind: 'released' }, { broken: { files } });
    expect(second.outputs.get('report-path')).toBe(json.replace('.json', '-1.md'));
  });

  it('lie where the input says, and else by hand in the current folder', async () => {
    const given = await ended({ kind: 'released' }, { env: { 'INPUT_REPORT-DIR': 'here' } });
    expect(given.written.every((path) => path.startsWith('here/'))).toBe(true);
    const byHand = await ended({ kind: 'released' }, { env: { RUNNER_TEMP: '' } });
    expect(byHand.written.every((path) => path.startsWith('deployment-reports/'))).toBe(true);
  });

  it('that cannot be written are lost loudly, and the record stays in the log', async () => {
    const full = () => Promise.reject(new Error('ENOSPC: no space left on device'));
    const files = { ...testWorld().world.files, create: full, write: full };
    const { logged, tolerated, outputs, errors } = await ended(
      { kind: 'left-as-is', error },
      { broken: { files } },
    );
    expect(tolerated.join('\n')).toMatch(/smoke checks could not[^]*report could not be written[^]*ENOSPC/);
    expect(logged).toContain(' "outcome": "left-as-is",');
    expect(outputs.get('outcome')).toBe('left-as-is');
    expect(outputs.has('report-path')).toBe(false);
    expect(errors).toHaveLength(1);
  });

  it('that cannot be written are whole in the log of the runner, however long they are', async () => {
    const there = testWorld({ env: { RUNNER_TEMP: '/tmp/runner' } });
    const full = () => Promise.reject(new Error('ENOSPC: no space left on device'));
    const files = { ...there.world.files, create: full, write: full };
    let said = '';
    const log = runnerLog((text) => (said += text));
    const entry = { at: Date.UTC(2026, 0, 2), step: 'wait', text: '\\"::'.repeat(250) } as const;
    const journal = journalOf(FACTS, { progress: Array.from({ length: 500 }, () => entry) });
    await report({ kind: 'released' }, journal, { ...there.world, files, log });
    const [json = ''] = /^\{\n[^]*\n\}$/m.exec(said) ?? [];
    expect((JSON.parse(json) as AuditRecord).progress).toHaveLength(500);
  });

  it('name the JSON when the Markdown is lost, and the summary tells of the loss', async () => {
    const write = (path: string) =>
      path.endsWith('.md') ? Promise.reject(new Error('ENOSPC')) : Promise.resolve();
    const files = { ...testWorld().world.files, write };
    const { tolerated, outputs, summaries } = await ended({ kind: 'released' }, { broken: { files } });
    expect(outputs.get('report-path')).toMatch(/\/deployment-\d{8}-\d{6}\.json$/);
    expect(tolerated).toEqual(['Not all of the report could be written: ENOSPC']);
    expect(summaries[0]).toContain('- Not all of the report could be written');
  });

  it('do not keep the last word from being said when they cannot even be made', async () => {
    const there = testWorld();
    const journal = { ...journalOf(FACTS), now: () => NaN };
    await report({ kind: 'left-as-is', error }, journal, there.world);
    expect(journal.warnings.join()).toMatch(/The report could not be written/);
    expect(there.errors).toHaveLength(1);
  });

  it('are kept as far as they can be', async () => {
    const write = (path: string) =>
      path.endsWith('.html') ? Promise.reject(new Error('ENOSPC')) : Promise.resolve();
    const files = { ...testWorld().world.files, write };
    const { tolerated, outputs } = await ended({ kind: 'released' }, { broken: { files } });
    expect(tolerated).toEqual(['Not all of the report could be written: ENOSPC']);
    expect(outputs.get('report-sha256')).toMatch(/^[0-9a-f]{64}$/);
  });
});
