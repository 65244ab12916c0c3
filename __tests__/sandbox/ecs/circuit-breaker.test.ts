import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { circuitBreakerOf } from '../../../sandbox/ecs/circuit-breaker.js';
import type { JsonObject } from '../../../sandbox/json.js';
import {
  behindBalancer,
  create,
  described,
  history,
  messages,
  MINUTE,
  register,
  release,
  SECOND,
  serviceIn,
  tasksIn,
  world,
  type World,
} from './world.js';

const NOT_FOUND = 'CannotPullContainerError: failed to resolve ref x: not found';

const breaker = (more: JsonObject = {}) => ({
  deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true, ...more } },
});

/** The service with two tasks, steady on v1. */
async function steady(settings: JsonObject = breaker()): Promise<World> {
  const one = await world();
  await register(one, 'v1');
  await create(one, settings);
  await one.clock.advance(MINUTE);
  expect((await described(one)).deployments).toMatchObject([{ rolloutState: 'COMPLETED' }]);
  return one;
}

/** Lets time pass until something holds, at most half an hour. */
async function until(one: World, wanted: () => boolean): Promise<void> {
  const end = one.clock.now() + 30 * MINUTE;
  while (!wanted() && one.clock.now() < end) await one.clock.advance(one.clock.untilNext() ?? MINUTE);
  expect(wanted()).toBe(true);
}

const rolloutState = (one: World, id: string) =>
  serviceIn(one).deployments.find((deployment) => deployment.id === id)?.rolloutState;

describe('the threshold', () => {
  const threshold = (desired: number, thresholdConfiguration: JsonObject = {}) =>
    circuitBreakerOf({ deploymentCircuitBreaker: { thresholdConfiguration } }).threshold(desired);

  it('is half of the desired count, at least 3 and at most 200', () => {
    expect([1, 6, 7, 25, 400, 1_000].map((desired) => threshold(desired))).toEqual([3, 3, 4, 13, 200, 200]);
  });

  it('is what the configuration says', () => {
    expect(threshold(10, { type: 'COUNT', value: 1 })).toBe(1);
    expect(threshold(10, { type: 'UNBOUNDED_PERCENT', value: 5 })).toBe(1);
    expect(threshold(1_000, { type: 'UNBOUNDED_PERCENT', value: 90 })).toBe(900);
    expect(threshold(10, { type: 'BOUNDED_PERCENT', value: 100 })).toBe(10);
  });

  it('of a type that ECS does not know is refused', async () => {
    const one = await world();
    await register(one, 'v1');
    await expect(
      create(one, breaker({ thresholdConfiguration: { type: 'SOME', value: 1 } })),
    ).rejects.toThrow('threshold type SOME');
  });
});

