import { beforeAll, describe, expect, it } from '@jest/globals';
import { NAMES } from '../../sandbox/names.js';
import { DeployError } from '../../src/errors.js';
import type { History, ProcessRecord, Sent } from './history.js';
import { broken, INVARIANTS } from './invariants/all.js';
import { play } from './play.js';
import { PLAIN_SERVICE, type Schedule } from './schedule.js';
import { makeShelf } from './shelf.js';
import { warmUp } from './warm-up.js';

/* Each invariant is asked of days that keep it, and of the same days with one thing changed that it forbids. */

const PLAIN: Schedule = {
  seed: 5,
  wired: true,
  mode: 'release',
  inputs: {},
  service: PLAIN_SERVICE,
  candidate: { kind: 'good', after: 1_000 },
  back: 'fine',
  faults: [],
  cut: undefined,
  others: [],
  next: 'none',
};

const DAYS = {
  released: {},
  'rolled-back': { candidate: { kind: 'crashes', after: 1_000 } },
  again: { next: 'same' },
  cancelled: { cut: { how: 'cancel', at: { after: 20_000 } } },
  overtaken: { others: [{ does: 'redeploys', at: { after: 20_000 } }] },
  told: { told: 'twice', candidate: { kind: 'crashes', after: 1_000 } },
  rollback: { mode: 'rollback', service: { ...PLAIN.service, second: true } },
  // Day 5951: two registrations of the copy, for the way back, never arrive.
  copied: {
    service: { ...PLAIN.service, tagged: true },
    candidate: { kind: 'tells-two-commits', after: 1_000 },
    faults: [{ action: 'ecs:RegisterTaskDefinition', kind: 'reset', after: 1, times: 2, delay: 0 }],
  },
  // Day 6281: a release replaces the main one, and its update is turned away once.
  replaced: {
    inputs: { smoke: 'false' },
    faults: [{ action: 'ecs:UpdateService', kind: 'skew', after: 0, times: 7, delay: 0 }],
    others: [{ does: 'releases', at: { call: 15 }, to: 1 }],
  },
} as const satisfies Readonly<Record<string, Partial<Schedule>>>;
type Day = keyof typeof DAYS;

const played = new Map<Day, History>();

beforeAll(async () => {
  const shelf = await makeShelf();
  await warmUp(shelf);
  for (const day of Object.keys(DAYS) as Day[])
    played.set(day, await play({ ...PLAIN, ...DAYS[day] }, shelf));
}, 120_000);

/** The day with its first process changed. */
const withMain = (history: History, change: (main: ProcessRecord) => Partial<ProcessRecord>): History => ({
  ...history,
  processes: history.processes.map((one, index) => (index === 0 ? { ...one, ...change(one) } : one)),
});
const outputs = (name: string, value: string) => (main: ProcessRecord) => ({
  outputs: new Map([...main.outputs, [name, value]]),
});
const called = (operation: string, change: (call: Sent) => Partial<Sent>) => (main: ProcessRecord) => ({
  calls: main.calls.map((call) => (call.operation === operation ? { ...call, ...change(call) } : call)),
});
const outcome = (kind: NonNullable<ProcessRecord['outcome']>['kind']) => ({
  outcome: { kind, error: new DeployError('timeout', 'It took too long.') },
});
const inReport = (from: string | RegExp, to: string) => (main: ProcessRecord) => ({
  files: new Map([...main.files].map(([path, text]) => [path, text.replace(from, to)])),
});

type Case = readonly [
  name: keyof typeof INVARIANTS,
  day: Day,
  what: string,
  change: (day: History) => History,
];

