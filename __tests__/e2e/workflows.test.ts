import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { WorkflowRun } from '../../runner/workflow/results.js';
import type { StandIn } from '../../runner/workflow/stand-in.js';
import { NAMES } from '../../sandbox/names.js';
import { CANDIDATE, FIRST_COMMIT } from '../../sandbox/ready-world.js';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import type { ScenarioName } from '../../sandbox/scenarios/table.js';
import { changes } from '../ready-world.js';
import { asked, look, lookUntil, type Seen } from './account.js';
import {
  deployJob,
  deployStep,
  history,
  messagesOf,
  packBuild,
  runInAccount,
  workflowFile,
  type Upload,
} from './workflow-account.js';

/*
 * The workflow that other repositories call and that is run by hand, as it stands in this repository: its own steps, with
 * this action as built. Tests of a group run in order, in one account.
 */

const FILE = workflowFile('.github/workflows/deploy-backend.yml');
const LIMIT = 60_000;
const PACE = 100;

/** What a variable of the environment says of the service, by the names of inputs. */
const described = ({ ready }: Sandbox): Readonly<Record<string, string>> => ({
  ...{
    'aws-region': ready.region,
    'aws-account': ready.account,
    cluster: NAMES.cluster,
    service: NAMES.service,
  },
  ...asked(ready),
});
const asVariables = (values: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      `DEPLOY_BACKEND_${name.toUpperCase().replaceAll('-', '_')}`,
      value,
    ]),
  );

/** What the job after the release was told of it. */
interface Called {
  readonly run: WorkflowRun;
  readonly outputs: Readonly<Record<string, string>>;
  readonly uploads: readonly Upload[];
}

/** A workflow of another repository that calls ours, and looks at its outputs in a job of its own, whatever became of it. */
const caller = (inputs: Readonly<Record<string, string | boolean>>, secrets: string): string => `
on: push
permissions: { contents: read, id-token: write }
jobs:
  release:
    uses: mentalspace/deploy-backend/.github/workflows/deploy-backend.yml@v1
    with: ${JSON.stringify(inputs)}
    ${secrets}
  after:
    needs: release
    if: always()
    runs-on: ubuntu-latest
    steps:
      - uses: test/tell@v1
        with: { outputs: "\${{ toJSON(needs.release.outputs) }}" }
`;