describe('a release whose tasks do not start, with rollback', () => {
  it('is failed and replaced by the deployment before it', async () => {
    const one = await steady();
    const old = await described(one);
    const back = old.deployments[0]!.id;
    const before = serviceIn(one).events.length;
    one.script.set('v2', { failure: NOT_FOUND });
    const bad = await release(one, 'v2');
    await until(one, () => serviceIn(one).deployments[0]!.id === back);

    const { deployments } = await described(one);
    expect(deployments).toMatchObject([
      {
        id: back,
        status: 'PRIMARY',
        rolloutState: 'IN_PROGRESS',
        rolloutStateReason: `ECS deployment circuit breaker: rolling back to deploymentId ${back}.`,
        runningCount: 2,
      },
      {
        id: bad,
        status: 'ACTIVE',
        rolloutState: 'FAILED',
        rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
      },
    ]);
    const reason = 'Service deployment rolled back because the circuit breaker threshold was exceeded.';
    expect((await history(one))[0]).toMatchObject({
      status: 'ROLLBACK_IN_PROGRESS',
      statusReason: reason,
      rollback: { reason, serviceRevisionArn: serviceIn(one).revisions[1]!.arn },
      deploymentCircuitBreaker: { status: 'TRIGGERED', threshold: 3 },
    });

    await one.clock.advance(5 * MINUTE);
    const after = await described(one);
    expect(after).toMatchObject({
      taskDefinition: old.taskDefinition,
      runningCount: 2,
      currentServiceDeployment: serviceIn(one).serviceDeployments[0]!.arn,
      deployments: [
        { id: back, rolloutState: 'COMPLETED', rolloutStateReason: `ECS deployment ${back} completed.` },
      ],
    });
    expect((await history(one)).map(({ status }) => status)).toEqual(['ROLLBACK_SUCCESSFUL', 'SUCCESSFUL']);
    const events = serviceIn(one)
      .events.toReversed()
      .slice(before)
      .filter(({ message }) => !/has started|unable to consistently/.test(message));
    expect(events.map(({ message }) => message)).toEqual([
      `(service web) (deployment ${bad}) deployment failed: tasks failed to start.`,
      `(service web) rolling back to deployment ${back}.`,
      `(service web) (deployment ${back}) deployment completed.`,
      '(service web) has reached a steady state.',
    ]);
    expect(events[1]!.createdAt - events[0]!.createdAt).toBe(1);
  });

  it('becomes a deployment with a new id where the account does so', async () => {
    const one = await steady();
    one.cloud.ecs.rollbackDeployment = 'new';
    const old = (await described(one)).deployments[0]!;
    one.script.set('v2', { failure: NOT_FOUND });
    const bad = await release(one, 'v2');
    await until(one, () => rolloutState(one, bad) === 'FAILED');
    await one.clock.advance(1 * SECOND);
    const [rollback, ...others] = (await described(one)).deployments;
    expect(rollback!.id).not.toBe(old.id);
    expect(rollback).toMatchObject({
      rolloutStateReason: `ECS deployment circuit breaker: rolling back to deploymentId ${rollback!.id}.`,
      taskDefinition: old.taskDefinition,
    });
    expect(others.map(({ id }) => id)).toContain(old.id);
    await one.clock.advance(5 * MINUTE);
    expect((await described(one)).deployments).toMatchObject([
      { id: rollback!.id, rolloutState: 'COMPLETED', runningCount: 2 },
    ]);
    expect((await described(one)).currentServiceRevisions).toMatchObject([
      { arn: serviceIn(one).revisions[1]!.arn, runningTaskCount: 2 },
    ]);
  });

  it('goes back to the network and load balancers as well', async () => {
    const one = await world();
    const targetGroup = await behindBalancer(one, breaker());
    await one.clock.advance(5 * MINUTE);
    one.script.set('v2', { failure: NOT_FOUND });
    const bad = await release(one, 'v2', {
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-2'] } },
      loadBalancers: [],
      deploymentConfiguration: { maximumPercent: 150 },
    });
    await until(one, () => rolloutState(one, bad) === undefined);
    expect(serviceIn(one).settings).toMatchObject({
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
      loadBalancers: [{ targetGroupArn: targetGroup }],
      deploymentConfiguration: { maximumPercent: 150 },
    });
  });

  it('is followed by the next release as usual, even in the middle of the rollback', async () => {
    const one = await steady();
    one.script.set('v2', { failure: NOT_FOUND });
    const bad = await release(one, 'v2');
    await until(one, () => rolloutState(one, bad) === 'FAILED');
    await one.clock.advance(1);
    const good = await release(one, 'v3');
    await one.clock.advance(5 * MINUTE);
    expect((await described(one)).deployments).toMatchObject([
      { id: good, rolloutState: 'COMPLETED', runningCount: 2 },
    ]);
    expect((await history(one)).map(({ status }) => status)).toEqual(['SUCCESSFUL', 'STOPPED', 'SUCCESSFUL']);
  });

  it('has nothing to go back to when the one before was not completed either', async () => {
    const one = await steady();
    one.script.set('v2', { failure: NOT_FOUND });
    const bad = await release(one, 'v2');
    await until(one, () => rolloutState(one, bad) === 'FAILED');
    await one.clock.advance(1);
    // The rollback to v1 is in progress: v1 is not eligible until it is completed again.
    one.script.set('v3', { failure: NOT_FOUND });
    const worse = await release(one, 'v3');
    await until(one, () => rolloutState(one, worse) === 'FAILED');
    await one.clock.advance(10 * MINUTE);
    expect((await described(one)).deployments[0]).toMatchObject({ id: worse, rolloutState: 'FAILED' });
    expect((await history(one))[0]).toMatchObject({
      status: 'ROLLBACK_FAILED',
      statusReason: 'No rollback candidate was found to run the rollback.',
    });
    expect(tasksIn(one).filter(({ lastStatus }) => lastStatus === 'RUNNING')).toHaveLength(2);
  });

  it('does not give its rollback up, whatever the tasks of that do', async () => {
    const one = await steady();
    one.script.set('v2', { failure: NOT_FOUND });
    const bad = await release(one, 'v2');
    await until(one, () => rolloutState(one, bad) === 'FAILED');
    one.script.set('v1', { failure: NOT_FOUND });
    for (const { id } of tasksIn(one)) await one.call('StopTask', { task: id });
    await one.clock.advance(60 * MINUTE);
    expect((await history(one))[0]).toMatchObject({ status: 'ROLLBACK_IN_PROGRESS' });
    expect((await described(one)).deployments).toMatchObject([
      { rolloutState: 'IN_PROGRESS', runningCount: 0 },
    ]);
    one.script.delete('v1');
    await one.clock.advance(20 * MINUTE);
    expect((await history(one))[0]).toMatchObject({ status: 'ROLLBACK_SUCCESSFUL' });
    expect((await described(one)).runningCount).toBe(2);
  });
});

