import { describe, expect, it } from '@jest/globals';
import type { Aws } from '../../../../src/adapters/aws/aws.js';
import { DeployError } from '../../../../src/errors.js';
import type { Place, ReleaseInputs } from '../../../../src/inputs/inputs.js';
import type { TargetGroupTiming } from '../../../../src/model/worst-case.js';
import { warnOfDuration } from '../../../../src/steps/preflight/duration.js';
import { settleRollout } from '../../../../src/steps/preflight/in-flight.js';
import { findService, revision, tryTargets, tryTasks } from '../../../../src/steps/preflight/service.js';
import type { Service } from '../../../../src/model/service.js';
import { testWorld } from '../../../world.js';
import { deploymentOf, revisionArn, serviceOf } from '../../model/rolling-service.js';
import { keptVoice, looks, rolling, scriptedAws, taskOf, thrownBy } from '../scripted.js';

const PLACE = { cluster: 'arn:cluster/prod', service: 'api', region: 'us-east-1' } as unknown as Place;
const balanced = (...arns: readonly string[]) =>
  serviceOf([deploymentOf({ rolloutState: 'COMPLETED' })], {
    loadBalancers: arns.map((targetGroupArn) => ({
      targetGroupArn,
      containerName: 'api',
      containerPort: 80,
    })),
  });

describe('the service of a release', () => {
  const aws = (found: Service | undefined, account = '1') =>
    ({
      ecs: { service: () => Promise.resolve(found) },
      identity: () => Promise.resolve({ account }),
    }) as unknown as Aws;

  it('is found by its name', async () => {
    const service = balanced();
    expect(await findService(PLACE, aws(service))).toBe(service);
    expect(await findService({ ...PLACE, account: '1' }, aws(service))).toBe(service);
  });

  it('is missed with where it was looked for', async () => {
    expect(await thrownBy(findService(PLACE, aws(undefined)))).toMatchObject({
      code: 'service-missing',
      message: 'There is no service api in the cluster prod in us-east-1.',
      hint: 'Check the inputs service, cluster and aws-region.',
    });
  });

  it('is not looked for in another account', async () => {
    expect(await thrownBy(findService({ ...PLACE, account: '2' }, aws(balanced())))).toMatchObject({
      code: 'wrong-account',
      message: 'The credentials are of account 1, not 2.',
      hint: 'Check aws-account, and which role the job assumes.',
    });
  });

  it('has a revision that can be described', async () => {
    const ecs = { taskDefinition: looks<object | undefined>({ arn: 'x' }, undefined) };
    expect(await revision(revisionArn(2), { ecs } as unknown as Aws)).toEqual({ arn: 'x' });
    expect(await thrownBy(revision(revisionArn(2), { ecs } as unknown as Aws))).toMatchObject({
      code: 'task-definition-invalid',
      message: 'The live revision api:2 cannot be described.',
      hint: 'It was deleted: point the service at another revision first.',
    });
  });

  it('is asked for its tasks and each of their instances once', async () => {
    const tasks = [
      taskOf('1', { containerInstanceArn: 'a' }),
      taskOf('2', { containerInstanceArn: 'a' }),
      taskOf('3', { containerInstanceArn: 'b' }),
      taskOf('4'),
    ];
    let asked: readonly string[] = [];
    const ecs = {
      tasks: (_: string, __: string, status: string) => Promise.resolve(status === 'RUNNING' ? tasks : []),
      instanceIds: (_: string, arns: readonly string[]) => Promise.resolve((asked = arns)),
    };
    expect(await tryTasks(balanced(), PLACE, { ecs } as unknown as Aws)).toBe(tasks);
    expect(asked).toEqual(['a', 'b']);
  });

  it('is asked for the health of all its targets, also where some alone are to be looked at', async () => {
    const asked: string[] = [];
    const balancing = { targetHealth: (arn: string) => Promise.resolve(void asked.push(arn)) };
    const aws = { balancing } as unknown as Aws;
    await tryTargets(balanced('one', 'two'), { targetGroups: ['two'] }, aws);
    expect(asked).toEqual(['one', 'two']);
    expect(
      await thrownBy(tryTargets(balanced('one', 'two'), { targetGroups: ['two', 'three'] }, aws)),
    ).toMatchObject({
      code: 'inputs',
      message: 'The service does not register its tasks in three.',
      hint: 'Check the input target-groups; the service uses one, two.',
    });
    expect((await thrownBy(tryTargets(balanced(), { targetGroups: ['one'] }, aws))).hint).toMatch(
      /uses none\.$/,
    );
  });
});

