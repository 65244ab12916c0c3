import { describe, expect, it } from '@jest/globals';
import { ecrOperations } from '../../../sandbox/ecr/operations.js';
import { ecsOperations } from '../../../sandbox/ecs/operations.js';
import type { JsonObject } from '../../../sandbox/json.js';
import { NAMES } from '../../../sandbox/names.js';
import type { Outcome } from '../../../src/outcome.js';
import { builtFrom } from '../../../sandbox/runtime/example-answers.js';
import { CHECKS } from '../../../src/checks/check.js';
import { run } from '../../../src/run.js';
import { changes, image, NEW_COMMIT, OLD_COMMIT, readyWorld, type ReadyWorld } from '../../ready-world.js';
import { takeShortCuts } from '../../simulation/direct.js';
import { inputs } from '../../world.js';
import { runCutOff, type Cut } from './cut-off.js';

takeShortCuts();

const THIRD_COMMIT = '3'.repeat(40);

const ecs = ({ cloud }: ReadyWorld, operation: string, input: JsonObject) =>
  ecsOperations[operation]!(cloud, { cluster: NAMES.cluster, service: NAMES.service, ...input });
const revision = ({ cloud }: ReadyWorld, number: number) =>
  cloud.ecs.families.get(NAMES.family)![number - 1]!;
const live = (there: ReadyWorld): number =>
  Number(there.service().deployments[0]!.taskDefinition.split(':').at(-1));

/** What revision 1 was registered with. */
function registrable(there: ReadyWorld): JsonObject {
  const { family, containerDefinitions, memory, cpu, networkMode } = revision(there, 1).body;
  return {
    family: family!,
    containerDefinitions: containerDefinitions!,
    memory: memory!,
    cpu: cpu!,
    networkMode: networkMode!,
  };
}

/** Runs the action with other inputs on the same world, and forgets the calls before. */
function act(there: ReadyWorld, given: Record<string, string>): Promise<Outcome> {
  there.cloud.calls.length = 0;
  there.outputs.clear();
  return there.during(run({ ...there.world, env: inputs(given) }));
}
const release = (there: ReadyWorld, tag: string) => act(there, { image: `${NAMES.repository}:${tag}` });
const rollback = (there: ReadyWorld, to = 'previous', more: Record<string, string> = {}) =>
  act(there, { mode: 'rollback', 'rollback-to': to, image: '', ...more });

/** The steps that went well since revision 2 was released, as the log tells them. */
const stepsIn = ({ logged }: ReadyWorld): readonly string[] => {
  const lines = logged.slice(logged.findLastIndex((line) => /^✓ preflight\b/.test(line)));
  return lines.flatMap((line) => /^✓ ([a-z]*)/.exec(line)?.[1] ?? []);
};

/** Revision 1 was live first, and revision 2 was released. */
async function secondReleased(): Promise<ReadyWorld> {
  const there = await readyWorld({ env: inputs() });
  expect(await release(there, 'v2')).toEqual({ kind: 'released' });
  return there;
}