describe('a release that goes back to an older revision and fails', () => {
  it('is undone in favour of the last completed one', async () => {
    const one = await steady();
    const first = serviceIn(one).deployments[0]!.taskDefinition;
    const second = await release(one, 'v2');
    await one.clock.advance(5 * MINUTE);
    one.script.set('v1', { exit: { after: 1 * SECOND, exitCode: 1 } });
    await one.call('UpdateService', { service: 'web', taskDefinition: first });
    const undo = serviceIn(one).deployments[0]!.id;
    await until(one, () => rolloutState(one, undo) === 'FAILED');
    await one.clock.advance(5 * MINUTE);
    expect(await described(one)).toMatchObject({
      taskDefinition: expect.stringMatching(/web:2$/),
      deployments: [{ id: second, rolloutState: 'COMPLETED', runningCount: 2 }],
    });
    expect((await history(one)).map(({ status }) => status)).toEqual([
      'ROLLBACK_SUCCESSFUL',
      'SUCCESSFUL',
      'SUCCESSFUL',
    ]);
  });
});

describe('a release whose tasks do not start, without rollback', () => {
  it('stalls as PRIMARY, and the old tasks go on serving', async () => {
    const one = await steady(breaker({ rollback: false }));
    const back = serviceIn(one).deployments[0]!.id;
    one.script.set('v2', { failure: NOT_FOUND });
    const bad = await release(one, 'v2');
    await until(one, () => rolloutState(one, bad) === 'FAILED');
    const tasks = tasksIn(one).length;
    await one.clock.advance(30 * MINUTE);
    expect((await described(one)).deployments).toMatchObject([
      {
        id: bad,
        status: 'PRIMARY',
        rolloutState: 'FAILED',
        rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
        failedTasks: 4,
        runningCount: 0,
        pendingCount: 0,
      },
      { id: back, status: 'ACTIVE', rolloutState: 'COMPLETED', runningCount: 2 },
    ]);
    expect(tasksIn(one)).toHaveLength(tasks);
    expect((await history(one))[0]).toMatchObject({
      status: 'STOPPED',
      statusReason: 'Service deployment stopped because the circuit breaker threshold was exceeded.',
      deploymentCircuitBreaker: { status: 'TRIGGERED', failureCount: 4, threshold: 3 },
    });
    expect(messages(one).at(-1)).toBe(
      '(service web) (deployment ecs-svc/D) deployment failed: tasks failed to start.',
    );
  });

  it('can be repaired by the next release, which may go back further', async () => {
    const one = await steady(breaker({ rollback: false }));
    const back = serviceIn(one).deployments[0]!.id;
    one.script.set('v2', { failure: NOT_FOUND });
    one.script.set('v3', { failure: NOT_FOUND });
    const bad = await release(one, 'v2');
    await until(one, () => rolloutState(one, bad) === 'FAILED');
    const worse = await release(one, 'v3', breaker());
    await until(one, () => rolloutState(one, worse) === 'FAILED');
    await one.clock.advance(5 * MINUTE);
    expect((await described(one)).deployments).toMatchObject([{ id: back, rolloutState: 'COMPLETED' }]);
    const good = await release(one, 'v4');
    await one.clock.advance(5 * MINUTE);
    expect((await described(one)).deployments).toMatchObject([{ id: good, rolloutState: 'COMPLETED' }]);
  });

  it('stops the tasks that are unhealthy, and replaces none of them', async () => {
    const one = await world();
    await behindBalancer(one, breaker({ rollback: false }));
    await one.clock.advance(5 * MINUTE);
    one.script.set('v2', { unhealthyAfter: 0 });
    const bad = await release(one, 'v2');
    await until(one, () => rolloutState(one, bad) === 'FAILED');
    await one.clock.advance(10 * MINUTE);
    expect((await described(one)).deployments).toMatchObject([
      { id: bad, runningCount: 0, pendingCount: 0 },
      { runningCount: 2 },
    ]);
  });
});

describe('the first deployment of a service', () => {
  it('has nothing to be rolled back to, and stalls', async () => {
    const one = await world();
    one.script.set('v1', { failure: NOT_FOUND });
    await register(one, 'v1');
    await create(one, breaker());
    await one.clock.advance(30 * MINUTE);
    expect((await described(one)).deployments).toMatchObject([{ status: 'PRIMARY', rolloutState: 'FAILED' }]);
    expect(await history(one)).toMatchObject([
      {
        status: 'ROLLBACK_FAILED',
        statusReason: 'No rollback candidate was found to run the rollback.',
        deploymentCircuitBreaker: { status: 'TRIGGERED' },
      },
    ]);
    expect(messages(one).filter((text) => text.includes('rolling back'))).toEqual([]);
    expect(tasksIn(one).every(({ lastStatus }) => lastStatus === 'STOPPED')).toBe(true);
  });
});

