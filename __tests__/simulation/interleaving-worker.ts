import fc from 'fast-check';
import { takeShortCuts } from './direct.js';
import type { Fate } from './fates.js';
import { meet, type Meeting, type Met } from './interleaving.js';
import { broken } from './invariants/all.js';
import { MEETING_INVARIANTS } from './invariants/meeting.js';
import { added, mixOf, type Mix } from './mix.js';
import { PLAIN_SERVICE, type Cut, type Other, type Schedule } from './schedule.js';
import { makeShelf } from './shelf.js';
import { warmUp } from './warm-up.js';

/* Looks for a meeting that breaks something, in a process of its own, and tells its parent. */

/** What a worker is asked, as its argument in JSON. */
export interface Search {
  readonly seed: number;
  readonly runs: number;
  /** Whether a meeting that breaks something is shrunk. */
  readonly shrinks: boolean;
  /** Of fast-check: replays the one run that it names. */
  readonly path?: string | undefined;
}

/** What it answers. */
export interface Searched {
  /** What the meetings reached; of those that a shrinking played as well. */
  readonly mix: Mix;
  /** What the smallest one broke; empty when none did. */
  readonly reasons: readonly string[];
  /** The command that plays it again, and what fast-check says of it, with who went on when. */
  readonly report: string;
}

/** Milliseconds from the start: releases look every two seconds, so that these look at the same moments. */
const moment = fc.nat({ max: 60 }).map((looks) => ({ after: 2_000 * looks }));

const fate: fc.Arbitrary<Fate> = fc.record({
  kind: fc.constantFrom(
    'good',
    'good',
    'good',
    'slow-start',
    'crashes',
    'not-pullable',
    'sick',
    'tells-other-commit',
  ),
  after: fc.integer({ min: 1, max: 30 }).map((seconds) => 1_000 * seconds),
});

const another: fc.Arbitrary<Other> = fc.record({
  does: fc.constantFrom('redeploys', 'deploys', 'scales', 'stops-task', 'stops-deployment'),
  at: moment,
  to: fc.nat({ max: 3 }),
});

const rival: fc.Arbitrary<Other> = fc.record({
  does: fc.constant('releases'),
  at: moment,
  to: fc.nat({ max: 1 }),
});

/** One in four is cut off. */
const cut: fc.Arbitrary<Cut | undefined> = fc.oneof(
  { arbitrary: fc.constant(undefined), weight: 3 },
  { arbitrary: fc.record({ how: fc.constantFrom('cancel', 'kill'), at: moment }), weight: 1 },
);

const schedule: fc.Arbitrary<Schedule> = fc
  .record({
    seed: fc.nat(),
    inFlight: fc.constantFrom('refuse', 'wait', 'replace'),
    desiredCount: fc.integer({ min: 1, max: 3 }),
    breaker: fc.constantFrom('off', 'on', 'rollback'),
    tagged: fc.boolean(),
    rollbackDeployment: fc.constantFrom('restored', 'new'),
    candidate: fate,
    others: fc.array(another, { maxLength: 2 }),
    rival,
    cut,
  })
  .map(({ seed, inFlight, candidate, others, rival, cut, ...service }) => ({
    seed,
    wired: false,
    mode: 'release',
    inputs: { 'in-flight': inFlight },
    service: { ...PLAIN_SERVICE, ...service },
    candidate,
    back: 'fine',
    faults: [],
    cut,
    others: [rival, ...others],
    next: 'none',
  }));

const meeting: fc.Arbitrary<Meeting> = fc.record({ schedule, rival: fate, timeFlows: fc.boolean() });

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
takeShortCuts();
const shelf = await makeShelf();
await warmUp(shelf);
process.send?.(await search(JSON.parse(process.argv[2] ?? '{}') as Search));

async function search({ seed, runs, shrinks, path }: Search): Promise<Searched> {
  const mixes: Mix[] = [];
  let reasons: readonly string[] = [];
  const property = fc.asyncProperty(meeting, fc.scheduler(), async (plan, scheduler) => {
    const met = await meet(plan, scheduler, shelf);
    mixes.push(mixOf(met));
    const found = reasonsOf(met);
    if (found.length === 0) return;
    reasons = found;
    throw new Error(found.join('\n'));
  });
  const chosen = path === undefined ? {} : { path };
  const result = await fc.check(property, { seed, numRuns: runs, endOnFailure: !shrinks, ...chosen });
  const command = `SEED=${String(seed)} REPLAY=${result.counterexamplePath ?? ''} npm test -- __tests__/simulation/interleaving.test.ts`;
  return {
    mix: added(mixes),
    // What stopped a meeting is as bad as what it broke.
    reasons: result.failed && reasons.length === 0 ? [String(result.errorInstance)] : reasons,
    report: result.failed ? `${command}\n${fc.defaultReportMessage(result)}` : '',
  };
}

function reasonsOf(met: Met): readonly string[] {
  const own = Object.entries(MEETING_INVARIANTS).flatMap(([name, invariant]) =>
    invariant(met).map((why) => `${name}: ${why}`),
  );
  return [...broken(met), ...own];
}
