import { describe, expect, it } from '@jest/globals';
import { ecsOperations } from '../../../sandbox/ecs/operations.js';
import { NAMES } from '../../../sandbox/names.js';
import { DeployError } from '../../../src/errors.js';
import { run } from '../../../src/run.js';
import type { AwsRequest, AwsTransport, Runner, World } from '../../../src/world.js';
import { changes, readyWorld, type ReadyWorld } from '../../ready-world.js';
import { inputs } from '../../world.js';

const live = (there: ReadyWorld): string => there.service().deployments[0]!.taskDefinition;
const revision = (there: ReadyWorld, number: number): string =>
  there.cloud.ecs.families.get(NAMES.family)![number - 1]!.arn;
const someoneElseDeploys = ({ cloud }: ReadyWorld) =>
  ecsOperations['UpdateService']!(cloud, {
    cluster: NAMES.cluster,
    service: NAMES.service,
    forceNewDeployment: true,
  });

const operationOf = (request: AwsRequest): string => request.headers['x-amz-target']?.split('.')[1] ?? '';
type Around = (operation: string, send: () => ReturnType<AwsTransport['handle']>) => unknown;

/** Runs a release with something put around every call of AWS's JSON services. */
async function releaseAround(there: ReadyWorld, around: Around, more: Partial<World> = {}) {
  const sent = there.world.aws!;
  const aws: AwsTransport = {
    handle: async (request) => {
      const send = () => sent.handle(request);
      const answer = await around(operationOf(request), send);
      return (answer as Awaited<ReturnType<AwsTransport['handle']>> | undefined) ?? send();
    },
  };
  return there.during(run({ ...there.world, aws, ...more }));
}

const reset = () => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

describe('the one update of a release', () => {
  it('is recognised when ECS took it and the answer was lost', async () => {
    const there = await readyWorld({ env: inputs() });
    const outcome = await releaseAround(there, async (operation, send) => {
      if (operation !== 'UpdateService') return undefined;
      await send();
      throw reset();
    });
    expect(outcome).toEqual({ kind: 'released' });
    expect(changes(there.cloud)).toEqual([
      'ecs:RegisterTaskDefinition',
      'ecs:UpdateService',
      'ecs:TagResource',
    ]);
    expect(there.outputs.get('changed')).toBe('true');
    expect(there.outputs.get('deployment-id')).toBe(there.service().deployments[0]!.id);
  });

  it('fails without a change when it never arrived', async () => {
    const there = await readyWorld({ env: inputs() });
    const outcome = await releaseAround(there, (operation) => {
      if (operation === 'UpdateService') throw reset();
    });
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'aws-unavailable' } });
    expect(changes(there.cloud)).toEqual(['ecs:RegisterTaskDefinition']);
    expect(there.outputs.get('changed')).toBe('false');
    expect(there.errors[0]).toMatch(/no new deployment after 1m 00s/);
  });

  it('is not said to be made when AWS denies it', async () => {
    const there = await readyWorld({ env: inputs() });
    there.cloud.faults.push({ action: 'ecs:UpdateService', kind: 'deny' });
    expect(await there.during(run(there.world))).toMatchObject({
      kind: 'failed',
      error: { code: 'access-denied' },
    });
    expect(there.outputs.get('changed')).toBe('false');
    expect(live(there)).toBe(revision(there, 1));
  });

  it('is sent again when AWS throttles it', async () => {
    const there = await readyWorld({ env: inputs() });
    there.cloud.faults.push(
      { action: 'ecs:RegisterTaskDefinition', kind: 'throttle', times: 2 },
      { action: 'ecs:UpdateService', kind: 'throttle', times: 2 },
    );
    expect(await there.during(run(there.world))).toEqual({ kind: 'released' });
    expect(there.cloud.ecs.families.get(NAMES.family)).toHaveLength(2);
  });

  it('is left out when somebody else deployed since preflight', async () => {
    const there = await readyWorld({ env: inputs() });
    const outcome = await releaseAround(there, async (operation) => {
      if (operation === 'RegisterTaskDefinition') await someoneElseDeploys(there);
    });
    expect(outcome).toMatchObject({ kind: 'superseded', error: { code: 'superseded' } });
    expect(changes(there.cloud)).toEqual(['ecs:RegisterTaskDefinition']);
    expect(there.outputs.get('changed')).toBe('false');
  });

  it('replaces what somebody else deployed since preflight when the inputs say so', async () => {
    const there = await readyWorld({ env: inputs({ 'in-flight': 'replace' }) });
    const outcome = await releaseAround(there, async (operation) => {
      if (operation === 'RegisterTaskDefinition') await someoneElseDeploys(there);
    });
    expect(outcome).toEqual({ kind: 'released' });
    expect(live(there)).toBe(revision(there, 2));
  });

  it('is left out when the run is cancelled right before it', async () => {
    const there = await readyWorld({ env: inputs() });
    const outcome = await releaseAround(there, async (operation, send) => {
      if (operation !== 'RegisterTaskDefinition') return undefined;
      const answer = await send();
      there.cancel.abort(new DeployError('cancelled', 'The run was cancelled.'));
      return answer;
    });
    expect(outcome).toMatchObject({ kind: 'cancelled' });
    expect(changes(there.cloud)).toEqual(['ecs:RegisterTaskDefinition']);
  });
});

