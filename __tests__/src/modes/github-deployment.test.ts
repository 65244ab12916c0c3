import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OperationId } from '../../../sandbox/github/description.js';
import type { GitHubFaultKind } from '../../../sandbox/github/faults.js';
import { lineOfCommits, type Deployment } from '../../../sandbox/github/repository.js';
import { startGitHub, type GitHubServer } from '../../../sandbox/github/server.js';
import { NAMES } from '../../../sandbox/names.js';
import { builtFrom } from '../../../sandbox/runtime/example-answers.js';
import { finish, run } from '../../../src/run.js';
import type { Environment } from '../../../src/world.js';
import { NEW_COMMIT, OLD_COMMIT, readyWorld, type ReadyWorld } from '../../ready-world.js';
import { takeShortCuts } from '../../simulation/direct.js';
import { inputs } from '../../world.js';
import { runCutOff, type Cut } from './cut-off.js';

takeShortCuts();

let github: GitHubServer;
beforeEach(async () => {
  github = await startGitHub('mentalspace/backend', lineOfCommits([OLD_COMMIT, NEW_COMMIT]));
});
afterEach(async () => {
  expect(github.invalid).toEqual([]);
  await github.close();
});

const RECORD = { environment: 'production', 'environment-url': 'https://app.example.com/start' };
const onGitHub = (given: Record<string, string> = {}): Environment => ({
  ...inputs({ 'github-token': 'ghs_test', ...RECORD, ...given }),
  GITHUB_API_URL: github.url,
  GITHUB_REPOSITORY: 'mentalspace/backend',
  GITHUB_RUN_ID: '77',
  GITHUB_RUN_ATTEMPT: '2',
});
const act = (there: ReadyWorld, given: Record<string, string> = {}) =>
  there.during(run({ ...there.world, env: onGitHub(given) }));
const BACK = { mode: 'rollback', image: '' };

const recorded = (): readonly Deployment[] => github.repository.deployments;
const statesOf = ({ statuses }: Deployment): readonly string[] => statuses.map(({ state }) => state);
const states = (): readonly (readonly string[])[] => recorded().map(statesOf);
/** Requests that changed something on GitHub. */
const told = (): readonly (OperationId | undefined)[] =>
  github.requests.map(({ operation }) => operation).filter((operation) => operation?.includes('create'));

/** An earlier deployment that this action would have made. */
function earlier(state: string, more: Partial<Deployment> = {}): Deployment {
  const status = {
    id: github.repository.nextId++,
    description: '',
    environment: 'production',
    environmentUrl: '',
    logUrl: '',
  };
  const made: Deployment = {
    id: github.repository.nextId++,
    sha: OLD_COMMIT,
    ref: OLD_COMMIT,
    task: `deploy:${NAMES.service}`,
    payload: { region: NAMES.region, cluster: NAMES.cluster, run: '76' },
    environment: 'production',
    description: null,
    transient: false,
    production: true,
    statuses: [{ ...status, state }],
    ...more,
  };
  github.repository.deployments.push(made);
  return made;
}

