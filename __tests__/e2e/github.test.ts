import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ActionRun, StepResult } from '../../runner/run-action.js';
import type { GitHubServer } from '../../sandbox/github/server.js';
import { NAMES } from '../../sandbox/names.js';
import { CANDIDATE, FIRST_COMMIT } from '../../sandbox/ready-world.js';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import type { ScenarioName } from '../../sandbox/scenarios/table.js';
import { errorsOf, FEW_CHECKS, runIn } from './account.js';
import { EVERY, WHY_SKIPPED } from './every-scenario.js';

/* The built action with an environment: what GitHub then shows, in its own shapes. Each test has an account of its own. */

const RECORD = { environment: 'production', 'environment-url': 'https://app.example.com/' };

const run = (
  sandbox: Sandbox,
  inputs: Record<string, string> = {},
  more: Partial<ActionRun> = {},
): Promise<StepResult> =>
  runIn(
    sandbox,
    { ...FEW_CHECKS, ...RECORD, ...inputs },
    { contexts: { github: { api_url: sandbox.ready.githubApi, run_id: '77', run_attempt: '3' } }, ...more },
  );

async function inAccount(scenario: ScenarioName, work: (sandbox: Sandbox) => Promise<void>): Promise<void> {
  const sandbox = await startSandbox({ runtime: 'simulated', pace: 60, scenario });
  try {
    await work(sandbox);
    expect(sandbox.github.invalid).toEqual([]);
  } finally {
    await sandbox.close();
  }
}

const states = ({ repository }: GitHubServer): readonly (readonly string[])[] =>
  repository.deployments.map(({ statuses }) => statuses.map(({ state }) => state));
const warningsOf = ({ annotations }: StepResult): readonly string[] =>
  annotations.filter(({ level }) => level === 'warning').map(({ message }) => message);

describe('the built action, with an environment', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ runtime: 'simulated', pace: 60 });
  }, 60_000);
  afterAll(() => sandbox.close(), 30_000);

  it('shows a release from its beginning to its success', async () => {
    const result = await run(sandbox);
    expect([result.conclusion, errorsOf(result), warningsOf(result)]).toEqual(['success', [], []]);
    expect(result.outputs).toMatchObject({ outcome: 'released', url: 'https://app.example.com/' });
    const [made, ...more] = sandbox.github.repository.deployments;
    const page = 'https://github.com/mentalspace/backend/actions/runs/77/attempts/3';
    const urls = { logUrl: page, environmentUrl: 'https://app.example.com/' };
    expect(made).toMatchObject({
      sha: CANDIDATE.commit,
      environment: 'production',
      payload: { run: '77', attempt: '3', digest: result.outputs['image-digest'] },
      statuses: [
        { state: 'in_progress', ...urls },
        { state: 'success', ...urls },
      ],
    });
    expect(more).toEqual([]);
    const told = JSON.stringify(sandbox.github.requests.map(({ body }) => body));
    expect(told).not.toContain(NAMES.account);
    expect(sandbox.github.requests.map(({ operation, status }) => [operation, status])).toEqual([
      ['repos/compare-commits-with-basehead', 200],
      ['repos/create-deployment', 201],
      ['repos/create-deployment-status', 201],
      ['repos/create-deployment-status', 201],
      ['repos/list-deployments', 200],
    ]);
    expect(result.post?.exitCode).toBe(0);
  }, 60_000);

  it('shows a rollback after it as what is live, and the release as inactive', async () => {
    const result = await run(sandbox, { mode: 'rollback' });
    expect(result.outputs).toMatchObject({ outcome: 'rolled-back', 'git-sha': FIRST_COMMIT });
    expect(sandbox.github.repository.deployments[1]?.sha).toBe(FIRST_COMMIT);
    expect(states(sandbox.github)).toEqual([
      ['in_progress', 'success', 'inactive'],
      ['in_progress', 'success'],
    ]);
    expect(sandbox.github.invalid).toEqual([]);
  }, 60_000);
});

describe('a release that does not succeed', () => {
  it(
    'is a failure on GitHub when the service was put back',
    () =>
      inAccount('crash-loop', async (sandbox) => {
        const result = await run(sandbox);
        expect(result.outputs).toMatchObject({ outcome: 'rolled-back', 'failure-code': 'crash-loop' });
        expect(states(sandbox.github)).toEqual([['in_progress', 'failure']]);
      }),
    60_000,
  );

  it(
    'is ended by the post step when it was cancelled',
    () =>
      inAccount('healthy', async (sandbox) => {
        const result = await run(
          sandbox,
          {},
          { cancelAfter: ({ text }) => /^\S+s tasks \d desired/.test(text) },
        );
        expect(result.conclusion).toBe('cancelled');
        expect(states(sandbox.github)).toEqual([['in_progress', 'failure']]);
        const [made] = sandbox.github.repository.deployments;
        expect(made?.statuses.at(-1)?.description).toMatch(/^rolled-back: mentalspace-backend is back on /);
      }),
    60_000,
  );
});

describe('GitHub that does not answer', () => {
  (EVERY ? it : it.skip)(
    `changes no verdict and is one warning${EVERY ? '' : ` (${WHY_SKIPPED})`}`,
    () =>
      inAccount('healthy', async (sandbox) => {
        sandbox.github.faults.push({ kind: 'hang' });
        const result = await run(sandbox);
        expect(result.conclusion).toBe('success');
        expect(result.outputs).toMatchObject({ outcome: 'released' });
        expect(warningsOf(result).filter((text) => /GitHub/.test(text))).toEqual([
          "The deployment is not fully recorded on GitHub. GitHub's API did not answer within 10s.",
        ]);
        expect(result.orphans).toEqual([]);
      }),
    60_000,
  );
});