describe('the registration of a release', () => {
  it.each(['lost-reply', 'truncated', 'no-body'] as const)(
    'is recognised when ECS took it and its answer did not arrive (%s)',
    async (kind) => {
      const there = await readyWorld({ env: inputs() });
      there.cloud.faults.push({ action: 'ecs:RegisterTaskDefinition', kind, times: 1 });
      expect(await there.during(run(there.world))).toEqual({ kind: 'released' });
      expect(there.cloud.ecs.families.get(NAMES.family)).toHaveLength(2);
      expect(live(there)).toBe(revision(there, 2));
    },
  );

  it('is not mistaken for one of another run', async () => {
    const there = await readyWorld({ env: { ...inputs(), GITHUB_RUN_ID: '7' } });
    const [first] = there.cloud.ecs.families.get(NAMES.family)!;
    await ecsOperations['RegisterTaskDefinition']!(there.cloud, {
      ...first!.body,
      tags: [{ key: 'deploy-backend:run', value: '6' }],
    });
    there.cloud.faults.push({ action: 'ecs:RegisterTaskDefinition', kind: 'reset', times: 1 });
    expect(await there.during(run(there.world))).toMatchObject({
      kind: 'failed',
      error: { code: 'register-failed' },
    });
    expect(live(there)).toBe(revision(there, 1));
  });
});

describe('a run that is cancelled during preflight', () => {
  it('is cancelled, whatever else was wrong', async () => {
    const there = await readyWorld({ env: inputs({ container: 'web', image: 'mentalspace-backend:v99' }) });
    const outcome = await releaseAround(there, (operation) => {
      if (operation === 'DescribeTaskDefinition')
        there.cancel.abort(new DeployError('cancelled', 'The run was cancelled.'));
    });
    expect(outcome).toMatchObject({ kind: 'cancelled', error: { message: 'The run was cancelled.' } });
    expect(there.outputs.get('failure-code')).toBe('cancelled');
  });
});

describe('AWS not answering for minutes', () => {
  it.each(['DescribeServices', 'ListTasks'])('is no verdict on a rollout (%s)', async (name) => {
    const there = await readyWorld({ env: inputs() });
    let deployedAt: number | undefined;
    const outcome = await releaseAround(there, (operation) => {
      if (operation === 'UpdateService') deployedAt = there.clock.now();
      if (operation !== name || deployedAt === undefined) return;
      if (there.clock.now() - deployedAt < 180_000) throw reset();
    });
    expect(outcome).toEqual({ kind: 'released' });
  });

  it('is an error when the limit passes', async () => {
    const there = await readyWorld({ env: inputs({ 'deployment-timeout': '2m' }) });
    let deployed = false;
    const outcome = await releaseAround(there, (operation) => {
      if (deployed) throw reset();
      deployed = operation === 'UpdateService';
      if (deployed) return;
    });
    expect(outcome).toMatchObject({ kind: 'rollback-failed', error: { code: 'aws-unavailable' } });
    expect(there.errors[0]).toMatch(/Put it back by hand: aws ecs update-service/);
  });
});

describe('what cannot be written', () => {
  const broken = (what: keyof Runner, runner: Runner): Runner => ({
    ...runner,
    [what]: () => Promise.reject(new Error('ENOSPC: no space left on device')),
  });

  it('does not change the verdict when it is the outputs', async () => {
    const there = await readyWorld({ env: inputs() });
    const runner = broken('output', there.world.runner);
    expect(await releaseAround(there, () => undefined, { runner })).toEqual({ kind: 'released' });
    expect(live(there)).toBe(revision(there, 2));
    expect(there.warnings.filter((line) => line.includes('ENOSPC'))).toHaveLength(2);
  });

  it('does not change the verdict when it is the summary', async () => {
    const there = await readyWorld({ env: inputs() });
    const runner = broken('summary', there.world.runner);
    expect(await releaseAround(there, () => undefined, { runner })).toEqual({ kind: 'released' });
    expect(there.warnings.slice(1)).toEqual([
      'The job summary could not be written: ENOSPC: no space left on device',
    ]);
    expect(there.outputs.get('outcome')).toBe('released');
  });

  it('does not change the verdict when the summary throws at once', async () => {
    const there = await readyWorld({ env: inputs() });
    const runner: Runner = {
      ...there.world.runner,
      summary: () => {
        throw new Error('no file');
      },
    };
    expect(await releaseAround(there, () => undefined, { runner })).toEqual({ kind: 'released' });
    expect(there.warnings.slice(1)).toEqual(['The job summary could not be written: no file']);
  });
});

describe('the logs of a release that failed', () => {
  it('are those of its tasks', async () => {
    const there = await readyWorld({ env: inputs({ 'deployment-timeout': '3m' }) });
    there.script.set(there.newDigest, { unhealthyAfter: 0 });
    expect(await there.during(run(there.world))).toMatchObject({ kind: 'rolled-back' });
    expect(there.logged.join('\n')).toMatch(/logs .*among the last \d+ in/);
  });

  it('are left alone after a cancel', async () => {
    const there = await readyWorld({ env: inputs() });
    there.clock.after(20_000, () =>
      there.cancel.abort(new DeployError('cancelled', 'The run was cancelled.')),
    );
    await there.during(run(there.world));
    expect(there.warnings.join()).not.toMatch(/logs/);
    expect(there.logged.join('\n')).toMatch(/– logs .*cancelled/);
  });
});
