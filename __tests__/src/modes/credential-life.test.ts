import { describe, expect, it } from '@jest/globals';
import { NAMES } from '../../../sandbox/names.js';
import { run } from '../../../src/run.js';
import { readyWorld } from '../../ready-world.js';
import { roleJob, roleWorld } from '../../role-world.js';
import { inputs } from '../../world.js';

const MINUTE = 60_000;

/** A run whose credentials end `left` milliseconds after it began. */
async function runWith(left: number, more: Record<string, string> = {}) {
  const there = await readyWorld();
  const env = {
    ...inputs(more),
    AWS_ACCESS_KEY_ID: 'ASIATEST',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_CREDENTIAL_EXPIRATION: new Date(there.clock.now() + left).toISOString(),
  };
  const outcome = await there.during(run({ ...there.world, env }));
  return { there, outcome };
}

describe('given credentials whose end is known', () => {
  it('refuse a release that may take longer, before the first call', async () => {
    const { there, outcome } = await runWith(30 * MINUTE);
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'credentials-expired' } });
    expect(outcome.error?.message).toBe(
      'The credentials last 30m 00s more, but this release may take 40m 00s (deployment-timeout 15m 00s, target-health-timeout 5m 00s, rollback-timeout 15m 00s, target-health-timeout again 5m 00s).',
    );
    expect(outcome.error?.hint).toMatch(/^Give role-to-assume.*role-duration-seconds.*lower the limits/);
    expect(there.cloud.calls).toEqual([]);
  });

  it('say so when they have ended already', async () => {
    const { outcome } = await runWith(-2 * MINUTE);
    expect(outcome.error?.message).toMatch(/^The credentials ended 2m 00s ago, but/);
  });

  it.each<[string, number, Record<string, string>]>([
    ['last as long as all limits together', 40, {}],
    ['are enough for lower limits', 20, { 'deployment-timeout': '5m', 'rollback-timeout': '5m' }],
    ['are enough where nothing is rolled back', 20, { 'auto-rollback': 'false' }],
  ])('let a release go on when they %s', async (_, minutes, more) => {
    const { outcome } = await runWith(minutes * MINUTE, more);
    expect(outcome).toEqual({ kind: 'released' });
  });

  it.each<[string, number, Record<string, string>]>([
    ['target-health-timeout again', 39, {}],
    ['the build', 49, { image: '', 'ecr-repository': NAMES.repository }],
    ['waiting for the rollout in flight', 54, { 'in-flight': 'wait' }],
  ])('have to last for %s as well', async (what, minutes, more) => {
    const { outcome } = await runWith(minutes * MINUTE, more);
    expect(outcome.error).toMatchObject({
      code: 'credentials-expired',
      message: expect.stringContaining(what),
    });
  });

  it('of an hour are enough for a release with a build and the usual limits, minutes after they were made', async () => {
    const { outcome } = await runWith(50 * MINUTE, { image: '', 'ecr-repository': NAMES.repository });
    // There is neither git nor docker in this world.
    expect(outcome.error?.code).not.toBe('credentials-expired');
  });

  it('are no matter for a dry run', async () => {
    const { outcome } = await runWith(MINUTE, { 'dry-run': 'true' });
    expect(outcome.kind).toBe('planned');
  });

  it('only warn of a rollback that may take longer: in an incident nothing stands in its way', async () => {
    const there = await readyWorld();
    expect(await there.during(run({ ...there.world, env: inputs() }))).toEqual({ kind: 'released' });
    const env = {
      ...inputs({ mode: 'rollback' }),
      AWS_ACCESS_KEY_ID: 'ASIATEST',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_CREDENTIAL_EXPIRATION: new Date(there.clock.now() + 20 * MINUTE).toISOString(),
    };
    expect(await there.during(run({ ...there.world, env }))).toMatchObject({ kind: 'rolled-back' });
    expect(there.warnings.join('\n')).toMatch(
      /The credentials last 20m 00s more, but this rollback may take 40m 00s/,
    );
  });

  it('are no matter where the run has a session of its own', async () => {
    const there = await roleWorld();
    const env = {
      ...roleJob(),
      AWS_ACCESS_KEY_ID: 'ASIATEST',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_CREDENTIAL_EXPIRATION: new Date(there.clock.now()).toISOString(),
    };
    expect(await there.during(run({ ...there.world, env }))).toEqual({ kind: 'released' });
    expect(there.keys()).toEqual([expect.stringMatching(/^ASIA[0-9A-F]{16}$/)]);
  });
});
