import { describe, expect, it } from '@jest/globals';
import { connect } from '../../../../src/adapters/aws/aws.js';
import { RoleSession } from '../../../../src/adapters/aws/session.js';
import type { World } from '../../../../src/world.js';
import { NAMES } from '../../../../sandbox/names.js';
import { ROLE, roleWorld, type RoleWorld } from '../../../role-world.js';

/* A session by itself, and calls that use it side by side. */

const MINUTE = 60_000;
const ASSUME = 'sts:AssumeRoleWithWebIdentity';
const assumed = ({ cloud }: RoleWorld): number =>
  cloud.calls.filter(({ action }) => action === ASSUME).length;

interface Sessioned {
  readonly there: RoleWorld;
  readonly session: RoleSession;
  readonly world: World;
  readonly end: AbortController;
}

async function sessioned(duration = 15 * MINUTE): Promise<Sessioned> {
  const there = await roleWorld();
  const end = new AbortController();
  const role = { arn: ROLE, sessionName: 'test', duration };
  const session = new RoleSession(there.world, role, NAMES.region, end.signal);
  return { there, session, world: { ...there.world, session }, end };
}

const never = new AbortController().signal;
const looks = (world: World, times: number) =>
  Promise.all(
    Array.from({ length: times }, () =>
      connect(world, NAMES.region).ecs.service(NAMES.cluster, NAMES.service),
    ),
  );

describe('a session', () => {
  it('asks for nothing before it is used', async () => {
    const { there } = await sessioned();
    expect([assumed(there), there.identity.given]).toEqual([0, []]);
  });

  it('is made once for calls side by side', async () => {
    const { there, world } = await sessioned();
    await there.during(looks(world, 5));
    expect([assumed(there), there.keys().length]).toEqual([1, 1]);
  });

  it('is made once more for calls side by side after it has ended', async () => {
    const { there, world } = await sessioned();
    await there.during(looks(world, 2));
    await there.clock.advance(16 * MINUTE);
    await there.during(looks(world, 5));
    expect([assumed(there), there.keys().length]).toEqual([2, 2]);
    expect(there.cloud.calls.filter(({ error }) => error !== undefined)).toEqual([]);
  });

  it('is renewed once beside calls side by side, which do not wait for that', async () => {
    const { there, world, session } = await sessioned();
    await there.during(looks(world, 1));
    await there.clock.advance(11 * MINUTE);
    const [old] = there.keys();
    const given = await Promise.all([session.credentials(never), session.credentials(never)]);
    expect(given.map(({ accessKeyId }) => accessKeyId)).toEqual([old, old]);
    await there.during(looks(world, 5));
    await there.during(there.world.clock.sleep(1_000));
    expect(assumed(there)).toBe(2);
    expect((await session.credentials(never)).accessKeyId).not.toBe(old);
  });

  it('is not given any more after AWS said that it has expired, unless it is newer than that', async () => {
    const { there, session } = await sessioned();
    const { accessKeyId: first } = await there.during(session.credentials(never));
    session.expired();
    expect((await session.credentials(never)).accessKeyId).toBe(first);
    await there.clock.advance(MINUTE);
    session.expired();
    expect((await there.during(session.credentials(never))).accessKeyId).not.toBe(first);
  });

  it('renews itself for a change that AWS turned away because it had expired, which is then made once', async () => {
    const { there, world } = await sessioned();
    const { ecs } = connect(world, NAMES.region);
    await there.during(ecs.service(NAMES.cluster, NAMES.service));
    await there.clock.advance(MINUTE);
    there.cloud.faults.push({ action: 'ecs:TagResource', kind: 'expire', times: 1 });
    const { taskDefinition } = there.service().deployments[0]!;
    await there.during(ecs.tag(taskDefinition, new Map([['a', 'b']])));
    const tagged = there.cloud.calls.filter(({ action }) => action === 'ecs:TagResource');
    expect(tagged.map(({ error }) => error)).toEqual(['ExpiredTokenException', undefined]);
    expect(assumed(there)).toBe(2);
  });

  it('lasts as long as was asked for on a machine whose clock is hours ahead', async () => {
    const { there, world } = await sessioned();
    const ahead: World = {
      ...there.world,
      clock: { ...there.world.clock, now: () => there.clock.now() + 3 * 60 * MINUTE },
    };
    const role = { arn: ROLE, sessionName: 'test', duration: 15 * MINUTE };
    const session = new RoleSession(ahead, role, NAMES.region, never);
    await there.during(looks({ ...world, session }, 1));
    await there.clock.advance(9 * MINUTE);
    await there.during(looks({ ...world, session }, 1));
    expect(assumed(there)).toBe(1);
  });
});

describe('a session whose making is given up', () => {
  it('is given up with whoever waits for it, and made for who still wants it', async () => {
    const { there, session } = await sessioned();
    there.identity.faults.push({ kind: 'hang', times: 1 });
    const [one, other] = [new AbortController(), new AbortController()];
    const first = session.credentials(one.signal);
    const second = session.credentials(other.signal);
    first.catch(() => undefined);
    one.abort(new Error('cancelled'));
    await expect(there.during(first)).rejects.toThrow('cancelled');
    expect(await there.during(second)).toMatchObject({ accessKeyId: expect.stringMatching(/^ASIA/) });
    expect(assumed(there)).toBe(1);
  });

  it('is not renewed any more after the end of the run', async () => {
    const { there, session, end } = await sessioned();
    await there.during(session.credentials(never));
    await there.clock.advance(11 * MINUTE);
    there.identity.faults.push({ kind: 'hang' });
    await session.credentials(never);
    end.abort();
    there.identity.faults.length = 0;
    await there.clock.advance(MINUTE);
    expect([assumed(there), there.warnings]).toEqual([1, []]);
  });
});
