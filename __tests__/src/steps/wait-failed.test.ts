import { describe, expect, it } from '@jest/globals';
import { deploymentOf, revisionArn, serviceOf } from '../model/rolling-service.js';
import { BEFORE, crashed, eventOf, rolling, taskOf } from './scripted.js';
import { BALANCED, failing } from './waiting.js';

describe('a rollout that failed', () => {
  const third = deploymentOf({ id: 'ecs-svc/3', taskDefinition: revisionArn(3) });

  it('is left alone where somebody else began another', async () => {
    const { error } = await failing({
      seen: [rolling(), serviceOf([third, deploymentOf({ status: 'ACTIVE' })])],
    });
    expect(error).toMatchObject({
      code: 'superseded',
      message: 'Somebody else started ecs-svc/3 of api:3: it replaced our deployment.',
      hint: expect.stringContaining('Nothing was undone'),
    });
  });

  it.each([
    ['alarm', { rolloutState: 'FAILED', rolloutStateReason: 'alarm detected' }, {}, 'Look at the alarms'],
    [
      'circuit-breaker',
      { rolloutState: 'FAILED' },
      {},
      'Read the events of the service and its stopped tasks.',
    ],
    ['scaled-to-zero', {}, { desiredCount: 0 }, 'Scale the service up again'],
    ['service-gone', {}, { status: 'DRAINING' }, 'Create the service again'],
  ])('with %s says what to do, and what ECS said since', async (code, fields, more, hint) => {
    const events = [eventOf('two'), eventOf('one'), eventOf('old')];
    const service = { ...BEFORE, events: [eventOf('old')] };
    const { error } = await failing({ service, seen: [rolling(fields, { ...more, events })] });
    expect(error).toMatchObject({ code, hint: expect.stringContaining(hint), evidence: ['one', 'two'] });
  });

  it('has the last ten events as its evidence', async () => {
    const events = Array.from({ length: 30 }, (_, index) => eventOf(`event ${String(30 - index)}`));
    const { error } = await failing({ seen: [rolling({ rolloutState: 'FAILED' }, { events })] });
    expect([error.evidence[0], error.evidence.at(-1), error.evidence.length]).toEqual([
      'event 21',
      'event 30',
      10,
    ]);
  });

  it('is told by the stopped tasks where only the circuit breaker tells', async () => {
    const seen = [rolling({ rolloutState: 'FAILED', rolloutStateReason: 'tasks failed to start' })];
    const { error } = await failing({ seen, stopped: [crashed('7')], failFast: false });
    expect(error).toMatchObject({ code: 'crash-loop', cause: { code: 'circuit-breaker' } });
    expect(error.evidence).toEqual([
      expect.stringMatching(/^1 task stopped: A container ended: .* \(task 7\)$/),
      'ECS gave the deployment up: tasks failed to start',
    ]);
    const alarm = [rolling({ rolloutState: 'FAILED', rolloutStateReason: 'alarm' })];
    expect((await failing({ seen: alarm, stopped: [crashed('7')] })).error.code).toBe('alarm');
  });

  it('is over at the second task that crashes, unless ECS has to give up first', async () => {
    const seen = [rolling({ failedTasks: 2 })];
    const stopped = [crashed('1'), crashed('2')];
    const early = await failing({ seen, stopped });
    expect(early.error).toMatchObject({ code: 'crash-loop', cause: undefined });
    expect(early.error.evidence.join()).toMatch(/^2 tasks stopped: /);
    const late = await failing({ seen, stopped, failFast: false, deploymentTimeout: 60_000 });
    expect(late.error.code).toBe('crash-loop');
    expect(late.clock.now() - early.clock.now()).toBeGreaterThan(50_000);
  });

  it('is over where no listener will ever ask a target', async () => {
    const unused = {
      id: '10.0.0.1',
      port: 3001,
      state: 'unused',
      reason: 'Target.NotInUse',
      description: undefined,
    };
    const { error, said } = await failing({
      ...{
        service: { ...BEFORE, ...BALANCED },
        seen: [rolling({}, { ...BALANCED, events: [eventOf('one')] })],
      },
      ...{ running: [taskOf('1')], targets: [unused] },
    });
    expect(error).toMatchObject({
      code: 'target-health',
      message: expect.stringContaining('10.0.0.1:3001'),
      hint: expect.stringContaining('Let a listener of the load balancer forward'),
      evidence: ['one'],
    });
    expect(said.facts.targetHealth).toMatchObject([
      { targetGroup: 'web', healthy: 0, states: { unused: 1 } },
    ]);
  });
});
