import { describe, expect, it } from '@jest/globals';
import { ecsOperations } from '../../../sandbox/ecs/operations.js';
import { NAMES } from '../../../sandbox/names.js';
import { finish } from '../../../src/run.js';
import { changes, readyWorld, type ReadyWorld } from '../../ready-world.js';
import { takeShortCuts } from '../../simulation/direct.js';
import { inputs } from '../../world.js';
import { EVERY } from '../../e2e/every-scenario.js';
import { runCutOff, type Cut } from './cut-off.js';

takeShortCuts();

const revision = ({ cloud }: ReadyWorld, number: number): string =>
  cloud.ecs.families.get(NAMES.family)![number - 1]!.arn;
const updates = (there: ReadyWorld): number =>
  changes(there.cloud).filter((action) => action === 'ecs:UpdateService').length;
const env = { GITHUB_REPOSITORY: 'o/r', GITHUB_RUN_ID: '7', GITHUB_RUN_ATTEMPT: '1' };
const world = (more: Record<string, string> = {}) => readyWorld({ env: { ...inputs(more), ...env } });

/** Where the service is once nothing moves any more. */
async function settled(there: ReadyWorld): Promise<{ live: string; state: string }> {
  await there.clock.advance(10 * 60_000);
  const [primary] = there.service().deployments;
  expect(there.service().deployments).toHaveLength(1);
  return { live: primary!.taskDefinition, state: primary!.rolloutState };
}

/** Calls of a release with an image that exists, in order: `number` of them. */
async function callsOfRelease(): Promise<readonly string[]> {
  const there = await world();
  await runCutOff(there, { call: Infinity, when: 'before', how: 'kill' });
  return there.cloud.calls.map(({ action }) => action);
}

/**
 * The numbers of the calls that are cut off, from 1: equal calls in a row are the same wait, of which the first two are
 * taken. CI takes them all, else every third has to do.
 */
function cutsOf(calls: readonly string[], from = 1): readonly number[] {
  const kinds = calls.map((action, index) => `${action} ${calls[index - 1] ?? ''}`);
  return kinds
    .flatMap((kind, index) => (kinds.indexOf(kind, from - 1) === index ? [index + 1] : []))
    .filter((_, index) => EVERY || index % 3 === 1);
}

describe('a release that is cut off at any call of AWS', () => {
  const CUTS: readonly Omit<Cut, 'call'>[] = [
    { when: 'before', how: 'kill' },
    { when: 'after', how: 'kill' },
    { when: 'before', how: 'cancel' },
    { when: 'after', how: 'cancel' },
  ];

  it.each(CUTS)(
    'is back on the revision before, or was proven already ($how $when the call)',
    async (cut) => {
      for (const call of cutsOf(await callsOfRelease())) {
        const there = await world();
        const { main, post, at } = await runCutOff(there, { ...cut, call });
        const where = `call ${call} (${at ?? 'none'}) ${cut.when} ${cut.how}: main ${main?.kind ?? '-'}, post ${post?.kind ?? '-'}`;
        const { live, state } = await settled(there);
        // Once it is marked as released, it was proven: post says so and undoes nothing.
        const proven = at === 'TagResource' || at === 'GetLogEvents';
        const released = main?.kind === 'released' || proven;
        if (proven && cut.how === 'kill')
          expect(there.warnings.join()).toMatch(/cut off after its work was done/);
        expect(`${where}: ${live} ${state}`).toBe(`${where}: ${revision(there, released ? 2 : 1)} COMPLETED`);
        if (released) expect(post).toBeUndefined();
        else if (post) expect([where, post.kind]).toEqual([where, 'rolled-back']);
        expect(updates(there)).toBeLessThanOrEqual(2);
      }
    },
    240_000,
  );
});

describe('a release that fails and is cut off on its way back', () => {
  const fail = (there: ReadyWorld): void =>
    void there.script.set(there.newDigest, { exit: { after: 1_000, exitCode: 1 } });

  it.each(['kill', 'cancel'] as const)('is back on the revision before (%s at any call)', async (how) => {
    const whole = await world();
    fail(whole);
    await runCutOff(whole, { call: Infinity, when: 'before', how });
    const calls = whole.cloud.calls.map(({ action }) => action);
    for (const call of cutsOf(calls, calls.indexOf('ecs:UpdateService') + 1)) {
      const there = await world();
      fail(there);
      const { main, post, at } = await runCutOff(there, { call, when: 'after', how });
      const where = `call ${call} (${at ?? 'none'}): main ${main?.kind ?? '-'}, post ${post?.kind ?? '-'}`;
      const { live, state } = await settled(there);
      expect(`${where}: ${live} ${state}`).toBe(`${where}: ${revision(there, 1)} COMPLETED`);
      expect([where, [main?.kind, post?.kind].includes('rolled-back')]).toEqual([where, true]);
      // One update for the release and one undo of whichever kind.
      const undos = changes(there.cloud).filter((action) =>
        /UpdateService|StopServiceDeployment/.test(action),
      );
      expect([where, undos.length]).toEqual([where, 2]);
    }
  });
});

