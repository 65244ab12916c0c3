import { describe, expect, it } from '@jest/globals';
import { createLogGroup } from '../../../sandbox/logs/groups.js';
import {
  create,
  described,
  messages,
  MINUTE,
  register,
  release,
  SECOND,
  serviceIn,
  tasksIn,
  world,
} from './world.js';

const NOT_FOUND =
  'CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref x: not found';

describe('a task that cannot be started', () => {
  it('stops with the reason, and the next start is delayed more and more', async () => {
    const one = await world();
    one.script.set('v1', { failure: NOT_FOUND });
    await register(one, 'v1');
    await create(one, { desiredCount: 1 });
    await one.clock.advance(30 * MINUTE);

    const [first] = tasksIn(one);
    expect(first).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'TaskFailedToStart',
      stoppedReason: NOT_FOUND,
      containers: [{ reason: NOT_FOUND, lastStatus: 'STOPPED' }],
    });
    const starts = tasksIn(one).map(({ createdAt }) => createdAt);
    const pauses = starts.slice(1).map((at, index) => at - starts[index]!);
    expect(pauses.length).toBeGreaterThan(4);
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect((await described(one)).deployments[0]).toMatchObject({
      rolloutState: 'IN_PROGRESS',
      failedTasks: starts.length,
    });
    expect(messages(one).filter((text) => text.includes('unable to consistently start tasks'))).toHaveLength(
      1,
    );
  });

  it('never waits longer than fifteen minutes', async () => {
    const one = await world();
    one.script.set('v1', { failure: NOT_FOUND });
    await register(one, 'v1');
    await create(one, { desiredCount: 1 });
    await one.clock.advance(180 * MINUTE);
    const last = tasksIn(one).at(-1)!;
    expect(one.clock.now() - last.createdAt).toBeLessThan(16 * MINUTE);
  });

  it('says that its log group is missing', async () => {
    const one = await world();
    const logConfiguration = {
      logDriver: 'awslogs',
      options: { 'awslogs-group': '/ecs/web', 'awslogs-region': 'us-east-1', 'awslogs-stream-prefix': 'ecs' },
    };
    await one.call('RegisterTaskDefinition', {
      family: 'web',
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'app', image: 'example.test/web:v1', logConfiguration }],
    });
    await create(one, { desiredCount: 1 });
    await one.clock.advance(MINUTE);
    expect(tasksIn(one)[0]).toMatchObject({
      stopCode: 'TaskFailedToStart',
      stoppedReason: expect.stringMatching(/^ResourceInitializationError: failed to validate logger args/),
    });
    createLogGroup(one.cloud, '/ecs/web');
    one.script.set('*', { output: ['hello', 'world'] });
    await one.clock.advance(5 * MINUTE);
    const running = tasksIn(one).find(({ lastStatus }) => lastStatus === 'RUNNING')!;
    const stream = one.cloud.logs.groups.get('/ecs/web')!.streams.get(`ecs/app/${running.id}`)!;
    expect(stream.events.map(({ message }) => message)).toEqual(['hello', 'world']);
  });
});

describe('a task that the account does not let start', () => {
  const DENIED =
    'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: ' +
    'unable to retrieve secret from asm: service call has been retried 1 time(s): AccessDeniedException: User is ' +
    'not authorized';

  it('stops with the first reason that is given, and others are started', async () => {
    const one = await world();
    await register(one, 'v1');
    await create(one);
    await one.clock.advance(MINUTE);
    const asked: string[] = [];
    one.cloud.ecs.startFailures.push(
      () => undefined,
      ({ taskDefinition, startedBy }) => {
        asked.push(startedBy);
        return taskDefinition.endsWith(':2') ? DENIED : undefined;
      },
      () => 'CannotPullContainerError: too late',
    );
    const bad = await release(one, 'v2');
    await one.clock.advance(5 * SECOND);
    const tasks = () => tasksIn(one).filter(({ startedBy }) => startedBy === bad);
    expect(tasks()).toMatchObject([{ lastStatus: 'PROVISIONING' }, { lastStatus: 'PROVISIONING' }]);
    await one.clock.advance(10 * SECOND);
    expect(tasks()[0]).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'TaskFailedToStart',
      stoppedReason: DENIED,
      containers: [{ reason: DENIED }],
    });
    expect(asked).toEqual([bad, bad]);
    expect(messages(one)).toContain(`(service web) was unable to place a task. Reason: ${DENIED}`);

    one.cloud.ecs.startFailures.length = 0;
    await one.clock.advance(5 * MINUTE);
    expect((await described(one)).deployments).toMatchObject([
      { id: bad, rolloutState: 'COMPLETED', runningCount: 2 },
    ]);
  });
});