describe('a release under an environment', () => {
  it('is a deployment of its commit that was in progress and then a success', async () => {
    const there = await readyWorld();
    expect(await act(there)).toEqual({ kind: 'released' });
    const urls = {
      logUrl: 'https://github.com/mentalspace/backend/actions/runs/77/attempts/2',
      environmentUrl: 'https://app.example.com/start',
    };
    expect(recorded()).toEqual([
      {
        id: 1,
        sha: NEW_COMMIT,
        ref: NEW_COMMIT,
        task: 'deploy:mentalspace-backend',
        environment: 'production',
        description: 'mentalspace-backend: mentalspace-backend-prod:1 to mentalspace-backend-prod:2',
        payload: {
          region: NAMES.region,
          cluster: NAMES.cluster,
          run: '77',
          attempt: '2',
          digest: there.newDigest,
        },
        transient: false,
        production: true,
        statuses: [
          expect.objectContaining({ state: 'in_progress', environment: 'production', ...urls }),
          expect.objectContaining({
            state: 'success',
            description: 'released: The new revision is live, and that is proven.',
            ...urls,
          }),
        ],
      },
    ]);
    expect(JSON.stringify(recorded())).not.toContain(NAMES.account);
    expect(there.outputs.get('url')).toBe('https://app.example.com/start');
    expect(there.warnings).toEqual([]);
  });

  it('links to the base URL when there is no other', async () => {
    const there = await readyWorld();
    await act(there, { 'environment-url': '' });
    expect(recorded()[0]?.statuses.at(-1)?.environmentUrl).toBe('https://api.example.com/');
    expect(there.outputs.get('url')).toBe('https://api.example.com/');
  });

  it('is a failure when the service had to be put back', async () => {
    const there = await readyWorld();
    there.script.set(there.newDigest, { answer: builtFrom('9'.repeat(40)) });
    expect(await act(there)).toMatchObject({ kind: 'rolled-back' });
    expect(states()).toEqual([['in_progress', 'failure']]);
    expect(recorded()[0]?.statuses.at(-1)?.description).toMatch(
      /^smoke-failed: mentalspace-backend is back on mentalspace-backend-prod:1, and that is proven\./,
    );
  });

  it('is a failure when it is left as it is, in at most 140 characters', async () => {
    const there = await readyWorld();
    there.script.set(there.newDigest, { exit: { after: 1_000, exitCode: 1 } });
    expect(await act(there, { 'auto-rollback': 'false' })).toMatchObject({ kind: 'left-as-is' });
    expect(states()).toEqual([['in_progress', 'failure']]);
    expect(recorded()[0]?.statuses.at(-1)?.description).toHaveLength(140);
  });

  it('takes no more than ten requests, however many there were before', async () => {
    for (let count = 0; count < 15; count++) earlier(count % 2 === 0 ? 'success' : 'in_progress');
    await act(await readyWorld());
    expect(github.requests.length).toBeLessThanOrEqual(10);
    expect(states().at(-1)).toEqual(['in_progress', 'success']);
    expect(states().slice(-3, -1)).toEqual([
      ['in_progress', 'inactive'],
      ['success', 'inactive'],
    ]);
  });
});

describe('nothing is recorded', () => {
  it.each<[string, Record<string, string>, string]>([
    ['without an environment', { environment: '' }, 'released'],
    ['of a dry run', { 'dry-run': 'true' }, 'planned'],
    ['of a smoke test', { mode: 'smoke', image: '' }, 'verified'],
    ['when nothing is to be changed', { image: 'mentalspace-backend:v1' }, 'released'],
    ['when preflight refuses', { container: 'other' }, 'failed'],
    ['of a dry rollback', { ...BACK, 'dry-run': 'true', 'rollback-to': '1' }, 'failed'],
  ])('%s', async (_, given, kind) => {
    const there = await readyWorld();
    if (given['image'] === 'mentalspace-backend:v1') {
      await act(there, { ...given, environment: '' });
      there.warnings.length = 0;
    }
    expect(await act(there, given)).toMatchObject({ kind });
    expect([told(), recorded()]).toEqual([[], []]);
  });

  it('without a token, with a warning', async () => {
    const there = await readyWorld();
    expect(await act(there, { 'github-token': '' })).toEqual({ kind: 'released' });
    expect(github.requests).toEqual([]);
    expect(there.warnings.filter((text) => /GitHub deployment/.test(text))).toEqual([
      'No GitHub deployment is recorded: it takes github-token and GITHUB_REPOSITORY.',
    ]);
  });
});