describe('the post step', () => {
  const intent = (there: ReadyWorld, more: object) =>
    JSON.stringify({
      version: 1,
      taskDefinition: revision(there, 1),
      fallback: { taskDefinition: revision(there, 1) },
      before: ['ecs-svc/1'],
      ...more,
    });

  it('has nothing to do after the mode smoke', async () => {
    const there = await world({ mode: 'smoke' });
    const saved = { STATE_intent: intent(there, { taskDefinition: revision(there, 1) }) };
    const outcome = await there.during(finish({ ...there.world, env: { ...there.world.env, ...saved } }));
    expect(outcome).toBeUndefined();
    expect(there.cloud.calls).toEqual([]);
  });

  it('does nothing after a run that came to its end', async () => {
    const there = await world();
    const { main, post } = await runCutOff(there, { call: Infinity, when: 'before', how: 'kill' });
    expect([main?.kind, post]).toEqual(['released', undefined]);
  });

  it('leaves a deployment alone that somebody else began meanwhile', async () => {
    const there = await world();
    const call = (await callsOfRelease()).lastIndexOf('ecs:UpdateService') + 3;
    const cut = await runCutOff(there, { call, when: 'after', how: 'kill' }, () =>
      ecsOperations['UpdateService']!(there.cloud, {
        cluster: NAMES.cluster,
        service: NAMES.service,
        forceNewDeployment: true,
      }),
    );
    expect(cut.post).toMatchObject({ kind: 'superseded' });
    expect(changes(there.cloud)).toEqual(['ecs:RegisterTaskDefinition', 'ecs:UpdateService']);
  });

  it('undoes a release although the file of the smoke suite is gone', async () => {
    const there = await world({ 'smoke-config': 'smoke.yml' });
    there.files.set('smoke.yml', 'version: 1\nchecks: { version: { path: /api/v1/version } }\n');
    const call = (await callsOfRelease()).lastIndexOf('ecs:UpdateService') + 3;
    const cut = await runCutOff(there, { call, when: 'after', how: 'kill' }, () =>
      there.files.delete('smoke.yml'),
    );
    expect(cut).toMatchObject({ main: undefined, post: { kind: 'rolled-back' } });
    expect(there.warnings.join()).toMatch(
      /Nothing is asked over HTTP: The input smoke-config names smoke\.yml/,
    );
    expect((await settled(there)).live).toBe(revision(there, 1));
  });

  it('undoes nothing when auto-rollback is off, and says so', async () => {
    const there = await world({ 'auto-rollback': 'false' });
    const calls = await callsOfRelease();
    const call = calls.lastIndexOf('ecs:UpdateService') + 3;
    const { main, post } = await runCutOff(there, { call, when: 'after', how: 'kill' });
    expect(main).toBeUndefined();
    expect(post).toMatchObject({ kind: 'cancelled' });
    expect(updates(there)).toBe(1);
    expect((await settled(there)).live).toBe(revision(there, 2));
  });

  it.each<[string, (there: ReadyWorld) => Record<string, string>]>([
    ['is no JSON', () => ({ STATE_intent: '{"version":1' })],
    ['is of another version', (there) => ({ STATE_intent: intent(there, { version: 2 }) })],
    ['names no revision', (there) => ({ STATE_intent: intent(there, { taskDefinition: 'rm -rf /' }) })],
    [
      'names a revision of another family',
      (there) => ({
        STATE_intent: intent(there, {
          fallback: { taskDefinition: revision(there, 1).replace(/[\w-]+:1$/, 'other:1') },
        }),
      }),
    ],
  ])('touches nothing when what was saved %s', async (_, saved) => {
    const there = await world();
    const outcome = await there.during(
      finish({ ...there.world, env: { ...there.world.env, ...saved(there) } }),
    );
    expect(outcome).toBeUndefined();
    expect(changes(there.cloud)).toEqual([]);
  });

  it('touches nothing when its revision is of another run', async () => {
    const there = await world();
    const { main } = await runCutOff(there, { call: Infinity, when: 'before', how: 'kill' });
    expect(main?.kind).toBe('released');
    there.cloud.calls.length = 0;
    const saved = { STATE_intent: intent(there, { taskDefinition: revision(there, 2) }), GITHUB_RUN_ID: '8' };
    const outcome = await there.during(finish({ ...there.world, env: { ...there.world.env, ...saved } }));
    expect(outcome).toBeUndefined();
    expect(changes(there.cloud)).toEqual([]);
  });
});
