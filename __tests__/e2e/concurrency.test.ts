import { describe, expect, it } from '@jest/globals';
import type { StepResult } from '../../runner/run-action.js';
import type { LogLine } from '../../runner/stage-log.js';
import type { Call } from '../../sandbox/cloud.js';
import { text } from '../../sandbox/ecs/fields.js';
import { ecsOperations } from '../../sandbox/ecs/operations.js';
import { packExample } from '../../sandbox/example-image.js';
import { NAMES } from '../../sandbox/names.js';
import { CANDIDATE } from '../../sandbox/ready-world.js';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import {
  closes,
  errorsOf,
  FEW_CHECKS,
  lookUntil,
  opens,
  revisionOf,
  runIn,
  serviceOf,
  type Seen,
} from './account.js';
import { EVERY, WHY_SKIPPED } from './every-scenario.js';

/* Two who deploy the same service at once: whoever ends in success is live, and the other touches nothing. */

const LIMIT = 180_000;
/** A rollout takes five seconds or so. */
const PACE = 20;
const OTHER = { tag: 'other', commit: '6'.repeat(40), buildTime: '2026-03-01T00:00:00Z' };

async function inSandbox(work: (sandbox: Sandbox) => Promise<void>): Promise<void> {
  const sandbox = await startSandbox({ runtime: 'simulated', pace: PACE });
  try {
    await packExample(sandbox.cloud, OTHER);
    sandbox.cloud.calls.length = 0;
    await work(sandbox);
  } finally {
    await sandbox.close();
  }
}

/** A test that waits side by side with the others of this file. */
function test(sentence: string, always: boolean, work: (sandbox: Sandbox) => Promise<void>): void {
  if (EVERY || always) it.concurrent(sentence, () => inSandbox(work), LIMIT);
  else it.skip(`${sentence} (${WHY_SKIPPED})`, () => undefined);
}

const isQuiet = ({ deployments: [first = '', ...others] }: Seen): boolean =>
  others.length === 0 && first.endsWith('COMPLETED');

/** The revisions that the API was asked to deploy, and how often to stop a deployment. */
function asked({ cloud: { calls } }: Sandbox): {
  readonly updates: readonly number[];
  readonly stops: number;
} {
  const of = (name: string): readonly Call[] => calls.filter(({ action }) => action === `ecs:${name}`);
  return {
    updates: of('UpdateService').map(({ input }) => revisionOf(text(input, 'taskDefinition') ?? '')),
    stops: of('StopServiceDeployment').length,
  };
}

/** A run that looks for targets in vain does not do so for minutes. */
const BRIEF = { 'target-health-timeout': '20s' };
const releaseFirst = (
  sandbox: Sandbox,
  inputs: Readonly<Record<string, string>> = {},
  onLine?: (line: LogLine) => void,
): Promise<StepResult> => runIn(sandbox, { ...FEW_CHECKS, ...BRIEF, ...inputs }, onLine ? { onLine } : {});

const releaseOther = (sandbox: Sandbox, inputs: Readonly<Record<string, string>> = {}): Promise<StepResult> =>
  releaseFirst(sandbox, { image: `${NAMES.repository}:${OTHER.tag}`, ...inputs });

/** One is live, and says so; the other was in its way, says that, and has undone nothing. */
async function expectOneLive(sandbox: Sandbox, results: readonly StepResult[]): Promise<void> {
  const codes = results.map(({ outputs }) => outputs['failure-code'] ?? '');
  const winners = results.filter(({ conclusion }) => conclusion === 'success');
  expect({ codes, winners: winners.length }).toEqual({ codes, winners: 1 });
  const [winner] = winners;
  const loser = results.find((result) => result !== winner);
  expect(winner?.outputs).toMatchObject({ outcome: 'released', 'failure-code': '' });
  expect(['superseded', 'rollout-in-flight']).toContain(loser?.outputs['failure-code']);
  expect(loser && errorsOf(loser)).toHaveLength(1);
  const { deployments, users } = await lookUntil(sandbox, isQuiet);
  const revision = revisionOf(winner?.outputs['task-definition-arn'] ?? '');
  expect({ deployments, users }).toEqual({
    deployments: [`PRIMARY ${String(revision)} COMPLETED`],
    users: winner?.outputs['git-sha'],
  });
  const { updates, stops } = asked(sandbox);
  // Nobody went back to the first revision, and the last to be deployed is the one that is live.
  expect({ back: updates.includes(1), last: updates.at(-1), stops }).toEqual({
    back: false,
    last: revision,
    stops: 0,
  });
  expect(updates.length).toBeLessThanOrEqual(2);
}

