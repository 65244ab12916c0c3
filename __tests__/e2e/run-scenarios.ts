import { describe, expect, it } from '@jest/globals';
import type { StepResult } from '../../runner/run-action.js';
import type { Cloud } from '../../sandbox/cloud.js';
import { NAMES } from '../../sandbox/names.js';
import { CANDIDATE } from '../../sandbox/ready-world.js';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import type { ScenarioName } from '../../sandbox/scenarios/table.js';
import { changes } from '../ready-world.js';
import { errorsOf, lookUntil, revisionOf, runIn, type Seen } from './account.js';
import { EVERY, WHY_SKIPPED } from './every-scenario.js';
import { SCENARIO_TABLE, type Case, type Entry } from './scenario-table.js';

/** Milliseconds for one scenario, far more than any takes. */
const LIMIT = 180_000;

/** Defines the tests of the scenarios of one family. Where no process matters they wait side by side. */
export function testScenarios(family: Entry['family']): void {
  const entries = Object.entries(SCENARIO_TABLE) as [ScenarioName, Entry][];
  describe(`a release in a scenario of ${family}`, () => {
    for (const [name, entry] of entries.filter(([, one]) => one.family === family)) {
      const sentence = sentenceOf(name, entry);
      if (!EVERY && !entry.always) it.skip(`${sentence} (${WHY_SKIPPED})`, () => undefined);
      else if (entry.runtime === 'simulated') it.concurrent(sentence, () => play(name, entry), LIMIT);
      else it(sentence, () => play(name, entry), LIMIT);
    }
  });
}

function sentenceOf(name: ScenarioName, { runtime, cases }: Entry): string {
  const endings = cases.map(({ inputs = {}, outcome, code }) => {
    const given = Object.entries(inputs).map(([input, value]) => ` with ${input} ${value}`);
    return `${code ? `${outcome} (${code})` : outcome}${given.join('')}`;
  });
  return `${name}, ${runtime === 'process' ? 'real processes' : 'simulated'}, ends ${endings.join(', then ')}`;
}

async function play(scenario: ScenarioName, { runtime, pace, cases }: Entry): Promise<void> {
  const sandbox = await startSandbox({ runtime, pace, scenario });
  try {
    for (const one of cases) await release(sandbox, one);
    expectFaultsMet(sandbox.cloud);
  } finally {
    await sandbox.close();
  }
}

async function release(sandbox: Sandbox, one: Case): Promise<void> {
  sandbox.cloud.calls.length = 0;
  const result = await runIn(sandbox, one.inputs);
  const changed = changes(sandbox.cloud);
  expectEnding(result, one);
  expectOutputs(result, one, sandbox);
  expect(changed).toEqual(one.changes);
  expect(await worldAfter(sandbox, one.world)).toEqual(one.world);
  // Whatever the account does afterwards, the run is over.
  expect(changes(sandbox.cloud)).toEqual(changed);
}

/** How the two scripts ended, and what they said of it. */
function expectEnding(result: StepResult, { code, says }: Case): void {
  const errors = errorsOf(result);
  expect(errors.length === 0 ? '' : errors[0]).toMatch(code === '' ? /^$/ : new RegExp(`^${code}: `));
  if (says) expect(errors[0]).toMatch(says);
  expect({
    main: result.main?.exitCode,
    post: result.post?.exitCode,
    conclusion: result.conclusion,
    errors: errors.length,
    orphans: result.orphans,
  }).toEqual({
    main: code === '' ? 0 : 1,
    post: 0,
    conclusion: code === '' ? 'success' : 'failure',
    errors: code === '' ? 0 : 1,
    orphans: [],
  });
}

function expectOutputs(
  { outputs }: StepResult,
  { outcome, code, fails = [], changes: made }: Case,
  { cloud }: Sandbox,
): void {
  const registered = made.includes('ecs:RegisterTaskDefinition');
  const revisions = cloud.ecs.families.get(NAMES.family) ?? [];
  expect(outputs).toMatchObject({
    outcome,
    'failure-code': code,
    changed: String(registered && outcome !== 'failed'),
    'rolled-back': String(outcome === 'rolled-back'),
  });
  expect(revisionOf(outputs['previous-task-definition-arn'] ?? '')).toBe(1);
  if (registered) {
    const own = revisions.find(({ tags }) => tags.some(({ key }) => key === 'deploy-backend:git-sha'));
    expect(outputs).toMatchObject({
      'task-definition-arn': own?.arn,
      'task-definition-revision': String(revisionOf(own?.arn ?? '')),
      'git-sha': CANDIDATE.commit,
      'build-time': CANDIDATE.buildTime,
      'image-digest': digestOf(cloud, CANDIDATE.tag),
    });
  }
  if (outputs['changed'] === 'true') expect(outputs['deployment-id']).toMatch(/^ecs-svc\/\d+$/);
  if (outcome === 'released' || code === 'smoke-failed') expect(failedChecks(outputs)).toEqual(fails);
}

/** The names of the checks that failed, which the output of their number has to agree with. */
function failedChecks({
  'smoke-results': results = '',
  ...outputs
}: StepResult['outputs']): readonly string[] {
  const all = JSON.parse(results) as readonly { readonly check: string; readonly verdict: string }[];
  const failed = all.filter(({ verdict }) => verdict === 'fail').map(({ check }) => check);
  expect(outputs['smoke-failed']).toBe(String(failed.length));
  return failed;
}

/** Digest of a tag; one whose image was deleted meanwhile can be anything. */
function digestOf({ ecr }: Cloud, tag: string): unknown {
  return ecr.repositories.get(NAMES.repository)?.tags.get(tag) ?? expect.stringMatching(/^sha256:/);
}

/** What the account comes to, as far as it is wanted to be something. */
async function worldAfter(sandbox: Sandbox, wanted: Partial<Seen>): Promise<Partial<Seen>> {
  const fields = Object.keys(wanted) as (keyof Seen)[];
  const part = (seen: Seen): Partial<Seen> => Object.fromEntries(fields.map((field) => [field, seen[field]]));
  const text = JSON.stringify(wanted);
  return part(await lookUntil(sandbox, (seen) => JSON.stringify(part(seen)) === text));
}

/** A scenario of spoiled calls that spoiled none proves nothing. */
function expectFaultsMet({ faults }: Cloud): void {
  expect(faults.filter(({ began }) => began === undefined)).toEqual([]);
}
