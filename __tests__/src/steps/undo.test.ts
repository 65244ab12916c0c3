import { describe, expect, it } from '@jest/globals';
import type { Ecs } from '../../../src/adapters/aws/ecs.js';
import { DeployError } from '../../../src/errors.js';
import type { Service } from '../../../src/model/service.js';
import { askForUndo, deployWayBack, requestUndo, type Undo } from '../../../src/steps/undo.js';
import { testWorld } from '../../world.js';
import { deploymentOf, revisionArn, serviceOf } from '../model/rolling-service.js';
import { BEFORE, FIRST, looks, rolling, thrownBy } from './scripted.js';

const UNDO: Undo = {
  ...{ cluster: 'prod', service: 'api', container: 'api' },
  own: { id: 'ecs-svc/2', taskDefinition: revisionArn(2) },
  before: ['ecs-svc/1'],
  fallback: { taskDefinition: revisionArn(1) } as Undo['fallback'],
};
const RECORDED = { currentServiceDeployment: 'arn/2' };
const OURS = rolling({}, RECORDED);
const COMPLETE = rolling({ rolloutState: 'COMPLETED' }, RECORDED);
/** What ECS restored. */
const RESTORED = serviceOf([
  { ...FIRST, rolloutState: 'IN_PROGRESS', rolloutStateReason: 'rolling back to ecs-svc/1' },
  deploymentOf({ status: 'ACTIVE', rolloutState: 'FAILED' }),
]);
/** What our own update makes. */
const BACK = deploymentOf({ id: 'ecs-svc/3', taskDefinition: revisionArn(1) });
const UPDATED = serviceOf([BACK, deploymentOf({ status: 'ACTIVE' })]);
const STRANGER = serviceOf([deploymentOf({ id: 'ecs-svc/9', taskDefinition: revisionArn(9) })]);

const refused = (name: string, code: 'access-denied' | 'aws-unavailable' = 'aws-unavailable'): DeployError =>
  new DeployError(code, `ECS said ${name}.`, {
    hint: 'Allow it.',
    cause: Object.assign(new Error(name), { name, $metadata: { httpStatusCode: 400 } }),
  });

interface Wish {
  readonly seen: readonly (Service | undefined | Error)[];
  readonly stop?: readonly (undefined | Error)[];
  readonly update?: readonly (Service | Error)[];
  /** What becomes of our service deployment once ECS was asked to stop it; undefined when ECS knows it no more. */
  readonly record?: string | undefined;
  /** When it began, in milliseconds. */
  readonly createdAt?: number;
  readonly undo?: Partial<Undo>;
}

/** A world, and ECS as the wish says; `asked` is what was asked of it, with the seconds since the start. */
function scripted({ seen, stop = [undefined], update = [UPDATED], createdAt = 0, undo, ...wish }: Wish) {
  const there = testWorld();
  const began = there.clock.now();
  const asked: string[] = [];
  const ask = (what: string): void =>
    void asked.push(`${String((there.clock.now() - began) / 1_000)} ${what}`);
  const [stopped, updated] = [looks(...stop), looks(...update)];
  const ecs = {
    service: looks(...seen),
    stop: (arn: string) => (ask(`stop ${arn}`), stopped()),
    update(...[, , taskDefinition, force]: Parameters<Ecs['update']>) {
      ask(`update ${taskDefinition.split('/').at(-1) ?? ''}${force ? ' by force' : ''}`);
      return updated();
    },
    serviceDeployment: looks<object | undefined>(
      { status: 'IN_PROGRESS', createdAt },
      'record' in wish && wish.record === undefined
        ? undefined
        : { status: wish.record ?? 'IN_PROGRESS', createdAt },
    ),
    taskDefinition: (arn: string) => Promise.resolve({ arn, status: 'ACTIVE', body: {}, tags: new Map() }),
  } as unknown as Ecs;
  const cancel = new AbortController();
  const wanted = { ...UNDO, ...undo };
  return {
    ...{ there, asked, cancel },
    undone: () => there.during(askForUndo(wanted, ecs, there.world, cancel.signal)),
    requested: () => there.during(requestUndo(wanted, ecs, there.world)),
    deployed: (restored: string) => there.during(deployWayBack(wanted, restored, ecs, there.world)),
  };
}

