import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../sandbox/json.js';
import {
  behindBalancer,
  create,
  described,
  history,
  messages,
  MINUTE,
  onMachine,
  register,
  release,
  SECOND,
  serviceIn,
  tasksIn,
  world,
} from './world.js';

describe('a service that is created', () => {
  it('gets its tasks behind the load balancer and is steady', async () => {
    const one = await world();
    const targetGroup = await behindBalancer(one);
    await one.clock.advance(5 * MINUTE);

    const service = await described(one);
    expect(service).toMatchObject({ status: 'ACTIVE', desiredCount: 2, runningCount: 2, pendingCount: 0 });
    expect(service.deployments).toMatchObject([
      {
        status: 'PRIMARY',
        rolloutState: 'COMPLETED',
        rolloutStateReason: `ECS deployment ${service.deployments[0]!.id} completed.`,
      },
    ]);
    expect(messages(one, targetGroup)).toEqual([
      '(service web) has started 2 tasks: (task T) (task T).',
      '(service web) registered 2 targets in (target-group TG)',
      '(service web) (deployment ecs-svc/D) deployment completed.',
      '(service web) has reached a steady state.',
    ]);
    const targets = [...one.cloud.elb.targetGroups.get(targetGroup)!.targets.values()];
    expect(targets.map(({ id, port }) => `${id}:${port}`)).toEqual(
      tasksIn(one).map(({ privateIp }) => `${privateIp}:3001`),
    );
  });

  it('takes its tasks through the states of the life cycle in order', async () => {
    const one = await world();
    await behindBalancer(one);
    const seen = new Set<string>();
    const watch = async (duration: number) => {
      for (let at = 0; at < duration; at += 500) {
        await one.clock.advance(500);
        const [task] = tasksIn(one);
        if (task) seen.add(task.lastStatus);
      }
    };
    await watch(MINUTE);
    await one.call('UpdateService', { service: 'web', desiredCount: 0 });
    await watch(2 * MINUTE);
    expect([...seen]).toEqual([
      'PROVISIONING',
      'PENDING',
      'ACTIVATING',
      'RUNNING',
      'DEACTIVATING',
      'STOPPING',
      'DEPROVISIONING',
      'STOPPED',
    ]);
  });

  it('is steady with no tasks at all when none are desired', async () => {
    const one = await world();
    await register(one, 'v1');
    await create(one, { desiredCount: 0 });
    await one.clock.advance(MINUTE);
    expect((await described(one)).deployments).toMatchObject([
      { rolloutState: 'COMPLETED', runningCount: 0 },
    ]);
    expect(tasksIn(one)).toEqual([]);
  });
});

