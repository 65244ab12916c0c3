import { describe, expect, it } from '@jest/globals';
import { DeployError } from '../../../src/errors.js';
import type { Facts } from '../../../src/facts.js';
import { STEPS, type Journal } from '../../../src/journal.js';
import { OUTPUTS, finalOutputs, outputsOf } from '../../../src/report/outputs.js';
import { report } from '../../../src/report/report.js';
import { summary } from '../../../src/report/summary.js';
import { testWorld } from '../../world.js';

const ARN = 'arn:aws:ecs:us-east-1:123456789012:task-definition/api:42';
const FACTS: Facts = {
  service: 'api',
  gitSha: '2222222222222222222222222222222222222222',
  buildTime: '2026-01-01T00:00:00Z',
  imageDigest: 'sha256:1',
  imageUri: 'repository@sha256:1',
  taskDefinitionArn: ARN,
  previousTaskDefinitionArn: ARN.replace('42', '41'),
  deploymentId: 'ecs-svc/1',
  changed: true,
  smoke: [
    { check: 'version', verdict: 'flaky', detail: 'x', attempts: 2, durationMs: 3 },
    { check: 'health', verdict: 'fail', detail: 'y', attempts: 1, durationMs: 3 },
    { check: 'cors', verdict: 'skipped', detail: 'z', attempts: 0, durationMs: 0 },
  ],
  url: 'https://api.example.com/',
};

function journalOf(facts: Facts, more: Partial<Journal> = {}): Journal {
  const voice: Journal['voice'] = {
    note: () => undefined,
    skip: () => undefined,
    warn: () => undefined,
    know: () => Promise.resolve(),
  };
  return {
    step: (_, work) => work(voice),
    voice,
    witness: () => undefined,
    mode: 'release',
    plan: STEPS.release,
    startedAt: 0,
    steps: [],
    warnings: [],
    calls: [],
    facts,
    ...more,
  };
}

describe('outputs', () => {
  it('are all known at the end of a whole release', () => {
    const outputs = finalOutputs(FACTS, { kind: 'released' }, 61_400);
    expect([...outputs.keys()].sort()).toEqual([...OUTPUTS].sort());
    expect(Object.fromEntries(outputs)).toMatchObject({
      outcome: 'released',
      'failure-code': '',
      'task-definition-revision': '42',
      'smoke-passed': '1',
      'smoke-failed': '1',
      changed: 'true',
      'duration-seconds': '61',
    });
    expect(JSON.parse(outputs.get('smoke-results') ?? '')).toEqual(FACTS.smoke);
  });

  it('of a run that came nowhere say how it ended, and that nothing changed', () => {
    const error = new DeployError('inputs', 'no');
    expect(Object.fromEntries(finalOutputs({}, { kind: 'failed', error }, 0))).toEqual({
      outcome: 'failed',
      'failure-code': 'inputs',
      changed: 'false',
      'rolled-back': 'false',
      'duration-seconds': '0',
    });
  });

  it('are one line each', () => {
    for (const value of outputsOf({ gitSha: 'a\nb\r::error::c', url: '::error::x' }).values()) {
      expect(value).not.toMatch(/[\r\n]|^::/);
    }
  });
});

describe('the end of a run', () => {
  const error = new DeployError('timeout', 'too slow', {
    hint: 'Look.',
    evidence: ['password=hunter2', 'task of 123-45-6789 stopped'],
  });

  it('is one error annotation with code, cause, hint and state, and redacted evidence before it', async () => {
    const there = testWorld();
    await report({ kind: 'left-as-is', error }, journalOf(FACTS), there.world);
    expect(there.errors).toEqual([
      'timeout: too slow\nLook.\nThe service was changed and left as it is: a person should look.',
    ]);
    expect(there.logged.join()).toMatch(/password=\[secret\]/);
    expect([...there.logged, ...there.summaries].join()).not.toMatch(/hunter2|123-45-6789/);
  });

  it('is one line when all went well', async () => {
    const there = testWorld();
    const { smoke: _, ...facts } = FACTS;
    await report({ kind: 'released' }, journalOf(facts), there.world);
    expect(there.errors).toEqual([]);
    expect(there.logged).toEqual(['✓ released: The new revision is live, and that is proven.']);
  });

  it('has no summary when the inputs say so', async () => {
    const there = testWorld({ env: { INPUT_SUMMARY: ' False ' } });
    await report({ kind: 'released' }, journalOf(FACTS), there.world);
    expect(there.summaries).toEqual([]);
    expect(there.outputs.get('outcome')).toBe('released');
  });

  it('is told in full when the outputs cannot be written', async () => {
    const there = testWorld();
    const runner = { ...there.world.runner, output: () => Promise.reject(new Error('read-only')) };
    await report({ kind: 'left-as-is', error }, journalOf(FACTS), { ...there.world, runner });
    expect(there.warnings).toEqual(['The outputs could not be written: read-only']);
    expect(there.summaries).toHaveLength(1);
    expect(there.errors).toHaveLength(1);
  });
});

describe('the summary', () => {
  it('begins with the verdict and shows what changed', () => {
    const page = summary({ kind: 'released' }, journalOf(FACTS));
    expect(page).toMatch(/^## ✅ <code>api<\/code> released at <code>222222222222<\/code>/);
    expect(page).toMatch(/\| revision \| <code>api&#58;41<\/code> \| <code>api&#58;42<\/code> \|/);
    expect(page).toMatch(/\| · \| wait \| {2}\| not reached \|/);
  });

  it('has a page for a run that came nowhere', () => {
    const error = new DeployError('inputs', 'one\ntwo');
    expect(summary({ kind: 'failed', error }, journalOf({}))).toMatch(
      /^## ❌ The service failed: nothing was changed\n[\s\S]*\*\*inputs\*\*: one<br>two/,
    );
  });

  it('shows foreign text as text', () => {
    const hostile = '</details><script>alert(1)</script> [x](http://evil) @team #1 | `a`';
    const error = new DeployError('smoke-failed', hostile, { hint: hostile, evidence: [hostile] });
    const page = summary(
      { kind: 'left-as-is', error },
      journalOf(
        { ...FACTS, service: hostile, difference: [hostile] },
        {
          warnings: [hostile],
          steps: [{ name: 'wait', status: 'failed', startedAt: 0, took: 1, note: hostile }],
        },
      ),
    );
    const outsideBlocks = page.replace(/^(`{3,})[\s\S]*?^\1$/gm, '');
    expect(outsideBlocks).not.toMatch(/<script|\]\(http|@team/);
  });

  it('stays far below the limit of the runner, whatever is in it', () => {
    const warnings = Array.from({ length: 20_000 }, () => 'é'.repeat(400));
    const page = summary({ kind: 'released' }, journalOf(FACTS, { warnings }));
    expect(Buffer.byteLength(page)).toBeLessThan(512 * 1_024);
    expect(page).toMatch(/… cut/);
  });
});