describe('what the circuit breaker counts', () => {
  it('are tasks that fail the health checks of the load balancer', async () => {
    const one = await world();
    await behindBalancer(one, breaker());
    await one.clock.advance(5 * MINUTE);
    const back = serviceIn(one).deployments[0]!.id;
    one.script.set('v2', { unhealthyAfter: 0 });
    const bad = await release(one, 'v2');
    await until(one, () => rolloutState(one, bad) === 'FAILED');
    await one.clock.advance(5 * MINUTE);
    expect((await described(one)).deployments).toMatchObject([
      { id: back, rolloutState: 'COMPLETED', runningCount: 2 },
    ]);
  });

  it('are tasks that exit, and nothing when it is off', async () => {
    for (const enable of [true, false]) {
      const one = await steady(breaker({ enable }));
      one.script.set('v2', { exit: { after: 1 * SECOND, exitCode: 1 } });
      const bad = await release(one, 'v2');
      await one.clock.advance(10 * MINUTE);
      expect(rolloutState(one, bad)).toBe(enable ? undefined : 'IN_PROGRESS');
      expect((await history(one))[0]).toMatchObject({
        deploymentCircuitBreaker: enable
          ? { status: 'TRIGGERED' }
          : { status: 'DISABLED', failureCount: 0, threshold: 3 },
      });
    }
  });

  it('begins anew with a task that becomes healthy, unless failures are added up', async () => {
    for (const resetOnHealthyTask of [true, false]) {
      const one = await steady(
        breaker({ resetOnHealthyTask, thresholdConfiguration: { type: 'COUNT', value: 4 } }),
      );
      one.script.set('v2', { failure: NOT_FOUND });
      const held = await release(one, 'v2');
      const failures = () => serviceIn(one).serviceDeployments[0]!.failureCount;
      await until(one, () => failures() === 2);
      one.script.set('v2', { exit: { after: 20 * SECOND, exitCode: 1 } });
      await until(one, () => tasksIn(one).some(({ startedBy, settled }) => startedBy === held && settled));
      expect(failures()).toBe(resetOnHealthyTask ? 0 : 2);
    }
  });

  it('is monitored while the release goes on, and no longer afterwards', async () => {
    const one = await steady();
    await release(one, 'v2');
    const state = async () => (await history(one))[0];
    expect(await state()).toMatchObject({ deploymentCircuitBreaker: { status: 'MONITORING' } });
    await one.clock.advance(5 * MINUTE);
    expect(await state()).toMatchObject({
      status: 'SUCCESSFUL',
      deploymentCircuitBreaker: { status: 'MONITORING_COMPLETE', failureCount: 0, threshold: 3 },
    });
  });
});

describe('the bounds of a rollback', () => {
  it('keep the old tasks that are healthy, and the service comes back whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 100, max: 200 }),
        fc.constantFrom('restored' as const, 'new' as const),
        fc.boolean(),
        async (desiredCount, minimumHealthyPercent, maximumPercent, rollbackDeployment, exits) => {
          const most = Math.floor((desiredCount * maximumPercent) / 100);
          const least = Math.ceil((desiredCount * minimumHealthyPercent) / 100);
          fc.pre(most > desiredCount || least < desiredCount);
          const { deploymentConfiguration } = breaker();
          const one = await steady({
            desiredCount,
            deploymentConfiguration: { ...deploymentConfiguration, minimumHealthyPercent, maximumPercent },
          });
          one.cloud.ecs.rollbackDeployment = rollbackDeployment;
          one.script.set('v2', exits ? { exit: { after: 0, exitCode: 1 } } : { failure: NOT_FOUND });
          const bad = await release(one, 'v2');
          const end = one.clock.now() + 40 * MINUTE;
          while (one.clock.now() < end) {
            await one.clock.advance(one.clock.untilNext() ?? MINUTE);
            const there = tasksIn(one).filter(({ desiredStatus }) => desiredStatus === 'RUNNING');
            expect(there.length).toBeLessThanOrEqual(most);
            const good = there.filter(
              ({ startedBy, lastStatus }) => startedBy !== bad && lastStatus === 'RUNNING',
            );
            expect(good.length).toBeGreaterThanOrEqual(exits ? 0 : least);
          }
          expect(await described(one)).toMatchObject({
            runningCount: desiredCount,
            deployments: [{ rolloutState: 'COMPLETED' }],
            taskDefinition: expect.stringMatching(/web:1$/),
          });
        },
      ),
      { numRuns: 25 },
    );
  });
});