describe('a rollback', () => {
  it.each([
    ['previous', 'previous'],
    ['a revision number', '1'],
    ['a commit', OLD_COMMIT],
    ['an abbreviated commit', OLD_COMMIT.slice(0, 8).toUpperCase()],
    ['an ARN', `arn:aws:ecs:${NAMES.region}:${NAMES.account}:task-definition/${NAMES.family}:1`],
  ])('returns the service to %s and proves it', async (_, to) => {
    const there = await secondReleased();
    const outcome = await rollback(there, to);
    expect(outcome).toEqual({
      kind: 'rolled-back',
      state: 'mentalspace-backend is back on mentalspace-backend-prod:1, and that is proven.',
    });
    expect(live(there)).toBe(1);
    expect(changes(there.cloud)).toEqual(['ecs:UpdateService', 'ecs:TagResource']);
    expect(Object.fromEntries(there.outputs)).toMatchObject({
      outcome: 'rolled-back',
      'failure-code': '',
      'rolled-back': 'true',
      changed: 'true',
      'git-sha': OLD_COMMIT,
      'task-definition-arn': revision(there, 1).arn,
      'previous-task-definition-arn': revision(there, 2).arn,
    });
    expect(there.errors).toEqual([]);
    expect(there.logged.join('\n')).toMatch(/pass +version/);
    expect(stepsIn(there)).toEqual([
      ...['preflight', 'deploy', 'wait', 'health', 'identity', 'smoke', 'logs'],
      // The end of the story.
      'rolled',
    ]);
  });

  it('never leads to a revision that was rolled back from', async () => {
    const there = await secondReleased();
    await rollback(there);
    const outcome = await rollback(there);
    // What the hint names is what the input takes.
    const hint = 'Name a revision of mentalspace-backend-prod with rollback-to: 2.';
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'rollback-target-invalid', hint } });
    expect(changes(there.cloud)).toEqual([]);
    expect(there.summaries.at(-1)).toMatch(
      /^## ❌ <code>mentalspace-backend<\/code>&#58; the rollback failed/,
    );
  });

  it('leads past a release that failed its checks after ECS had completed it', async () => {
    const there = await secondReleased();
    const third = await image(there.cloud, 'v3', THIRD_COMMIT);
    there.script.set(third, {
      answer: builtFrom(NEW_COMMIT),
    });
    expect(await release(there, 'v3')).toMatchObject({ kind: 'rolled-back' });
    expect(live(there)).toBe(2);
    expect(await rollback(there)).toMatchObject({ kind: 'rolled-back' });
    expect(live(there)).toBe(1);
  });

  it('is the way out of a rollout that is stuck', async () => {
    const there = await secondReleased();
    const third = await image(there.cloud, 'v3', THIRD_COMMIT);
    there.script.set(third, { unhealthyAfter: 0 });
    expect(await act(there, { image: `${NAMES.repository}:v3`, 'auto-rollback': 'false' })).toMatchObject({
      kind: 'left-as-is',
    });
    expect(live(there)).toBe(3);
    expect(await rollback(there)).toMatchObject({ kind: 'rolled-back' });
    expect(live(there)).toBe(2);
  });

  it('registers an equal copy of a revision that was deregistered', async () => {
    const there = await secondReleased();
    await ecs(there, 'DeregisterTaskDefinition', { taskDefinition: revision(there, 1).arn });
    expect(await rollback(there, '1')).toMatchObject({ kind: 'rolled-back' });
    expect(live(there)).toBe(3);
    expect(revision(there, 3).body['containerDefinitions']).toEqual(
      revision(there, 1).body['containerDefinitions'],
    );
    expect(there.outputs.get('task-definition-arn')).toBe(revision(there, 3).arn);
  });

  it('knows what was released before from tags where the history is not allowed to be read', async () => {
    const there = await secondReleased();
    await image(there.cloud, 'v3', THIRD_COMMIT);
    await release(there, 'v3');
    there.cloud.faults.push({ action: 'ecs:ListServiceDeployments', kind: 'deny' });
    expect(await rollback(there)).toMatchObject({ kind: 'rolled-back' });
    expect(live(there)).toBe(2);
    expect(there.warnings.join()).toMatch(/known from tags alone.*ecs:ListServiceDeployments/);
  });

  it('is proven without HTTP when there is no base-url, with a warning', async () => {
    const there = await secondReleased();
    expect(await rollback(there, 'previous', { 'base-url': '' })).toMatchObject({ kind: 'rolled-back' });
    expect(there.warnings.join()).toMatch(/There is no base-url/);
  });

  it('shows what it would do and changes nothing in a dry run', async () => {
    const there = await secondReleased();
    expect(await rollback(there, 'previous', { 'dry-run': 'true' })).toEqual({
      kind: 'planned',
      state: 'Nothing was changed: mentalspace-backend-prod:2 would go back to mentalspace-backend-prod:1.',
    });
    expect(changes(there.cloud)).toEqual([]);
    expect(there.logged.join('\n')).toMatch(/would call ecs:UpdateService with mentalspace-backend-prod:1/);
    expect(there.outputs.get('outcome')).toBe('planned');
    await ecs(there, 'DeregisterTaskDefinition', { taskDefinition: revision(there, 1).arn });
    expect(await rollback(there, '1', { 'dry-run': 'true' })).toMatchObject({ kind: 'planned' });
    expect(there.logged.join('\n')).toMatch(
      /would call ecs:RegisterTaskDefinition \(an equal copy of mentalspace-backend-prod:1\), ecs:UpdateService/,
    );
  });
});

