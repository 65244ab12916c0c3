import { describe, expect, it } from '@jest/globals';
import { deploymentOf, revisionArn, serviceOf } from '../model/rolling-service.js';
import { DeployError } from '../../../src/errors.js';
import type { Task } from '../../../src/model/service.js';
import { BEFORE, crashed, eventOf, FIRST, rolling, taskOf } from './scripted.js';
import { BALANCED, failing, waited } from './waiting.js';

const COMPLETE = rolling({ rolloutState: 'COMPLETED' });

describe('the wait for a rollout', () => {
  it('ends with the service as it is once ours is complete, and says how long it took', async () => {
    const { done, said } = waited({
      seen: [rolling({ runningCount: 0, pendingCount: 2 }), rolling(), COMPLETE],
    });
    expect(await done).toBe(COMPLETE);
    expect(said.notes).toEqual(['ecs-svc/2 completed after 4.0s, 2 of 2 tasks run']);
    expect(said.told[0]).toMatch(
      /^0\.0s tasks 2 desired, 2 running, 0 pending · PRIMARY revision 2 IN_PROGRESS/,
    );
    expect(said.told).toHaveLength(3);
  });

  it('tells each event once, and none of before', async () => {
    const old = eventOf('old');
    const at = (...events: string[]) => rolling({}, { events: [...events.map(eventOf), old] });
    const { done, said } = waited({
      service: { ...BEFORE, events: [old] },
      seen: [at('one'), at('two', 'one'), at('two', 'one'), COMPLETE],
    });
    await done;
    expect(said.told.filter((line) => /^(?:old|one|two)$/.test(line))).toEqual(['one', 'two']);
  });

  it('says why nothing happens for long once tasks failed to start', async () => {
    const idle = 'ECS waits longer and longer';
    const seen = [rolling({ runningCount: 0, failedTasks: 1 }, { runningCount: 0 })];
    const once = await failing({ seen, stopped: [crashed('1')], deploymentTimeout: 60_000 });
    expect(once.statuses.join('\n')).toContain(idle);
    const without = await failing({ seen, deploymentTimeout: 60_000 });
    expect(without.statuses.join('\n')).not.toContain(idle);
    const busy = [rolling({ pendingCount: 1 }, { runningCount: 0, pendingCount: 1 })];
    const starting = await failing({ seen: busy, stopped: [crashed('1')], deploymentTimeout: 60_000 });
    expect(starting.statuses.join('\n')).not.toContain(idle);
    const full = await failing({ seen: [rolling()], stopped: [crashed('1')], deploymentTimeout: 60_000 });
    expect(full.statuses.join('\n')).not.toContain(idle);
  });

  it('goes on while AWS does not answer', async () => {
    const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    const { done, said } = waited({ seen: [rolling(), reset, reset, COMPLETE] });
    expect(await done).toBe(COMPLETE);
    expect(said.told).toContain('2.0s AWS does not answer, and is asked again');
  });
});

describe('the look at tasks and targets', () => {
  const target = { id: '10.0.0.1', port: 3001, state: 'initial', reason: undefined, description: undefined };
  const service = { ...BEFORE, ...BALANCED };
  const there = rolling({}, BALANCED);

  it('is taken every ten seconds, and no more once it is known how the rollout ended', async () => {
    const looks = Array.from({ length: 10 }, () => there);
    const complete = waited({
      service,
      seen: [...looks, COMPLETE],
      running: [taskOf('1')],
      targets: [target],
    });
    await complete.done;
    expect(complete.looked).toEqual(['10 STOPPED', '10 RUNNING']);
    const stranger = serviceOf([deploymentOf({ id: 'ecs-svc/9' }), deploymentOf({ status: 'ACTIVE' })]);
    const taken = await failing({ service, seen: [...looks, stranger] });
    expect([taken.error.code, taken.looked]).toEqual(['superseded', ['10 STOPPED', '10 RUNNING']]);
  });

  it('is taken as soon as a task was lost', async () => {
    const lost = rolling({ failedTasks: 1 }, BALANCED);
    const { done, looked } = waited({
      service,
      seen: [there, lost, lost, COMPLETE],
      stopped: [crashed('9')],
    });
    await done;
    expect(looked).toEqual(['2 STOPPED', '2 RUNNING']);
  });

  it.each<[string, readonly Task[]]>([
    ['there are none', []],
    ['those that stand in for them are not registered yet', [taskOf('2')]],
  ])('is known as it was last before its tasks were gone and %s', async (_, later) => {
    let times = 0;
    const { said } = await failing({
      ...{ service, seen: [there], deploymentTimeout: 60_000 },
      ...{ running: () => (times++ < 4 ? [taskOf('1')] : later), targets: [target] },
    });
    expect(said.facts.targetHealth).toMatchObject([{ states: { initial: 1 } }]);
  });

  it('is known as it was even if it tells nothing, where there never was another', async () => {
    const { said } = await failing({ service, seen: [there], deploymentTimeout: 60_000 });
    expect(said.facts.targetHealth).toMatchObject([{ healthy: 0, expected: 0 }]);
  });
});

