import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Behaviour } from '../../../sandbox/runtime/behaviour.js';
import {
  create,
  described,
  MINUTE,
  register,
  SECOND,
  serviceIn,
  tasksIn,
  world,
  type World,
} from './world.js';

/** A behaviour that starts at its own speed and may be bad in one of the usual ways. */
const behaviour = fc.record(
  {
    attach: fc.integer({ min: 0, max: 20_000 }),
    pull: fc.integer({ min: 0, max: 20_000 }),
    start: fc.integer({ min: 0, max: 20_000 }),
    unhealthyAfter: fc.constant(0),
    failure: fc.constant('CannotPullContainerError: not found'),
    exit: fc.record({ after: fc.integer({ min: 0, max: 60_000 }), exitCode: fc.constant(1) }),
  },
  { requiredKeys: ['attach', 'pull', 'start'] },
);

/** Deployment configurations that ECS takes: 100 and 100 it refuses. */
const configuration = fc
  .record({
    desired: fc.integer({ min: 0, max: 7 }),
    minimum: fc.integer({ min: 0, max: 100 }),
    maximum: fc.integer({ min: 100, max: 200 }),
  })
  .filter(({ minimum, maximum }) => minimum < 100 || maximum > 100);

const HEALTH_CHECK = { command: ['CMD', 'true'], interval: 5, retries: 2 };

interface Counts {
  /** RUNNING or PENDING, as the maximum counts them. */
  readonly there: number;
  readonly healthy: number;
}

function counts(one: World): Counts {
  const there = tasksIn(one).filter(({ desiredStatus }) => desiredStatus === 'RUNNING');
  const healthy = there.filter(
    ({ lastStatus, containers }) => lastStatus === 'RUNNING' && containers[0]!.health === 'HEALTHY',
  );
  return { there: there.length, healthy: healthy.length };
}

/** A service with all its tasks healthy on v1. */
async function steady(desired: number, minimum: number, maximum: number): Promise<World> {
  const one = await world();
  await register(one, 'v1', { healthCheck: HEALTH_CHECK });
  await create(one, {
    desiredCount: desired,
    deploymentConfiguration: { minimumHealthyPercent: minimum, maximumPercent: maximum },
  });
  await one.clock.advance(MINUTE);
  expect((await described(one)).deployments).toMatchObject([{ rolloutState: 'COMPLETED' }]);
  return one;
}

describe('the bounds of a rolling update', () => {
  it('hold at every moment, however the new tasks fare', async () => {
    await fc.assert(
      fc.asyncProperty(
        configuration,
        fc.array(behaviour, { minLength: 1, maxLength: 2 }),
        async ({ desired, minimum, maximum }, behaviours) => {
          const one = await steady(desired, minimum, maximum);
          const most = Math.floor((desired * maximum) / 100);
          const least = Math.ceil((desired * minimum) / 100);
          for (const [index, how] of behaviours.entries()) {
            one.script.set(`n${index}`, how);
            const revision = await register(one, `n${index}`, { healthCheck: HEALTH_CHECK });
            await one.call('UpdateService', { service: 'web', taskDefinition: revision });
            // A task that dies by itself takes more away than the scheduler would: only the good may be counted.
            const dies = behaviours.slice(0, index + 1).some(({ exit }) => exit !== undefined);
            const end = one.clock.now() + 4 * MINUTE;
            for (let now = one.clock.now(); now < end; now = one.clock.now()) {
              await one.clock.advance(one.clock.untilNext() ?? MINUTE);
              const { there, healthy } = counts(one);
              expect(there).toBeLessThanOrEqual(most);
              if (!dies) expect(healthy).toBeGreaterThanOrEqual(least);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('let every good release through', async () => {
    // With one move at least: a start that the maximum allows, or a stop that the minimum allows.
    const passable = configuration.filter(
      ({ desired, minimum, maximum }) =>
        desired === 0 ||
        Math.floor((desired * maximum) / 100) > desired ||
        Math.ceil((desired * minimum) / 100) < desired,
    );
    await fc.assert(
      fc.asyncProperty(
        passable,
        behaviour,
        async ({ desired, minimum, maximum }, { attach, pull, start }) => {
          const one = await steady(desired, minimum, maximum);
          const good: Behaviour = { attach, pull, start };
          one.script.set('v2', good);
          const revision = await register(one, 'v2', { healthCheck: HEALTH_CHECK });
          await one.call('UpdateService', { service: 'web', taskDefinition: revision });
          await one.clock.advance(30 * MINUTE);
          expect((await described(one)).deployments).toMatchObject([
            { taskDefinition: revision, rolloutState: 'COMPLETED', runningCount: desired },
          ]);
          expect(serviceIn(one).events[0]!.message).toBe('(service web) has reached a steady state.');
        },
      ),
      { numRuns: 40 },
    );
  });

  it('let a bad release never become complete', async () => {
    const bad = behaviour.filter(
      ({ unhealthyAfter, failure }) => unhealthyAfter !== undefined || failure !== undefined,
    );
    await fc.assert(
      fc.asyncProperty(configuration, bad, async ({ desired, minimum, maximum }, how) => {
        fc.pre(desired > 0);
        const one = await steady(desired, minimum, maximum);
        one.script.set('v2', how);
        const revision = await register(one, 'v2', { healthCheck: HEALTH_CHECK });
        await one.call('UpdateService', { service: 'web', taskDefinition: revision });
        for (let at = 0; at < 20; at++) {
          await one.clock.advance(30 * SECOND);
          expect((await described(one)).deployments[0]).toMatchObject({ rolloutState: 'IN_PROGRESS' });
        }
      }),
      { numRuns: 30 },
    );
  });
});
