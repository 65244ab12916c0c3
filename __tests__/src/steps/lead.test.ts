import { describe, expect, it } from '@jest/globals';
import { DeployError } from '../../../src/errors.js';
import type { Service } from '../../../src/model/service.js';
import { refuseOther, whileLeading } from '../../../src/steps/lead.js';
import { testWorld } from '../../world.js';
import { deploymentOf, revisionArn, serviceOf } from '../model/rolling-service.js';
import { looks, rolling, scriptedAws, thrownBy } from './scripted.js';

const OWN = {
  id: 'ecs-svc/2',
  taskDefinition: revisionArn(2),
  previous: revisionArn(1),
  before: ['ecs-svc/1'],
};
const OURS = rolling({ rolloutState: 'COMPLETED' });
const STRANGER = serviceOf([deploymentOf({ id: 'ecs-svc/9', taskDefinition: revisionArn(9) })]);
const RESET = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
const FAILED = new DeployError('smoke-failed', 'It failed.');

/** Does work while the service is as it is seen to be. */
function led(work: () => Promise<void>, ...seen: readonly (Service | undefined | Error)[]): Promise<void> {
  const there = testWorld();
  const { ecs } = scriptedAws({ service: looks(...seen) });
  return there.during(whileLeading({ cluster: 'prod', service: OURS, own: OWN }, ecs, there.world, work));
}
const well = (): Promise<void> => Promise.resolve();
const badly = (): Promise<void> => Promise.reject(FAILED);

describe('what proves something while our deployment leads', () => {
  it('holds when it leads afterwards, also where AWS answers only later', async () => {
    await led(well, OURS);
    await led(well, RESET, RESET, OURS);
  });

  it('is nothing once somebody else has taken over, however it ended', async () => {
    for (const work of [well, badly]) {
      expect(await thrownBy(led(work, STRANGER))).toMatchObject({
        code: 'superseded',
        message: 'Somebody else started ecs-svc/9 of api:9: it replaced our deployment.',
      });
    }
    expect((await thrownBy(led(well, RESET, STRANGER))).code).toBe('superseded');
  });

  it('is nothing in a service that is gone', async () => {
    expect((await thrownBy(led(well, undefined))).code).toBe('service-gone');
    expect(() => refuseOther({ ...OURS, status: 'DRAINING' }, OWN)).toThrow('The service is DRAINING');
  });

  it('fails for its own reason where ours leads, or nobody can tell', async () => {
    expect(await thrownBy(led(badly, OURS))).toBe(FAILED);
    expect(await thrownBy(led(badly, RESET))).toBe(FAILED);
  });
});
