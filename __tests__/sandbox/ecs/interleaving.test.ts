import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  create,
  described,
  history,
  MINUTE,
  register,
  release,
  SECOND,
  serviceIn,
  tasksIn,
  world,
} from './world.js';

const FAILURE = 'CannotPullContainerError: failed to resolve ref x: not found';
const OVER = new Set(['SUCCESSFUL', 'STOPPED', 'ROLLBACK_SUCCESSFUL', 'ROLLBACK_FAILED']);

/** What people and alarms do to a service, one after the other. */
const act = fc.constantFrom(
  'good',
  'bad',
  'crashing',
  'forced',
  'stop',
  'abort',
  'alarm',
  'calm',
  'kill',
  'scale',
);

describe('releases, rollbacks, stops and alarms in any order', () => {
  it('leave one PRIMARY deployment, one service deployment at a time, and a service that can be released', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(act, fc.integer({ min: 1, max: 200 })), { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        fc.constantFrom('restored' as const, 'new' as const),
        async (acts, rollback, rollbackDeployment) => {
          const one = await world();
          one.cloud.ecs.rollbackDeployment = rollbackDeployment;
          await register(one, 'good');
          await create(one, {
            deploymentConfiguration: {
              deploymentCircuitBreaker: { enable: true, rollback },
              alarms: { alarmNames: ['errors'], enable: true, rollback },
            },
          });
          await one.clock.advance(MINUTE);
          one.script.set('bad', { failure: FAILURE });
          one.script.set('crashing', { exit: { after: SECOND, exitCode: 1 } });
          for (const [what, seconds] of acts) {
            await perform(what);
            for (const end = one.clock.now() + seconds * SECOND; one.clock.now() < end;) {
              await one.clock.advance(Math.min(one.clock.untilNext() ?? MINUTE, end - one.clock.now()));
              await isInOrder();
            }
          }
          one.cloud.ecs.alarms.clear();
          const last = await release(one, 'good', { desiredCount: 2 });
          await one.clock.advance(30 * MINUTE);
          expect((await described(one)).deployments).toMatchObject([
            { id: last, rolloutState: 'COMPLETED', runningCount: 2 },
          ]);
          expect((await history(one))[0]!.status).toBe('SUCCESSFUL');

          async function perform(what: string): Promise<void> {
            const [current] = serviceIn(one).serviceDeployments;
            if (what === 'stop' || what === 'abort') {
              if (OVER.has(current!.status)) return;
              const stopType = what === 'stop' ? 'ROLLBACK' : 'ABORT';
              await one.call('StopServiceDeployment', { serviceDeploymentArn: current!.arn, stopType });
            } else if (what === 'forced') {
              await one.call('UpdateService', { service: 'web', forceNewDeployment: true });
            } else if (what === 'scale') {
              await one.call('UpdateService', { service: 'web', desiredCount: 4 });
            } else if (what === 'alarm' || what === 'calm') {
              one.cloud.ecs.alarms.set('errors', what === 'alarm' ? 'ALARM' : 'OK');
            } else if (what === 'kill') {
              const [task] = tasksIn(one).filter(({ desiredStatus }) => desiredStatus === 'RUNNING');
              if (task) await one.call('StopTask', { task: task.id });
            } else await release(one, what);
          }

          async function isInOrder(): Promise<void> {
            const { deployments } = await described(one);
            expect(deployments.map(({ status }) => status === 'PRIMARY')).toEqual(
              deployments.map((_, index) => index === 0),
            );
            expect(new Set(deployments.map(({ id }) => id)).size).toBe(deployments.length);
            const [newest, ...older] = serviceIn(one).serviceDeployments;
            expect(older.every(({ status }) => OVER.has(status))).toBe(true);
            for (const { status, finishedAt } of [newest!, ...older]) {
              expect(finishedAt !== undefined).toBe(OVER.has(status));
            }
            const there = tasksIn(one).filter(({ desiredStatus }) => desiredStatus === 'RUNNING');
            expect(there.length).toBeLessThanOrEqual(2 * serviceIn(one).desiredCount);
            // What the service says it runs is what its PRIMARY deployment runs.
            expect((await described(one)).taskDefinition).toBe(deployments[0]!.taskDefinition);
          }
        },
      ),
      { numRuns: 25 },
    );
  });
});
