import { describe, expect, it } from '@jest/globals';
import { judge, VISIBILITY_GRACE, type OwnDeployment } from '../../../src/model/rollout.js';
import type { Deployment, Service } from '../../../src/model/service.js';
import { deploymentOf, revisionArn, serviceOf } from './rolling-service.js';

const [OLD, NEW] = [revisionArn(41), revisionArn(42)];
const own: OwnDeployment = {
  id: 'ecs-svc/2',
  taskDefinition: NEW,
  previous: OLD,
  before: ['ecs-svc/1'],
};

const deployment = (fields: Partial<Deployment>): Deployment =>
  deploymentOf({ taskDefinition: NEW, ...fields });
const service = (fields: Partial<Service>, ...deployments: Deployment[]): Service =>
  serviceOf(deployments, { taskDefinition: NEW, ...fields });

const ours = deployment({});
const done = deployment({ rolloutState: 'COMPLETED' });
const theirs = deployment({ id: 'ecs-svc/3' });
const before = deployment({ id: 'ecs-svc/1', taskDefinition: OLD, rolloutState: 'COMPLETED' });
const seen = { seen: true, unseenFor: 5_000 };
const fresh = { seen: false, unseenFor: 5_000 };

describe('the verdict on a rollout', () => {
  it('is complete when our deployment is PRIMARY and COMPLETED and everything desired runs', () => {
    expect(judge(service({}, done), own, seen)).toEqual({ state: 'complete' });
  });

  it.each([
    ['ECS is still replacing tasks', service({}, ours, before)],
    ['ECS has not said that it is complete, though all tasks run', service({}, ours)],
    ['an answer names no deployment that leads', service({}, { ...before, status: 'ACTIVE' })],
    ['fewer tasks run than are desired', service({ runningCount: 1 }, done)],
    ['the service points to another revision', service({ taskDefinition: OLD }, done)],
    ['autoscaling has raised the desired count', service({ desiredCount: 5 }, done)],
  ])('is progressing while %s', (_, observed) => {
    expect(judge(observed, own, seen).state).toBe('progressing');
  });

  it.each([
    ['before it was ever visible', fresh],
    ['after it was', seen],
  ])('is progressing while ECS shows what was there before ours (%s)', (_, memory) => {
    const lagging = service({ taskDefinition: OLD }, { ...before, status: 'PRIMARY' });
    expect(judge(lagging, own, memory)).toEqual({ state: 'progressing' });
  });

  it('is failed, and not superseded, when what was there before leads for longer than ECS may lag', () => {
    const stable = service({ taskDefinition: OLD }, { ...before, status: 'PRIMARY' });
    for (const everSeen of [true, false]) {
      expect(judge(stable, own, { seen: everSeen, unseenFor: VISIBILITY_GRACE })).toMatchObject({
        state: 'failed',
        code: 'circuit-breaker',
      });
    }
  });

  it('is failed when an older deployment leads and ours is behind it', () => {
    const restored = service(
      { taskDefinition: OLD },
      { ...before, status: 'PRIMARY' },
      { ...ours, status: 'ACTIVE' },
    );
    expect(judge(restored, own, seen)).toMatchObject({ state: 'failed', code: 'circuit-breaker' });
  });

  it('is superseded when the record says that a person had it rolled back', () => {
    const record = {
      arn: 'x',
      status: 'ROLLBACK_SUCCESSFUL',
      statusReason: 'Service deployment rolled back by user.',
      targetServiceRevisionArn: '',
      createdAt: 0,
    };
    const restored = service({ taskDefinition: OLD }, { ...before, status: 'PRIMARY' });
    expect(judge(restored, own, { ...seen, record }).state).toBe('superseded');
    const byEcs = {
      ...record,
      statusReason: 'Service deployment rolled back because the circuit breaker threshold was exceeded.',
    };
    expect(judge(restored, own, { ...seen, record: byEcs })).toMatchObject({ code: 'circuit-breaker' });
    const newer = service({}, theirs);
    expect(judge(newer, own, { ...seen, record: { ...byEcs, status: 'STOPPED' } }).state).toBe('superseded');
  });

  it.each([
    ['with our revision', theirs],
    ['with another revision', deployment({ id: 'ecs-svc/3', taskDefinition: OLD.replace(':41', ':43') })],
  ])("is superseded by somebody else's newer deployment %s", (_, newer) => {
    expect(judge(service({}, newer, { ...ours, status: 'ACTIVE' }), own, seen)).toEqual({
      state: 'superseded',
      by: newer,
    });
  });

  it.each([
    ['ECS deployment circuit breaker: tasks failed to start.', 'circuit-breaker'],
    ['ECS deployment failed: alarm detected.', 'alarm'],
  ])('is failed when ECS gives it up: %s', (rolloutStateReason, code) => {
    const failed = deployment({ rolloutState: 'FAILED', rolloutStateReason });
    expect(judge(service({}, failed, before), own, seen)).toMatchObject({ state: 'failed', code });
  });

  it('is failed, not superseded, when ECS rolls back and ours has vanished', () => {
    const rollback = deployment({
      id: 'ecs-svc/1',
      taskDefinition: OLD,
      rolloutStateReason: 'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1.',
    });
    expect(judge(service({ taskDefinition: OLD }, rollback), own, seen)).toMatchObject({
      state: 'failed',
      code: 'circuit-breaker',
    });
  });

  it.each([
    ['MISSING', undefined],
    ['DRAINING', service({ status: 'DRAINING' }, ours)],
    ['INACTIVE', service({ status: 'INACTIVE' })],
  ])('is failed when the service is %s', (status, observed) => {
    expect(judge(observed, own, seen)).toEqual({
      state: 'failed',
      code: 'service-gone',
      why: `The service is ${status}: somebody deleted it meanwhile.`,
    });
  });

  it('waits for ours to be seen before it takes a leader for somebody else', () => {
    const newer = service({}, theirs);
    expect(judge(newer, own, fresh)).toEqual({ state: 'progressing' });
    expect(judge(newer, own, seen).state).toBe('superseded');
    expect(judge(newer, own, { ...fresh, unseenFor: VISIBILITY_GRACE }).state).toBe('superseded');
  });

  it('says what ECS says, and who leads where it says nothing', () => {
    const failed = (rolloutStateReason: string) =>
      judge(service({}, deployment({ rolloutState: 'FAILED', rolloutStateReason })), own, seen);
    expect(failed('tasks failed to start.')).toMatchObject({
      why: 'ECS gave the deployment up: tasks failed to start.',
    });
    expect(failed('')).toMatchObject({ why: 'ECS gave the deployment up: ecs-svc/2 has failed' });
    const stable = service({ taskDefinition: OLD }, { ...before, status: 'PRIMARY' });
    expect(judge(stable, own, { seen: true, unseenFor: VISIBILITY_GRACE })).toMatchObject({
      why: 'ECS gave the deployment up: ecs-svc/1 leads again',
    });
  });

  it('is failed, never complete, when somebody scales the service to zero', () => {
    expect(judge(service({ desiredCount: 0, runningCount: 0 }, done), own, seen)).toMatchObject({
      state: 'failed',
      code: 'scaled-to-zero',
      why: 'Somebody set the desired count to 0 meanwhile.',
    });
  });

  it('counts deployments where ECS gives no rollout state (Classic Load Balancer)', () => {
    const silent = deployment({ rolloutState: '' });
    expect(judge(service({}, silent), own, seen).state).toBe('complete');
    expect(judge(service({}, silent, { ...before, rolloutState: '' }), own, seen).state).toBe('progressing');
  });
});