describe('the undo of a deployment that goes on', () => {
  it('is asked of ECS, and ends with what ECS restores', async () => {
    const { undone, asked, there } = scripted({ seen: [OURS, OURS, RESTORED] });
    expect(await undone()).toEqual({
      deployment: RESTORED.deployments[0],
      service: RESTORED,
      byUpdate: false,
      untouched: false,
    });
    expect(asked).toEqual(['0 stop arn/2']);
    expect(there.logged.join()).toMatch(/ECS was asked to stop the deployment and to restore/);
    expect(Number(there.saved.get('undo'))).toBeGreaterThan(0);
  });

  it.each([
    ['UnsupportedFeatureException', 'aws-unavailable', 'info'],
    ['AccessDeniedException', 'access-denied', 'warning'],
  ] as const)('is an update where ECS refuses with %s (%s), which is said as %s', async (name, code, how) => {
    const refusal = refused(name, code);
    const { undone, asked, there } = scripted({ seen: [OURS], stop: [refusal] });
    expect(await undone()).toEqual({ deployment: BACK, service: OURS, byUpdate: true, untouched: false });
    expect(asked).toEqual(['0 stop arn/2', '0 update api:1']);
    const said = how === 'info' ? there.logged : there.warnings;
    expect(said.join()).toContain(`The deployment is taken back by an update. ${refusal.message} Allow it.`);
    expect(there.logged.join()).toContain('ecs-svc/3 takes api back to api:1.');
    expect(there.saved.get('undo-target')).toBe(revisionArn(1));
  });

  it('is asked again soon where ECS turned it away', async () => {
    const { undone, asked } = scripted({
      seen: [OURS, OURS, RESTORED],
      stop: [refused('ThrottlingException'), undefined],
    });
    await undone();
    expect(asked).toEqual(['0 stop arn/2', '2 stop arn/2']);
  });

  it('is not asked again for a minute where nobody knows whether it arrived', async () => {
    const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    const { undone, asked } = scripted({ seen: [OURS], stop: [reset, undefined], record: 'STOPPED' });
    await undone();
    expect(asked).toEqual(['0 stop arn/2', '60 stop arn/2', '120 update api:1']);
  });

  it.each(['ROLLBACK_REQUESTED', 'ROLLBACK_IN_PROGRESS', 'STOP_REQUESTED', 'STOP_IN_PROGRESS'])(
    'is waited for as long as its record is %s',
    async (record) => {
      const { undone, asked } = scripted({ seen: [OURS], record });
      expect((await thrownBy(undone())).code).toBe('rollback-unproven');
      expect(asked).toEqual(['0 stop arn/2']);
    },
  );

  it.each([undefined, 'STOPPED', 'SUCCESSFUL', 'ROLLBACK_IN_PROGRESS_FAILED'])(
    'is an update a minute later where its record is %s',
    async (record) => {
      const { undone, asked } = scripted({ seen: [OURS], record });
      expect(await undone()).toMatchObject({ byUpdate: true });
      expect(asked).toEqual(['0 stop arn/2', '60 update api:1']);
    },
  );

  it('is an update where the service names no record, or an older one: stopping that would hit somebody else', async () => {
    const began = rolling({ createdAt: 10_000 }, RECORDED);
    for (const [seen, createdAt] of [
      [rolling({ createdAt: 10_000 }), 10_000],
      [began, 4_999],
    ] as const) {
      const { undone, asked } = scripted({ seen: [seen], createdAt });
      expect(await undone()).toMatchObject({ byUpdate: true });
      expect(asked).toEqual(['0 update api:1']);
    }
    const { requested, asked } = scripted({ seen: [began], createdAt: 5_000 });
    await requested();
    expect(asked).toEqual(['0 stop arn/2']);
  });
});

describe('the undo of a deployment that is complete', () => {
  it('is one update to the revision before', async () => {
    const { undone, asked } = scripted({ seen: [COMPLETE] });
    expect(await undone()).toMatchObject({ deployment: BACK, byUpdate: true });
    expect(asked).toEqual(['0 update api:1']);
  });

  it('is nothing where its revision is the one before', async () => {
    const { undone, asked } = scripted({
      seen: [COMPLETE],
      undo: { own: { id: 'ecs-svc/2', taskDefinition: revisionArn(1) } },
    });
    expect(await undone()).toMatchObject({ deployment: { id: 'ecs-svc/2' }, byUpdate: false });
    expect(asked).toEqual([]);
  });

  it('is sent again soon where ECS turned it away, and after a minute where it never arrived', async () => {
    const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    const { undone, asked } = scripted({
      seen: [COMPLETE],
      update: [refused('ThrottlingException'), reset, UPDATED],
    });
    await undone();
    expect(asked).toEqual(['0 update api:1', '2 update api:1', '62 update api:1']);
  });

  it('is not done by an answer without a new deployment', async () => {
    const { undone, asked } = scripted({
      seen: [COMPLETE],
      // One that was there before, one of another revision.
      update: [rolling({ rolloutState: 'COMPLETED' }), STRANGER, UPDATED],
    });
    expect(await undone()).toMatchObject({ deployment: BACK });
    expect(asked).toEqual(['0 update api:1', '60 update api:1', '120 update api:1']);
  });

  it('is left where somebody else came between', async () => {
    const { undone, asked } = scripted({ seen: [COMPLETE, STRANGER] });
    expect(await thrownBy(undone())).toMatchObject({
      code: 'superseded',
      message: 'Somebody else started ecs-svc/9 of api:9: it replaced our deployment.',
    });
    expect(asked).toEqual([]);
  });
});