describe('a container that exits', () => {
  it('ends its task when it is essential, and another task is started soon', async () => {
    const one = await world();
    one.script.set('v1', { exit: { after: 2 * SECOND, exitCode: 1 } });
    await register(one, 'v1');
    await create(one, { desiredCount: 1 });
    await one.clock.advance(5 * MINUTE);
    expect(tasksIn(one)[0]).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      containers: [{ exitCode: 1 }],
    });
    expect(tasksIn(one).length).toBeGreaterThan(8);
    expect((await described(one)).deployments[0]).toMatchObject({ rolloutState: 'IN_PROGRESS' });
  });

  it('is replaced after the rollout was complete, and the service becomes steady again', async () => {
    const one = await world();
    one.script.set('v1', {
      exit: {
        after: 2 * MINUTE,
        exitCode: 137,
        reason: 'OutOfMemoryError: Container killed due to memory usage',
      },
    });
    await register(one, 'v1');
    await create(one, { desiredCount: 1 });
    await one.clock.advance(MINUTE);
    const steady = () => messages(one).filter((text) => text.endsWith('has reached a steady state.')).length;
    expect(steady()).toBe(1);
    one.script.clear();
    await one.clock.advance(3 * MINUTE);
    expect(steady()).toBe(2);
    expect((await described(one)).deployments).toMatchObject([
      { rolloutState: 'COMPLETED', runningCount: 1 },
    ]);
    expect(tasksIn(one)[0]!.containers[0]!.reason).toMatch(/^OutOfMemoryError/);
  });

  it('leaves its task running when it is not essential', async () => {
    const one = await world();
    one.script.set('once', { exit: { after: 5 * SECOND, exitCode: 0 } });
    await one.call('RegisterTaskDefinition', {
      family: 'web',
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      containerDefinitions: [
        { name: 'app', image: 'example.test/web:v1' },
        { name: 'migrate', image: 'example.test/web:once', essential: false },
      ],
    });
    await create(one, { desiredCount: 1 });
    await one.clock.advance(5 * MINUTE);
    expect(tasksIn(one)).toMatchObject([
      {
        lastStatus: 'RUNNING',
        containers: [{ lastStatus: 'RUNNING' }, { lastStatus: 'STOPPED', exitCode: 0 }],
      },
    ]);
    expect((await described(one)).deployments[0]!.rolloutState).toBe('COMPLETED');
  });

  it('is killed when it does not stop in time', async () => {
    const one = await world();
    one.script.set('v1', { stop: { after: 10 * MINUTE, exitCode: 0 } });
    await register(one, 'v1', { stopTimeout: 20 });
    await create(one, { desiredCount: 1 });
    await one.clock.advance(MINUTE);
    const [task] = tasksIn(one);
    await one.call('StopTask', { task: task!.id, reason: 'looked odd' });
    await one.clock.advance(10 * SECOND);
    expect(task).toMatchObject({ lastStatus: 'STOPPING', desiredStatus: 'STOPPED' });
    await one.clock.advance(30 * SECOND);
    expect(task).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'UserInitiated',
      stoppedReason: 'looked odd',
      containers: [{ exitCode: 137 }],
    });
    expect((await described(one)).runningCount).toBe(1);
  });
});

describe('time that passes', () => {
  it('lets stopped tasks be seen for an hour', async () => {
    const one = await world();
    await register(one, 'v1');
    await create(one);
    await one.clock.advance(MINUTE);
    const [task] = tasksIn(one);
    await one.call('StopTask', { task: task!.arn });
    await one.clock.advance(59 * MINUTE);
    const stopped = async () =>
      (await one.call('ListTasks', { serviceName: 'web', desiredStatus: 'STOPPED' }))['taskArns'];
    expect(await stopped()).toEqual([task!.arn]);
    await one.clock.advance(5 * MINUTE);
    expect(await stopped()).toEqual([]);
  });

  it('repeats the steady state every six hours', async () => {
    const one = await world();
    await register(one, 'v1');
    await create(one);
    await one.clock.advance(13 * 60 * MINUTE);
    const steady = serviceIn(one).events.filter(({ message }) => message.endsWith('steady state.'));
    expect(steady).toHaveLength(3);
  });
});
