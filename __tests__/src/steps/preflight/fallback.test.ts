import { describe, expect, it } from '@jest/globals';
import type { Ecs } from '../../../../src/adapters/aws/ecs.js';
import { DeployError } from '../../../../src/errors.js';
import type { Service, Task } from '../../../../src/model/service.js';
import type { TaskDefinition } from '../../../../src/model/task-definition.js';
import {
  findFallback,
  noFallback,
  settledFallback,
  showFallback,
  type Fallback,
} from '../../../../src/steps/preflight/fallback.js';
import { deploymentOf, revisionArn, serviceOf } from '../../model/rolling-service.js';
import { FIRST, keptVoice, taskOf, thrownBy } from '../scripted.js';

const SHA = 'a'.repeat(40);
const PLACE = { cluster: 'prod', container: 'api' };
const RUN = ['deploy-backend:run', 'o/r/7/1'] as const;
const RELEASED = ['deploy-backend:result', 'released'] as const;
const ROLLED_BACK = ['deploy-backend:result', 'rolled-back'] as const;

/** A revision by its number, with the tags that a run has written. */
const revision = (number: number, ...tags: readonly (readonly [string, string])[]): TaskDefinition => ({
  ...{ arn: revisionArn(number), family: 'api', revision: number, status: 'ACTIVE' },
  body: { containerDefinitions: [{ name: 'api', environment: [{ name: 'GIT_SHA', value: SHA }] }] },
  tags: new Map(tags),
});

/** ECS with these revisions, of which those were deployed successfully, newest first. */
function history(revisions: readonly TaskDefinition[], deployed: readonly number[] | DeployError = []): Ecs {
  return {
    taskDefinition: (name: string) => Promise.resolve(revisions.find(({ arn }) => arn === name)),
    successfulDeployments: () =>
      deployed instanceof DeployError
        ? Promise.reject(deployed)
        : Promise.resolve(deployed.map((number) => ({ targetServiceRevisionArn: String(number) }))),
    revisionTaskDefinitions: (arns: readonly string[]) =>
      Promise.resolve(new Map(arns.map((arn) => [arn, revisionArn(Number(arn))]))),
  } as unknown as Ecs;
}

const containers = (name: string, imageDigest: string | undefined) =>
  ({ containers: [{ name, imageDigest }] }) as unknown as Partial<Task>;

/** The way back of a service whose live revision is the first of those. */
async function found(
  service: Service,
  revisions: readonly TaskDefinition[],
  ecs: Ecs,
  tasks: readonly Task[] = [],
) {
  const { voice, said } = keptVoice();
  const live = revisions[0] ?? revision(1);
  return { fallback: await findFallback(service, live, tasks, PLACE, ecs, voice), warnings: said.warnings };
}

const COMPLETE = serviceOf([deploymentOf({ rolloutState: 'COMPLETED' })]);
const MOVING = serviceOf([deploymentOf(), { ...FIRST, status: 'ACTIVE' }]);
const STUCK = serviceOf([deploymentOf({ rolloutState: 'FAILED' })]);

