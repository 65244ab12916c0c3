import { describe, expect, it } from '@jest/globals';
import {
  create,
  described,
  history,
  messages,
  MINUTE,
  onMachine,
  register,
  release,
  serviceIn,
  tasksIn,
  world,
} from './world.js';

const UNAVAILABLE =
  '(service web) was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later ' +
  'or in a different availability zone.';

describe('an account without room for more tasks', () => {
  it('starts none on Fargate, says so once, and goes on when there is room', async () => {
    const one = await world();
    await register(one, 'v1');
    await create(one);
    await one.clock.advance(MINUTE);
    one.cloud.ecs.capacity = 2;
    const id = await release(one, 'v2', {
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
    });
    await one.clock.advance(20 * MINUTE);
    expect(tasksIn(one)).toHaveLength(2);
    expect(messages(one).filter((text) => text === UNAVAILABLE)).toHaveLength(1);
    // Nothing was started, so nothing failed.
    expect((await described(one)).deployments).toMatchObject([
      { id, rolloutState: 'IN_PROGRESS', failedTasks: 0, runningCount: 0, pendingCount: 0 },
      { runningCount: 2 },
    ]);
    expect((await history(one))[0]).toMatchObject({ deploymentCircuitBreaker: { failureCount: 0 } });

    one.cloud.ecs.capacity = 3;
    await one.clock.advance(10 * MINUTE);
    expect((await described(one)).deployments).toMatchObject([
      { id, rolloutState: 'COMPLETED', runningCount: 2 },
    ]);
  });

  it('starts the tasks that it has room for', async () => {
    const one = await world();
    one.cloud.ecs.capacity = 3;
    await register(one, 'v1');
    await create(one, { desiredCount: 5 });
    await one.clock.advance(5 * MINUTE);
    expect(await described(one)).toMatchObject({ runningCount: 3, desiredCount: 5 });
    expect(messages(one)).toEqual([
      UNAVAILABLE,
      '(service web) has started 3 tasks: (task T) (task T) (task T).',
    ]);
  });

  it('repeats what it said after six hours', async () => {
    const one = await world();
    one.cloud.ecs.capacity = 0;
    await register(one, 'v1');
    await create(one);
    await one.clock.advance(7 * 60 * MINUTE);
    expect(messages(one)).toEqual([UNAVAILABLE, UNAVAILABLE]);
  });

  it('has machines that are full', async () => {
    const one = await world();
    one.cloud.ecs.capacity = 1;
    await onMachine(one);
    await one.clock.advance(5 * MINUTE);
    const [machine] = one.cloud.ecs.clusters.get('prod')!.instances.keys();
    expect(tasksIn(one)).toHaveLength(1);
    expect(serviceIn(one).events.map(({ message }) => message)).toContain(
      '(service web) was unable to place a task because no container instance met all of its requirements. ' +
        `The closest matching (container-instance ${machine!}) has insufficient CPU units available. ` +
        'For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.',
    );
  });
});
