import { describe, expect, it } from '@jest/globals';
import { DeployError } from '../../../src/errors.js';
import type { Service } from '../../../src/model/service.js';
import { deploy, type Deploy } from '../../../src/steps/deploy.js';
import { testWorld } from '../../world.js';
import { deploymentOf, revisionArn, serviceOf } from '../model/rolling-service.js';
import { BEFORE, FIRST, keptVoice, looks, rolling, scriptedAws, thrownBy } from './scripted.js';

const STRANGER = serviceOf([deploymentOf({ id: 'ecs-svc/9', taskDefinition: revisionArn(9) }), FIRST], {
  taskDefinition: revisionArn(9),
});
const RESET = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
/** What ECS answers of a deployment that it has just begun. */
const BEGUN = rolling({ runningCount: 0 });
const UNKNOWN = new DeployError('aws-unavailable', 'ecs:UpdateService failed.', { cause: RESET });

interface Wish {
  readonly wish?: Partial<Deploy>;
  readonly seen?: readonly (Service | undefined)[];
  readonly answer?: Service | Error;
}

function deployed({ wish = {}, seen = [BEFORE], answer = BEGUN }: Wish) {
  const there = testWorld();
  const { voice, said } = keptVoice();
  const sent: string[] = [];
  const { ecs } = scriptedAws({
    service: looks(...seen),
    serviceDeployments: () => Promise.resolve([]),
    update(cluster, service, taskDefinition, force) {
      sent.push([cluster, service, taskDefinition.split('/').at(-1), force].join(' '));
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  });
  const wanted: Deploy = {
    ...{ cluster: 'prod', service: BEFORE, forceNewDeployment: false, inFlight: 'refuse' },
    next: { arn: revisionArn(2) } as Deploy['next'],
    fallback: { taskDefinition: revisionArn(1) } as Deploy['fallback'],
    ...wish,
  };
  return { ...there, said, sent, done: there.during(deploy(wanted, ecs, there.world, voice)) };
}

describe('a deployment', () => {
  it('is one update, remembered before and after', async () => {
    const { done, said, sent, saved } = deployed({});
    expect(await done).toEqual({
      ...{ id: 'ecs-svc/2', taskDefinition: revisionArn(2), previous: revisionArn(1) },
      ...{ before: ['ecs-svc/1'], changed: true },
    });
    expect(sent).toEqual(['prod api api:2 false']);
    expect(said.facts).toEqual({ changed: true, deploymentId: 'ecs-svc/2' });
    expect(said.notes).toEqual(['ecs-svc/2 takes api from api:1 to api:2']);
    expect(JSON.parse(saved.get('intent') ?? '')).toMatchObject({
      taskDefinition: revisionArn(2),
      before: ['ecs-svc/1'],
    });
    expect(saved.get('deployment')).toBe('ecs-svc/2');
  });

  it('is none where the revision is live already, unless it is forced', async () => {
    const service = rolling({ rolloutState: 'COMPLETED' });
    const still = deployed({ wish: { service } });
    expect(await still.done).toMatchObject({ id: 'ecs-svc/2', before: [], changed: false });
    expect(still.said.skips).toEqual(['api:2 is live already by ecs-svc/2: nothing was changed']);
    expect(still.said.facts).toEqual({ changed: false, deploymentId: 'ecs-svc/2' });
    expect(still.sent).toEqual([]);
    const again = serviceOf([deploymentOf({ id: 'ecs-svc/3' }), deploymentOf({ status: 'ACTIVE' })]);
    const forced = deployed({ wish: { service, forceNewDeployment: true }, seen: [service], answer: again });
    expect(await forced.done).toMatchObject({ id: 'ecs-svc/3', before: ['ecs-svc/2'], changed: true });
    expect(forced.sent).toEqual(['prod api api:2 true']);
  });

  it('is none where the answer names one that has tasks: ECS made it before', async () => {
    const { done, said, saved } = deployed({ answer: rolling({ runningCount: 1 }) });
    expect(await done).toMatchObject({ id: 'ecs-svc/2', before: [], changed: false });
    expect(said.facts).toEqual({ changed: false, deploymentId: 'ecs-svc/2' });
    expect(JSON.parse(saved.get('intent') ?? '')).toMatchObject({ before: ['ecs-svc/1', 'ecs-svc/2'] });
    expect(saved.has('deployment')).toBe(false);
  });

  it('is not begun over one that somebody else began since, unless any may be replaced', async () => {
    const { done, sent, saved } = deployed({ seen: [STRANGER] });
    expect(await thrownBy(done)).toMatchObject({
      code: 'superseded',
      message: 'Somebody else started ecs-svc/9 of api:9 since preflight.',
      hint: expect.stringContaining('Look who deployed'),
    });
    expect([sent, [...saved]]).toEqual([[], []]);
    const over = deployed({ wish: { inFlight: 'replace' }, seen: [STRANGER] });
    expect(await over.done).toMatchObject({ before: ['ecs-svc/9', 'ecs-svc/1'], changed: true });
    const unled = serviceOf([{ ...FIRST, status: 'ACTIVE' }]);
    expect(await deployed({ seen: [unled] }).done).toMatchObject({ changed: true });
  });

  it.each([undefined, { ...BEFORE, status: 'INACTIVE' }])(
    'is not begun in a service that is gone (%#)',
    async (seen) => {
      const { done, sent } = deployed({ seen: [seen] });
      expect(await thrownBy(done)).toMatchObject({
        code: 'service-gone',
        message: 'The service api was deleted meanwhile.',
        hint: 'Create it again, then run the job again.',
      });
      expect(sent).toEqual([]);
    },
  );

  it('fails with what AWS refuses', async () => {
    const refused = new DeployError('aws-unavailable', 'no', {
      cause: Object.assign(new Error('no'), { $metadata: { httpStatusCode: 400 } }),
    });
    const denied = new DeployError('access-denied', 'no');
    for (const answer of [refused, denied]) expect(await thrownBy(deployed({ answer }).done)).toBe(answer);
  });
});

describe('a deployment whose answer was lost', () => {
  it.each<[string, Service | Error]>([
    ['a reset connection', UNKNOWN],
    ['an answer without it', BEFORE],
    ['an answer that cannot be read', new TypeError('x of undefined')],
  ])('is looked for, and never asked for again (%s)', async (_, answer) => {
    const { done, sent, logged, said } = deployed({ answer, seen: [BEFORE, BEFORE, undefined, rolling()] });
    expect(await done).toMatchObject({ id: 'ecs-svc/2', changed: true });
    expect(sent).toHaveLength(1);
    expect(logged.join()).toContain('Looking whether ECS took the update.');
    expect(said.facts.changed).toBe(true);
  });

  it('is given up when ECS shows none for a minute', async () => {
    const { done, said, clock } = deployed({ answer: UNKNOWN });
    const began = clock.now();
    expect(await thrownBy(done)).toMatchObject({
      code: 'aws-unavailable',
      message: 'ecs:UpdateService failed. ECS shows no new deployment after 1m 00s.',
      hint: 'Look at the deployments of the service, then run the job again.',
      cause: RESET,
    });
    expect(clock.now() - began).toBe(60_000);
    expect(said.facts).toEqual({ changed: false });
  });

  it('may have been replaced by that of somebody else', async () => {
    const { done, said } = deployed({ answer: UNKNOWN, seen: [BEFORE, STRANGER] });
    expect(await thrownBy(done)).toMatchObject({
      code: 'superseded',
      message:
        'ecs:UpdateService failed. Somebody else started ecs-svc/9 of api:9, which may have replaced our deployment.',
      hint: expect.stringContaining('Look who deployed'),
    });
    expect(said.facts.changed).toBe(true);
  });
});
