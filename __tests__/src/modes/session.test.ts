import { describe, expect, it } from '@jest/globals';
import { run } from '../../../src/run.js';
import type { Outcome } from '../../../src/outcome.js';
import { changes } from '../../ready-world.js';
import { ROLE, roleJob, roleWorld, type RoleWorld } from '../../role-world.js';
import { runCutOff } from './cut-off.js';

/* Releases that assume a role themselves. Time is AWS's and the action's at once. */

const MINUTE = 60_000;
const ASSUME = 'sts:AssumeRoleWithWebIdentity';
const release = (there: RoleWorld): Promise<Outcome> => there.during(run(there.world));
const assumed = ({ cloud }: RoleWorld) => cloud.calls.filter(({ action }) => action === ASSUME);
const minutes = (there: RoleWorld): readonly number[] => {
  const began = assumed(there)[0]!.at;
  return assumed(there).map(({ at }) => Math.round((at - began) / MINUTE));
};
const renewalWarnings = ({ warnings }: RoleWorld): readonly string[] =>
  warnings.filter((text) => text.startsWith('The session in AWS'));
const errorOf = ({ error }: Outcome): string =>
  `${error?.code ?? ''}: ${error?.message ?? ''} ${error?.hint ?? ''}`;

/** A rollout that takes `ms` until its first task runs. */
async function slow(ms: number, more: Record<string, string> = {}): Promise<RoleWorld> {
  const there = await roleWorld(roleJob({ 'deployment-timeout': '2h', 'role-duration': '15m', ...more }));
  there.script.set(there.newDigest, { pull: ms });
  return there;
}

describe('a release with role-to-assume', () => {
  it('works as that role from its first request to its last, with one session', async () => {
    const there = await roleWorld();
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(there.keys()).toEqual([...there.cloud.sts.sessions.keys()]);
    expect([...there.cloud.sts.sessions.values()]).toMatchObject([
      {
        arn: `arn:aws:sts::706704660887:assumed-role/deploy-backend/deploy-backend-77`,
        duration: 60 * MINUTE,
      },
    ]);
    expect(there.identity.given).toHaveLength(1);
  });

  it('asks for the name and the duration that the inputs say', async () => {
    const there = await roleWorld(roleJob({ 'role-session-name': 'release@prod', 'role-duration': '20m' }));
    expect(await release(there)).toEqual({ kind: 'released' });
    expect([...there.cloud.sts.sessions.values()]).toMatchObject([
      { arn: expect.stringMatching(/\/release@prod$/), duration: 20 * MINUTE },
    ]);
  });

  it('renews the session before it ends, as often as the wait needs, and AWS never sees an expired one', async () => {
    const there = await slow(22 * MINUTE);
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(minutes(there)).toEqual([0, 10, 20]);
    expect(there.identity.given).toHaveLength(3);
    expect(there.cloud.calls.filter(({ error }) => error !== undefined)).toEqual([]);
    expect(renewalWarnings(there)).toEqual([]);
  });

  it('goes on with the session that it has while GitHub gives no token, warns once, and renews it later', async () => {
    const there = await slow(20 * MINUTE);
    there.clock.after(9 * MINUTE, () => void there.identity.faults.push({ kind: 'unavailable', times: 12 }));
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(renewalWarnings(there)).toEqual([
      expect.stringMatching(
        /^The session in AWS could not be renewed yet; it lasts 4m \d\ds more\. GitHub gives this job no identity token.*status 503\.$/,
      ),
    ]);
    expect(there.cloud.calls.filter(({ error }) => error !== undefined)).toEqual([]);
    expect(minutes(there)).toEqual([0, 12]);
  });

  it('does not hold up its polls while GitHub does not answer', async () => {
    const there = await slow(14 * MINUTE);
    there.clock.after(9 * MINUTE, () => void there.identity.faults.push({ kind: 'hang', times: 6 }));
    expect(await release(there)).toEqual({ kind: 'released' });
    const polls = there.cloud.calls
      .filter(({ action }) => action === 'ecs:DescribeServices')
      .map(({ at }) => at);
    const gaps = polls.slice(1).map((at, index) => at - polls[index]!);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(10_000);
  });

  it('fails with what GitHub said when no session can be had any more, and says that the service may be changed', async () => {
    const there = await slow(20 * MINUTE);
    there.clock.after(9 * MINUTE, () => void there.identity.faults.push({ kind: 'unavailable' }));
    const outcome = await release(there);
    expect(outcome.kind).toBe('rollback-failed');
    expect(errorOf(outcome)).toMatch(/credentials-missing: [\s\S]*status 503/);
  });

  it('gets a new session when AWS says early that the old one has expired', async () => {
    const there = await roleWorld();
    there.script.set(there.newDigest, { pull: 5 * MINUTE });
    const fault = { action: 'ecs:DescribeServices', kind: 'expire', times: 1 } as const;
    there.clock.after(2 * MINUTE, () => void there.cloud.faults.push({ ...fault }));
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(assumed(there)).toHaveLength(2);
  });

  it.each(['before', 'after'] as const)(
    'is undone by its post step, with a session of its own, after a kill %s UpdateService',
    async (when) => {
      const there = await roleWorld();
      const names = await callNames();
      const { main, post, at } = await runCutOff(there, {
        call: names.indexOf('UpdateService') + 1,
        when,
        how: 'kill',
      });
      expect([main, at]).toEqual([undefined, 'UpdateService']);
      expect(post?.kind).toBe('rolled-back');
      expect(there.service().deployments).toMatchObject([{ taskDefinition: expect.stringMatching(/:1$/) }]);
      expect(there.cloud.sts.sessions.size).toBe(2);
      expect(there.keys()).toHaveLength(2);
      expect(there.identity.given).toHaveLength(2);
    },
  );

  it('is a matter for a person when the post step after a kill is given no session', async () => {
    const there = await roleWorld();
    const call = (await callNames()).indexOf('UpdateService') + 1;
    const { post } = await runCutOff(there, { call, when: 'after', how: 'kill' }, () =>
      there.identity.faults.push({ kind: 'denied' }),
    );
    expect(post?.kind).toBe('rollback-failed');
    expect(errorOf(post!)).toMatch(
      /^credentials-missing: What the run left behind could not be looked at: GitHub gives/,
    );
  });

  it('is undone after a cancel, with the session that it has, and followed with another one', async () => {
    const there = await roleWorld();
    const names = await callNames();
    const { main, post } = await runCutOff(there, {
      call: names.indexOf('UpdateService') + 3,
      when: 'after',
      how: 'cancel',
    });
    expect([main?.kind, post?.kind]).toEqual(['cancelled', 'rolled-back']);
    expect(there.cloud.sts.sessions.size).toBe(2);
  });
});

