import { describe, expect, it } from '@jest/globals';
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
  type World,
} from './world.js';

const NOT_FOUND = 'CannotPullContainerError: failed to resolve ref x: not found';

async function steady(): Promise<World> {
  const one = await world();
  await register(one, 'v1');
  await create(one);
  await one.clock.advance(MINUTE);
  return one;
}

/** Stops the newest service deployment. */
const stop = (one: World, stopType?: string) =>
  one.call('StopServiceDeployment', {
    serviceDeploymentArn: serviceIn(one).serviceDeployments[0]!.arn,
    ...(stopType ? { stopType } : {}),
  });

describe('a service deployment that is stopped', () => {
  it('is rolled back, though the circuit breaker is off', async () => {
    const one = await steady();
    const back = serviceIn(one).deployments[0]!.id;
    const before = serviceIn(one).events.length;
    one.script.set('v2', { failure: NOT_FOUND });
    const bad = await release(one, 'v2');
    await one.clock.advance(30 * SECOND);
    const answer = await stop(one);
    expect(answer).toEqual({ serviceDeploymentArn: (await described(one)).currentServiceDeployment });
    expect((await history(one))[0]).toMatchObject({ status: 'ROLLBACK_REQUESTED' });

    await one.clock.advance(2 * SECOND);
    const reason = 'Service deployment rolled back by user.';
    expect((await history(one))[0]).toMatchObject({
      status: 'ROLLBACK_IN_PROGRESS',
      statusReason: reason,
      rollback: { reason, serviceRevisionArn: serviceIn(one).revisions[1]!.arn },
      deploymentCircuitBreaker: { status: 'DISABLED' },
    });
    expect((await described(one)).deployments[0]).toMatchObject({
      id: back,
      rolloutState: 'IN_PROGRESS',
      rolloutStateReason: `ECS deployment: rolling back to deploymentId ${back}.`,
    });

    await one.clock.advance(5 * MINUTE);
    expect((await described(one)).deployments).toMatchObject([
      { id: back, rolloutState: 'COMPLETED', runningCount: 2 },
    ]);
    expect((await history(one)).map(({ status }) => status)).toEqual(['ROLLBACK_SUCCESSFUL', 'SUCCESSFUL']);
    const told = serviceIn(one)
      .events.toReversed()
      .slice(before)
      .map(({ message }) => message);
    expect(told.filter((message) => !message.includes('has started'))).toEqual([
      `(service web) (deployment ${bad}) deployment failed: ${reason}`,
      `(service web) rolling back to deployment ${back}.`,
      `(service web) (deployment ${back}) deployment completed.`,
      '(service web) has reached a steady state.',
    ]);
  });

  it('gives way although all its tasks are healthy, and the service is never without', async () => {
    const one = await world();
    await behindBalancer(one);
    await one.clock.advance(5 * MINUTE);
    const back = serviceIn(one).deployments[0]!.id;
    const good = await release(one, 'v2');
    // The old tasks are on their way out: the new ones serve until there are others again.
    const leaving = () =>
      tasksIn(one).filter(
        ({ startedBy, desiredStatus }) => startedBy === back && desiredStatus === 'STOPPED',
      );
    while (leaving().length < 2) await one.clock.advance(SECOND);
    await stop(one);
    const end = one.clock.now() + 10 * MINUTE;
    while (one.clock.now() < end) {
      await one.clock.advance(SECOND);
      const serving = tasksIn(one).filter(
        ({ healthySince, desiredStatus }) => healthySince !== undefined && desiredStatus === 'RUNNING',
      );
      expect(serving.length).toBeGreaterThanOrEqual(2);
    }
    const { deployments } = await described(one);
    expect(deployments).toMatchObject([{ id: back, rolloutState: 'COMPLETED', runningCount: 2 }]);
    expect(tasksIn(one).filter(({ startedBy }) => startedBy === good)).toMatchObject(
      [1, 2].map(() => ({
        lastStatus: 'STOPPED',
        stoppedReason: `Scaling activity initiated by (deployment ${back})`,
      })),
    );
  });

  it('may be stopped again while it rolls back, and not when it is over', async () => {
    const one = await steady();
    one.script.set('v2', { failure: NOT_FOUND });
    await release(one, 'v2');
    await stop(one);
    await stop(one, 'ROLLBACK');
    await one.clock.advance(5 * SECOND);
    expect((await history(one))[0]!.status).toBe('ROLLBACK_IN_PROGRESS');
    await stop(one);
    await stop(one, 'ABORT');
    expect((await history(one))[0]!.status).toBe('ROLLBACK_IN_PROGRESS');
    await one.clock.advance(5 * MINUTE);
    await expect(stop(one)).rejects.toMatchObject({ code: 'ConflictException' });
  });

  it('gives way to an UpdateService in the middle of the rollback', async () => {
    const one = await steady();
    one.script.set('v2', { failure: NOT_FOUND });
    await release(one, 'v2');
    await stop(one);
    await one.clock.advance(5 * SECOND);
    const good = await release(one, 'v3');
    await one.clock.advance(5 * MINUTE);
    expect((await described(one)).deployments).toMatchObject([
      { id: good, rolloutState: 'COMPLETED', runningCount: 2 },
    ]);
    expect((await history(one)).map(({ status }) => status)).toEqual(['SUCCESSFUL', 'STOPPED', 'SUCCESSFUL']);
  });

  it('has nothing to go back to when it is the first of its service', async () => {
    const one = await world();
    await register(one, 'v1');
    await create(one);
    await stop(one);
    await one.clock.advance(5 * MINUTE);
    expect(await history(one)).toMatchObject([
      {
        status: 'ROLLBACK_FAILED',
        statusReason: 'No rollback candidate was found to run the rollback.',
      },
    ]);
    expect((await described(one)).deployments).toMatchObject([{ status: 'PRIMARY', rolloutState: 'FAILED' }]);
  });

  it('stays where it is when it is aborted', async () => {
    const one = await steady();
    one.script.set('v2', { failure: NOT_FOUND });
    const bad = await release(one, 'v2');
    await stop(one, 'ABORT');
    expect((await history(one))[0]!.status).toBe('STOP_REQUESTED');
    await one.clock.advance(30 * MINUTE);
    expect((await described(one)).deployments).toMatchObject([
      { id: bad, status: 'PRIMARY', rolloutState: 'FAILED', runningCount: 0 },
      { status: 'ACTIVE', rolloutState: 'COMPLETED', runningCount: 2 },
    ]);
    expect((await history(one))[0]).toMatchObject({
      status: 'STOPPED',
      statusReason: 'Service deployment stopped by user.',
    });
  });

  it('has to exist, and to be stopped in a way that there is', async () => {
    const one = await steady();
    for (const serviceDeploymentArn of ['arn:x', '']) {
      await expect(one.call('StopServiceDeployment', { serviceDeploymentArn })).rejects.toMatchObject({
        code: 'ServiceDeploymentNotFoundException',
      });
    }
    await expect(stop(one, 'HALT')).rejects.toMatchObject({ code: 'InvalidParameterException' });
  });
});