const CASES: readonly Case[] = [
  [
    'I1 released',
    'released',
    'another revision leads',
    (day) => withMain(day, outputs('task-definition-arn', 'x:9')),
  ],
  [
    'I1 released',
    'released',
    'no task is desired',
    (day) => withMain(day, ({ lastLook }) => ({ lastLook: { ...lastLook!, desired: 0 } })),
  ],
  [
    'I1 released',
    'released',
    'it was never healthy',
    (day) => withMain(day, () => ({ lastGood: undefined })),
  ],
  [
    'I1 released',
    'released',
    'its tasks crash',
    (day) => ({ ...day, schedule: { ...day.schedule, candidate: { kind: 'crashes', after: 1 } } }),
  ],
  [
    'I1 image',
    'released',
    'a task runs another image',
    (day) => withMain(day, outputs('image-digest', 'sha256:0')),
  ],
  [
    'I1 commit',
    'released',
    'another commit is told',
    (day) => withMain(day, outputs('git-sha', '9'.repeat(40))),
  ],
  [
    'I1 commit',
    'released',
    'the commit is the one that a moved tag had',
    (day) => ({
      ...withMain(day, outputs('image-digest', [...day.commits.keys()].at(-1)!)),
      events: [{ at: 0, does: 'moves-tag' }],
    }),
  ],
  [
    'I2 failed',
    'released',
    'it failed, and nothing was changed',
    (day) => withMain(day, () => outcome('failed')),
  ],
  ['I2 failed', 'released', 'it is rolled back', (day) => withMain(day, () => outcome('rolled-back'))],
  ['I2 failed', 'released', 'nobody superseded it', (day) => withMain(day, () => outcome('superseded'))],
  ['I2 failed', 'released', 'nobody cancelled it', (day) => withMain(day, () => outcome('cancelled'))],
  [
    'I2 failed',
    'released',
    'it left what it could undo',
    (day) => withMain(day, () => outcome('left-as-is')),
  ],
  [
    'I2 failed',
    'released',
    'nobody is told what to do',
    (day) => withMain(day, () => outcome('rollback-failed')),
  ],
  [
    'I2 left behind',
    'released',
    'what it rolled back leads',
    (day) => withMain(day, () => outcome('rolled-back')),
  ],
  [
    'I3 never over others',
    'rolled-back',
    "a person's deployment was stopped",
    (day) => ({
      ...day,
      owners: new Map([...day.owners].map(([id, one]) => [id, one === 'main' ? 'person' : one])),
    }),
  ],
  [
    'I3 never over others',
    'released',
    'nobody looked before the update',
    (day) =>
      withMain(
        day,
        called('UpdateService', () => ({ view: undefined })),
      ),
  ],
  [
    'I3 never over others',
    'replaced',
    'it was not asked to replace anything',
    (day) => ({
      ...day,
      processes: day.processes.map((one) => ({ ...one, inputs: { ...one.inputs, 'in-flight': 'refuse' } })),
    }),
  ],
  [
    'I3 never over others',
    'replaced',
    'nothing came of the update and it was sent again',
    (day) => ({
      ...day,
      processes: day.processes.map((one) => ({
        ...one,
        calls: one.calls.map((call) => (call.status === 400 ? { ...call, status: undefined } : call)),
      })),
    }),
  ],
  [
    'I3 never over others',
    'replaced',
    'nobody looked before the update was sent again',
    (day) => ({
      ...day,
      processes: day.processes.map((one) => ({
        ...one,
        calls: one.calls.filter(({ operation }) => operation !== 'DescribeServices'),
      })),
    }),
  ],
  [
    'I4 written ahead',
    'released',
    'no intent was saved',
    (day) =>
      withMain(
        day,
        called('UpdateService', () => ({ saved: [] })),
      ),
  ],
  [
    'I4 written ahead',
    'rolled-back',
    'no undo was saved',
    (day) =>
      withMain(
        day,
        called('StopServiceDeployment', () => ({ saved: ['intent'] })),
      ),
  ],
  [
    'I5 once',
    'released',
    'a revision was registered twice',
    (day) => ({ ...day, revisions: [...day.revisions, day.revisions.at(-1)!] }),
  ],
  [
    'I5 once',
    'copied',
    'nobody looked whether the copy had come to be',
    (day) =>
      withMain(day, ({ calls }) => ({
        calls: calls.filter(({ operation }) => operation !== 'DescribeTaskDefinition'),
      })),
  ],
  [
    'I5 once',
    'copied',
    'the look for the copy was not answered',
    (day) =>
      withMain(
        day,
        called('DescribeTaskDefinition', () => ({ status: undefined })),
      ),
  ],
  [
    'I5 once',
    'copied',
    'ECS made a second copy',
    (day) => ({
      ...day,
      calls: [...day.calls, { at: 0, action: 'ecs:RegisterTaskDefinition', status: 200 }],
    }),
  ],
  [
    'I5 once',
    'released',
    'it made three deployments',
    (day) => ({ ...day, owners: new Map([...day.owners, ['a', 'main'], ['b', 'main']]) }),
  ],
  [
    'I6 again',
    'again',
    'the second made a deployment',
    (day) => ({ ...day, owners: new Map([...day.owners, ['a', 'next']]) }),
  ],
  [
    'I7 changed',
    'released',
    'it says that nothing was changed',
    (day) => withMain(day, outputs('changed', 'false')),
  ],
  [
    'I7 changed',
    'released',
    'it names a deployment of others',
    (day) => withMain(day, outputs('deployment-id', 'x')),
  ],
  ['I8 agree', 'released', 'the output differs', (day) => withMain(day, outputs('outcome', 'failed'))],
  [
    'I8 agree',
    'rolled-back',
    'there are two annotations',
    (day) => withMain(day, ({ errors }) => ({ errors: [...errors, ''] })),
  ],
  ['I8 agree', 'released', 'there is no summary', (day) => withMain(day, () => ({ summaries: [] }))],
  ['I8 agree', 'released', 'there is no report', (day) => withMain(day, () => ({ files: new Map() }))],
  [
    'I8 audited',
    'released',
    'the report names no update',
    (day) => withMain(day, inReport('ecs:UpdateService', 'ecs:None')),
  ],
  [
    'I9 canaries',
    'released',
    'a log has one',
    (day) => withMain(day, () => ({ logged: ['password=hunter2canary'] })),
  ],
  ['I9 canaries', 'released', 'a file has one', (day) => withMain(day, inReport('{', '{"078-05-1120":0,'))],
  [
    'I10 record',
    'released',
    'the report was changed',
    (day) => withMain(day, inReport('"version":1', '"version":2')),
  ],
  [
    'I10 record',
    'released',
    'a step began after the end',
    (day) => withMain(day, inReport(/"endedAt":"2026/, '"endedAt":"2025')),
  ],
  [
    'I11 bounded',
    'released',
    'it took a day',
    (day) => withMain(day, ({ endedAt }) => ({ endedAt: endedAt! + 86_400_000 })),
  ],
  ['I11 bounded', 'released', 'something still waits', (day) => withMain(day, () => ({ sleeping: 1 }))],
  [
    'I11 bounded',
    'released',
    'it changed something afterwards',
    (day) =>
      withMain(
        day,
        called('TagResource', ({ at }) => ({ at: at + 86_400_000 })),
      ),
  ],
  [
    'I11 undone at once',
    'cancelled',
    'the undo came late',
    (day) =>
      withMain(
        day,
        called('StopServiceDeployment', ({ at }) => ({ at: at + 2_000 })),
      ),
  ],
  [
    'I12 calm',
    'released',
    'it made many more calls',
    (day) => withMain(day, (main) => ({ calls: Array.from({ length: 9 }, () => main.calls).flat() })),
  ],
  [
    'I13 pinned',
    'released',
    'an image is named by its tag',
    (day) => ({
      ...day,
      revisions: JSON.parse(JSON.stringify(day.revisions).replaceAll(/@sha256:\w+/g, ':v3')) as [],
    }),
  ],
  [
    'I13 pinned',
    'released',
    'more memory was given',
    (day) => ({
      ...day,
      revisions: day.revisions.map((one, index) =>
        index === 0 ? one : { ...one, body: { ...one.body, memory: '1' } },
      ),
    }),
  ],
  [
    'I14 nothing else',
    'released',
    'a desired count was sent',
    (day) =>
      withMain(
        day,
        called('UpdateService', ({ input }) => ({ input: { ...input, desiredCount: 1 } })),
      ),
  ],
  [
    'I14 nothing else',
    'released',
    'a revision was deregistered',
    (day) =>
      withMain(
        day,
        called('TagResource', () => ({ operation: 'DeregisterTaskDefinition' })),
      ),
  ],
  [
    'I15 reads only',
    'released',
    'it was a dry run',
    (day) => withMain(day, ({ inputs }) => ({ inputs: { ...inputs, 'dry-run': 'true' } })),
  ],
  [
    'I15 reads only',
    'released',
    'it was in smoke mode',
    (day) => withMain(day, () => ({ inputs: { mode: 'smoke' } })),
  ],
  [
    'I15 reads only',
    'released',
    'it was in the wrong account',
    (day) => withMain(day, () => ({ inputs: { 'aws-account': '1' } })),
  ],
  [
    'I17 rolls back to',
    'rollback',
    'it leads to what is live',
    (day) =>
      withMain(day, ({ before, ...main }) =>
        called('UpdateService', ({ input }) => ({
          input: { ...input, taskDefinition: before.primary!.taskDefinition },
        }))({ before, ...main }),
      ),
  ],
  [
    'I17 rolls back to',
    'rollback',
    'it leads to another family',
    (day) =>
      withMain(
        day,
        called('UpdateService', ({ input }) => ({
          input: { ...input, taskDefinition: `${NAMES.family}:1` },
        })),
      ),
  ],
  [
    'I16 permitted',
    'released',
    'it was a dry run',
    (day) => withMain(day, ({ inputs }) => ({ inputs: { ...inputs, 'dry-run': 'true' } })),
  ],
  [
    'I16 permitted',
    'released',
    'it asked for another service',
    (day) =>
      withMain(day, ({ asked }) => ({
        asked: new Map(
          [...asked].map(([key, one]) => [
            key,
            { ...one, resource: one.resource.replace(`/${NAMES.service}`, '/other') },
          ]),
        ),
      })),
  ],
  [
    'I19 untold',
    'told',
    'it ended another way where it could not write',
    (day) => ({ ...day, untold: day.untold!.map((one) => ({ ...one, ...outcome('failed') })) }),
  ],
  [
    'I19 untold',
    'told',
    'it changed something else where it could not write',
    (day) => ({ ...day, untold: day.untold!.map((one) => ({ ...one, calls: one.calls.toSpliced(-20) })) }),
  ],
  [
    'I19 untold',
    'told',
    'it did not say that it could not write',
    (day) => ({ ...day, untold: day.untold!.map((one) => ({ ...one, warnings: [] })) }),
  ],
  ['I19 untold', 'told', 'a process is missing', (day) => ({ ...day, untold: [] })],
  [
    'I20 one winner',
    'released',
    'another run says the same',
    (day) => ({
      ...day,
      processes: [...day.processes, { ...day.processes[0]!, name: 'rival' as const, run: 'rival' }],
    }),
  ],
  ['quiet day', 'released', 'it failed', (day) => withMain(day, () => outcome('failed'))],
];

describe('an invariant', () => {
  it.each(Object.keys(DAYS) as Day[])('is kept on a day of the kind %s', (day) => {
    expect(broken(played.get(day)!)).toEqual([]);
  });

  it.each(CASES)('%s is broken on a day of the kind %s when %s', (name, day, _, change) => {
    expect(INVARIANTS[name]!(change(played.get(day)!))).not.toEqual([]);
  });

  it.each(Object.keys(INVARIANTS))('can be broken: %s', (name) => {
    expect(CASES.map(([one]) => one)).toContain(name);
  });
});