describe('the deployments before', () => {
  it('are inactive after a success, as far as they are of this service', async () => {
    const others = [
      earlier('success', { task: 'deploy:worker' }),
      earlier('success', { payload: { region: 'eu-west-1', cluster: NAMES.cluster } }),
      earlier('success', { payload: 'by somebody else' }),
      earlier('success', { environment: 'staging' }),
    ];
    const [failed, live] = [earlier('failure'), earlier('success')];
    await act(await readyWorld());
    expect(others.map(statesOf)).toEqual(Array(4).fill(['success']));
    expect(statesOf(live)).toEqual(['success', 'inactive']);
    expect(statesOf(failed)).toEqual(['failure']);
    expect(live.statuses.at(-1)?.description).toMatch(/^Deployment \d+ took its place\.$/);
  });

  it('that a lost run left in progress are inactive as well', async () => {
    const lost = earlier('in_progress');
    await act(await readyWorld());
    expect(statesOf(lost)).toEqual(['in_progress', 'inactive']);
  });

  it('stay as they are after a failure', async () => {
    const live = earlier('success');
    const there = await readyWorld();
    there.script.set(there.newDigest, { answer: builtFrom('9'.repeat(40)) });
    await act(there);
    expect(statesOf(live)).toEqual(['success']);
  });

  it('are switched off one by one as releases follow each other', async () => {
    const there = await readyWorld();
    await act(there);
    await act(there, { image: 'mentalspace-backend:v1', 'allow-downgrade': 'true' });
    expect(states()).toEqual([
      ['in_progress', 'success', 'inactive'],
      ['in_progress', 'success'],
    ]);
  });
});

describe('a rollback under an environment', () => {
  it('is a success of the commit that is live again', async () => {
    const there = await readyWorld();
    await act(there);
    expect(await act(there, BACK)).toMatchObject({ kind: 'rolled-back' });
    expect(recorded()[1]).toMatchObject({
      sha: OLD_COMMIT,
      description: 'mentalspace-backend: mentalspace-backend-prod:2 back to mentalspace-backend-prod:1',
    });
    expect(states()).toEqual([
      ['in_progress', 'success', 'inactive'],
      ['in_progress', 'success'],
    ]);
  });

  it('is a failure when its target fails', async () => {
    const there = await readyWorld();
    await act(there);
    there.script.set(there.oldDigest, { exit: { after: 1_000, exitCode: 1 } });
    expect(await act(there, BACK)).toMatchObject({ kind: 'rollback-failed' });
    expect(states()).toEqual([
      ['in_progress', 'success'],
      ['in_progress', 'failure'],
    ]);
  });
});

describe('a verdict', () => {
  const FAULTS: readonly (readonly [GitHubFaultKind, OperationId])[] = [
    ['unauthorized', 'repos/create-deployment'],
    ['denied', 'repos/create-deployment'],
    ['missing', 'repos/create-deployment'],
    ['conflict', 'repos/create-deployment'],
    ['invalid', 'repos/create-deployment'],
    ['throttled', 'repos/create-deployment'],
    ['server-error', 'repos/create-deployment'],
    ['reset', 'repos/create-deployment'],
    ['lost-reply', 'repos/create-deployment'],
    ['html', 'repos/create-deployment'],
    ['denied', 'repos/create-deployment-status'],
    ['server-error', 'repos/create-deployment-status'],
    ['html', 'repos/create-deployment-status'],
    ['denied', 'repos/list-deployments'],
  ];

  it.each(FAULTS)(
    'stays what it is when GitHub answers with %s to %s, and there is one warning',
    async (kind, operation) => {
      github.faults.push({ kind, operation });
      const there = await readyWorld();
      expect(await act(there)).toEqual({ kind: 'released' });
      expect(there.warnings).toEqual([
        expect.stringMatching(/^The deployment is not fully recorded on GitHub\. /),
      ]);
      expect(there.errors).toEqual([]);
      expect(github.requests.length).toBeLessThanOrEqual(10);
    },
  );

  it('names the permission that is missing', async () => {
    github.faults.push({ kind: 'denied', operation: 'repos/create-deployment' });
    const there = await readyWorld();
    await act(there);
    expect(there.warnings).toEqual([
      "The deployment is not fully recorded on GitHub. GitHub's API answered 403 (Resource not accessible by integration). Give the job the permission deployments: write.",
    ]);
    expect(there.logged.join('\n')).not.toContain('ghs_test');
  });

  it.each(['throttled', 'server-error', 'reset'] as const)(
    'is told all the same when only the first attempt met %s',
    async (kind) => {
      const fault = { kind, operation: 'repos/create-deployment-status', times: 1, retryAfter: 1 } as const;
      github.faults.push({ ...fault });
      const there = await readyWorld();
      expect(await act(there)).toEqual({ kind: 'released' });
      expect([states(), there.warnings]).toEqual([[['in_progress', 'success']], []]);
    },
  );
});

