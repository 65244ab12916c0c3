import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../sandbox/json.js';
import { behindHttps } from '../balanced-cloud.js';
import {
  behindBalancer,
  create,
  described,
  history,
  MINUTE,
  register,
  release,
  SECOND,
  serviceIn,
  tasksIn,
  world,
} from './world.js';

describe('a service', () => {
  it('cannot be made twice, but again once it is INACTIVE', async () => {
    const one = await world();
    await register(one, 'v1');
    await create(one);
    await expect(create(one)).rejects.toThrow('Creation of service was not idempotent.');
    await one.clock.advance(MINUTE);
    await one.call('DeleteService', { service: 'web', force: true });
    await expect(create(one)).rejects.toThrow('Unable to Start a service that is still Draining.');
    await one.clock.advance(MINUTE);
    expect(await described(one)).toMatchObject({ status: 'INACTIVE', runningCount: 0, deployments: [] });
    expect((await one.call('ListServices'))['serviceArns']).toEqual([]);
    await create(one);
    await one.clock.advance(MINUTE);
    expect(await described(one)).toMatchObject({ status: 'ACTIVE', runningCount: 2 });
  });

  it.each<[string, JsonObject, string]>([
    ['without a network', { networkConfiguration: null }, "when networkMode 'awsvpc' is specified"],
    [
      'whose container is not defined',
      { loadBalancers: [{ targetGroupArn: 'TG', containerName: 'web', containerPort: 3001 }] },
      'The container web does not exist in the task definition.',
    ],
    [
      'whose port is not defined',
      { loadBalancers: [{ targetGroupArn: 'TG', containerName: 'app', containerPort: 80 }] },
      'The container app did not have a container port 80 defined.',
    ],
    [
      'without its target group',
      { loadBalancers: [{ targetGroupArn: 'arn:x', containerName: 'app', containerPort: 3001 }] },
      'The specified target group does not exist.',
    ],
    [
      'with a grace period for nothing',
      { healthCheckGracePeriodSeconds: 5 },
      'only valid for services configured',
    ],
    [
      'that could never be deployed',
      { deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 100 } },
      'Both maximumPercent and minimumHealthyPercent cannot be 100',
    ],
    ['with less than no tasks', { desiredCount: -1 }, 'Desired count'],
  ])('%s is refused', async (_, settings, message) => {
    const one = await world();
    await register(one, 'v1');
    const { targetGroup } = await behindHttps(one.cloud);
    const given = JSON.parse(
      JSON.stringify(settings).replace('"TG"', JSON.stringify(targetGroup)),
    ) as JsonObject;
    await expect(create(one, given)).rejects.toThrow(message);
    expect(one.cloud.ecs.clusters.get('prod')!.services.size).toBe(0);
  });

  it('keeps the settings that an update does not name', async () => {
    const one = await world();
    await register(one, 'v1');
    await create(one, {
      deploymentConfiguration: {
        minimumHealthyPercent: 50,
        deploymentCircuitBreaker: { enable: true, rollback: true },
      },
    });
    await one.call('UpdateService', { service: 'web', deploymentConfiguration: { maximumPercent: 150 } });
    expect(await described(one)).toMatchObject({
      deploymentConfiguration: {
        minimumHealthyPercent: 50,
        maximumPercent: 150,
        deploymentCircuitBreaker: { enable: true, rollback: true },
      },
      schedulingStrategy: 'REPLICA',
      deploymentController: { type: 'ECS' },
    });
  });

  it('is scaled without a new deployment, down to nothing and up again', async () => {
    const one = await world();
    await behindBalancer(one);
    await one.clock.advance(5 * MINUTE);
    const { id } = (await described(one)).deployments[0]!;
    for (const desiredCount of [4, 0, 1]) {
      await one.call('UpdateService', { service: 'web', desiredCount });
      await one.clock.advance(5 * MINUTE);
      expect(await described(one)).toMatchObject({
        desiredCount,
        runningCount: desiredCount,
        deployments: [{ id, rolloutState: 'COMPLETED', desiredCount }],
      });
      expect(serviceIn(one).events[0]!.message).toBe('(service web) has reached a steady state.');
    }
    expect(serviceIn(one).serviceDeployments).toHaveLength(1);
  });

  it('that is deleted leaves its target group when it is drained', async () => {
    const one = await world();
    const targetGroup = await behindBalancer(one);
    await one.clock.advance(5 * MINUTE);
    await one.call('DeleteService', { service: 'web', force: true });
    await one.clock.advance(20_000);
    const states = () =>
      [...one.cloud.elb.targetGroups.get(targetGroup)!.targets.values()].map(({ state }) => state);
    expect(states()).toEqual(['draining', 'draining']);
    expect((await described(one)).status).toBe('DRAINING');
    await one.clock.advance(2 * MINUTE);
    expect(states()).toEqual([]);
    expect((await described(one)).status).toBe('INACTIVE');
  });

  it('that is deleted in the middle of a release drains the tasks of both revisions', async () => {
    const one = await world();
    await behindBalancer(one);
    await one.clock.advance(5 * MINUTE);
    await release(one, 'v2');
    await one.clock.advance(13 * SECOND);
    expect(await described(one)).toMatchObject({ runningCount: 4, deployments: [{}, {}] });
    await one.call('DeleteService', { service: 'web', force: true });
    expect(await described(one)).toMatchObject({ status: 'DRAINING', desiredCount: 0 });
    expect((await history(one)).map(({ status }) => status)).toEqual(['STOPPED', 'SUCCESSFUL']);
    await expect(release(one, 'v3')).rejects.toThrow('Service was not ACTIVE.');
    await one.clock.advance(5 * MINUTE);
    expect(await described(one)).toMatchObject({ status: 'INACTIVE', runningCount: 0, deployments: [] });
    expect(tasksIn(one).every(({ lastStatus }) => lastStatus === 'STOPPED')).toBe(true);
    expect((await history(one))[0]!.status).toBe('STOPPED');
  });

  it('that is deleted after a release has failed drains as well', async () => {
    const one = await world();
    await behindBalancer(one, {
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: false } },
    });
    await one.clock.advance(5 * MINUTE);
    one.script.set('v2', { failure: 'CannotPullContainerError: not found' });
    await release(one, 'v2');
    await one.clock.advance(10 * MINUTE);
    expect((await described(one)).deployments[0]).toMatchObject({ rolloutState: 'FAILED' });
    await one.call('DeleteService', { service: 'web', force: true });
    await one.clock.advance(5 * MINUTE);
    expect(await described(one)).toMatchObject({ status: 'INACTIVE', runningCount: 0 });
  });

  it('is not released to a revision that is INACTIVE, and stays as it is', async () => {
    const one = await world();
    await register(one, 'v1');
    await create(one);
    await one.clock.advance(MINUTE);
    const { id, taskDefinition } = (await described(one)).deployments[0]!;
    const revision = await register(one, 'v2');
    await one.call('DeregisterTaskDefinition', { taskDefinition: revision });
    await expect(one.call('UpdateService', { service: 'web', taskDefinition: revision })).rejects.toThrow(
      'TaskDefinition is inactive',
    );
    await one.call('DeregisterTaskDefinition', { taskDefinition });
    await one.call('UpdateService', { service: 'web', desiredCount: 3 });
    await expect(one.call('UpdateService', { service: 'web', forceNewDeployment: true })).rejects.toThrow(
      'TaskDefinition is inactive',
    );
    await one.clock.advance(MINUTE);
    expect(await described(one)).toMatchObject({ taskDefinition, runningCount: 3, deployments: [{ id }] });
  });

  it('shows settings that make it something else than a rolling update', async () => {
    const one = await world();
    await register(one, 'v1');
    await create(one, {
      schedulingStrategy: 'DAEMON',
      deploymentController: { type: 'CODE_DEPLOY' },
      deploymentConfiguration: { lifecycleHooks: [{ targetType: 'PAUSE' }] },
    });
    expect(await described(one)).toMatchObject({
      schedulingStrategy: 'DAEMON',
      deploymentController: { type: 'CODE_DEPLOY' },
      deploymentConfiguration: { strategy: 'ROLLING', lifecycleHooks: [{ targetType: 'PAUSE' }] },
    });
  });
});