describe("ECS's own rollback", () => {
  const restored = deployment({
    id: 'ecs-svc/3',
    taskDefinition: OLD,
    rolloutState: 'COMPLETED',
    rolloutStateReason: 'ECS deployment ecs-svc/3 completed.',
  });
  const event = (message: string) => ({ id: message, createdAt: 0, message });

  it.each([
    ['tasks failed to start', 'circuit-breaker'],
    ['alarm detected', 'alarm'],
  ])('is recognised by its event when it is over already (%s)', (why, code) => {
    const events = [event(`(service api) (deployment ecs-svc/2) deployment failed: ${why}.`)];
    const verdict = judge(service({ taskDefinition: OLD, events }, restored), own, {
      seen: true,
      unseenFor: 10_000,
    });
    expect(verdict).toMatchObject({ state: 'failed', code });
  });

  it('is not taken for one when another deployment failed, or another revision is live', () => {
    const other = [event('(service api) (deployment ecs-svc/1) deployment failed: tasks failed to start.')];
    const ours = [event('(service api) (deployment ecs-svc/2) deployment failed: tasks failed to start.')];
    const memory = { seen: true, unseenFor: 10_000 };
    expect(judge(service({ events: other }, restored), own, memory)).toMatchObject({ state: 'superseded' });
    const theirs = { ...restored, taskDefinition: NEW.replace('42', '43') };
    expect(judge(service({ events: ours }, theirs), own, memory)).toMatchObject({ state: 'superseded' });
  });
});