/** What a release calls, in order, as `runCutOff` counts it. */
async function callNames(): Promise<readonly string[]> {
  const there = await roleWorld();
  await release(there);
  return there.cloud.calls.map(({ action }) => action.split(':')[1]!);
}

describe('a release that cannot assume its role', () => {
  const failing = async (
    change: (there: RoleWorld) => unknown,
    env: Parameters<typeof roleWorld>[0] = roleJob(),
  ): Promise<string> => {
    const there = await roleWorld(env);
    await change(there);
    const outcome = await release(there);
    expect(outcome.kind).toBe('failed');
    expect(changes(there.cloud).filter((action) => action !== ASSUME)).toEqual([]);
    return errorOf(outcome);
  };

  it('says that the permission id-token: write is missing', async () => {
    const { ACTIONS_ID_TOKEN_REQUEST_URL: _, ...env } = roleJob();
    expect(await failing(() => undefined, env)).toMatch(
      /^credentials-missing: .*the permission id-token: write is missing\. Give the job .*id-token: write/,
    );
  });

  it.each([
    ['denied', 'answers with status 401', 1],
    ['unavailable', 'answers with status 503', 4],
    ['html', 'answers something that is none', 4],
    ['hang', 'does not answer', 4],
    ['reset', 'does not answer', 4],
  ] as const)('says that GitHub gives no token (%s)', async (kind, how, requests) => {
    const faults = [{ kind, times: 20 }];
    const said = await failing(({ identity }) => identity.faults.push(...faults));
    expect(said).toMatch(/^credentials-missing: GitHub gives this job no identity token/);
    expect(said).toContain(how);
    expect(20 - faults[0]!.times).toBe(requests);
  });

  it('says whom the trust policy does not let in', async () => {
    const said = await failing(({ identity }) => {
      identity.job = { ...identity.job, repository: 'mentalspace/fork', environment: 'production' };
    });
    expect(said).toMatch(
      /^access-denied: AWS does not let this run assume arn:aws:iam::706704660887:role\/deploy-backend/,
    );
    expect(said).toContain('"repo:mentalspace/fork:environment:production"');
    expect(said).toContain('"token.actions.githubusercontent.com:aud" is "sts.amazonaws.com"');
    expect(said).not.toContain('ids of owner');
  });

  it('says that a policy of the older form does not match a subject with ids', async () => {
    const said = await failing(({ cloud, identity }) => {
      identity.job = { ...identity.job, immutable: true };
      const role = cloud.sts.roles.get(ROLE)!;
      const trust = JSON.parse(
        JSON.stringify(role.trust).replace(/,"repo:[^"]*@[^"]*"/, ''),
      ) as typeof role.trust;
      cloud.sts.roles.set(ROLE, { ...role, trust });
    });
    expect(said).toMatch(
      /^access-denied: .*"repo:mentalspace@583231\/backend@1296269:ref:refs\/heads\/master"/,
    );
    expect(said).toContain('a policy for repo:mentalspace/backend:… does not match');
  });

  it('says that the role may not be there', async () => {
    expect(await failing(({ cloud }) => cloud.sts.roles.clear())).toMatch(
      /^access-denied: .*the role is not there, or/,
    );
  });

  it('says that the account does not know GitHub', async () => {
    expect(await failing(({ cloud }) => cloud.sts.providers.clear())).toMatch(
      /^credentials-missing: The account 706704660887 does not know GitHub: .*Create the OpenID Connect provider/,
    );
  });

  it('says that the provider does not take the audience', async () => {
    expect(
      await failing(({ cloud, identity }) => {
        cloud.sts.providers.set(identity.provider, { clientIds: ['other'], key: identity.key });
      }),
    ).toMatch(/^credentials-missing: .*audience sts\.amazonaws\.com\. Add the audience/);
  });

  it('says that the role does not allow sessions of that length', async () => {
    expect(await failing(() => undefined, roleJob({ 'role-duration': '2h' }))).toMatch(
      /^inputs: The input role-duration is 2h 00m, which is more than the role .* allows\. Lower role-duration/,
    );
  });

  it('says that AWS cannot be reached', async () => {
    const said = await failing(({ cloud }) => cloud.faults.push({ action: ASSUME, kind: 'server-error' }));
    expect(said).toMatch(/^aws-unavailable: sts:AssumeRoleWithWebIdentity failed/);
  });

  it('asks AWS again when it could not read the keys of GitHub in time', async () => {
    const there = await roleWorld();
    const provider = there.cloud.sts.providers.get(there.identity.provider)!;
    let asked = 0;
    there.cloud.sts.providers.set(there.identity.provider, {
      ...provider,
      key: (id) => (asked++ === 0 ? undefined : provider.key(id)),
    });
    expect(await release(there)).toEqual({ kind: 'released' });
    expect(assumed(there).map(({ error }) => error)).toEqual(['InvalidIdentityToken', undefined]);
  });
});

describe('the secrets of a session', () => {
  it('are masked before they are used, and are in no output, state, report, file or log', async () => {
    const there = await slow(12 * MINUTE);
    expect(await release(there)).toEqual({ kind: 'released' });
    const secrets = [
      ...there.identity.given,
      ...[...there.cloud.sts.sessions].flatMap(([id, { secretAccessKey, sessionToken }]) => [
        id,
        secretAccessKey,
        sessionToken,
      ]),
    ];
    expect(secrets).toHaveLength(8);
    expect([...there.masked].sort()).toEqual([...secrets].sort());
    const left = JSON.stringify([
      [...there.outputs],
      [...there.saved],
      [...there.files],
      there.summaries,
      there.logged,
      there.warnings,
      there.errors,
    ]);
    const found = [...secrets, there.identity.requestToken].filter((secret) => left.includes(secret));
    expect(found).toEqual([]);
  });
});
