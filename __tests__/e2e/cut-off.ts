import { expect } from '@jest/globals';
import type { ActionRun, StepResult } from '../../runner/run-action.js';
import type { LogLine } from '../../runner/stage-log.js';
import type { Cloud } from '../../sandbox/cloud.js';
import type { Fault } from '../../sandbox/faults.js';
import { NAMES } from '../../sandbox/names.js';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import type { ScenarioName } from '../../sandbox/scenarios/table.js';
import { STEPS } from '../../src/journal.js';
import { closes, errorsOf, FEW_CHECKS, lookUntil, opens, runIn } from './account.js';

/* Runs that are cut off at a line of their log, and what becomes of the service. */

/** `cancel` is what the runner does (SIGINT first), `kill` what the system does (SIGKILL alone). */
export type How = 'cancel' | 'kill';

/** A line of main's log to cut a run off at. */
export interface Cut {
  readonly at: string;
  readonly when: (line: LogLine) => boolean;
}

const WHILE_TASKS_START: Cut = {
  at: 'while tasks start',
  when: ({ text }) => /^\S+s tasks \d desired/.test(text),
};

const cutsOf = (steps: readonly string[]): readonly Cut[] => [
  ...steps.map((step) => ({ at: `at the start of ${step}`, when: opens(step) })),
  WHILE_TASKS_START,
  { at: 'at the end of logs', when: closes('logs') },
];

export const RELEASE_CUTS = cutsOf(STEPS.release);
export const ROLLBACK_CUTS = cutsOf(STEPS.rollback);
/** Of a release that is on its way back already. */
export const UNDO_CUTS: readonly Cut[] = [
  { at: 'at the start of rollback', when: opens('rollback') },
  { at: 'once ECS was asked to stop', when: ({ text }) => text.startsWith('ECS was asked to stop') },
  { at: 'while targets are looked at', when: ({ text }) => /^\S+s targets in /.test(text) },
  { at: 'at the end of rollback', when: closes('rollback') },
];

/** Fast enough for a test, and slow enough for a rollout to be seen on its way. */
const PACE = 60;

/** Does something in an account of its own. */
export async function inSandbox<T>(
  work: (sandbox: Sandbox) => Promise<T>,
  scenario: ScenarioName = 'healthy',
): Promise<T> {
  const sandbox = await startSandbox({ runtime: 'simulated', pace: PACE, scenario });
  try {
    return await work(sandbox);
  } finally {
    await sandbox.close();
  }
}

/** What it takes to cut a run off; `struck` hears of it right before. */
function cutting(how: How, { when }: Cut, struck: () => void): Partial<ActionRun> {
  const strike = (line: LogLine): boolean => {
    if (!when(line)) return false;
    struck();
    return true;
  };
  return how === 'cancel' ? { cancelAfter: strike } : { killWhen: strike };
}

const UNDO = /:(UpdateService|StopServiceDeployment)$/;
/** What ECS took; a stop that comes too late for a deployment is refused, and an update follows it. */
const undos = ({ calls }: Cloud): readonly string[] =>
  calls.filter(({ action, error }) => UNDO.test(action) && error === undefined).map(({ action }) => action);

/** Cuts a release off; returns the milliseconds from the signal to the call that asked for its undo, if any did. */
export async function cutRelease(sandbox: Sandbox, how: How, cut: Cut): Promise<number | undefined> {
  const { cloud } = sandbox;
  const times: { signalled?: number; asked?: number } = {};
  let seen = 0;
  cloud.calls.length = 0;
  cloud.afterCall.push(({ action }) => {
    if (UNDO.test(action) && ++seen === 2) times.asked = performance.now();
  });
  const result = await runIn(
    sandbox,
    FEW_CHECKS,
    cutting(how, cut, () => (times.signalled ??= performance.now())),
  );
  const { signalled, asked } = times;
  expect(signalled).toBeDefined();
  expectCutOff(result, how);
  const proven = isProven(result, 'released');
  expect(await live(sandbox)).toEqual([proven ? 2 : 1, 'COMPLETED']);
  // One update for the release, and one undo of whichever kind.
  expect(undos(cloud).length).toBeLessThanOrEqual(proven ? 1 : 2);
  if (!proven && undos(cloud).length > 0) expect(toldBy(result)).toMatch(backOn(1));
  return asked !== undefined && signalled !== undefined ? asked - signalled : undefined;
}