describe('a deployment that does not lead any more', () => {
  const back = serviceOf([{ ...FIRST, createdAt: 1 }], { taskDefinition: revisionArn(1) });
  const started = rolling({}, { currentServiceDeployment: 'arn/2' });

  it('was rolled back by ECS, which its record tells', async () => {
    const record = { status: 'ROLLBACK_SUCCESSFUL', statusReason: 'Circuit breaker triggered' };
    const { error, asked } = await failing({ seen: [started, back], record });
    expect(error).toMatchObject({
      code: 'circuit-breaker',
      message: 'ECS gave the deployment up: Circuit breaker triggered',
    });
    expect(new Set(asked)).toEqual(new Set(['arn/2']));
  });

  it('was stopped by a person, whose business it is', async () => {
    const record = { status: 'ROLLBACK_SUCCESSFUL', statusReason: 'Rollback requested by user' };
    expect((await failing({ seen: [started, back], record })).error.code).toBe('superseded');
  });

  it('is judged without its record where that may not be read', async () => {
    const { error } = await failing({
      seen: [started, back],
      record: new DeployError('access-denied', 'no'),
    });
    expect(error.code).toBe('circuit-breaker');
    const cancelled = new DeployError('cancelled', 'Cancelled.');
    expect((await failing({ seen: [started, back], record: cancelled })).error).toBe(cancelled);
  });

  it('has no record to ask for where it has none, or none was seen', async () => {
    const record = { status: 'ROLLBACK_SUCCESSFUL', statusReason: 'by user' };
    for (const wish of [{ seen: [started, back], recorded: false }, { seen: [rolling(), back] }]) {
      const { asked, error } = await failing({ ...wish, record });
      expect([asked, error.code]).toEqual([[], 'circuit-breaker']);
    }
  });
});

describe('a rollout that takes too long', () => {
  const limit = { deploymentTimeout: 30_000 };

  it('is told with how far it came', async () => {
    const { error } = await failing({ ...limit, seen: [rolling({}, { events: [eventOf('one')] })] });
    expect(error).toMatchObject({
      code: 'timeout',
      evidence: ['one'],
      hint: expect.stringContaining('deployment-timeout'),
    });
    expect(error.message).toMatch(
      /^The rollout is not complete after 30s\. Last seen: tasks 2 desired, .*\.$/,
    );
  });

  it('is told by what a stopped task says, or an event where none was started', async () => {
    const crash = await failing({ ...limit, seen: [rolling()], stopped: [crashed('1')] });
    expect(crash.error.code).toBe('crash-loop');
    const events = [eventOf('(service api) was unable to place a task. Reason: RESOURCE:MEMORY.')];
    const { error } = await failing({ ...limit, seen: [rolling({}, { events })] });
    expect(error).toMatchObject({ code: 'capacity', message: events[0]?.message });
  });

  it('is told by what is not healthy yet', async () => {
    const initial = {
      id: '10.0.0.1',
      port: 3001,
      state: 'initial',
      reason: undefined,
      description: undefined,
    };
    const { error, said } = await failing({
      ...limit,
      ...{
        service: { ...BEFORE, ...BALANCED },
        seen: [rolling({}, { ...BALANCED, events: [eventOf('one')] })],
      },
      ...{ running: [taskOf('1')], targets: [initial] },
    });
    expect(error.code).toBe('target-health');
    expect(error.message).toMatch(
      /^The rollout is not complete after 30s\. target 10\.0\.0\.1:3001 is initial/,
    );
    expect(error.evidence).toEqual([expect.stringContaining('10.0.0.1:3001 is initial'), 'one']);
    expect(said.facts.targetHealth).toMatchObject([{ states: { initial: 1 } }]);
  });
});
