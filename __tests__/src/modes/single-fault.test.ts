import { describe, expect, it } from '@jest/globals';
import type { Fault, FaultKind } from '../../../sandbox/faults.js';
import { CHECKS } from '../../../src/checks/check.js';
import type { Outcome } from '../../../src/outcome.js';
import { finish, run } from '../../../src/run.js';
import { changes, readyWorld, type ReadyWorld } from '../../ready-world.js';
import { takeShortCuts } from '../../simulation/direct.js';
import { inputs } from '../../world.js';

/*
 * Every call of AWS that a release makes, with every kind of fault, one at a time. Whatever goes wrong, the invariants
 * hold: a success is one, a failure leaves the service on the revision before or says that a person has to look.
 */

/**
 * In `npm test` only the actions that a verdict or a change rests on; CI tries every action, early, late and between.
 * `EVERY_CALL=1 npm test -- single-fault` tries each single call of them, also equal looks of the same wait.
 */
const EVERY_CALL = process.env['EVERY_CALL'] === '1';
const EVERY = EVERY_CALL || process.env['EVERY_SCENARIO'] === '1';
const KEY_CALLS = /UpdateService|StopServiceDeployment|RegisterTaskDefinition|DescribeServices/;

const KINDS: readonly FaultKind[] = [
  ...(['throttle', 'server-error', 'deny', 'expire', 'skew'] as const),
  ...(['reset', 'lost-reply', 'late', 'hang'] as const),
  ...(['truncated', 'empty', 'no-body', 'html', 'duplicate-token', 'stale'] as const),
];

interface Site {
  readonly action: string;
  /** Calls of the same action before it. */
  readonly after: number;
}

type World = 'good' | 'crash';

/** The service itself has nothing wrong with it: only what makes it work is asked. */
const FEW = { 'skip-checks': CHECKS.slice(3).join('\n') };

async function makeWorld(kind: World): Promise<ReadyWorld> {
  const there = await readyWorld({ env: { ...inputs(FEW), GITHUB_REPOSITORY: 'o/r', GITHUB_RUN_ID: '7' } });
  if (kind === 'crash') there.script.set(there.newDigest, { exit: { after: 1_000, exitCode: 1 } });
  return there;
}

/** Runs main and then post, as the runner does. */
async function runBoth(there: ReadyWorld): Promise<{ main: Outcome; post: Outcome | undefined }> {
  const main = await there.during(run(there.world));
  const state = Object.fromEntries([...there.saved].map(([name, value]) => [`STATE_${name}`, value]));
  const post = await there.during(finish({ ...there.world, env: { ...there.world.env, ...state } }));
  return { main, post };
}

takeShortCuts();

/** The calls that are spoiled, one a run. */
async function sites(kind: World): Promise<readonly Site[]> {
  const there = await makeWorld(kind);
  await runBoth(there);
  const counts = new Map<string, number>();
  for (const { action } of there.cloud.calls) counts.set(action, (counts.get(action) ?? 0) + 1);
  return [...counts]
    .filter(([action]) => EVERY || KEY_CALLS.test(action))
    .flatMap(([action, count]) => chosen(count).map((after) => ({ action, after })));
}

function chosen(count: number): readonly number[] {
  const all = Array.from({ length: count }, (_, index) => index);
  if (EVERY_CALL) return all;
  const some = EVERY ? [0, Math.floor(count / 2), count - 1] : [0, count - 1];
  return all.filter((index) => some.includes(index));
}

const faultAt = ({ action, after }: Site, kind: Fault['kind']): Fault => ({
  action,
  kind,
  after,
  times: 1,
  ...(kind === 'late' || kind === 'stale' ? { delay: 20_000 } : {}),
});

interface End {
  readonly live: number;
  readonly steady: boolean;
}

async function endOf(there: ReadyWorld): Promise<End> {
  there.cloud.faults.length = 0;
  await there.clock.advance(15 * 60_000);
  const [primary, ...others] = there.service().deployments;
  return {
    live: Number(primary!.taskDefinition.split(':').at(-1)),
    steady: primary!.rolloutState === 'COMPLETED' && others.length === 0,
  };
}

/** What a run may come to (I1, I2, I5, I7, I8 of the project's invariants), or why it may not. */
function broken(there: ReadyWorld, main: Outcome, post: Outcome | undefined, end: End): string | undefined {
  const updates = changes(there.cloud).filter((action) => action === 'ecs:UpdateService').length;
  const final = post?.kind ?? main.kind;
  // Where an undo could not even be asked for, a person is told what to run (I2).
  const handedOver = final === 'rollback-failed' && /aws ecs update-service/.test(there.errors.join());
  if (!end.steady && !handedOver) return 'the service is not steady';
  if (there.outputs.get('outcome') !== main.kind) return 'the output differs from the outcome';
  if (main.kind === 'released' && (end.live !== 2 || post)) return 'released, but it is not';
  if (['rolled-back', 'failed'].includes(final) && end.live === 2) return 'said to be back, but it is not';
  if (final === 'failed' && there.outputs.get('changed') === 'true') return 'failed after a change';
  if (final === 'cancelled' || final === 'superseded') return `nobody cancelled or superseded it`;
  if (updates > 2) return `${updates} updates`;
  const told = there.errors.length;
  return told === (main.kind === 'released' ? 0 : 1) || post ? undefined : `${told} error annotations`;
}

/** A fault of a read that passes is no reason for another outcome than without it. */
const PASSING: ReadonlySet<FaultKind> = new Set<FaultKind>([
  ...(['throttle', 'server-error', 'skew', 'reset', 'lost-reply', 'late', 'hang'] as const),
  ...(['truncated', 'no-body', 'html', 'duplicate-token', 'stale'] as const),
]);

function gaveUp(kind: World, fault: FaultKind, { action }: Site, main: Outcome): string | undefined {
  const read = /:(Describe|List|Get|BatchGet)/.test(action);
  const expected = kind === 'good' ? 'released' : 'rolled-back';
  return read && PASSING.has(fault) && main.kind !== expected ? `a passing fault ended it` : undefined;
}

describe.each<World>(['good', 'crash'])('a release (%s image) with one fault of AWS', (kind) => {
  it.each(KINDS)(
    'ends in an outcome that is true (%s)',
    async (fault) => {
      const failures: string[] = [];
      for (const site of await sites(kind)) {
        const there = await makeWorld(kind);
        there.cloud.faults.push(faultAt(site, fault));
        const { main, post } = await runBoth(there);
        const end = await endOf(there);
        const why = broken(there, main, post, end) ?? gaveUp(kind, fault, site, main);
        if (why === undefined) continue;
        const how = `main ${main.kind} ${main.error?.code ?? ''}, post ${post?.kind ?? '-'}, live ${end.live}`;
        failures.push(
          `${site.action} #${site.after}: ${why} (${how}) ${main.error?.message.slice(0, 300) ?? ''}`,
        );
      }
      expect(failures).toEqual([]);
    },
    240_000,
  );
});
