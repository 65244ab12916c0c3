import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { ActionRun, StepResult } from '../../runner/run-action.js';
import { packExample } from '../../sandbox/example-image.js';
import { NAMES } from '../../sandbox/names.js';
import { FIRST_COMMIT } from '../../sandbox/ready-world.js';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/sandbox.js';
import { errorsOf, runIn } from './account.js';
import { EVERY, WHY_SKIPPED } from './every-scenario.js';
import { indiscreet, PLANTED, Planter, season, talkingDocker, type DockerWish } from './planted.js';
import { seenIn, sinksOf, type Sinks } from './sinks.js';
import { workspace, type Workspace } from './workspace.js';

/*
 * The built action among secrets and personal data: whatever AWS, docker, git, GitHub, the service and the environment say,
 * nothing of it is seen in any place that the action writes to. What nothing tells from any other word, such as a person's
 * name as that of a branch, is no canary.
 */

const LIMIT = 120_000;
const TOKEN = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';
/** Values without any shape: only their masks tell that they are secret. */
const SECRETS = {
  SMOKE_TOKEN: 'zebra-lantern-mosaic',
  NPM_TOKEN: 'walnut-harbor-violin',
  github: 'copper-meadow-thistle',
};
const SMOKE_CONFIG = `
version: 1
custom:
  - name: own
    path: /api/v1/own
    headers: { authorization: 'Bearer \${SMOKE_TOKEN}' }
    expect: { status: [404] }
`;

/** Answers that never become right are not waited for. */
const BRIEF = { 'smoke-timeout': '2s' };

interface Wish extends SandboxOptions {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly more?: Partial<ActionRun>;
  /** A checkout is built with this docker; absent: the candidate is released. */
  readonly docker?: DockerWish;
  /** What is done before the run. */
  readonly before?: (sandbox: Sandbox, planter: Planter, checkout: Workspace) => unknown;
}

interface Played {
  readonly result: StepResult;
  readonly sinks: Sinks;
  readonly all: string;
  readonly password: string;
}

/** One run in an account of its own, in which everything says canaries. */
async function play({ inputs = {}, more = {}, docker, before, ...options }: Wish): Promise<Played> {
  const planter = new Planter();
  const sandbox = await startSandbox({ runtime: 'simulated', pace: 200, ...options });
  const checkout = hostileCheckout(planter);
  const reports = mkdtempSync(join(tmpdir(), 'deploy-backend-reports-'));
  let standIn: ReturnType<typeof talkingDocker> | undefined;
  try {
    tellGitHub(sandbox, planter, checkout);
    season(sandbox.cloud, planter);
    await before?.(sandbox, planter, checkout);
    if (docker) standIn = talkingDocker({ digest: await packed(sandbox, checkout), ...docker });
    const result = await runIn(
      sandbox,
      {
        ...(docker ? { image: '', 'ecr-repository': NAMES.repository, 'allow-dirty': 'true' } : {}),
        'build-secrets': 'id=npm,env=NPM_TOKEN',
        'smoke-config': 'smoke.yml',
        'log-lines': '1000',
        'report-dir': reports,
        environment: 'production',
        'github-token': SECRETS.github,
        ...inputs,
      },
      {
        workspace: checkout.folder,
        contexts: { github: hostileContext(sandbox, planter) },
        ...more,
        env: { ...hostileVariables(planter), ...standIn?.env, ...more.env },
      },
    );
    const sinks = sinksOf(result, reports, sandbox.github);
    return {
      result,
      sinks,
      all: [...sinks.values()].join('\n'),
      password: standIn?.password() ?? '',
    };
  } finally {
    standIn?.remove();
    checkout.remove();
    rmSync(reports, { recursive: true, force: true });
    await sandbox.close();
  }
}