/** ECS takes the update only when GitHub has taken the deployment, so that a cut comes after both. */
function gated(there: ReadyWorld): ReadyWorld {
  let open: () => void = () => undefined;
  const taken = new Promise<void>((resolve) => (open = resolve));
  const { log, aws } = there.world;
  const world = {
    ...there.world,
    env: onGitHub(),
    log: {
      ...log,
      info(text: string) {
        if (text.startsWith('GitHub shows this')) open();
        log.info(text);
      },
    },
    aws: {
      async handle(...[request, options]: Parameters<NonNullable<typeof aws>['handle']>) {
        if (request.headers['x-amz-target']?.endsWith('.UpdateService')) await taken;
        return aws!.handle(request, options);
      },
    },
  };
  return { ...there, world };
}

describe('a release that is cut off', () => {
  /** Cuts a release off so many calls after its update. */
  async function cutOff(cut: Omit<Cut, 'call'>, action: string) {
    const probe = await readyWorld({ env: { ...onGitHub(), INPUT_ENVIRONMENT: '' } });
    await probe.during(run(probe.world));
    const call = probe.cloud.calls.findIndex((made) => made.action === action) + 1;
    github.requests.length = 0;
    const there = gated(await readyWorld());
    return { there, ...(await runCutOff(there, { ...cut, call })) };
  }

  it.each(['cancel', 'kill'] as const)('has its end told by the post step (%s)', async (how) => {
    const { main, post, there } = await cutOff({ how, when: 'after' }, 'ecs:UpdateService');
    expect(main?.kind).toBe(how === 'cancel' ? 'cancelled' : undefined);
    expect(post).toMatchObject({ kind: 'rolled-back' });
    expect(states()).toEqual([['in_progress', 'failure']]);
    expect(recorded()[0]?.statuses.at(-1)?.description).toMatch(/^rolled-back: .*mentalspace-backend-prod:1/);
    expect(there.warnings.filter((text) => /GitHub/.test(text))).toEqual([]);
  });

  it('after everything was proven is a success', async () => {
    const { post } = await cutOff({ how: 'kill', when: 'before' }, 'ecs:TagResource');
    expect(post).toBeUndefined();
    expect(states()).toEqual([['in_progress', 'success']]);
    expect(recorded()[0]?.statuses.at(-1)?.description).toBe(
      'The run was cut off after its work was proven.',
    );
  });

  const late = async (state: Record<string, string>, given: Record<string, string> = {}) => {
    const made = earlier('in_progress');
    const there = await readyWorld();
    const saved = { 'STATE_github-deployment': String(made.id), ...state };
    const post = await there.during(finish({ ...there.world, env: { ...onGitHub(given), ...saved } }));
    expect(post).toBeUndefined();
    return statesOf(made).slice(1);
  };

  it.each<[string, Record<string, string>, readonly string[]]>([
    ['before it changed anything is a failure', {}, ['failure']],
    ['while it told of its success is one', { 'STATE_github-deployment-end': 'success' }, ['success']],
    ['while it told of its failure is one', { 'STATE_github-deployment-end': 'failure' }, ['failure']],
    ['after it had told its end is left alone', { 'STATE_github-deployment-end': 'told' }, []],
    ['is left alone when its saved id is none', { 'STATE_github-deployment': '1/../../x' }, []],
  ])('%s', async (_, state, expected) => {
    expect(await late(state)).toEqual(expected);
  });

  it('is left alone when no environment is given', async () => {
    expect(await late({}, { environment: '' })).toEqual([]);
    expect(github.requests).toEqual([]);
  });
});