describe('a rollback that cannot go well', () => {
  it.each<[string, string, RegExp, (there: ReadyWorld) => unknown]>([
    ['is live already', '2', /is live already/, () => undefined],
    ['does not exist', '99', /does not have a revision 99/, () => undefined],
    ['is of an unknown commit', 'abcdef0', /of commit abcdef0/, () => undefined],
    [
      'is of another family',
      `arn:aws:ecs:${NAMES.region}:${NAMES.account}:task-definition/other:1`,
      /another family/,
      (there) =>
        ecs(there, 'RegisterTaskDefinition', {
          ...registrable(there),
          family: 'other',
        }),
    ],
    [
      'has lost its image',
      '1',
      /no longer in/,
      (there) =>
        ecrOperations['BatchDeleteImage']!(there.cloud, {
          repositoryName: NAMES.repository,
          imageIds: [{ imageDigest: there.oldDigest }],
        }),
    ],
  ])('is refused when its target %s', async (_, to, why, prepare) => {
    const there = await secondReleased();
    await prepare(there);
    const outcome = await rollback(there, to);
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'rollback-target-invalid' } });
    expect(outcome.error?.message).toMatch(why);
    expect(outcome.error?.hint).toMatch(/rollback-to|same family/);
    expect(changes(there.cloud)).toEqual([]);
    expect(live(there)).toBe(2);
  });

  it('is refused when rollback-to is none of the things that it may be', async () => {
    const there = await secondReleased();
    expect(await rollback(there, 'yesterday')).toMatchObject({ kind: 'failed', error: { code: 'inputs' } });
  });

  it('goes back to where it started when its target fails, and is no success', async () => {
    const there = await secondReleased();
    there.script.set(there.oldDigest, { exit: { after: 1_000, exitCode: 1 } });
    const outcome = await rollback(there);
    expect(outcome).toMatchObject({ kind: 'rollback-failed', error: { code: 'crash-loop' } });
    expect(outcome.state).toMatch(/^The rollback failed\. .* is back on mentalspace-backend-prod:2, and/);
    expect(live(there)).toBe(2);
    expect(there.outputs.get('rolled-back')).toBe('false');
  });

  it('stays where it is when neither target nor start are healthy', async () => {
    const there = await secondReleased();
    const third = await image(there.cloud, 'v3', THIRD_COMMIT);
    for (const digest of [third, there.newDigest]) there.script.set(digest, { unhealthyAfter: 0 });
    await act(there, { image: `${NAMES.repository}:v3`, 'auto-rollback': 'false' });
    const outcome = await rollback(there);
    expect(outcome.kind).toBe('rollback-failed');
    expect(live(there)).toBe(2);
  });
});

