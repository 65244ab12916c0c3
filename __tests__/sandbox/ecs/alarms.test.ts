import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../sandbox/json.js';
import {
  create,
  described,
  history,
  messages,
  MINUTE,
  register,
  release,
  SECOND,
  serviceIn,
  world,
  type World,
} from './world.js';

/** The service with two tasks on v1; its deployments watch the alarms `errors` and `latency` for five minutes more. */
async function watched(alarms: JsonObject = {}): Promise<World> {
  const one = await world();
  await register(one, 'v1');
  await create(one, {
    deploymentConfiguration: {
      alarms: { alarmNames: ['errors', 'latency'], enable: true, rollback: true, ...alarms },
      bakeTimeInMinutes: 5,
    },
  });
  await one.clock.advance(10 * MINUTE);
  expect((await described(one)).deployments).toMatchObject([{ rolloutState: 'COMPLETED' }]);
  return one;
}

describe('a bake time', () => {
  it('keeps a release in progress after its tasks have taken over', async () => {
    const one = await watched();
    const id = await release(one, 'v2');
    await one.clock.advance(5 * MINUTE);
    expect((await described(one)).deployments).toMatchObject([
      { id, rolloutState: 'IN_PROGRESS', runningCount: 2 },
      { rolloutState: 'COMPLETED', runningCount: 0 },
    ]);
    expect((await history(one))[0]).toMatchObject({
      status: 'IN_PROGRESS',
      alarms: { status: 'MONITORING', alarmNames: ['errors', 'latency'], triggeredAlarmNames: [] },
    });
    await one.clock.advance(MINUTE);
    expect((await described(one)).deployments).toMatchObject([{ id, rolloutState: 'COMPLETED' }]);
    expect((await history(one))[0]).toMatchObject({
      status: 'SUCCESSFUL',
      alarms: { status: 'MONITORING_COMPLETE' },
    });
  });
});

describe('an alarm', () => {
  it.each([
    ['while tasks are started', 5 * SECOND],
    ['in the bake time', 3 * MINUTE],
  ])('rolls a release back %s', async (_, after) => {
    const one = await watched();
    const back = serviceIn(one).deployments[0]!.id;
    const bad = await release(one, 'v2');
    await one.clock.advance(after);
    one.cloud.ecs.alarms.set('latency', 'ALARM');
    await one.clock.advance(10 * SECOND);
    expect((await described(one)).deployments[0]).toMatchObject({
      id: back,
      rolloutState: 'IN_PROGRESS',
      rolloutStateReason: `ECS deployment failed: rolling back to deploymentId ${back}.`,
    });
    await one.clock.advance(10 * MINUTE);
    expect((await described(one)).deployments).toMatchObject([
      { id: back, rolloutState: 'COMPLETED', runningCount: 2 },
    ]);
    expect((await history(one))[0]).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      statusReason: 'Service deployment rolled back because an alarm was detected.',
      alarms: { status: 'TRIGGERED', triggeredAlarmNames: ['latency'] },
    });
    expect(serviceIn(one).events.map(({ message }) => message)).toContain(
      `(service web) (deployment ${bad}) deployment failed: alarm detected.`,
    );
  });

  it('stops a release where no rollback is wanted', async () => {
    const one = await watched({ rollback: false });
    const bad = await release(one, 'v2');
    await one.clock.advance(5 * SECOND);
    one.cloud.ecs.alarms.set('errors', 'ALARM');
    await one.clock.advance(10 * MINUTE);
    expect((await described(one)).deployments[0]).toMatchObject({
      id: bad,
      status: 'PRIMARY',
      rolloutState: 'FAILED',
      rolloutStateReason: 'ECS deployment failed: alarm detected.',
    });
    expect((await history(one))[0]).toMatchObject({ status: 'STOPPED', alarms: { status: 'TRIGGERED' } });
    expect(messages(one).filter((text) => text.includes('rolling back'))).toEqual([]);
  });

  it('that is in ALARM at the start is ignored with all the others', async () => {
    const one = await watched();
    one.cloud.ecs.alarms.set('errors', 'ALARM');
    const id = await release(one, 'v2');
    await one.clock.advance(2 * SECOND);
    one.cloud.ecs.alarms.set('latency', 'ALARM');
    await one.clock.advance(10 * MINUTE);
    expect((await described(one)).deployments).toMatchObject([{ id, rolloutState: 'COMPLETED' }]);
    expect((await history(one))[0]).toMatchObject({ status: 'SUCCESSFUL', alarms: { status: 'DISABLED' } });
  });

  it('is nothing to a release that is done, that does not watch it, or has its alarms off', async () => {
    const done = await watched();
    done.cloud.ecs.alarms.set('errors', 'ALARM');
    const off = await watched({ enable: false });
    const other = await watched();
    for (const one of [off, other]) await release(one, 'v2');
    await off.clock.advance(5 * SECOND);
    await other.clock.advance(5 * SECOND);
    off.cloud.ecs.alarms.set('errors', 'ALARM');
    other.cloud.ecs.alarms.set('disk', 'ALARM').set('errors', 'OK');
    for (const one of [done, off, other]) {
      await one.clock.advance(10 * MINUTE);
      expect((await described(one)).deployments).toMatchObject([{ rolloutState: 'COMPLETED' }]);
      expect((await history(one))[0]!.status).toBe('SUCCESSFUL');
    }
    expect((await history(off))[0]).toMatchObject({ alarms: { status: 'DISABLED' } });
  });
});
