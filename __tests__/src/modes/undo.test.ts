import { describe, expect, it } from '@jest/globals';
import { elbOperations } from '../../../sandbox/elbv2/operations.js';
import { ecsOperations } from '../../../sandbox/ecs/operations.js';
import type { JsonObject } from '../../../sandbox/json.js';
import { NAMES } from '../../../sandbox/names.js';
import { builtFrom } from '../../../sandbox/runtime/example-answers.js';
import { run } from '../../../src/run.js';
import { changes, OLD_COMMIT, readyWorld, type ReadyWorld } from '../../ready-world.js';
import { takeShortCuts } from '../../simulation/direct.js';
import { inputs } from '../../world.js';

takeShortCuts();

const ecs = ({ cloud }: ReadyWorld, operation: string, input: JsonObject) =>
  ecsOperations[operation]!(cloud, { cluster: NAMES.cluster, service: NAMES.service, ...input });
const elb = ({ cloud }: ReadyWorld, ListenerArn: string) =>
  elbOperations['DeleteListener']!(cloud, { ListenerArn });
const release = (there: ReadyWorld) => there.during(run(there.world));
const revision = ({ cloud }: ReadyWorld, number: number) =>
  cloud.ecs.families.get(NAMES.family)![number - 1]!;
const resultOf = (there: ReadyWorld, number: number): string | undefined =>
  revision(there, number).tags.find(({ key }) => key === 'deploy-backend:result')?.value;
const CONFIGURATION = (breaker: JsonObject): JsonObject => ({
  deploymentConfiguration: { deploymentCircuitBreaker: breaker },
});
const WRONG = { answer: builtFrom('9'.repeat(40)) };

/** The service is steady on a revision, and nothing else runs. */
function expectSteadyOn(there: ReadyWorld, number: number, tasks = 2): void {
  expect(there.service().deployments).toMatchObject([
    { status: 'PRIMARY', rolloutState: 'COMPLETED', taskDefinition: revision(there, number).arn },
  ]);
  const running = [...there.cloud.ecs.clusters.get(NAMES.cluster)!.tasks.values()].filter(
    ({ lastStatus }) => lastStatus === 'RUNNING',
  );
  expect(running.map(({ taskDefinition }) => taskDefinition)).toEqual(
    Array.from({ length: tasks }, () => revision(there, number).arn),
  );
}

