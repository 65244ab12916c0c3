import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { ActionRun, StepResult } from '../../runner/run-action.js';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { errorsOf, FEW_CHECKS, lookUntil, runIn } from './account.js';

/*
 * The built action with a role to assume: its only credentials are those that it gets itself. What the environment holds
 * would be turned away.
 */

const MINUTE = 60_000;
/** A session of a quarter of an hour, the shortest that there is, lasts 7.5 seconds. */
const PACE = 120;

async function inAccount<T>(work: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  // Four seconds until its first task is there, and six for the rest: more than a session lasts.
  const script = new Map([['*', { pull: 8 * MINUTE }]]);
  const sandbox = await startSandbox({ runtime: 'simulated', pace: PACE, script });
  try {
    sandbox.cloud.calls.length = 0;
    return await work(sandbox);
  } finally {
    await sandbox.close();
  }
}

/** The permission `id-token: write`. */
const permitted = ({ ready }: Sandbox): Partial<ActionRun> => ({
  idToken: { url: ready.idTokenUrl, token: ready.idTokenSecret },
});

const release = (
  sandbox: Sandbox,
  inputs: Record<string, string> = {},
  more: Partial<ActionRun> = permitted(sandbox),
): Promise<StepResult> =>
  runIn(
    sandbox,
    { ...FEW_CHECKS, 'role-to-assume': sandbox.ready.role, 'role-duration': '15m', ...inputs },
    { ...more, env: { AWS_ACCESS_KEY_ID: 'AKIAINVALID' } },
  );

/** Everything that somebody else could read, but for the commands that mask secrets, which the runner takes for itself. */
async function leftBy(result: StepResult, folder: string): Promise<string> {
  const files = await Promise.all(
    (await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')),
  );
  const raw = [...(result.main?.raw ?? []), ...(result.post?.raw ?? [])].map(({ text }) => text);
  return [
    ...files,
    ...raw.filter((text) => !text.startsWith('::add-mask::')),
    result.main?.summary ?? '',
    JSON.stringify([result.outputs, result.state, result.annotations]),
  ].join('\n');
}

describe('a release that assumes its role itself', () => {
  it('outlasts its sessions, and leaves no credential anywhere', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'deploy-backend-session-'));
    try {
      await inAccount(async (sandbox) => {
        const { cloud, identity } = sandbox;
        const result = await release(sandbox, { 'report-dir': folder });
        expect([result.outputs['outcome'], errorsOf(result)]).toEqual(['released', []]);
        expect(cloud.sts.sessions.size).toBeGreaterThanOrEqual(2);
        expect(identity.given).toHaveLength(cloud.sts.sessions.size);
        expect(cloud.calls.filter(({ error }) => error === 'UnrecognizedClientException')).toEqual([]);
        const secrets = [
          identity.requestToken,
          ...identity.given,
          ...[...cloud.sts.sessions].flatMap(([id, one]) => [id, one.secretAccessKey, one.sessionToken]),
        ];
        const left = await leftBy(result, folder);
        expect(left).toContain('mentalspace-backend');
        expect(secrets.filter((secret) => left.includes(secret))).toEqual([]);
        expect(secrets.filter((secret) => !result.masks.includes(secret))).toEqual([]);
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 90_000);

  it('is undone by its post step with another session when it was killed', async () => {
    await inAccount(async (sandbox) => {
      const killWhen: ActionRun['killWhen'] = ({ text }) => /^\S+s tasks \d desired/.test(text);
      const result = await release(sandbox, {}, { ...permitted(sandbox), killWhen });
      expect(result.main?.signals).toEqual(['SIGKILL']);
      expect(result.annotations.map(({ message }) => message).join('\n')).toMatch(
        /is back on \S+:1, and that is proven/,
      );
      const { deployments } = await lookUntil(sandbox, (seen) => seen.deployments.length === 1);
      expect(deployments).toEqual(['PRIMARY 1 COMPLETED']);
      expect(sandbox.identity.given.length).toBeGreaterThanOrEqual(2);
    });
  }, 90_000);

  it('says what is missing when the job may not have a token', async () => {
    await inAccount(async (sandbox) => {
      const result = await release(sandbox, {}, {});
      expect(result.outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'credentials-missing' });
      expect(errorsOf(result)[0]).toMatch(/the permission id-token: write is missing/);
      expect(sandbox.cloud.calls).toEqual([]);
    });
  }, 60_000);

  it('says whom AWS does not let in, without the token', async () => {
    await inAccount(async (sandbox) => {
      const { identity } = sandbox;
      identity.job = { ...identity.job, repository: 'somebody/else', immutable: true };
      const result = await release(sandbox);
      expect(result.outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'access-denied' });
      expect(errorsOf(result)[0]).toContain('"repo:somebody@583231/else@1296269:ref:refs/heads/master"');
      const shown = JSON.stringify([result.lines, result.annotations, result.main?.summary]);
      expect(identity.given.filter((token) => shown.includes(token.split('.')[1] ?? ''))).toEqual([]);
    });
  }, 60_000);
});