async function call(
  sandbox: Sandbox,
  inputs: Readonly<Record<string, string | boolean>>,
  { secrets = {}, cancelAt }: { secrets?: Readonly<Record<string, string>>; cancelAt?: RegExp } = {},
): Promise<Called> {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-backend-caller-'));
  const file = join(folder, 'release.yml');
  writeFileSync(file, caller(inputs, Object.keys(secrets).length > 0 ? 'secrets: inherit' : ''));
  const uploads: Upload[] = [];
  let outputs: Called['outputs'] = {};
  const tell: StandIn = ({ inputs: told }) => {
    outputs = JSON.parse(told['outputs'] ?? '') as Called['outputs'];
    return {};
  };
  const cancel = new AbortController();
  try {
    const run = await runInAccount(
      sandbox,
      {
        ...{ file, event: { name: 'push' }, secrets, standIns: { 'test/tell': tell }, cancel: cancel.signal },
        onLine: ({ text }) => {
          if (cancelAt?.test(text) === true) cancel.abort();
        },
      },
      { uploads },
    );
    return { run, outputs, uploads };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What is the same of every release of the candidate. */
const RELEASED = {
  ...{ outcome: 'released', 'git-sha': CANDIDATE.commit, 'build-time': CANDIDATE.buildTime, changed: 'true' },
  ...{ 'rolled-back': 'false', 'smoke-passed': '10', 'smoke-failed': '0' },
  ...{ 'task-definition-revision': '2', 'image-digest': expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
  ...{
    'deployment-id': expect.stringMatching(/^ecs-svc\//),
    'report-sha256': expect.stringMatching(/^[0-9a-f]{64}$/),
  },
};
const BACK: Seen = { deployments: ['PRIMARY 1 COMPLETED'], tasks: [1, 1], users: FIRST_COMMIT };
const isQuiet = ({ deployments, tasks }: Seen): boolean => deployments.length === 1 && tasks.length === 2;
const KINDS = ['.html', '.json', '.md', 'deployment-LATEST.json', 'deployment-LATEST.md'];
const kindsOf = ({ uploads }: Pick<Called, 'uploads'>): readonly (readonly string[])[] =>
  uploads.map(({ files }) =>
    Object.keys(files)
      .map((name) => name.replace(/^(deployment|smoke)-\d{8}-\d{6}/, ''))
      .sort(),
  );

/** The outputs of the action that its workflow gives on: not those that hold an ARN or a path. */
const givenOn = (outputs: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(outputs).filter(([name]) => !/^(image-uri|report-path|.*-arn)$/.test(name)),
  );

/** Whom identity tokens are about. */
const subjects = (tokens: readonly string[]): ReadonlySet<unknown> =>
  new Set(
    tokens.map((token) => {
      const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
      return (JSON.parse(claims) as { readonly sub: string }).sub;
    }),
  );

async function plan(sandbox: Sandbox, inputs: Readonly<Record<string, string>>): Promise<void> {
  const image = sandbox.ready.candidate ?? '';
  const { run, outputs, uploads } = await call(sandbox, { ...inputs, image, 'dry-run': true });
  expect([run.conclusion, outputs['outcome']]).toEqual(['success', 'planned']);
  expect(kindsOf({ uploads })).toEqual([KINDS]);
  expect(changes(sandbox.cloud)).toEqual(['sts:AssumeRoleWithWebIdentity']);
  expect(await look(sandbox)).toEqual(BACK);
}

async function release(sandbox: Sandbox, inputs: Readonly<Record<string, string>>): Promise<void> {
  const { ready, identity } = sandbox;
  const called = await call(
    sandbox,
    { ...inputs, image: ready.candidate ?? '' },
    { secrets: { ACCOUNT: NAMES.account } },
  );
  const job = deployJob(called.run);
  expect([called.run.conclusion, messagesOf(job, 'error'), messagesOf(job, 'warning')]).toEqual([
    ...['success', [], []],
  ]);
  expect(job.masks).toContain(NAMES.account);
  expect(called.outputs).toMatchObject({ ...RELEASED, url: `${ready.baseUrl}/` });
  expect(called.outputs).toEqual(givenOn(deployStep(job).outputs));
  expect(job.environment).toEqual({ name: 'production', url: `${ready.baseUrl}/`, deployment: true });
  expect(subjects(identity.given)).toEqual(
    new Set([`repo:${ready.githubRepository}:environment:production`]),
  );
  expect(job.steps.map(({ name, outcome }) => [name.split('@')[0], outcome])).toEqual([
    ['actions/checkout', 'skipped'],
    ['aws-actions/configure-aws-credentials', 'skipped'],
    ['Deploy Backend', 'success'],
    ['actions/upload-artifact', 'success'],
  ]);
  expect(kindsOf(called)).toEqual([[...KINDS, '.xml'].sort()]);
  const live = { deployments: ['PRIMARY 2 COMPLETED'], tasks: [2, 2], users: CANDIDATE.commit };
  expect(await look(sandbox)).toEqual(live);
}

async function smoke(sandbox: Sandbox): Promise<void> {
  sandbox.cloud.calls.length = 0;
  const { run, outputs } = await call(sandbox, { mode: 'smoke', ...asked(sandbox.ready) });
  const verified = { outcome: 'verified', 'git-sha': CANDIDATE.commit, 'smoke-passed': '10' };
  expect([run.conclusion, outputs]).toMatchObject(['success', verified]);
  expect(sandbox.cloud.calls).toEqual([]);
}

async function rollBack(sandbox: Sandbox, inputs: Readonly<Record<string, string>>): Promise<void> {
  const { run, outputs } = await call(sandbox, { ...inputs, mode: 'rollback' });
  const back = { outcome: 'rolled-back', 'rolled-back': 'true', 'git-sha': FIRST_COMMIT };
  expect([run.conclusion, outputs]).toMatchObject(['success', back]);
  expect(await look(sandbox)).toEqual(BACK);
}

/** Keys instead of a role: the account's own, which last as long as it does. */
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_SECRET_ACCESS_KEY: 'test-secret' };

async function inAccount(scenario: ScenarioName, work: (sandbox: Sandbox) => Promise<void>): Promise<void> {
  const sandbox = await startSandbox({ runtime: 'simulated', pace: PACE, scenario });
  try {
    sandbox.cloud.calls.length = 0;
    await work(sandbox);
  } finally {
    await sandbox.close();
  }
}

describe('our workflow', () => {
  it.concurrent(
    'plans, releases, tests and rolls back with a role, and the next job knows all about it though the account is masked',
    () =>
      inAccount('healthy', async (sandbox) => {
        const inputs = { ...described(sandbox), 'role-to-assume': sandbox.ready.role };
        await plan(sandbox, inputs);
        await release(sandbox, inputs);
        await smoke(sandbox);
        await rollBack(sandbox, inputs);
      }),
    2 * LIMIT,
  );

  it.concurrent(
    'with keys uploads the report of a release that failed, and says so to the next job',
    () =>
      inAccount('crash-loop', async (sandbox) => {
        const image = sandbox.ready.candidate ?? '';
        const { run, outputs, uploads } = await call(
          sandbox,
          { ...described(sandbox), image },
          { secrets: KEYS },
        );
        expect(run.conclusion).toBe('failure');
        expect(outputs).toMatchObject({ outcome: 'rolled-back', 'failure-code': 'crash-loop' });
        expect(deployJob(run).steps.map(({ outcome }) => outcome)).toEqual([
          ...['skipped', 'success', 'failure', 'success'],
        ]);
        expect(kindsOf({ uploads })).toEqual([KINDS]);
        const [{ name, files } = { name: '', files: {} }] = uploads;
        expect(name).toMatch(/^deployment-report-\d+$/);
        expect(files['deployment-LATEST.md']).toContain('crash-loop');
        expect(Object.values(files).join()).not.toContain(KEYS.AWS_SECRET_ACCESS_KEY);
        expect(await lookUntil(sandbox, isQuiet)).toEqual(BACK);
      }),
    LIMIT,
  );

  it.concurrent(
    'with keys undoes a cancelled release before the keys are taken away, and uploads the report',
    () =>
      inAccount('healthy', async (sandbox) => {
        const { run, uploads } = await call(
          sandbox,
          { ...described(sandbox), image: sandbox.ready.candidate ?? '' },
          { secrets: KEYS, cancelAt: /^\S+s tasks \d desired/ },
        );
        const { steps, posts, annotations } = deployJob(run);
        expect(steps.map(({ outcome }) => outcome)).toEqual(['skipped', 'success', 'cancelled', 'success']);
        expect(posts.map(({ name }) => name.split('@')[0])).toEqual([
          ...['Deploy Backend', 'aws-actions/configure-aws-credentials'],
        ]);
        expect(kindsOf({ uploads })).toHaveLength(1);
        expect(annotations.map(({ message }) => message).join('\n')).toMatch(
          /is back on \S+:1, and that is proven/,
        );
        expect(await lookUntil(sandbox, isQuiet)).toEqual(BACK);
      }),
    LIMIT,
  );
  it.concurrent(
    'run by hand releases, tests and rolls back the service that the variables of the environment describe',
    async () => {
      const source = history({ 'packages/backend/Dockerfile': 'FROM scratch\n' });
      const places = { context: 'packages/backend', dockerfile: 'packages/backend/Dockerfile' };
      const sandbox = await startSandbox({
        runtime: 'simulated',
        pace: PACE,
        commit: source.first,
        nextCommit: source.commit,
      });
      try {
        await packBuild(sandbox.cloud, source.commit, places);
        const vars = asVariables({
          ...{ ...described(sandbox), ...places, 'ecr-repository': NAMES.repository },
          'role-to-assume': sandbox.ready.role,
        });
        const byHand = (filledIn: Record<string, string>): Promise<WorkflowRun> => {
          sandbox.cloud.calls.length = 0;
          const event = { name: 'workflow_dispatch', inputs: { environment: 'staging', ...filledIn } };
          return runInAccount(
            sandbox,
            { file: FILE, event, environments: { staging: { vars } } },
            { checkout: source },
          );
        };
        const released = deployJob(await byHand({}));
        expect([messagesOf(released, 'error'), messagesOf(released, 'warning')]).toEqual([[], []]);
        expect(released.outputs).toMatchObject({
          outcome: 'released',
          'git-sha': source.commit,
          'smoke-passed': '10',
        });
        expect(released.environment?.name).toBe('staging');
        const smoke = deployJob(await byHand({ mode: 'smoke' }));
        expect([smoke.name, smoke.outputs]).toMatchObject([
          'smoke',
          { outcome: 'verified', 'git-sha': source.commit },
        ]);
        expect(smoke.concurrency?.['group']).not.toBe(released.concurrency?.['group']);
        const planned = deployJob(await byHand({ mode: 'rollback', 'dry-run': 'true' }));
        expect(planned.outputs).toMatchObject({ outcome: 'planned' });
        expect([smoke, planned].map(({ environment }) => environment?.deployment)).toEqual([false, false]);
        expect(changes(sandbox.cloud)).toEqual(['sts:AssumeRoleWithWebIdentity']);
        const back = deployJob(await byHand({ mode: 'rollback', 'rollback-to': '1' }));
        expect(back.concurrency).toEqual(released.concurrency);
        expect(back.outputs).toMatchObject({ outcome: 'rolled-back', 'git-sha': source.first });
        expect(await look(sandbox)).toEqual({ ...BACK, users: source.first });
      } finally {
        await sandbox.close();
        source.remove();
      }
    },
    2 * LIMIT,
  );
});
