import { describe, expect, it } from '@jest/globals';
import type { Ecs } from '../../../src/adapters/aws/ecs.js';
import { DeployError } from '../../../src/errors.js';
import type { Service } from '../../../src/model/service.js';
import {
  interrupted,
  leftAsIs,
  look,
  notRestored,
  withEvidence,
  type Change,
} from '../../../src/modes/change.js';
import { deploymentOf, revisionArn, serviceOf } from '../model/rolling-service.js';

const CHANGE = {
  place: { region: 'us-east-1', cluster: 'arn:aws:ecs:us-east-1:123456789012:cluster/prod' },
  service: serviceOf([]),
  own: { id: 'ecs-svc/2', taskDefinition: revisionArn(2) },
  fallback: { taskDefinition: revisionArn(1) },
} as unknown as Change;
const NO_WAY_BACK: Change = { ...CHANGE, fallback: undefined };
const CAUSE = new DeployError('crash-loop', 'It crashed.', { evidence: ['1 task stopped: x'] });
const BY_HAND =
  'aws ecs update-service --region us-east-1 --cluster prod --service api --task-definition api:1';
const LOOK = 'Look at it: aws ecs describe-services --region us-east-1 --cluster prod --services api';

describe('a change that is left as it is', () => {
  it('says why, and with which command a person puts the service back', () => {
    expect(leftAsIs(CAUSE, CHANGE)).toEqual({
      kind: 'left-as-is',
      error: CAUSE,
      state: `The service was changed and left as it is, because auto-rollback is off: a person should look. Put it back by hand: ${BY_HAND}`,
      mustLook: true,
    });
    const { state } = leftAsIs(CAUSE, NO_WAY_BACK);
    expect(state).toContain(`because there is no way back: a person should look. ${LOOK}`);
  });

  it('is cancelled where its run was', () => {
    expect(leftAsIs(new DeployError('cancelled', 'Cancelled.'), CHANGE).kind).toBe('cancelled');
    expect(interrupted(CAUSE)).toMatchObject({ kind: 'cancelled', error: CAUSE });
    expect(interrupted(CAUSE).state).toContain('the post step says how it ended');
  });

  it('can be looked at by a command', () => {
    expect(look(CHANGE)).toBe(LOOK);
  });
});

describe('an undo that failed', () => {
  const now = (service: Service | undefined | Error) =>
    ({
      service: () => (service instanceof Error ? Promise.reject(service) : Promise.resolve(service)),
    }) as unknown as Ecs;
  const undone = async (failed: DeployError, service?: Service | Error, change = CHANGE) =>
    notRestored(failed, CAUSE, change, now(service));

  it('tells both failures and all that shows them, and what a person runs', async () => {
    const failed = new DeployError('target-health', 'Still unhealthy.', { evidence: ['target'] });
    const { kind, error } = await undone(failed);
    expect(kind).toBe('rollback-failed');
    expect(error).toMatchObject({
      code: 'crash-loop',
      message: 'It crashed.\nThe rollback could not be proven: Still unhealthy.',
      hint: `Put it back by hand: ${BY_HAND}`,
      evidence: ['1 task stopped: x', 'target'],
      cause: failed,
    });
    expect((await undone(failed, undefined, NO_WAY_BACK)).error?.hint).toBe(LOOK);
  });

  it.each(['circuit-breaker', 'alarm'] as const)(
    'by ECS itself (%s) is told with what it restored',
    async (code) => {
      const [own, other] = [serviceOf([]), serviceOf([], { taskDefinition: revisionArn(1) })];
      const says = / ECS undid the rollback and restored api:2\.$/;
      const failed = new DeployError(code, 'Given up.');
      const told = new DeployError('crash-loop', 'Given up.', { cause: failed });
      expect((await undone(failed, own)).error?.message).toMatch(says);
      expect((await undone(told, own)).error?.message).toMatch(says);
      for (const [error, service] of [
        [failed, other],
        [failed, undefined],
        [failed, new Error('no answer')],
        [CAUSE, own],
      ] as const)
        expect((await undone(error, service)).error?.message).not.toMatch(/ECS undid/);
    },
  );

  it.each(['service-gone', 'scaled-to-zero'] as const)('is healed by no revision with %s', async (code) => {
    const { error } = await undone(new DeployError(code, 'x', { hint: 'Its own advice.' }));
    expect(error?.hint).toBe('Its own advice.');
    expect((await undone(new DeployError(code, 'x'))).error?.hint).toContain(BY_HAND);
  });

  it('goes on where it only was not proven', async () => {
    const { error } = await undone(new DeployError('rollback-unproven', 'x', { hint: 'Its own advice.' }));
    expect(error?.hint).toBe(LOOK);
    const { error: other } = await undone(new DeployError('timeout', 'x', { hint: 'Its own advice.' }));
    expect(other?.hint).toContain(BY_HAND);
  });

  it('is none of ours where somebody else has deployed', async () => {
    const { kind, error } = await undone(
      new DeployError('superseded', 'Somebody else.', { hint: 'Look.' }),
      serviceOf([deploymentOf()]),
    );
    expect(kind).toBe('superseded');
    expect(error).toMatchObject({ code: 'superseded', evidence: ['It crashed.'], hint: 'Look.' });
  });
});

describe('what was found beside an error', () => {
  it('is added to its evidence, but no reason twice', () => {
    const lines = ['1 task stopped: y', 'log: z'];
    expect(withEvidence(CAUSE, { lines, lastWords: undefined }).evidence).toEqual([
      '1 task stopped: x',
      'log: z',
    ]);
    const bare = new DeployError('timeout', 'Too long.', {
      evidence: ['event'],
      hint: 'Wait.',
      cause: CAUSE,
    });
    expect(withEvidence(bare, { lines, lastWords: 'Error: no' })).toMatchObject({
      ...{ code: 'timeout', hint: 'Wait.', cause: CAUSE },
      message: 'Too long.\nIts last words: Error: no',
      evidence: ['event', ...lines],
    });
  });
});
