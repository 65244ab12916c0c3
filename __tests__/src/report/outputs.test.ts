import { describe, expect, it } from '@jest/globals';
import { DeployError } from '../../../src/errors.js';
import { OUTPUTS, finalOutputs, outputsOf } from '../../../src/report/outputs.js';
import { FACTS, recorded } from './recorded.js';

const KEPT = { path: 'reports/deployment-1.md', sha256: 'ab' };

describe('outputs', () => {
  it('are all known at the end of a whole release', () => {
    const outputs = finalOutputs(recorded(), KEPT);
    expect([...outputs.keys()].sort()).toEqual([...OUTPUTS].sort());
    expect(Object.fromEntries(outputs)).toMatchObject({
      outcome: 'released',
      'failure-code': '',
      'task-definition-revision': '42',
      'smoke-passed': '1',
      'smoke-failed': '1',
      changed: 'true',
      'report-path': 'reports/deployment-1.md',
      'report-sha256': 'ab',
      'duration-seconds': '61',
    });
    expect(JSON.parse(outputs.get('smoke-results') ?? '')).toEqual(FACTS.smoke);
  });

  it('of a run that came nowhere say how it ended, and that nothing changed', () => {
    const error = new DeployError('inputs', 'no');
    expect(Object.fromEntries(finalOutputs(recorded({ kind: 'failed', error }, {}), undefined))).toEqual({
      outcome: 'failed',
      'failure-code': 'inputs',
      changed: 'false',
      'rolled-back': 'false',
      'duration-seconds': '61',
    });
  });

  it('are one line each', () => {
    for (const value of outputsOf({ gitSha: 'a\nb\r::error::c', url: '::error::x' }).values()) {
      expect(value).not.toMatch(/[\r\n]|^::/);
    }
  });

  it('are JSON however many checks there are', () => {
    const smoke = Array.from({ length: 900 }, (_, at) => ({
      ...FACTS.smoke![0]!,
      check: `own ${String(at)}`,
      detail: 'long '.repeat(60),
    }));
    const results = outputsOf({ smoke }).get('smoke-results') ?? '';
    expect(results.length).toBeLessThan(200_000);
    expect(JSON.parse(results)).toHaveLength(900);
  });

  it('that a masked account would take away are the ARNs and the URI, whose digest and revision survive', () => {
    const masked = [...finalOutputs(recorded(), KEPT)].filter(([, value]) => value.includes('123456789012'));
    expect(masked.map(([name]) => name)).toEqual([
      'image-uri',
      'task-definition-arn',
      'previous-task-definition-arn',
    ]);
  });
});