describe('a rollback that is cut off', () => {
  const env = inputs({ mode: 'rollback', image: '' });

  /** The number of the update among the calls of a rollback, from 1. */
  async function callOfUpdate(): Promise<number> {
    const probe = await secondReleased();
    probe.cloud.calls.length = 0;
    await probe.during(run({ ...probe.world, env }));
    return probe.cloud.calls.findIndex(({ action }) => action === 'ecs:UpdateService') + 1;
  }

  /** Cuts a rollback off at a call of an action. */
  async function cutAt(
    action: string,
    cut: Omit<Cut, 'call'>,
    offset = 0,
    prepare = (_: ReadyWorld): unknown => undefined,
  ) {
    const [probe, there] = [await secondReleased(), await secondReleased()];
    for (const one of [probe, there]) {
      one.cloud.calls.length = 0;
      prepare(one);
    }
    await probe.during(run({ ...probe.world, env }));
    const call = probe.cloud.calls.findIndex((made) => made.action === action) + 1 + offset;
    const world = { ...there, world: { ...there.world, env } };
    return { there, ...(await runCutOff(world, { ...cut, call })) };
  }

  it.each(['kill', 'cancel'] as const)('is followed to its end by the post step (%s)', async (how) => {
    for (const offset of [0, 1, 3, 8]) {
      const { there, main, post } = await cutAt('ecs:UpdateService', { when: 'after', how }, offset);
      expect([offset, main?.kind]).toEqual([offset, how === 'kill' ? undefined : 'cancelled']);
      expect([offset, post?.kind]).toEqual([offset, 'rolled-back']);
      expect(live(there)).toBe(1);
      expect(changes(there.cloud).filter((action) => action === 'ecs:UpdateService')).toHaveLength(1);
    }
  });

  it('never began when it was cut off before its update', async () => {
    const { there, post } = await cutAt('ecs:UpdateService', { when: 'before', how: 'kill' });
    expect(post).toMatchObject({ kind: 'failed', error: { code: 'cancelled' } });
    expect(live(there)).toBe(2);
    expect(changes(there.cloud)).toEqual([]);
  });

  it('is no success when its target had failed and main was on its way back', async () => {
    const crash = (there: ReadyWorld): unknown =>
      there.script.set(there.oldDigest, { exit: { after: 1_000, exitCode: 1 } });
    const { there, post } = await cutAt(
      'ecs:StopServiceDeployment',
      { when: 'after', how: 'kill' },
      0,
      crash,
    );
    expect(post).toMatchObject({ kind: 'rollback-failed' });
    await there.clock.advance(600_000);
    expect(live(there)).toBe(2);
  });

  it.each([
    ['a new', 'new'],
    ['the old', 'restored'],
  ] as const)(
    'is no success, and nobody else is blamed, when ECS has undone it by %s deployment',
    async (_, kind) => {
      const there = await readyWorld({
        env: inputs(),
        service: {
          settings: {
            deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
          },
        },
      });
      await release(there, 'v2');
      there.cloud.ecs.rollbackDeployment = kind;
      there.script.set(there.oldDigest, { exit: { after: 1_000, exitCode: 1 } });
      there.cloud.calls.length = 0;
      // The first look of the wait.
      const call = (await callOfUpdate()) + 1;
      const { post } = await runCutOff(
        { ...there, world: { ...there.world, env } },
        { call, when: 'after', how: 'kill' },
        () => there.clock.advance(600_000),
      );
      expect(there.service().deployments).toMatchObject([{ rolloutState: 'COMPLETED' }]);
      expect(live(there)).toBe(2);
      expect(post).toMatchObject({
        kind: 'rollback-failed',
        error: {
          code: 'circuit-breaker',
          message: expect.stringMatching(
            /ECS gave it up and restored mentalspace-backend-prod:2: .*deployment failed: tasks failed to start/,
          ),
        },
      });
      expect(changes(there.cloud)).toEqual(['ecs:UpdateService']);
    },
  );
});

describe('a rollback to what leads by the time of its update', () => {
  /** Lets somebody act between the first look at the service and the one right before the update. */
  function onceLookedAt({ cloud }: ReadyWorld, work: () => unknown): void {
    let looked = false;
    cloud.afterCall.push(({ action }) => {
      if (looked || action !== 'ecs:DescribeServices') return;
      looked = true;
      void work();
    });
  }

  it('changes nothing, and proves what somebody else has brought back', async () => {
    const there = await secondReleased();
    onceLookedAt(there, () => ecs(there, 'UpdateService', { taskDefinition: revision(there, 1).arn }));
    const outcome = await rollback(there);
    expect(outcome).toMatchObject({ kind: 'rolled-back' });
    expect(live(there)).toBe(1);
    expect(there.outputs.get('changed')).toBe('false');
    expect(changes(there.cloud)).toEqual(['ecs:TagResource']);
  });

  it('says that it changed nothing when the answer of its update shows that tasks start for it already', async () => {
    const there = await secondReleased();
    // What ECS shows is of before that for a while, and the run takes its time.
    there.cloud.faults.push(
      { action: 'ecs:DescribeServices', kind: 'stale', times: 1, delay: 30_000 },
      { action: 'ecs:DescribeTaskDefinition', kind: 'throttle', times: 5 },
    );
    onceLookedAt(there, () => ecs(there, 'UpdateService', { taskDefinition: revision(there, 1).arn }));
    const outcome = await rollback(there);
    expect(outcome).toMatchObject({ kind: 'rolled-back' });
    expect(there.outputs.get('changed')).toBe('false');
    expect(there.outputs.get('deployment-id')).toBe(there.service().deployments[0]!.id);
    expect(changes(there.cloud)).toEqual(['ecs:UpdateService', 'ecs:TagResource']);
    expect(there.logged.join('\n')).toMatch(/prod:1 is live already by ecs-svc\/\d+: nothing was changed/);
  });
});