describe('the duration of a rollout', () => {
  const TIMING = { interval: 30_000, healthyThreshold: 5, drain: 300_000 };
  const warned = async (limits: Partial<ReleaseInputs>, timing: TargetGroupTiming | DeployError = TIMING) => {
    const { voice, said } = keptVoice();
    const asked: string[] = [];
    const aws = scriptedAws(
      {},
      {
        balancing: {
          timing: (arn: string) => {
            asked.push(arn);
            return timing instanceof DeployError ? Promise.reject(timing) : Promise.resolve(timing);
          },
        } as never,
      },
    );
    const inputs = { deploymentTimeout: 900_000, targetHealthTimeout: 300_000, ...limits } as ReleaseInputs;
    await warnOfDuration(balanced('one', 'two', 'one'), {}, inputs, aws, voice);
    return { warnings: said.warnings, asked };
  };

  it('is no matter where there is time for it, and each target group is asked once', async () => {
    expect(await warned({})).toEqual({ warnings: [], asked: ['one', 'two'] });
    expect(await warned({ deploymentTimeout: 450_000, targetHealthTimeout: 150_000 })).toMatchObject({
      warnings: [],
    });
  });

  it('is warned of where the rollout or its health checks may take longer than they are waited for', async () => {
    expect((await warned({ deploymentTimeout: 449_999 })).warnings).toEqual([
      'This rollout may take 7m 30s (health checks 2m 30s, draining 5m 00s), longer than deployment-timeout (7m 30s).',
    ]);
    expect((await warned({ targetHealthTimeout: 60_000 })).warnings).toEqual([
      'Health checks may take 2m 30s, longer than target-health-timeout (1m 00s).',
    ]);
  });

  it('is not known where that may not be read', async () => {
    const denied = new DeployError('access-denied', 'AWS refused.', { hint: 'Allow it.' });
    expect((await warned({}, denied)).warnings).toEqual([
      'How long this rollout may take is not known. AWS refused. Allow it.',
    ]);
    const cancelled = new DeployError('cancelled', 'Cancelled.');
    expect(await thrownBy(warned({}, cancelled))).toBe(cancelled);
  });
});

describe('the rollout of somebody else', () => {
  const done = rolling({ rolloutState: 'COMPLETED' });
  const settled = async (
    service: Service,
    inFlight: ReleaseInputs['inFlight'],
    ...seen: (Service | undefined)[]
  ) => {
    const there = testWorld();
    const { voice, said } = keptVoice();
    const inputs = { inFlight, deploymentTimeout: 60_000, place: PLACE } as unknown as ReleaseInputs;
    const aws = scriptedAws({ service: looks(...seen) });
    const after = await there.during(settleRollout(service, inputs, aws, there.world, voice));
    return { after, told: said.told, seconds: there.clock.now() };
  };

  it('is refused, replaced or waited for, as it is asked', async () => {
    expect((await thrownBy(settled(rolling(), 'refuse'))).code).toBe('rollout-in-flight');
    expect((await settled(rolling(), 'replace')).after).toEqual(rolling());
    const { after, told } = await settled(rolling(), 'wait', rolling(), rolling(), done);
    expect(after).toBe(done);
    expect(told).toEqual([
      expect.stringMatching(/^0\.0s waiting for the rollout in flight: tasks 2 desired/),
      expect.stringMatching(/^10s waiting for the rollout in flight: .*COMPLETED/),
    ]);
  });

  it('is none in a service that is still or was deleted', async () => {
    expect((await settled(done, 'refuse')).after).toBe(done);
    const deleted = { ...rolling(), status: 'INACTIVE' };
    expect((await settled(deleted, 'refuse')).after).toBe(deleted);
    expect((await settled(rolling(), 'wait', deleted)).after).toBe(deleted);
  });

  it('is given up when it takes too long, or its service is gone', async () => {
    expect(await thrownBy(settled(rolling(), 'wait', rolling()))).toMatchObject({
      code: 'rollout-in-flight',
      message: expect.stringMatching(/^A rollout is in flight: .* It did not end within 1m 00s\.$/),
      hint: expect.stringContaining('in-flight be replace'),
    });
    expect(await thrownBy(settled(rolling(), 'wait', undefined))).toMatchObject({
      code: 'service-gone',
      message: 'The service api was deleted while its rollout was waited for.',
      hint: expect.stringContaining('Create it again'),
    });
  });
});
