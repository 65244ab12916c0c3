import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import {
  rememberDeployment,
  rememberEnd,
  rememberIntent,
  rememberUndo,
  unfinished,
  type Intent,
} from '../../src/state.js';
import { testWorld } from '../world.js';

const OLD = 'arn:aws:ecs:us-east-1:123456789012:task-definition/api:41';
const NEW = 'arn:aws:ecs:us-east-1:123456789012:task-definition/api:42';
const intent: Intent = {
  taskDefinition: NEW,
  fallback: {
    taskDefinition: OLD,
    digest: `sha256:${'a'.repeat(64)}`,
    commit: '1'.repeat(40),
    checks: ['health'],
  },
  before: ['ecs-svc/1'],
};

const clock = { now: () => 1_000, monotonic: () => 0, sleep: () => Promise.resolve() };

/** Saves as main does, and reads as post does. */
async function handedOver(...saves: ((world: Parameters<typeof rememberUndo>[0]) => Promise<void>)[]) {
  const env: Record<string, string> = {};
  const world = {
    runner: {
      output: () => Promise.resolve(),
      summary: () => Promise.resolve(),
      save: (name: string, value: string) => Promise.resolve(void (env[`STATE_${name}`] = value)),
    },
    clock,
    log: testWorld().world.log,
  };
  for (const save of saves) await save(world);
  return unfinished({ env, clock });
}

describe('what main leaves behind for post', () => {
  it('is everything that an undo needs', async () => {
    expect(
      await handedOver(
        (world) => rememberIntent(world, intent),
        (world) => rememberDeployment(world, 'ecs-svc/2'),
        rememberUndo,
      ),
    ).toEqual({ intent, deploymentId: 'ecs-svc/2', undoAskedAt: 1_000, undoTarget: undefined });
  });

  it('is the intent alone when the run was killed before ECS answered', async () => {
    expect(await handedOver((world) => rememberIntent(world, intent))).toEqual({
      intent,
      deploymentId: undefined,
      undoAskedAt: undefined,
      undoTarget: undefined,
    });
  });

  it('is nothing after a run that came to its end, or never began to change', async () => {
    expect(await handedOver((world) => rememberIntent(world, intent), rememberEnd)).toBeUndefined();
    expect(await handedOver()).toBeUndefined();
  });
});

describe('what somebody else wrote into the saved state', () => {
  const read = (saved: object, more: Record<string, string> = {}) =>
    unfinished({
      env: { STATE_intent: JSON.stringify({ version: 1, ...intent, ...saved }), ...more },
      clock,
    });

  it.each([
    ['another version', { version: 2 }],
    ['a revision that is none', { taskDefinition: 'api; rm -rf /' }],
    [
      'an ARN of another service',
      { taskDefinition: 'arn:aws:s3:us-east-1:123456789012:task-definition/api:1' },
    ],
    ['no list of deployments', { before: 'ecs-svc/1' }],
    ['a list without one deployment', { before: ['x'] }],
  ])('is not read: %s', (_, saved) => {
    expect(read(saved)).toBeUndefined();
  });

  it.each([
    [
      'a digest that is none',
      { fallback: { taskDefinition: OLD, digest: 'sha256:x' } },
      { digest: undefined },
    ],
    ['a commit that is none', { fallback: { taskDefinition: OLD, commit: '$(id)' } }, { commit: undefined }],
    [
      'what is no name of a check',
      { fallback: { taskDefinition: OLD, checks: ['health', 1, null, {}] } },
      { checks: ['health'] },
    ],
  ])('is left out: %s', (_, saved, left) => {
    expect(read(saved)?.intent.fallback).toMatchObject({ taskDefinition: OLD, ...left });
  });

  it('is no way back when its revision is none', () => {
    expect(read({ fallback: { taskDefinition: '::set-output::' } })?.intent.fallback).toBeUndefined();
  });

  it('is no deployment and no time when it has another form', () => {
    const more = { STATE_deployment: 'ecs-svc/1\n::error::', STATE_undo: '1e9' };
    expect(read({}, more)).toMatchObject({ deploymentId: undefined, undoAskedAt: undefined });
  });

  it('is no time that is still to come', () => {
    expect(read({}, { STATE_undo: '999999999999999' })?.undoAskedAt).toBe(1_000);
  });

  it('never throws, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.string(), fc.string(), (text, id, at) => {
        unfinished({ env: { STATE_intent: text, STATE_deployment: id, STATE_undo: at }, clock });
      }),
    );
  });
});
