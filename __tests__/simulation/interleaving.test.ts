import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EVERY, WHY_SKIPPED } from '../e2e/every-scenario.js';
import { BUGS, editOf, type Bug } from './bugs.js';
import type { ProcessRecord, Sent } from './history.js';
import { meet, type Met } from './interleaving.js';
import { MEETING_INVARIANTS } from './invariants/meeting.js';
import { PLAIN_SERVICE } from './schedule.js';
import { searchMeetings } from './search.js';
import { makeShelf } from './shelf.js';
import { warmUp } from './warm-up.js';

/* The same meetings every time, unless SEED says others; REPLAY is the path of the one that a failed test has named. */
const SEED = Number(process.env['SEED'] ?? 1);
const path = process.env['REPLAY'];

/** Milliseconds while the machine does other things, too. */
const LONG = 300_000;

describe('two releases and a person at one service', () => {
  it(
    'break no invariant, whoever goes on at whichever await',
    async () => {
      const runs = EVERY ? 240 : 120;
      const { mix, reasons, report } = await searchMeetings({ seed: SEED, runs, shrinks: true, path });
      expect([reasons, report]).toEqual([[], '']);
      if (path !== undefined || process.env['SEED'] !== undefined) return;
      expect(mix['days']).toBe(runs);
      const kinds = ['released', 'superseded', 'rolled-back'];
      const ends = kinds.flatMap((kind) => [`main ${kind}`, `rival ${kind}`]);
      expect(
        [...ends, 'rival failed', 'main cancelled', 'post superseded'].filter((end) => !mix[end]),
      ).toEqual([]);
    },
    LONG,
  );
});

/** What only somebody who comes between two calls can show, as changes of the sources. */
const OWN_BUGS: Readonly<Record<string, Bug>> = {
  'an update on the look of preflight': {
    reason: /^I3 looks right before: (main|rival) sent UpdateService on an old look: /,
    changes: [
      {
        path: 'src/steps/deploy.ts',
        from: 'const before = await unchanged(wish, ecs);',
        to: 'const before = service;',
      },
    ],
  },
  'an undo on the look before the way back was found': {
    reason: /^I3 looks right before: (main|rival|post) sent UpdateService on an old look: /,
    changes: [
      {
        path: 'src/steps/undo.ts',
        from: 'const service = await look();',
        to: 'const service = seen;',
      },
    ],
  },
};

const OVER_OTHERS = "a rollback over somebody else's deployment";
const all = EVERY ? it : it.skip;

describe('a check of ownership that is left out', () => {
  const bugs = { [OVER_OTHERS]: BUGS[OVER_OTHERS]!, ...OWN_BUGS };

  all.each(Object.entries(bugs))(
    `is found by a meeting${EVERY ? '' : ` (${WHY_SKIPPED})`}: %s`,
    async (_, bug) => {
      const { reasons } = await searchMeetings({ seed: 1, runs: 1_000, shrinks: false }, editOf(bug));
      expect(reasons).toContainEqual(expect.stringMatching(bug.reason));
    },
    LONG,
  );

  it.each(Object.entries(bugs))('is still there: %s', async (_, bug) => {
    const { readFile } = await import('node:fs/promises');
    for (const { path } of bug.changes) {
      const text = await readFile(path, 'utf8');
      expect(editOf(bug)(path, text)).not.toBe(text);
    }
  });
});

describe('an invariant of meetings', () => {
  /** The first goes back to a copy, and the second is released after it. */
  let met: Met;
  beforeAll(async () => {
    const schedule = {
      ...({
        seed: 5,
        wired: true,
        mode: 'release',
        inputs: {},
        back: 'fine',
        faults: [],
        cut: undefined,
      } as const),
      service: { ...PLAIN_SERVICE, tagged: true },
      candidate: { kind: 'tells-other-commit', after: 1_000 } as const,
      others: [{ does: 'releases', at: { after: 600_000 }, to: 0 } as const],
      next: 'none' as const,
    };
    const [scheduler] = fc.sample(fc.scheduler(), { seed: 1, numRuns: 1 });
    const rival = { kind: 'good', after: 1_000 } as const;
    const shelf = await makeShelf();
    await warmUp(shelf);
    met = await meet({ schedule, rival, timeFlows: false }, scheduler!, shelf);
  }, LONG);

  const changed = (
    name: ProcessRecord['name'],
    change: (one: ProcessRecord) => Partial<ProcessRecord>,
  ): Met => ({
    ...met,
    processes: met.processes.map((one) => (one.name === name ? { ...one, ...change(one) } : one)),
  });
  const called = (operation: string, change: (call: Sent) => Partial<Sent>) => (one: ProcessRecord) => ({
    calls: one.calls.map((call) => (call.operation === operation ? { ...call, ...change(call) } : call)),
  });

  it.each(Object.entries(MEETING_INVARIANTS))('is kept where all goes well: %s', (_, invariant) => {
    expect(met.processes.map(({ outcome }) => outcome?.kind)).toEqual([
      'rolled-back',
      ...[undefined, 'released'],
    ]);
    expect(invariant(met)).toEqual([]);
  });

  const CASES: readonly (readonly [keyof typeof MEETING_INVARIANTS, string, () => Met])[] = [
    [
      'I3 looks right before',
      'the last look is of another leader',
      () =>
        changed(
          'rival',
          called('UpdateService', () => ({ view: { deployments: [] } })),
        ),
    ],
    [
      'I3 stops its own',
      "another one's deployment was stopped",
      () => {
        const [arn] = [...met.deployed].find(([, id]) => met.owners.get(id) === 'main')!;
        const input = { serviceDeploymentArn: arn };
        return changed(
          'rival',
          called('UpdateService', () => ({ operation: 'StopServiceDeployment', input })),
        );
      },
    ],
    [
      'I3 tags its own',
      "another one's revision was tagged",
      () => ({
        ...met,
        processes: met.processes.map((one) => ({ ...one, ...called('TagResource', foreign(one))(one) })),
      }),
    ],
    [
      'I20 winner stays',
      'another revision leads in the end',
      () => ({ ...met, end: { ...met.end, primary: { ...met.end.primary!, taskDefinition: 'x:1' } } }),
    ],
  ];
  const foreign =
    ({ run }: ProcessRecord) =>
    () => ({
      input: {
        resourceArn: met.processes.find((one) => one.run !== run)!.outputs.get('task-definition-arn')!,
      },
    });

  it.each(CASES)('%s is broken when %s', (name, _, change) => {
    expect(MEETING_INVARIANTS[name]!(change())).not.toEqual([]);
  });

  it.each(Object.keys(MEETING_INVARIANTS))('can be broken: %s', (name) => {
    expect(CASES.map(([one]) => one)).toContain(name);
  });
});