describe('a release', () => {
  it('replaces the tasks and tells so in the order of ECS', async () => {
    const one = await world();
    const targetGroup = await behindBalancer(one);
    await one.clock.advance(5 * MINUTE);
    const before = messages(one).length;
    const old = await described(one);

    await one.call('UpdateService', { service: 'web', taskDefinition: await register(one, 'v2') });
    await one.clock.advance(15 * SECOND);
    expect((await described(one)).deployments).toMatchObject([
      { status: 'PRIMARY', rolloutState: 'IN_PROGRESS', desiredCount: 2 },
      { status: 'ACTIVE', rolloutState: 'COMPLETED', runningCount: 2, id: old.deployments[0]!.id },
    ]);
    expect((await described(one)).deployments[0]!.rolloutStateReason).toMatch(
      /^ECS deployment ecs-svc\/\d{19} in progress\.$/,
    );

    await one.clock.advance(10 * MINUTE);
    const done = await described(one);
    expect(done.deployments).toMatchObject([
      { status: 'PRIMARY', rolloutState: 'COMPLETED', runningCount: 2 },
    ]);
    expect(done.taskDefinition).toMatch(/web:2$/);
    expect(messages(one, targetGroup).slice(before)).toEqual([
      '(service web) has started 2 tasks: (task T) (task T).',
      '(service web) registered 2 targets in (target-group TG)',
      '(service web) has stopped 2 running tasks: (task T) (task T).',
      '(service web) deregistered 2 targets in (target-group TG)',
      '(service web, taskSet ecs-svc/D) has begun draining connections on 2 tasks.',
      '(service web) (deployment ecs-svc/D) deployment completed.',
      '(service web) has reached a steady state.',
    ]);
    const [steady, completed] = serviceIn(one).events;
    expect(steady!.createdAt).toBe(completed!.createdAt);
    const stopped = tasksIn(one).filter(({ lastStatus }) => lastStatus === 'STOPPED');
    expect(stopped).toHaveLength(2);
    expect(stopped[0]).toMatchObject({
      stopCode: 'ServiceSchedulerInitiated',
      stoppedReason: `Scaling activity initiated by (deployment ${done.deployments[0]!.id})`,
      containers: [{ exitCode: 0 }],
    });
  });

  it('keeps the old tasks and stays in progress while the new ones are unhealthy', async () => {
    const one = await world();
    const targetGroup = await behindBalancer(one);
    await one.clock.advance(5 * MINUTE);
    one.script.set('v2', { unhealthyAfter: 0 });
    const before = messages(one).length;
    await one.call('UpdateService', { service: 'web', taskDefinition: await register(one, 'v2') });
    await one.clock.advance(10 * MINUTE);

    const { deployments } = await described(one);
    expect(deployments).toMatchObject([
      { status: 'PRIMARY', rolloutState: 'IN_PROGRESS' },
      { status: 'ACTIVE', rolloutState: 'COMPLETED', runningCount: 2 },
    ]);
    expect(deployments[0]!.failedTasks).toBeGreaterThan(2);
    const told = messages(one, targetGroup).slice(before);
    expect(told).toContain(
      '(service web) (task T) (port 3001) is unhealthy in (target-group TG) due to (reason Health checks failed with these codes: [503]).',
    );
    expect(told).toContain(
      '(service web) has started 1 tasks: (task T). Amazon ECS replaced 1 tasks due to an unhealthy status.',
    );
    const failed = tasksIn(one).filter(({ unhealthy, lastStatus }) => unhealthy && lastStatus === 'STOPPED');
    expect(failed[0]).toMatchObject({
      stopCode: 'ServiceSchedulerInitiated',
      stoppedReason: `Task failed ELB health checks in (target-group ${targetGroup})`,
    });
  });

  it('leaves failing health checks alone within the grace period', async () => {
    const one = await world();
    one.script.set('v1', { unhealthyAfter: 0 });
    await behindBalancer(one, { healthCheckGracePeriodSeconds: 300 });
    await one.clock.advance(5 * MINUTE);
    expect(tasksIn(one).map(({ lastStatus }) => lastStatus)).toEqual(['RUNNING', 'RUNNING']);
    await one.clock.advance(4 * MINUTE);
    expect(messages(one)).toContain(
      '(service web) has started 2 tasks: (task T) (task T). Amazon ECS replaced 2 tasks due to an unhealthy status.',
    );
  });

  it('waits for container health checks, and replaces tasks that fail them', async () => {
    const one = await world();
    const healthCheck = { command: ['CMD-SHELL', 'exit 0'], interval: 10, retries: 2 };
    await register(one, 'v1', { healthCheck });
    await create(one);
    await one.clock.advance(15 * SECOND);
    expect((await described(one)).deployments[0]).toMatchObject({
      rolloutState: 'IN_PROGRESS',
      runningCount: 2,
    });
    await one.clock.advance(30 * SECOND);
    expect((await described(one)).deployments[0]).toMatchObject({ rolloutState: 'COMPLETED' });

    one.script.set('v2', { unhealthyAfter: 0 });
    await one.call('UpdateService', {
      service: 'web',
      taskDefinition: await register(one, 'v2', { healthCheck }),
    });
    await one.clock.advance(2 * MINUTE);
    expect((await described(one)).deployments[0]).toMatchObject({ rolloutState: 'IN_PROGRESS' });
    expect(messages(one)).toContain('(service web) (task T) failed container health checks.');
    expect(tasksIn(one).find(({ unhealthy }) => unhealthy)).toMatchObject({
      stoppedReason: 'Task failed container health checks',
    });
  });

  it('ends when the service deployment says so, and both revisions can be described', async () => {
    const one = await world();
    await register(one, 'v1');
    await create(one);
    await one.clock.advance(MINUTE);
    await one.call('UpdateService', { service: 'web', taskDefinition: await register(one, 'v2') });
    await one.clock.advance(100);
    const { currentServiceDeployment, currentServiceRevisions } = await described(one);
    expect(currentServiceRevisions).toHaveLength(2);
    const status = async () => {
      const answer = await one.call('DescribeServiceDeployments', {
        serviceDeploymentArns: [currentServiceDeployment],
      });
      return answer['serviceDeployments'];
    };
    expect(await status()).toMatchObject([
      { status: 'PENDING', sourceServiceRevisions: [{ arn: currentServiceRevisions[1]!.arn }] },
    ]);
    await one.clock.advance(2 * SECOND);
    expect(await status()).toMatchObject([{ status: 'IN_PROGRESS' }]);
    await one.clock.advance(5 * MINUTE);
    expect(await status()).toMatchObject([
      { status: 'SUCCESSFUL', targetServiceRevision: { runningTaskCount: 2, requestedTaskCount: 2 } },
    ]);
    const { serviceRevisions } = await one.call('DescribeServiceRevisions', {
      serviceRevisionArns: [currentServiceRevisions[0]!.arn],
    });
    expect(serviceRevisions).toMatchObject([
      {
        taskDefinition: expect.stringMatching(/web:2$/),
        containerImages: [
          {
            containerName: 'app',
            image: 'example.test/web:v2',
            imageDigest: expect.stringMatching(/^sha256:/),
          },
        ],
      },
    ]);
  });

  it('is superseded by the next one, whose predecessor ends as STOPPED', async () => {
    const one = await world();
    await behindBalancer(one);
    await one.clock.advance(5 * MINUTE);
    one.script.set('v2', { unhealthyAfter: 0 });
    await one.call('UpdateService', { service: 'web', taskDefinition: await register(one, 'v2') });
    await one.clock.advance(MINUTE);
    const second = (await described(one)).deployments[0]!.id;
    await one.call('UpdateService', { service: 'web', taskDefinition: await register(one, 'v3') });
    await one.clock.advance(20 * SECOND);
    expect((await described(one)).deployments.find(({ id }) => id === second)).toMatchObject({
      status: 'ACTIVE',
      rolloutState: 'IN_PROGRESS',
    });
    await one.clock.advance(10 * MINUTE);
    expect((await described(one)).deployments).toMatchObject([
      { rolloutState: 'COMPLETED', runningCount: 2 },
    ]);
    const { serviceDeployments } = await one.call('ListServiceDeployments', { service: 'web' });
    expect((serviceDeployments as { status: string }[]).map(({ status }) => status)).toEqual([
      'SUCCESSFUL',
      'STOPPED',
      'SUCCESSFUL',
    ]);
  });

  it('is superseded by one that is forced, though the revision is the same', async () => {
    const one = await world();
    await behindBalancer(one);
    await one.clock.advance(5 * MINUTE);
    const second = await release(one, 'v2');
    await one.clock.advance(15 * SECOND);
    await one.call('UpdateService', { service: 'web', forceNewDeployment: true });
    const { deployments, currentServiceDeployment, taskDefinition } = await described(one);
    expect(deployments).toMatchObject([
      { status: 'PRIMARY', rolloutState: 'IN_PROGRESS', taskDefinition },
      { id: second, status: 'ACTIVE', rolloutState: 'IN_PROGRESS', taskDefinition },
      { status: 'ACTIVE', rolloutState: 'COMPLETED', runningCount: 2 },
    ]);
    const third = deployments[0]!.id;
    expect(third).not.toBe(second);
    const [newest, before] = await history(one);
    expect(newest!.serviceDeploymentArn).toBe(currentServiceDeployment);
    expect(newest!.sourceServiceRevisions.map(({ arn }) => arn)).toEqual(
      serviceIn(one)
        .revisions.slice(1)
        .map(({ arn }) => arn),
    );
    expect(before).toMatchObject({
      status: 'STOPPED',
      targetServiceRevision: { arn: newest!.sourceServiceRevisions[0]!.arn },
    });

    await one.clock.advance(10 * MINUTE);
    expect(await described(one)).toMatchObject({
      currentServiceDeployment,
      deployments: [{ id: third, rolloutState: 'COMPLETED', runningCount: 2 }],
    });
    expect(tasksIn(one).filter(({ lastStatus }) => lastStatus === 'RUNNING')).toMatchObject(
      [1, 2].map(() => ({ startedBy: third, taskDefinition })),
    );
    expect((await history(one)).map(({ status }) => status)).toEqual(['SUCCESSFUL', 'STOPPED', 'SUCCESSFUL']);
  });

  it('is listed with those before it by status and by page', async () => {
    const one = await world();
    await register(one, 'v1');
    await create(one);
    await one.clock.advance(MINUTE);
    for (const tag of ['v2', 'v3', 'v4']) await release(one, tag);
    await one.clock.advance(5 * MINUTE);
    const arns = (await history(one)).map(({ serviceDeploymentArn }) => serviceDeploymentArn);
    const list = async (more: JsonObject) => {
      const answer = await one.call('ListServiceDeployments', { service: 'web', ...more });
      const found = answer['serviceDeployments'] as { serviceDeploymentArn: string }[];
      return {
        found: found.map(({ serviceDeploymentArn }) => arns.indexOf(serviceDeploymentArn)),
        ...(answer['nextToken'] ? { nextToken: answer['nextToken'] } : {}),
      };
    };
    expect(await list({})).toEqual({ found: [0, 1, 2, 3] });
    expect(await list({ status: ['STOPPED'] })).toEqual({ found: [1, 2] });
    const page = await list({ status: ['STOPPED', 'SUCCESSFUL'], maxResults: 3 });
    expect(page.found).toEqual([0, 1, 2]);
    const rest = { status: ['STOPPED', 'SUCCESSFUL'], maxResults: 3, nextToken: page.nextToken ?? '' };
    expect(await list(rest)).toEqual({ found: [3] });
  });

  it('cannot begin when the bounds leave no room, and says so once', async () => {
    const one = await world();
    await register(one, 'v1');
    await create(one, {
      desiredCount: 1,
      deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 150 },
    });
    await one.clock.advance(MINUTE);
    await one.call('UpdateService', { service: 'web', taskDefinition: await register(one, 'v2') });
    await one.clock.advance(10 * MINUTE);
    expect((await described(one)).deployments).toMatchObject([
      { rolloutState: 'IN_PROGRESS', runningCount: 0 },
      { runningCount: 1 },
    ]);
    expect(
      messages(one).filter((text) => text.includes('because of the service deployment configuration')),
    ).toHaveLength(1);
  });

  it('runs later tasks on the digest that the first one resolved', async () => {
    const one = await world();
    await register(one, 'v1');
    await create(one);
    await one.clock.advance(MINUTE);
    const [digest] = serviceIn(one).revisions[0]!.digests.values();
    await one.call('UpdateService', { service: 'web', desiredCount: 3 });
    await one.clock.advance(MINUTE);
    expect(tasksIn(one).map(({ containers }) => containers[0])).toMatchObject(
      [1, 2, 3].map(() => ({ image: 'example.test/web:v1', imageDigest: digest })),
    );
  });
});

