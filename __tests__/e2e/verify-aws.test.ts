import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { NAMES } from '../../sandbox/names.js';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { OPEN_POINTS, type Finding } from '../../scripts/verify-aws/case.js';
import { CHANGE } from '../../scripts/verify-aws/inputs.js';
import { policyOf } from '../iam/policies.js';
import { look } from './account.js';
import { EVERY, WHY_SKIPPED } from './every-scenario.js';

/* `npm run verify:aws` on the local AWS. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Verified {
  readonly status: number | null;
  readonly said: string;
  /** What it wrote for programs; empty when it did not come so far. */
  readonly findings: readonly Finding[];
  readonly left: readonly string[];
}

/** Runs it with the given variables over those that a person would set. */
async function verify(
  sandbox: Sandbox,
  variables: Readonly<Record<string, string>> = {},
  cancelWhen?: string,
): Promise<Verified> {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-backend-verify-'));
  const { ready } = sandbox;
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/verify-aws.ts'], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      AWS_ACCESS_KEY_ID: 'AKIATEST',
      AWS_SECRET_ACCESS_KEY: 'test-secret',
      AWS_ENDPOINT_URL: ready.endpoint,
      NODE_EXTRA_CA_CERTS: ready.caFile,
      AWS_REGION: ready.region,
      VERIFY_ACCOUNT: ready.account,
      VERIFY_CLUSTER: NAMES.cluster,
      VERIFY_SERVICE: NAMES.service,
      VERIFY_REPORT_DIR: folder,
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part) => {
      said += String(part);
      if (cancelWhen === undefined || !said.includes(cancelWhen)) return;
      cancelWhen = undefined;
      child.kill('SIGINT');
    });
  const [status] = (await once(child, 'close')) as [number | null];
  const name = readdirSync(folder).find((file) => file.endsWith('.json'));
  const text = name === undefined ? '{}' : readFileSync(join(folder, name), 'utf8');
  const { findings = [], left = [] } = JSON.parse(text) as Partial<Verified>;
  rmSync(folder, { recursive: true });
  return { status, said, findings, left };
}

/** The findings of a verdict, by name. */
const named = ({ findings }: Verified, verdict: string): readonly string[] =>
  findings.filter((finding) => finding.verdict === verdict).map(({ name }) => name);

const wrong = (verified: Verified): readonly string[] => [
  ...named(verified, 'contradicts'),
  ...named(verified, 'failed'),
];

describe('without the word that allows changes', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ runtime: 'simulated', pace: 20 });
  }, 30_000);
  beforeEach(() => void (sandbox.cloud.calls.length = 0));
  afterEach(() => void (sandbox.cloud.faults.length = 0));
  afterAll(() => sandbox.close());
  const called = (): readonly string[] => [...new Set(sandbox.cloud.calls.map(({ action }) => action))];

  it('reads, changes nothing, and finds the local AWS as the code takes AWS to be', async () => {
    const verified = await verify(sandbox);
    expect(wrong(verified)).toEqual([]);
    expect(verified).toMatchObject({ status: 0, left: [] });
    expect(named(verified, 'seen').length).toBeGreaterThanOrEqual(19);
    expect(called().length).toBeGreaterThanOrEqual(14);
    expect(called().filter((action) => !/:(Describe|List|Get|BatchGet)/.test(action))).toEqual([]);
  });

  it('shows neither secrets nor the number of the account', async () => {
    const { said } = await verify(sandbox);
    expect(said).toContain('an image that is not in ECR');
    for (const text of [NAMES.account, NAMES.apiToken, 'test-secret']) expect(said).not.toContain(text);
  });

  it('fails where AWS does what the code relies on not being so, and names the file', async () => {
    const tasks = [...sandbox.cloud.ecs.clusters.get(NAMES.cluster)!.tasks.values()];
    const [container] = tasks[0]!.containers;
    const imageDigest = container!.imageDigest!;
    container!.imageDigest = `sha256:${'0'.repeat(64)}`;
    const verified = await verify(sandbox);
    container!.imageDigest = imageDigest;
    expect(wrong(verified)).toEqual(['index or image in imageDigest']);
    expect(verified.status).toBe(1);
    expect(verified.said).toContain(
      'contradicts  index or image in imageDigest (see src/steps/identity.ts)\n',
    );
  });

  it('fails where an answer lacks what the code needs', async () => {
    sandbox.cloud.faults.push({ action: 'elasticloadbalancing:DescribeTargetHealth', kind: 'empty' });
    const verified = await verify(sandbox);
    expect(verified.status).toBe(1);
    expect(wrong(verified)).toEqual(['targets and their health']);
  });

  it('says what it is not allowed to ask', async () => {
    sandbox.cloud.faults.push({ action: 'logs:GetLogEvents', kind: 'deny' });
    const verified = await verify(sandbox);
    expect(verified.status).toBe(0);
    expect(named(verified, 'not allowed')).toEqual(['log streams']);
  });

  it('ends after the case that goes on when it is told to stop, and says what was seen', async () => {
    // The SDK tries again after a while: long enough for the signal to arrive.
    sandbox.cloud.faults.push({ action: 'ecs:DescribeServiceDeployments', kind: 'throttle', times: 2 });
    const verified = await verify(sandbox, {}, 'seen         its deployments');
    expect(verified.status).toBe(1);
    expect(named(verified, 'seen')).toEqual([
      'a service',
      'its deployments',
      'the record of the last deployment',
    ]);
    expect(verified.said).toContain('\nLeft behind: nothing.\n');
  });

  it('does with the policies of the documents, but for what they do not allow to ask', async () => {
    sandbox.cloud.policy = policyOf({ mode: 'release' });
    const verified = await verify(sandbox);
    delete sandbox.cloud.policy;
    expect(wrong(verified)).toEqual([]);
    expect(named(verified, 'not allowed')).toEqual([
      'a service that is not there',
      'a cluster that is not there',
      'the revisions of a family, page by page',
      'an image that is not in ECR',
    ]);
  });

  it('tells every problem of its inputs at once, before any call', async () => {
    const { status, said } = await verify(sandbox, {
      AWS_REGION: '',
      VERIFY_ACCOUNT: '12',
      VERIFY_SERVICE: ' ',
      VERIFY_CHANGE: 'yes',
      VERIFY_PACE: 'fast',
      VERIFY_CLUSTR: 'typo',
      GITHUB_ACTIONS: 'true',
    });
    expect(status).toBe(2);
    expect(said.trim().split('\n')).toEqual([
      'error: AWS_REGION is not set.',
      'error: VERIFY_SERVICE is not set.',
      'error: VERIFY_CLUSTR is not known.',
      'error: VERIFY_ACCOUNT is not twelve digits.',
      `error: VERIFY_CHANGE is neither unset nor the words ${CHANGE}.`,
      'error: VERIFY_PACE is not a number above 0.',
      'error: This is for a person who watches it, not for a workflow.',
    ]);
    expect(called()).toEqual([]);
  });

  it('starts no tasks for the contract suite', async () => {
    const { status, said } = await verify(sandbox, { VERIFY_SUBNETS: 'subnet-1' });
    expect(status).toBe(2);
    expect(said).toBe('error: VERIFY_SUBNETS starts tasks, and VERIFY_CHANGE does not allow any change.\n');
  });

  it('asks another account than the named one only who it is', async () => {
    const { status, said } = await verify(sandbox, { VERIFY_ACCOUNT: '000000000000', VERIFY_CHANGE: CHANGE });
    expect(status).toBe(2);
    expect(said).toContain('VERIFY_ACCOUNT names another one.\n');
    expect(called()).toEqual(['sts:GetCallerIdentity']);
  });
});