/** A checkout whose subject, author, branch, remote and file names are canaries; one file is changed, one in no commit. */
function hostileCheckout(planter: Planter): Workspace {
  const checkout = workspace({
    Dockerfile: 'FROM scratch\n',
    [`${TOKEN}.js`]: '',
    'smoke.yml': SMOKE_CONFIG,
  });
  const git = (...args: string[]): void =>
    void execFileSync('git', args, { cwd: checkout.folder, stdio: 'ignore' });
  git(
    '-c',
    `user.name=${planter.line('author')}`,
    '-c',
    'user.email=jane.zdoe@example.org',
    'commit',
    '--amend',
    '--message',
    planter.line('subject'),
    '--reset-author',
  );
  git('branch', '--move', `mark-branch/${TOKEN}`);
  git('remote', 'add', 'origin', `https://app:hunter2@github.example.com/${TOKEN}/backend.git`);
  checkout.write(`${TOKEN}.js`, '// changed');
  checkout.write('mark-untracked password=hunter2Xq.txt', '');
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], {
    cwd: checkout.folder,
    encoding: 'utf8',
  }).trim();
  return { ...checkout, commit };
}

/** GitHub knows the commits of the checkout, and what they say of themselves. */
function tellGitHub({ github: { repository } }: Sandbox, planter: Planter, { commit }: Workspace): void {
  const own = {
    author: planter.line('github'),
    email: 'jane.zdoe@example.org',
    message: planter.line('github'),
  };
  const parents = ['a', 'b', 'c', 'd'].map((digit) => digit.repeat(40));
  parents.forEach((sha, index) => {
    const more = { author: planter.line('github'), message: planter.line('github') };
    repository.commits.set(sha, { ...own, ...more, sha, parents: [parents[index - 1] ?? FIRST_COMMIT] });
  });
  repository.commits.set(commit, { ...own, sha: commit, parents: ['d'.repeat(40)] });
  repository.commits.set('2'.repeat(40), { ...own, sha: '2'.repeat(40), parents: ['d'.repeat(40)] });
}

/** What the stand-in for docker says that it pushed: an image of this commit, or of its changed files. */
async function packed({ cloud }: Sandbox, { commit }: Workspace): Promise<string> {
  return packExample(cloud, { tag: 'packed', commit, buildTime: '2026-11-01T00:00:00Z' });
}

function hostileContext({ ready }: Sandbox, planter: Planter): Record<string, string> {
  return {
    api_url: ready.githubApi,
    server_url: 'https://app:hunter2@github.example.com',
    sha: '2'.repeat(40),
    ref: `refs/heads/${TOKEN}`,
    workflow: planter.line('workflow'),
    job: planter.line('job'),
  };
}

function hostileVariables(planter: Planter): Record<string, string> {
  return {
    ...SECRETS,
    USER: planter.line('user'),
    DB_PASSWORD: 'hunter2-Xq!7',
    DEPLOY_BACKEND_X: planter.line('env'),
  };
}

function expectSilence({ sinks, result }: Played): void {
  expect(seenIn(sinks, PLANTED).slice(0, 20)).toEqual([]);
  expect(result.orphans).toEqual([]);
}

/** With the errors, so that a failing test shows why. */
function expectEnd({ result }: Played, outcome: string, code: string): void {
  const { outcome: came, 'failure-code': why } = result.outputs;
  const errors = code === '' ? errorsOf(result) : [];
  expect({ outcome: came, code: why, errors }).toEqual({ outcome, code, errors: [] });
}

/** Marks that are to be seen: who said them was heard. */
const expectHeard = ({ all }: Played, ...places: readonly string[]): void =>
  expect(places.filter((place) => !all.includes(`mark-${place}`))).toEqual([]);

/** What is masked is seen in its mask and nowhere else. */
function expectMasked({ result, sinks }: Played, secrets: readonly string[]): void {
  const raw = (result.main?.raw ?? []).map(({ text }) => text);
  const others = [...sinks].flatMap(([place, text]) => (place === 'stdout' ? [] : [text])).join('\n');
  for (const secret of secrets) {
    const lines = raw.filter((line) => line.includes(secret));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => !line.startsWith('::add-mask::'))).toEqual([]);
    expect(others).not.toContain(secret);
  }
}