describe('a rollback of a service that does not answer', () => {
  it('is proven without HTTP, and its target is not called bad', async () => {
    const there = await secondReleased();
    const http: typeof there.world.http = (request) =>
      request.url.includes('/version')
        ? Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }))
        : there.world.http(request);
    const world = { ...there.world, http, env: inputs({ mode: 'rollback', image: '' }) };
    expect(await there.during(run(world))).toMatchObject({ kind: 'rolled-back' });
    expect(live(there)).toBe(1);
    expect(there.warnings.join()).toMatch(/cannot be reached.*not proven over HTTP/);
  });

  it('is asked again after the rollback, and then has to answer as it should', async () => {
    const there = await secondReleased();
    let down = true;
    const http: typeof there.world.http = (request) =>
      down && request.url.startsWith('https://api.example.com')
        ? Promise.reject(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))
        : there.world.http(request);
    there.cloud.afterCall.push(({ action }) => {
      if (action === 'ecs:UpdateService') down = false;
    });
    const world = { ...there.world, http, env: inputs({ mode: 'rollback', image: '' }) };
    expect(await there.during(run(world))).toMatchObject({ kind: 'rolled-back' });
    const results = JSON.parse(there.outputs.get('smoke-results')!) as { check: string; verdict: string }[];
    expect(results.map(({ check, verdict }) => `${check} ${verdict}`)).toEqual(
      CHECKS.map(
        (check) => `${check} ${['version', 'health', 'database'].includes(check) ? 'pass' : 'skipped'}`,
      ),
    );
  });

  it.each([
    ['no readiness route', 404],
    ['a database that is down', 503],
  ])('is not measured by what failed before (%s)', async (_, status) => {
    const there = await secondReleased();
    const flawed = {
      answer: ({ path }: { path: string }) => (path.endsWith('/ready') ? { status } : undefined),
    };
    there.script.set(there.oldDigest, flawed);
    there.script.set(there.newDigest, flawed);
    await ecs(there, 'UpdateService', { forceNewDeployment: true });
    await there.clock.advance(600_000);
    expect(await rollback(there)).toMatchObject({ kind: 'rolled-back' });
    expect(live(there)).toBe(1);
    expect(there.warnings.join()).toMatch(/database fails already/);
  });

  it('says before it changes anything that no commit is said, by which it is measured all the same', async () => {
    const there = await secondReleased();
    const planned = { kind: 'planned' };
    expect(await rollback(there, '1', { 'version-path': '/version', 'dry-run': 'true' })).toMatchObject(
      planned,
    );
    expect(there.warnings.join()).toMatch(/version fails already.*measured by it all the same.*404/);
    there.warnings.length = 0;
    expect(await rollback(there, '1', { 'dry-run': 'true' })).toMatchObject(planned);
    expect(there.warnings.join()).not.toMatch(/fails already/);
  });

  it('stays where it was led when that is bad, and the start was no better', async () => {
    const there = await secondReleased();
    const flawed = {
      answer: ({ path }: { path: string }) => (path.endsWith('/ready') ? { status: 503 } : undefined),
    };
    there.script.set(there.newDigest, flawed);
    there.script.set(there.oldDigest, { answer: builtFrom(THIRD_COMMIT) });
    await ecs(there, 'UpdateService', { forceNewDeployment: true });
    await there.clock.advance(600_000);
    expect(await rollback(there)).toMatchObject({ kind: 'rollback-failed', error: { code: 'smoke-failed' } });
    expect(live(there)).toBe(1);
  });
});