describe('two releases of the same service', () => {
  test('that start at once: one is live, the other gives way', true, async (sandbox) => {
    await expectOneLive(sandbox, await Promise.all([releaseFirst(sandbox), releaseOther(sandbox)]));
  });

  test('that start at once and replace what is in flight: the later one is live', false, async (sandbox) => {
    const inputs = { 'in-flight': 'replace' };
    await expectOneLive(
      sandbox,
      await Promise.all([releaseFirst(sandbox, inputs), releaseOther(sandbox, inputs)]),
    );
  });

  const SECOND_BEGINS: readonly [string, (line: LogLine) => boolean][] = [
    ['before the first registers its revision', opens('register')],
    ['before the first deploys', opens('deploy')],
    ['while the first waits', opens('wait')],
  ];
  for (const [moment, when] of SECOND_BEGINS) {
    test(`of which the second begins ${moment}: one is live, the other gives way`, false, async (sandbox) => {
      await expectOneLive(sandbox, await meanwhile(sandbox, when, () => releaseOther(sandbox)));
    });

    test(
      `of which the second begins ${moment} and replaces: one is live, the other gives way`,
      false,
      async (sandbox) => {
        const second = (): Promise<StepResult> => releaseOther(sandbox, { 'in-flight': 'replace' });
        await expectOneLive(sandbox, await meanwhile(sandbox, when, second));
      },
    );
  }

  test(
    'of which the second waits for the rollout of the first: the second is live',
    false,
    async (sandbox) => {
      const [first, second] = await meanwhile(sandbox, closes('deploy'), () =>
        releaseOther(sandbox, { 'in-flight': 'wait' }),
      );
      expect(second.outputs).toMatchObject({ outcome: 'released', 'git-sha': OTHER.commit });
      // The first is proven, or replaced, by the time that the second deploys.
      expect(['released', 'superseded']).toContain(first.outputs['outcome']);
      expect(await lookUntil(sandbox, isQuiet)).toMatchObject({
        deployments: ['PRIMARY 3 COMPLETED'],
        users: OTHER.commit,
      });
      expect(asked(sandbox)).toEqual({ updates: [2, 3], stops: 0 });
    },
  );
});

/** Releases the candidate, and does something else at a line of its log. */
async function meanwhile<T>(
  sandbox: Sandbox,
  when: (line: LogLine) => boolean,
  work: () => Promise<T>,
): Promise<[StepResult, T]> {
  let other: Promise<T> | undefined;
  const result = await releaseFirst(sandbox, {}, (line) => void (when(line) && (other ??= work())));
  if (!other) throw new Error('The line did not come.');
  return [result, await other];
}

describe('a release while a person runs UpdateService by hand', () => {
  /** What a person can deploy: something else, or the released revision once more. */
  const byHand = async (
    { cloud }: Sandbox,
    input: Readonly<Record<string, string | boolean>>,
  ): Promise<string> => {
    await ecsOperations['UpdateService']?.(cloud, {
      cluster: NAMES.cluster,
      service: NAMES.service,
      ...input,
    });
    return serviceOf(cloud).deployments[0]?.id ?? '';
  };

  const expectPersonsLive = async (sandbox: Sandbox, id: string, revision: number): Promise<void> => {
    const { deployments } = await lookUntil(sandbox, isQuiet);
    expect(deployments).toEqual([`PRIMARY ${String(revision)} COMPLETED`]);
    expect(serviceOf(sandbox.cloud).deployments[0]?.id).toBe(id);
  };

  const BEFORE: readonly [string, (line: LogLine) => boolean][] = [
    ['asks the live version', opens('baseline')],
    ['looks for its image', closes('build')],
    ['registers its revision', opens('register')],
  ];
  for (const [moment, when] of BEFORE) {
    test(`changes nothing when that is before it deploys, as it ${moment}`, false, async (sandbox) => {
      const [result, id] = await meanwhile(sandbox, when, () =>
        byHand(sandbox, { forceNewDeployment: true }),
      );
      expect(result.outputs).toMatchObject({ outcome: 'superseded', 'failure-code': 'superseded' });
      expect(errorsOf(result)).toHaveLength(1);
      expect(asked(sandbox)).toEqual({ updates: [], stops: 0 });
      await expectPersonsLive(sandbox, id, 1);
    });
  }

  const AFTER: readonly [string, (line: LogLine) => boolean, boolean][] = [
    ['has just deployed', closes('deploy'), false],
    ['waits', ({ text }) => /^\S+s tasks \d desired/.test(text), true],
    ['looks at the targets', opens('health'), false],
    ['looks at the images of the tasks', opens('identity'), false],
    ['asks the version', opens('smoke'), false],
  ];
  for (const [moment, when, always] of AFTER) {
    test(`undoes nothing when that is after it deployed, as it ${moment}`, always, async (sandbox) => {
      const [result, id] = await meanwhile(sandbox, when, () =>
        byHand(sandbox, { taskDefinition: `${NAMES.family}:1` }),
      );
      expect(result.outputs).toMatchObject({ outcome: 'superseded', 'failure-code': 'superseded' });
      expect(errorsOf(result)).toHaveLength(1);
      expect(asked(sandbox)).toEqual({ updates: [2], stops: 0 });
      await expectPersonsLive(sandbox, id, 1);
    });
  }

  test('that deploys its own revision once more is superseded, too', false, async (sandbox) => {
    const [result, id] = await meanwhile(sandbox, opens('wait'), () =>
      byHand(sandbox, { forceNewDeployment: true }),
    );
    expect(result.outputs).toMatchObject({ outcome: 'superseded', 'git-sha': CANDIDATE.commit });
    expect(asked(sandbox)).toEqual({ updates: [2], stops: 0 });
    await expectPersonsLive(sandbox, id, 2);
  });
});
