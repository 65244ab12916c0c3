import { describe, expect, it } from '@jest/globals';
import { ecsOperations } from '../../../sandbox/ecs/operations.js';
import { NAMES } from '../../../sandbox/names.js';
import type { ScenarioName } from '../../../sandbox/scenarios/table.js';
import { readInputs, type ReleaseInputs } from '../../../src/inputs/inputs.js';
import { journal } from '../../../src/journal.js';
import { release } from '../../../src/modes/release.js';
import { readyWorld, type ReadyWorld } from '../../ready-world.js';
import { takeShortCuts } from '../../simulation/direct.js';
import { inputs } from '../../world.js';

takeShortCuts();

/** Releases to the ready-made service; what comes before may happen in the account at that many milliseconds. */
async function released(
  more: Readonly<Record<string, string>>,
  prepare: (there: ReadyWorld) => unknown,
  scenario: ScenarioName = 'healthy',
) {
  const there = await readyWorld({ env: inputs(more), scenario });
  await prepare(there);
  const { world } = there;
  const record = journal(world);
  const wanted = (await readInputs(world.env, world.files)) as ReleaseInputs;
  const outcome = await there.during(release(wanted, world, record));
  const text = (step: string): string =>
    record.progress
      .filter((entry) => entry.step === step)
      .map((entry) => entry.text)
      .join('\n');
  return { there, outcome, record, text };
}

/** What ECS tells of the service, so many milliseconds after the release has begun. */
const events = (there: ReadyWorld, after: number, messages: readonly string[]): void => {
  there.clock.after(after, () => {
    const service = there.service();
    const createdAt = there.clock.now();
    const fresh = messages.map((message, index) => ({ id: `planted-${String(index)}`, createdAt, message }));
    service.events = [...fresh.reverse(), ...service.events].slice(0, 100);
  });
};

describe('the progress of a release', () => {
  it('tells tasks, targets and deployments whenever they change, and no state twice in a row', async () => {
    const { there, outcome, record, text } = await released({}, () => undefined);
    expect(outcome).toEqual({ kind: 'released' });
    const wait = text('wait');
    expect(wait).toMatch(/^0\.0s tasks 2 desired, 2 running, \d pending/);
    expect(wait).toMatch(/targets 2 healthy, \d \w+ · PRIMARY revision 2 IN_PROGRESS/);
    expect(wait).toMatch(/draining/);
    expect(wait).toMatch(/PRIMARY revision 2 COMPLETED, 2 running$/m);
    expect(wait).toMatch(/s ago: has reached a steady state\.$/m);
    const states = wait.split('\n').flatMap((line) => /^\S+ (tasks .*)$/.exec(line)?.[1] ?? []);
    expect(states.filter((state, index) => state === states[index - 1])).toEqual([]);
    expect(there.logged).toEqual(expect.arrayContaining(record.progress.map((entry) => entry.text)));
    expect(record.progress.map(({ at }) => at)).toEqual(
      [...record.progress.map(({ at }) => at)].sort((one, other) => one - other),
    );
  });

  it('keeps the targets in numbers, and takes the status line away at the end', async () => {
    const { there, record } = await released({}, () => undefined);
    expect(record.facts.targetHealth).toEqual([
      { targetGroup: 'mentalspace-tg', healthy: 2, expected: 2, states: { healthy: 2 }, reasons: {} },
    ]);
    expect(there.statuses).toContainEqual(
      expect.stringMatching(/^2\.0s of at most 15m 00s · tasks 2 desired/),
    );
    // Once after the wait, and once after the health step.
    expect(there.statuses.filter((text) => text === undefined)).toHaveLength(2);
    expect(there.statuses.at(-1)).toBeUndefined();
  });

  it('keeps the targets of a release that failed for them, and the way back beside it', async () => {
    const { there, outcome, record, text } = await released({ 'deployment-timeout': '3m' }, (there) => {
      there.script.set(there.newDigest, { unhealthyAfter: 0 });
    });
    expect(outcome).toMatchObject({ kind: 'rolled-back' });
    const [group] = record.facts.targetHealth!;
    expect(group).toMatchObject({ targetGroup: 'mentalspace-tg', healthy: 0, expected: 2 });
    expect(group!.states).toEqual({ initial: 2 });
    expect(group!.reasons).toEqual({ 'Elb.InitialHealthChecking': 2 });
    expect(text('wait')).toMatch(/\d of ours stopped/);
    expect(text('rollback')).toMatch(/PRIMARY revision 1 COMPLETED/);
    expect(text('rollback')).toMatch(/targets in mentalspace-tg 2 of 2 healthy/);
    expect(there.statuses.filter((text) => text === undefined)).toHaveLength(3);
    expect(there.statuses.at(-1)).toBeUndefined();
  });

  it('cuts an event of a megabyte, without its secrets', async () => {
    const secret = 'password=hunter2 ';
    const { there, outcome, record } = await released({}, (there) =>
      events(there, 15_000, [`::error::${secret.repeat(60_000)}`]),
    );
    expect(outcome).toEqual({ kind: 'released' });
    const [entry] = record.progress.filter(({ text }) => text.includes('password'));
    expect(entry!.text.length).toBeLessThanOrEqual(1_000);
    expect(there.logged.join('\n')).not.toMatch(/hunter2/);
    expect(Math.max(...there.logged.map((line) => line.length))).toBeLessThan(20_000);
  });

  it('shows the last ten of a hundred events at once, and counts the others', async () => {
    const many = Array.from({ length: 100 }, (_, index) => `burst ${String(index)}`);
    const { record } = await released({}, (there) => events(there, 15_000, many));
    const shown = record.progress.filter(({ text }) => text.includes('burst'));
    expect(shown.map(({ text }) => text.replace(/^.*ago: /, ''))).toEqual(many.slice(90));
    const before = record.progress[record.progress.indexOf(shown[0]!) - 1];
    expect(before?.text).toMatch(/^90 older events are not shown$/);
  });

  it('tells how a rollout goes that is waited for', async () => {
    const { there, outcome, text } = await released({ 'in-flight': 'wait' }, ({ cloud }) =>
      ecsOperations['UpdateService']!(cloud, {
        cluster: NAMES.cluster,
        service: NAMES.service,
        forceNewDeployment: true,
      }),
    );
    expect(outcome).toEqual({ kind: 'released' });
    expect(text('preflight')).toMatch(/^0\.0s waiting for the rollout in flight: tasks 2 desired/);
    expect(text('preflight')).toMatch(/PRIMARY revision 1 COMPLETED, 2 running$/);
    expect(there.logged.join('\n')).toMatch(/^50s of at most 15m 00s: nothing new$/m);
    expect(there.statuses.filter((status) => status === undefined)).toHaveLength(3);
  });

  it('says once that AWS does not answer, and goes on', async () => {
    const { outcome, text } = await released({}, () => undefined, 'throttling');
    expect(outcome).toEqual({ kind: 'released' });
    expect(text('wait').match(/AWS does not answer/g)).toHaveLength(1);
  });
});