describe('a service on machines of its own', () => {
  it('registers the machine with the host port of each task', async () => {
    const one = await world();
    const { targetGroup, instance } = await onMachine(one);
    await one.clock.advance(5 * MINUTE);
    expect((await described(one)).deployments[0]).toMatchObject({
      rolloutState: 'COMPLETED',
      runningCount: 2,
    });
    const ports = tasksIn(one).map(({ containers }) => containers[0]!.networkBindings[0]!.hostPort);
    expect(new Set(ports).size).toBe(2);
    const targets = [...one.cloud.elb.targetGroups.get(targetGroup)!.targets.values()];
    expect(targets).toMatchObject(ports.map((port) => ({ id: instance, port, state: 'healthy' })));
    expect(tasksIn(one)[0]!.privateIp).toBeUndefined();
  });

  it('says when there is no machine, and starts its tasks once one has joined', async () => {
    const one = await world();
    await onMachine(one);
    one.cloud.ecs.clusters.get('prod')!.instances.clear();
    await one.clock.advance(5 * MINUTE);
    expect(tasksIn(one)).toEqual([]);
    expect(messages(one)[0]).toContain('was unable to place a task because no container instance met');
    const { registerInstance } = await import('../../../sandbox/ecs/instances.js');
    registerInstance(one.cloud, 'prod');
    await one.clock.advance(5 * MINUTE);
    expect((await described(one)).runningCount).toBe(2);
  });
});