/** Cuts a rollback off that follows a good release. */
export async function cutRollback(sandbox: Sandbox, how: How, cut: Cut): Promise<void> {
  const { cloud } = sandbox;
  expect((await runIn(sandbox, FEW_CHECKS)).outputs).toMatchObject({ outcome: 'released' });
  cloud.calls.length = 0;
  let struck = false;
  const result = await runIn(
    sandbox,
    { ...FEW_CHECKS, mode: 'rollback', 'rollback-to': 'previous' },
    cutting(how, cut, () => (struck = true)),
  );
  expect(struck).toBe(true);
  expectCutOff(result, how);
  const begun = undos(cloud).length > 0;
  expect(undos(cloud)).toEqual(begun ? ['ecs:UpdateService'] : []);
  expect(await live(sandbox)).toEqual([begun ? 1 : 2, 'COMPLETED']);
  if (begun && !isProven(result, 'rolled-back')) expect(toldBy(result)).toMatch(backOn(1));
}

/** Cuts a release off that fails by itself and is on its way back. */
export async function cutUndo(sandbox: Sandbox, how: How, cut: Cut): Promise<void> {
  const { cloud } = sandbox;
  cloud.calls.length = 0;
  let struck = false;
  const result = await runIn(
    sandbox,
    FEW_CHECKS,
    cutting(how, cut, () => (struck = true)),
  );
  expect(struck).toBe(true);
  const proven = isProven(result, 'rolled-back');
  if (!proven) expectCutOff(result, how);
  expect(await live(sandbox)).toEqual([1, 'COMPLETED']);
  expect(undos(cloud)).toEqual(['ecs:UpdateService', 'ecs:StopServiceDeployment']);
  expect(toldBy(result)).toMatch(
    proven ? /and that is proven|after its work was done and proven/ : backOn(1),
  );
}

/** Cancels a release while something goes wrong from the signal on. */
export async function cancelInTrouble(sandbox: Sandbox, trouble: readonly Fault[]): Promise<StepResult> {
  const { cloud } = sandbox;
  cloud.calls.length = 0;
  const begin = (): void => void cloud.faults.push(...trouble);
  const result = await runIn(sandbox, FEW_CHECKS, cutting('cancel', WHILE_TASKS_START, begin));
  expect(cloud.faults.filter(({ began }) => began === undefined)).toEqual([]);
  expect(result.conclusion).toBe('cancelled');
  expect(result.orphans).toEqual([]);
  return result;
}

/** The service is back on its first revision, and somebody says so. */
export async function expectBack(sandbox: Sandbox, result: StepResult): Promise<void> {
  expect(await live(sandbox)).toEqual([1, 'COMPLETED']);
  expect(toldBy(result)).toMatch(backOn(1));
  expect(result.post?.exitCode).toBe(0);
}

/** Main left in time or was killed, post did its work, and nothing of either is left. */
function expectCutOff(result: StepResult, how: How): void {
  const { main, post, orphans } = result;
  // One that was at its end anyhow may have been quicker than the signal.
  expect([[], how === 'cancel' ? ['SIGINT'] : ['SIGKILL']]).toContainEqual(main?.signals);
  expect({ post: post?.exitCode, orphans }).toEqual({ post: 0, orphans: [] });
  if (how === 'kill' || isProven(result, 'released') || isProven(result, 'rolled-back')) return;
  expect(result.outputs).toMatchObject({ outcome: 'cancelled', 'failure-code': 'cancelled' });
  expect({ exit: main?.exitCode, errors: errorsOf(result).length }).toEqual({ exit: 1, errors: 1 });
}

/** Whether a run came to its end before it was cut off: it says so itself, or post does for it. */
function isProven({ outputs, post }: StepResult, outcome: string): boolean {
  const told = post?.annotations.some(({ message }) => /after its work was done and proven/.test(message));
  return outputs['outcome'] === outcome || told === true;
}

const toldBy = ({ annotations }: StepResult): string => annotations.map(({ message }) => message).join('\n');

const backOn = (revision: number): RegExp =>
  new RegExp(`${NAMES.service} is back on ${NAMES.family}:${String(revision)}, and that is proven`);

/** The one revision that the service is on once it is quiet, and the state of its deployment. */
async function live(sandbox: Sandbox): Promise<readonly [number, string]> {
  const { deployments, tasks } = await lookUntil(
    sandbox,
    ({ deployments: [first = '', ...others], tasks: running }) =>
      others.length === 0 && first.endsWith('COMPLETED') && new Set(running).size === 1,
  );
  const [status, revision, state = ''] = (deployments[0] ?? '').split(' ');
  expect({ status, deployments: deployments.length }).toEqual({ status: 'PRIMARY', deployments: 1 });
  expect(tasks).toEqual([Number(revision), Number(revision)]);
  return [Number(revision), state];
}