const everyIt = EVERY ? it : it.skip;
const why = EVERY ? '' : ` (${WHY_SKIPPED})`;

describe('with the word that allows changes', () => {
  let sandbox: Sandbox;
  afterEach(() => sandbox.close());

  everyIt(
    `releases, rolls back, fails and cancels on a throw-away service, and leaves it as it was${why}`,
    async () => {
      sandbox = await startSandbox({ runtime: 'process', pace: 30 });
      const verified = await verify(sandbox, {
        VERIFY_CHANGE: CHANGE,
        VERIFY_PACE: '30',
        VERIFY_BASE_URL: sandbox.ready.baseUrl,
      });
      expect(wrong(verified)).toEqual([]);
      expect(verified.status).toBe(0);
      expect(named(verified, 'seen')).toEqual(
        expect.arrayContaining([
          'a release',
          'a rollback',
          'a release whose container ends at once',
          'a release that is cancelled in mid-rollout',
          'a rollout that is stopped',
        ]),
      );
      const answered = new Set(verified.findings.flatMap(({ answers }) => answers.map(({ point }) => point)));
      expect(OPEN_POINTS.filter((point) => !answered.has(point))).toEqual([
        'the circuit breaker under BLUE_GREEN, LINEAR and CANARY',
        'PAUSE hooks under ROLLING',
      ]);
      expect(verified.left.filter((one) => !one.includes('tagged'))).toEqual(
        [4, 3, 2].map((revision) => `${NAMES.family}:${String(revision)}`),
      );
      expect(await look(sandbox)).toMatchObject({ deployments: ['PRIMARY 1 COMPLETED'], tasks: [1, 1] });
    },
    240_000,
  );

  everyIt(
    `tries nothing more on the service once something is not as expected, and runs the contract suite beside it${why}`,
    async () => {
      // Simulated tasks run no command, so that a bad one does not end.
      sandbox = await startSandbox({ runtime: 'simulated', pace: 200 });
      const verified = await verify(sandbox, {
        VERIFY_CHANGE: CHANGE,
        VERIFY_SUBNETS: 'subnet-0123456789abcdef0',
        VERIFY_PACE: '200',
      });
      expect(verified.status).toBe(1);
      expect(wrong(verified)).toEqual(['a release whose container ends at once']);
      expect(verified.findings.slice(-2).map(({ name }) => name)).toEqual([
        'a release whose container ends at once',
        'the contract suite of ECS',
      ]);
      expect(verified.findings.at(-1)!.verdict).toBe('seen');
    },
    120_000,
  );
});