const clean = (_: Sandbox, __: Planter, { folder }: Workspace): void =>
  void execFileSync('git', ['checkout', '--', '.'], { cwd: folder, stdio: 'ignore' });

/** Tests that only CI runs. */
const more = EVERY
  ? it
  : (sentence: string, _: () => Promise<void>, __: number) =>
      it.skip(`${sentence} (${WHY_SKIPPED})`, () => undefined);

describe('nothing of what others say is seen', () => {
  it.concurrent(
    'when a checkout is built and released, with debug logging',
    async () => {
      const played = await play({
        docker: {},
        before: clean,
        more: { debug: true, env: { ACTIONS_STEP_DEBUG: 'true' } },
      });
      expectEnd(played, 'released', '');
      expectHeard(played, 'events', 'docker', 'branch', 'subject', 'untracked', 'github', 'logs', 'workflow');
      expectSilence(played);
      const { SMOKE_TOKEN, NPM_TOKEN, github } = SECRETS;
      expectMasked(played, [played.password, SMOKE_TOKEN, NPM_TOKEN, github]);
    },
    LIMIT,
  );

  more(
    'when the new tasks crash and the service is put back',
    async () => {
      const played = await play({ scenario: 'crash-loop' });
      expectEnd(played, 'rolled-back', 'crash-loop');
      expectHeard(played, 'events', 'stopped', 'container', 'logs', 'github');
      expectSilence(played);
    },
    LIMIT,
  );

  it.concurrent(
    'when the build fails, and repeats a secret of its own',
    async () => {
      const played = await play({ docker: { build: 1, says: 'rejected: $NPM_TOKEN' } });
      expectEnd(played, 'failed', 'build-failed');
      expectHeard(played, 'docker', 'branch', 'untracked');
      expectSilence(played);
      expect(played.all).toContain('rejected: ***');
      expectMasked(played, [played.password, SECRETS.SMOKE_TOKEN, SECRETS.NPM_TOKEN, SECRETS.github]);
    },
    LIMIT,
  );

  for (const service of ['ecs', 'ecr', 'elasticloadbalancing', 'sts'])
    (service === 'ecs' ? it.concurrent : more)(
      `when AWS denies every call of ${service}`,
      async () => {
        const played = await play({
          inputs: { 'aws-account': NAMES.account },
          docker: {},
          before: ({ cloud }, planter) =>
            cloud.faults.push(
              ...Array.from({ length: 20 }, () => ({
                action: `${service}:*`,
                kind: 'deny' as const,
                times: 1,
                message: planter.line('denied'),
              })),
            ),
        });
        expectEnd(played, 'failed', 'access-denied');
        expectHeard(played, 'denied');
        expectSilence(played);
      },
      LIMIT,
    );

  it.concurrent(
    'when inputs are wrong',
    async () => {
      const planter = new Planter();
      const names = [
        'mode',
        'aws-region',
        'cluster',
        'service',
        'container',
        'in-flight',
        'deployment-timeout',
        'log-group',
        'log-excerpt',
        'fail-on',
        'base-url',
        'version-path',
        'cors-origin',
        'expected-sha',
        'target-groups',
        'image',
        'dry-run',
        'environment-url',
      ];
      const modes = ['release', ...(EVERY ? ['smoke', 'rollback', planter.line('mode')] : [])];
      for (const mode of modes) {
        const given = Object.fromEntries(names.map((name) => [name, planter.line(name)]));
        const played = await play({ inputs: { ...given, mode } });
        expectEnd(played, 'failed', 'inputs');
        expectHeard(played, ...(mode === 'release' ? ['in-flight', 'deployment-timeout'] : []));
        expectSilence(played);
      }
    },
    LIMIT,
  );

  more(
    'when the service answers canaries after the release, and is put back',
    async () => {
      const planter = new Planter();
      const script = new Map([['*', indiscreet(planter, (commit) => commit !== FIRST_COMMIT)]]);
      const played = await play({ script, inputs: BRIEF, more: { debug: true } });
      expectEnd(played, 'rolled-back', 'smoke-failed');
      expect(Number(played.result.outputs['smoke-failed'])).toBeGreaterThan(6);
      expectSilence(played);
    },
    LIMIT,
  );

  it.concurrent(
    'when the smoke suite alone is told canaries',
    async () => {
      const planter = new Planter();
      let isBroken = false;
      const script = new Map([['*', indiscreet(planter, () => isBroken)]]);
      const played = await play({
        script,
        inputs: { ...BRIEF, mode: 'smoke', image: '' },
        before: () => (isBroken = true),
      });
      expectEnd(played, 'failed', 'smoke-failed');
      expect(Number(played.result.outputs['smoke-failed'])).toBeGreaterThan(6);
      expectSilence(played);
    },
    LIMIT,
  );

  for (const [what, docker, code] of [
    ['push', { push: 1 }, 'push-failed'],
    ['login', { login: 1 }, 'push-failed'],
  ] as const)
    more(
      `when the ${what} fails`,
      async () => {
        const played = await play({ docker });
        expectEnd(played, 'failed', code);
        expectHeard(played, 'docker');
        expectSilence(played);
      },
      LIMIT,
    );

  it.concurrent(
    'when the tree is dirty and that is not allowed, in a rehearsal',
    async () => {
      const played = await play({ docker: {}, inputs: { 'allow-dirty': 'false', 'dry-run': 'true' } });
      expectEnd(played, 'failed', 'dirty-tree');
      expectHeard(played, 'untracked');
      expectSilence(played);
    },
    LIMIT,
  );

  more(
    'when labels, tags and the task definition hold canaries',
    async () => {
      const played = await play({ docker: {}, before: hostileAccount });
      expectEnd(played, 'failed', 'tag-taken');
      expectSilence(played);
    },
    LIMIT,
  );

  more(
    'when the run is cancelled, and the post step goes on',
    async () => {
      const played = await play({
        pace: 60,
        more: { cancelAfter: ({ text }) => text.startsWith('| ') && text.includes('mark-events') },
      });
      expect(played.result.conclusion).toBe('cancelled');
      expectHeard(played, 'events');
      expectSilence(played);
    },
    LIMIT,
  );

  more(
    'when a service goes back that GitHub and its tasks say canaries of',
    async () => {
      const played = await play({
        inputs: { mode: 'rollback', 'rollback-to': '1' },
        before: async (sandbox, planter) => {
          expect((await runIn(sandbox, { smoke: 'false' })).outputs).toMatchObject({ outcome: 'released' });
          sandbox.github.faults.push({ kind: 'denied', message: planter.line('refused') });
        },
      });
      expectEnd(played, 'rolled-back', '');
      expectHeard(played, 'events', 'refused');
      expectSilence(played);
    },
    LIMIT,
  );
});

/** The tag of the commit is taken by an image with odd labels, and the live revision is full of canaries. */
async function hostileAccount({ cloud }: Sandbox, planter: Planter, checkout: Workspace): Promise<void> {
  const repository = cloud.ecr.repositories.get(NAMES.repository);
  clean({} as Sandbox, planter, checkout);
  const labels = {
    'org.opencontainers.image.revision': planter.line('label'),
    'org.opencontainers.image.created': planter.line('label'),
  };
  await packExample(cloud, {
    tag: checkout.commit,
    commit: checkout.commit,
    buildTime: '2026-11-01T00:00:00Z',
    labels,
  });
  Object.assign(repository ?? {}, { mutability: 'IMMUTABLE' });
  const [first] = cloud.ecs.families.get(NAMES.family) ?? [];
  first?.tags.push(
    { key: 'deploy-backend:run', value: planter.line('tag') },
    { key: 'aws:x', value: planter.line('tag') },
  );
}