describe('the undo of a service', () => {
  it.each([
    [undefined, 'MISSING'],
    [{ ...OURS, status: 'INACTIVE' }, 'INACTIVE'],
  ])('that is gone (%#) says so', async (seen, status) => {
    expect(await thrownBy(scripted({ seen: [seen] }).undone())).toMatchObject({
      code: 'service-gone',
      message: `The service is ${status}: there is nothing to restore.`,
      hint: expect.stringContaining('Create the service again'),
    });
  });

  it.each([
    ['ecs-svc/2', false],
    [undefined, true],
  ])('that is as before waits a minute for our deployment %s to be seen', async (id, untouched) => {
    const { undone, asked, there } = scripted({
      seen: [BEFORE],
      undo: { own: { id, taskDefinition: revisionArn(2) } },
    });
    const began = there.clock.now();
    expect(await undone()).toMatchObject({ deployment: FIRST, byUpdate: false, untouched });
    expect(there.clock.now() - began).toBe(60_000);
    expect(asked).toEqual([]);
  });

  it('that ECS brought elsewhere is one update', async () => {
    const elsewhere = { ...FIRST, taskDefinition: revisionArn(7), rolloutStateReason: 'rolled back' };
    const { undone, asked } = scripted({ seen: [serviceOf([elsewhere])] });
    expect(await undone()).toMatchObject({ byUpdate: true });
    expect(asked).toEqual(['0 update api:1']);
  });

  it('without a leader is looked at until three minutes are over', async () => {
    const { undone, asked, there } = scripted({ seen: [serviceOf([{ ...FIRST, status: 'ACTIVE' }])] });
    const began = there.clock.now();
    expect(await thrownBy(undone())).toMatchObject({
      code: 'rollback-unproven',
      message: 'No deployment that restores the service is to be seen.',
      hint: 'Look at the deployments of the service.',
    });
    expect([asked, there.clock.now() - began]).toEqual([[], 180_000]);
  });

  it('that a run before asked for is followed, and asked for again only after a minute', async () => {
    const askedAt = testWorld().clock.now() - 50_000;
    const { undone, asked } = scripted({ seen: [COMPLETE], undo: { askedAt } });
    await undone();
    expect(asked).toEqual(['10 update api:1']);
    const chosen = scripted({
      seen: [UPDATED],
      undo: {
        askedAt,
        chosen: revisionArn(1),
        fallback: { taskDefinition: revisionArn(4) } as Undo['fallback'],
      },
    });
    expect(await chosen.undone()).toMatchObject({ deployment: BACK, byUpdate: false });
  });

  it('is asked for although the run is cancelled, and not waited for', async () => {
    const { undone, asked, cancel } = scripted({ seen: [OURS] });
    const cancelled = new DeployError('cancelled', 'Cancelled.');
    cancel.abort(cancelled);
    expect(await thrownBy(undone())).toBe(cancelled);
    expect(asked).toEqual(['0 stop arn/2']);
  });
});

describe('an undo that is only asked for', () => {
  it('ends once it is', async () => {
    const { requested, asked, there } = scripted({ seen: [OURS] });
    const began = there.clock.now();
    await requested();
    expect([asked, there.clock.now() - began]).toEqual([['0 stop arn/2'], 0]);
  });

  it('is tried twice a second, for seven seconds', async () => {
    const { requested, asked } = scripted({ seen: [OURS], stop: [refused('ThrottlingException')] });
    await thrownBy(requested());
    expect(asked).toHaveLength(15);
    expect([asked[1], asked.at(-1)]).toEqual(['0.5 stop arn/2', '7 stop arn/2']);
  });
});

describe('the way back from what ECS has restored wrongly', () => {
  const WRONG = serviceOf([FIRST]);

  it('is one update', async () => {
    const { deployed, asked } = scripted({ seen: [WRONG] });
    expect(await deployed('ecs-svc/1')).toEqual({
      deployment: BACK,
      service: WRONG,
      byUpdate: true,
      untouched: false,
    });
    expect(asked).toEqual(['0 update api:1']);
  });

  it('is sent again after a minute where it never arrived', async () => {
    const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    const { deployed, asked } = scripted({ seen: [WRONG], update: [reset, UPDATED] });
    await deployed('ecs-svc/1');
    expect(asked).toEqual(['0 update api:1', '60 update api:1']);
  });

  it('is not taken over a deployment of somebody else, or in a service that is gone', async () => {
    const { deployed, asked } = scripted({ seen: [STRANGER] });
    expect((await thrownBy(deployed('ecs-svc/1'))).code).toBe('superseded');
    const deleted = scripted({ seen: [{ ...WRONG, status: 'DRAINING' }] });
    expect((await thrownBy(deleted.deployed('ecs-svc/1'))).code).toBe('service-gone');
    expect([asked, deleted.asked]).toEqual([[], []]);
  });
});