describe('the way back', () => {
  it('is the live revision that ECS has completed, with its commit and the digest that its tasks run', async () => {
    const tasks = [
      taskOf('1', { ...containers('api', 'sha256:old'), taskDefinition: revisionArn(1) }),
      taskOf('2', containers('log', 'sha256:log')),
      taskOf('3', containers('api', undefined)),
      taskOf('4', containers('api', 'sha256:live')),
    ];
    const revisions = [revision(2, RUN, RELEASED)];
    expect(await found(COMPLETE, revisions, history(revisions), tasks)).toEqual({
      fallback: { taskDefinition: revisionArn(2), digest: 'sha256:live', commit: SHA },
      warnings: [],
    });
  });

  it('is the last complete revision while another one is rolled out', async () => {
    const revisions = [revision(2), revision(1)];
    expect(await found(MOVING, revisions, history(revisions))).toEqual({
      fallback: { taskDefinition: revisionArn(1), digest: undefined, commit: SHA, unproven: revisionArn(2) },
      warnings: [],
    });
  });

  it('is the leader behind a Classic Load Balancer, which tells no state, once it is alone', async () => {
    const silent = deploymentOf({ rolloutState: '' });
    const revisions = [revision(2)];
    const { fallback } = await found(serviceOf([silent]), revisions, history(revisions));
    expect(fallback?.taskDefinition).toBe(revisionArn(2));
    const moving = serviceOf([silent, { ...silent, id: 'ecs-svc/1', status: 'ACTIVE' }]);
    expect((await found(moving, revisions, history(revisions))).fallback).toBeUndefined();
  });

  it('is what was deployed before where nothing is complete any more', async () => {
    const revisions = [revision(2), revision(1, RUN, RELEASED)];
    const { fallback } = await found(STUCK, revisions, history(revisions, [1]));
    expect(fallback).toMatchObject({ taskDefinition: revisionArn(1), unproven: revisionArn(2) });
  });

  it('is none where nothing was ever deployed, or that was rolled back', async () => {
    const revisions = [revision(2), revision(1, RUN, ROLLED_BACK)];
    expect((await found(STUCK, revisions, history(revisions))).fallback).toBeUndefined();
    expect((await found(STUCK, revisions, history(revisions, [1]))).fallback).toBeUndefined();
    expect((await found(STUCK, revisions, history([], [1]))).fallback).toBeUndefined();
  });

  it('is the revision before one that its run never came to prove', async () => {
    const revisions = [revision(2, RUN), revision(1, RUN, RELEASED)];
    const { fallback, warnings } = await found(COMPLETE, revisions, history(revisions, [2, 1]));
    expect(fallback).toMatchObject({ taskDefinition: revisionArn(1), unproven: revisionArn(2) });
    expect(warnings).toEqual([
      'api:2 was put live by o/r/7/1, which never came to prove it: the way back is api:1.',
    ]);
  });

  it.each([
    ['it is not proven either', [revision(2, RUN), revision(1, RUN)]],
    ['it was rolled back', [revision(2, RUN), revision(1, RUN, ROLLED_BACK)]],
  ])('is not the revision before where %s', async (_, revisions) => {
    const { fallback, warnings } = await found(COMPLETE, revisions, history(revisions, [2, 1]));
    expect(fallback).toEqual({ taskDefinition: revisionArn(2), digest: undefined, commit: SHA });
    expect(warnings.join()).toContain('no other way back is known');
  });

  it('is searched with a warning where its history may not be read', async () => {
    const denied = new DeployError('access-denied', 'AWS refused.', { hint: 'Allow it.' });
    const { fallback, warnings } = await found(STUCK, [revision(2)], history([], denied));
    expect(fallback).toBeUndefined();
    expect(warnings).toEqual(['What was deployed before is not known. AWS refused. Allow it.']);
    const cancelled = new DeployError('cancelled', 'Cancelled.');
    expect(await thrownBy(found(STUCK, [revision(2)], history([], cancelled)))).toBe(cancelled);
  });

  it('is shown by its name, and by its digest where that is known', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const back: Fallback = { taskDefinition: revisionArn(2), digest, commit: undefined };
    expect(showFallback(back)).toBe('the way back is api:2 (sha256:aaaaaaaaaaaa)');
    expect(showFallback({ ...back, digest: undefined })).toBe('the way back is api:2');
  });

  it('is missed with what to do without one', () => {
    expect(noFallback(COMPLETE)).toMatchObject({
      code: 'no-fallback',
      message: 'No completed deployment of api is known, so there is nothing to fall back to.',
      hint: expect.stringContaining('Set allow-no-fallback to true'),
    });
  });
});

describe('the way back right before the change', () => {
  const checks = ['health'];
  const back: Fallback = {
    ...{ taskDefinition: revisionArn(1), digest: 'sha256:old', commit: 'b'.repeat(40), checks },
    unproven: revisionArn(2),
  };
  const settled = (
    later: TaskDefinition | undefined,
    service: Service | undefined,
    from: Fallback | undefined = back,
  ) =>
    settledFallback(from, { ...PLACE, service: MOVING }, {
      taskDefinition: () => Promise.resolve(later),
      service: () => Promise.resolve(service),
    } as unknown as Ecs);
  const now = { taskDefinition: revisionArn(2), digest: undefined, commit: SHA, checks };

  it('is the later revision once its run has proven it', async () => {
    expect(await settled(revision(2, RUN, RELEASED), undefined)).toEqual(now);
    const { checks: _, ...unchecked } = back;
    expect(await settled(revision(2, RUN, RELEASED), undefined, unchecked)).not.toHaveProperty('checks');
  });

  it('is the later revision once a rollout of nobody has completed it', async () => {
    expect(await settled(revision(2), COMPLETE)).toEqual(now);
  });

  it.each([
    ['was rolled back', revision(2, RUN, ROLLED_BACK), COMPLETE],
    ['is not proven yet', revision(2, RUN), COMPLETE],
    ['still rolls out', revision(2), MOVING],
    ['is gone with its service', revision(2), undefined],
    ['cannot be described', undefined, COMPLETE],
  ])('stays where the later one %s', async (_, later, service) => {
    expect(await settled(later, service)).toBe(back);
  });

  it('stays where there is no later one, or no way back', async () => {
    const { unproven: _, ...plain } = back;
    expect(await settled(revision(2, RUN, RELEASED), COMPLETE, plain)).toBe(plain);
    const none = await settledFallback(undefined, { ...PLACE, service: MOVING }, history([]));
    expect(none).toBeUndefined();
  });
});