describe('a release that fails while its deployment goes on', () => {
  it('is stopped by ECS, which restores the revision before, and that is proven', async () => {
    const there = await readyWorld({ env: inputs() });
    there.script.set(there.newDigest, { exit: { after: 1_000, exitCode: 1 }, output: ['no such table'] });
    const began = there.clock.now();
    expect(await release(there)).toMatchObject({
      kind: 'rolled-back',
      error: { code: 'crash-loop' },
      state:
        'mentalspace-backend is back on mentalspace-backend-prod:1, and that is proven. mentalspace-backend-prod:2 stays the newest revision of its family.',
    });
    expect(there.logged.join('\n')).toMatch(/mentalspace-backend-prod:1 is live again by ecs-svc\//);
    expect(there.clock.now() - began).toBeLessThan(180_000);
    expect(changes(there.cloud)).toEqual([
      'ecs:RegisterTaskDefinition',
      'ecs:UpdateService',
      'ecs:StopServiceDeployment',
      'ecs:TagResource',
    ]);
    expectSteadyOn(there, 1);
    expect(resultOf(there, 2)).toBe('rolled-back');
    expect(Object.fromEntries(there.outputs)).toMatchObject({
      outcome: 'rolled-back',
      'rolled-back': 'true',
      'failure-code': 'crash-loop',
      'task-definition-arn': revision(there, 2).arn,
    });
    expect(there.errors).toHaveLength(1);
    expect(there.errors[0]).toMatch(
      /exit code 1[\s\S]*back on mentalspace-backend-prod:1, and that is proven/,
    );
    expect(there.logged.join('\n')).toMatch(/no such table/);
  });

  it('is taken back by an update where the policy does not allow to stop it', async () => {
    const there = await readyWorld({ env: inputs() });
    there.script.set(there.newDigest, { exit: { after: 1_000, exitCode: 1 } });
    there.cloud.faults.push({ action: 'ecs:StopServiceDeployment', kind: 'deny' });
    expect(await release(there)).toMatchObject({ kind: 'rolled-back', error: { code: 'crash-loop' } });
    expect(changes(there.cloud).filter((action) => action === 'ecs:UpdateService')).toHaveLength(2);
    expectSteadyOn(there, 1);
  });

  it.each(['restored', 'new'] as const)('recognises the deployment that ECS restores (%s)', async (which) => {
    const there = await readyWorld({ env: inputs() });
    there.cloud.ecs.rollbackDeployment = which;
    there.script.set(there.newDigest, { unhealthyAfter: 0 });
    expect(await release(there)).toMatchObject({ kind: 'rolled-back', error: { code: 'target-health' } });
    expectSteadyOn(there, 1);
  });
});

describe('a release whose targets can never be healthy', () => {
  it('fails at once when its target group serves no traffic', async () => {
    const there = await readyWorld({ env: inputs() });
    const sent = there.world.aws!;
    const aws: typeof sent = {
      async handle(request) {
        const updated = there.cloud.calls.some(({ action }) => action === 'ecs:UpdateService');
        if (updated) for (const { arn } of there.cloud.elb.listeners.values()) await elb(there, arn);
        return sent.handle(request);
      },
    };
    const began = there.clock.now();
    const outcome = await there.during(run({ ...there.world, aws }));
    expect(outcome.error).toMatchObject({ code: 'target-health' });
    expect(outcome.error?.message).toMatch(/Target\.NotInUse/);
    expect(there.clock.now() - began).toBeLessThan(120_000);
    expect(there.logged.join('\n')).toMatch(/✗ wait .*Target\.NotInUse/);
  });
});

describe('a release that fails after its deployment is complete', () => {
  it('is taken back by one update, and that is proven', async () => {
    const there = await readyWorld({ env: inputs() });
    there.script.set(there.newDigest, WRONG);
    expect(await release(there)).toMatchObject({ kind: 'rolled-back', error: { code: 'smoke-failed' } });
    expect(changes(there.cloud)).toEqual([
      'ecs:RegisterTaskDefinition',
      'ecs:UpdateService',
      'ecs:UpdateService',
      'ecs:TagResource',
    ]);
    expectSteadyOn(there, 1);
    expect(there.outputs.get('smoke-failed')).toBe('1');
    expect(JSON.parse(there.outputs.get('smoke-results')!)).toContainEqual(
      expect.objectContaining({ check: 'version', verdict: 'fail' }),
    );
  });

  it('goes back to a copy pinned to the digest that was running, when the revision before has a tag', async () => {
    const host = `${NAMES.account}.dkr.ecr.${NAMES.region}.amazonaws.com`;
    const tagged = await readyWorld({
      env: inputs(),
      service: { image: `${host}/${NAMES.repository}:v1` },
    });
    tagged.script.set(tagged.newDigest, WRONG);
    expect(await release(tagged)).toMatchObject({
      kind: 'rolled-back',
      state: 'mentalspace-backend is back on mentalspace-backend-prod:3, and that is proven.',
    });
    expect([resultOf(tagged, 2), resultOf(tagged, 3)]).toEqual(['rolled-back', 'released']);
    const [container] = revision(tagged, 3).body['containerDefinitions'] as readonly JsonObject[];
    expect(container!['image']).toBe(`${tagged.cloud.ecr.host}/${NAMES.repository}@${tagged.oldDigest}`);
    expectSteadyOn(tagged, 3);
  });

  it('goes back to a copy without tags where tagging is denied, with a warning', async () => {
    const there = await readyWorld({
      env: inputs(),
      service: { image: `${NAMES.account}.dkr.ecr.${NAMES.region}.amazonaws.com/${NAMES.repository}:v1` },
    });
    revision(there, 1).tags.push({ key: 'team', value: 'ehr' });
    there.cloud.faults.push({ action: 'ecs:TagResource', kind: 'deny' });
    there.script.set(there.newDigest, WRONG);
    expect(await release(there)).toMatchObject({ kind: 'rolled-back' });
    expect(there.warnings.join()).toMatch(/The revision could not be tagged: allow ecs:TagResource/);
    expect(revision(there, 3).tags).toEqual([]);
    expectSteadyOn(there, 3);
  });

  it('goes back to an equal copy when the revision before was deregistered', async () => {
    const there = await readyWorld({ env: inputs() });
    there.script.set(there.newDigest, WRONG);
    there.clock.after(
      10_000,
      () => void ecs(there, 'DeregisterTaskDefinition', { taskDefinition: revision(there, 1).arn }),
    );
    expect(await release(there)).toMatchObject({ kind: 'rolled-back' });
    const {
      taskDefinitionArn: _,
      revision: __,
      status: ___,
      registeredAt: ____,
      ...before
    } = revision(there, 1).body;
    expect(revision(there, 3).body).toMatchObject({
      family: before['family']!,
      containerDefinitions: before['containerDefinitions']!,
    });
    expectSteadyOn(there, 3);
  });

  it('is not called rolled back when ECS undoes the rollback', async () => {
    const there = await readyWorld({ env: inputs() });
    await ecs(there, 'UpdateService', CONFIGURATION({ enable: true, rollback: true }));
    there.script.set(there.newDigest, WRONG);
    there.cloud.ecs.startFailures.push(({ taskDefinition }) =>
      taskDefinition === revision(there, 1).arn &&
      there.cloud.calls.some(({ action }) => action === 'ecs:UpdateService')
        ? 'ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException'
        : undefined,
    );
    const outcome = await release(there);
    expect(outcome).toMatchObject({ kind: 'rollback-failed', error: { code: 'smoke-failed' } });
    expect(outcome.error?.message).toMatch(
      /The rollback could not be proven: ecs-svc\/\d+ of mentalspace-backend-prod:1 was asked for\. /,
    );
    expect(there.outputs.get('rolled-back')).toBe('false');
    expect(there.errors[0]).toMatch(/ECS undid the rollback and restored mentalspace-backend-prod:2/);
    expect(there.service().deployments[0]).toMatchObject({ taskDefinition: revision(there, 2).arn });
    expect(there.errors[0]).toMatch(/aws ecs update-service .*--task-definition mentalspace-backend-prod:1/);
  });
});

describe('a release that ECS gives up by itself', () => {
  it('is followed back without a second rollback', async () => {
    // The breaker is content with the one crash that is no verdict for us yet.
    const there = await readyWorld({ env: inputs(), service: { desiredCount: 1 } });
    await ecs(
      there,
      'UpdateService',
      CONFIGURATION({ enable: true, rollback: true, thresholdConfiguration: { type: 'COUNT', value: 1 } }),
    );
    there.script.set(there.newDigest, { exit: { after: 1_000, exitCode: 1 } });
    expect(await release(there)).toMatchObject({ kind: 'rolled-back', error: { code: 'crash-loop' } });
    expect(changes(there.cloud)).toEqual([
      'ecs:RegisterTaskDefinition',
      'ecs:UpdateService',
      'ecs:TagResource',
    ]);
    expectSteadyOn(there, 1, 1);
  });

  it('is recognised by its deployments alone where the history is not allowed to be read', async () => {
    const there = await readyWorld({ env: inputs() });
    const breaker = { enable: true, rollback: true, thresholdConfiguration: { type: 'COUNT', value: 1 } };
    await ecs(there, 'UpdateService', CONFIGURATION(breaker));
    there.cloud.faults.push(
      ...['ecs:DescribeServiceDeployments', 'ecs:ListServiceDeployments', 'ecs:DescribeServiceRevisions'].map(
        (action) => ({ action, kind: 'deny' as const }),
      ),
    );
    there.script.set(there.newDigest, { exit: { after: 1_000, exitCode: 1 } });
    expect(await release(there)).toMatchObject({ kind: 'rolled-back', error: { code: 'crash-loop' } });
    expectSteadyOn(there, 1);
  });

  it('is taken back when its breaker does not do so', async () => {
    const there = await readyWorld({ env: inputs() });
    await ecs(
      there,
      'UpdateService',
      CONFIGURATION({ enable: true, rollback: false, thresholdConfiguration: { type: 'COUNT', value: 1 } }),
    );
    there.script.set(there.newDigest, { exit: { after: 1_000, exitCode: 1 } });
    expect(await release(there)).toMatchObject({ kind: 'rolled-back', error: { code: 'crash-loop' } });
    expectSteadyOn(there, 1);
  });

  it('names the alarm when one went off', async () => {
    const there = await readyWorld({ env: inputs() });
    await ecs(there, 'UpdateService', {
      deploymentConfiguration: { alarms: { alarmNames: ['errors'], enable: true, rollback: true } },
    });
    there.clock.after(30_000, () => void there.cloud.ecs.alarms.set('errors', 'ALARM'));
    expect(await release(there)).toMatchObject({ kind: 'rolled-back', error: { code: 'alarm' } });
    expectSteadyOn(there, 1);
  });
});

describe('a release that somebody else replaces', () => {
  it.each([
    ['with the revision before', (there: ReadyWorld) => ({ taskDefinition: revision(there, 1).arn })],
    ['with its own revision', () => ({ forceNewDeployment: true })],
  ])('touches nothing (%s)', async (_, update) => {
    const there = await readyWorld({ env: inputs() });
    there.clock.after(20_000, () => void ecs(there, 'UpdateService', update(there)));
    expect(await release(there)).toMatchObject({ kind: 'superseded', error: { code: 'superseded' } });
    expect(changes(there.cloud)).toEqual(['ecs:RegisterTaskDefinition', 'ecs:UpdateService']);
  });

  it('is superseded also while it is on its way back', async () => {
    const there = await readyWorld({ env: inputs() });
    there.script.set(there.newDigest, WRONG);
    let replaced = false;
    const aws = there.world.aws!;
    const send: typeof aws = {
      async handle(request) {
        const answer = await aws.handle(request);
        const updates = there.cloud.calls.filter(({ action }) => action === 'ecs:UpdateService').length;
        if (updates === 2 && !replaced) {
          replaced = true;
          there.clock.after(10_000, () => void ecs(there, 'UpdateService', { forceNewDeployment: true }));
        }
        return answer;
      },
    };
    expect(await there.during(run({ ...there.world, aws: send }))).toMatchObject({ kind: 'superseded' });
    expect(changes(there.cloud).filter((action) => action === 'ecs:UpdateService')).toHaveLength(2);
  });
});

describe('a rollback over HTTP', () => {
  it('asks for the commit that was live before', async () => {
    const there = await readyWorld({ env: inputs() });
    there.script.set(there.newDigest, WRONG);
    await release(there);
    expect(there.logged.join('\n')).toMatch(new RegExp(`pass +version: .*commit ${OLD_COMMIT.slice(0, 12)}`));
  });

  it('does not ask a service that did not say its commit before', async () => {
    const there = await readyWorld({ env: inputs() });
    there.script.set(there.oldDigest, {
      answer: ({ path }) => (path === '/api/v1/version' ? { status: 404 } : undefined),
    });
    await ecs(there, 'UpdateService', { forceNewDeployment: true });
    await there.clock.advance(600_000);
    there.script.set(there.newDigest, WRONG);
    expect(await release(there)).toMatchObject({ kind: 'rolled-back' });
    expect(there.logged.join('\n')).toMatch(/The version is not asked for/);
  });

  it('is not begun when the service cannot be reached at all before the release', async () => {
    const there = await readyWorld({ env: inputs() });
    const http: typeof there.world.http = (request) =>
      request.url.includes('/version')
        ? Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }))
        : there.world.http(request);
    const outcome = await there.during(run({ ...there.world, http }));
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'base-url-unreachable' } });
    expect(outcome.error?.message).toMatch(/ENOTFOUND/);
    expect(changes(there.cloud)).toEqual([]);
  });
});
