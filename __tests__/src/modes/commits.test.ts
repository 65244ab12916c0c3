import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { GitHubFaultKind } from '../../../sandbox/github/faults.js';
import { lineOfCommits } from '../../../sandbox/github/repository.js';
import { startGitHub, type GitHubServer } from '../../../sandbox/github/server.js';
import { connect } from '../../../src/adapters/aws/aws.js';
import type { Facts } from '../../../src/facts.js';
import { readInputs } from '../../../src/inputs/inputs.js';
import { journal, type Journal, type StepVoice } from '../../../src/journal.js';
import { run } from '../../../src/run.js';
import { preflight } from '../../../src/steps/preflight/preflight.js';
import { preflightRollback } from '../../../src/steps/preflight/rollback.js';
import type { Environment, RunProcess } from '../../../src/world.js';
import { NEW_COMMIT, OLD_COMMIT, readyWorld, type ReadyWorld } from '../../ready-world.js';
import { takeShortCuts } from '../../simulation/direct.js';
import { inputs } from '../../world.js';

takeShortCuts();

const BETWEEN = '3'.repeat(40);
const SIDE = '4'.repeat(40);
let github: GitHubServer;

beforeEach(async () => {
  github = await startGitHub('mentalspace/backend');
  history(OLD_COMMIT, BETWEEN, NEW_COMMIT);
});
afterEach(async () => {
  expect(github.invalid).toEqual([]);
  await github.close();
});

/** What GitHub has: a line of commits, the oldest first. */
function history(...shas: string[]): void {
  github.repository.commits.clear();
  for (const commit of lineOfCommits(shas)) github.repository.commits.set(commit.sha, commit);
}

const onGitHub = (given: Record<string, string> = {}): Environment => ({
  ...inputs({ 'github-token': 'ghs_test', ...given }),
  GITHUB_API_URL: github.url,
  GITHUB_REPOSITORY: 'mentalspace/backend',
});

/** What preflight comes to know, and whether it refuses. */
async function look(env: Environment, run?: RunProcess) {
  const there = await readyWorld({ env, ...(run ? { run } : {}) });
  const { facts, error } = await facing(there);
  return { there, error, commits: facts.commits };
}

async function facing(there: ReadyWorld): Promise<{ facts: Facts; error: unknown }> {
  const record = journal(there.world);
  const read = await readInputs(there.world.env, there.world.files);
  if (read.mode !== 'release') throw new Error('no release');
  const work = preflight(read, connect(there.world, read.place.region), there.world, voiceOf(record));
  const error: unknown = await there.during(work).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { facts: record.facts, error };
}

const voiceOf = ({ voice }: Journal): StepVoice => ({ ...voice, progress: () => undefined });

/** A checkout in which the live commit leads to the next one, or the other way round. */
const checkout =
  (older: string, newer: string): RunProcess =>
  (_, args) => {
    const end = (exitCode: number, stdout = '') => Promise.resolve({ exitCode, stdout, stderr: '' });
    if (args.includes('merge-base')) return end(args.at(-1) === newer ? 0 : 1);
    if (args.includes('rev-list')) return end(0, '2\n');
    if (args.includes('--is-shallow-repository')) return end(0, 'false\n');
    if (!args.includes(`${older}..${newer}`)) return end(128);
    return end(0, `${newer}\0Ada\0Second\0\n${BETWEEN}\0ada@example.com\0First\0\n`);
  };

describe('the commits between the live one and the next one', () => {
  it('are those that GitHub names, by one request', async () => {
    const { commits } = await look(onGitHub());
    expect(commits).toEqual({
      direction: 'added',
      total: 2,
      source: 'GitHub',
      commits: [
        { sha: NEW_COMMIT, author: 'mona', subject: 'Change 3' },
        { sha: BETWEEN, author: 'mona', subject: 'Change 2' },
      ],
    });
    expect(github.requests).toHaveLength(1);
  });

  it('are those that GitHub names, although git could tell', async () => {
    const { commits } = await look(onGitHub(), checkout(OLD_COMMIT, NEW_COMMIT));
    expect(commits).toMatchObject({ source: 'GitHub', total: 2 });
    expect(github.requests).toHaveLength(1);
  });

  it.each<GitHubFaultKind>([
    'unauthorized',
    'denied',
    'missing',
    'conflict',
    'invalid',
    'throttled',
    'server-error',
    'reset',
    'hang',
    'html',
  ])('are those of git when GitHub answers with %s', async (kind) => {
    github.faults.push({ kind });
    const { commits, error, there } = await look(onGitHub(), checkout(OLD_COMMIT, NEW_COMMIT));
    expect(commits).toEqual({
      direction: 'added',
      total: 2,
      source: 'git',
      commits: [
        { sha: NEW_COMMIT, author: 'Ada', subject: 'Second' },
        { sha: BETWEEN, author: '[email]', subject: 'First' },
      ],
    });
    expect([error, there.warnings]).toEqual([undefined, []]);
  });

  it('are those of git without a token', async () => {
    const { commits } = await look(onGitHub({ 'github-token': '' }), checkout(OLD_COMMIT, NEW_COMMIT));
    expect(commits).toMatchObject({ source: 'git', total: 2 });
    expect(github.requests).toEqual([]);
  });

  it.each<[string, GitHubFaultKind | undefined, Record<string, string>, RegExp]>([
    ['neither may be asked', 'denied', {}, /403 \(Resource not accessible.*permission contents: read\.$/],
    ['there is no token', undefined, { 'github-token': '' }, /without github-token/],
  ])('are left out with the reason when %s', async (_, kind, given, reason) => {
    if (kind) github.faults.push({ kind });
    const { commits, error } = await look(onGitHub(given));
    expect(commits).toEqual({ left: expect.stringMatching(reason) });
    expect(error).toBeUndefined();
  });

  it('are left out when the live commit is released again', async () => {
    const { commits } = await look(onGitHub({ image: 'mentalspace-backend:v1' }));
    expect(commits).toEqual({ left: 'This commit is live already.' });
  });
});

describe('going back', () => {
  it('is refused when GitHub proves it', async () => {
    history(NEW_COMMIT, BETWEEN, OLD_COMMIT);
    const { error } = await look(onGitHub());
    expect(error).toMatchObject({ code: 'stale-commit' });
  });

  it.each([
    ['by GitHub alone', undefined, 2],
    ['by GitHub, once git has told the direction', checkout(NEW_COMMIT, OLD_COMMIT), 1],
  ])('on purpose lists the commits that are removed: %s', async (_, run, requests) => {
    history(NEW_COMMIT, BETWEEN, OLD_COMMIT);
    const { commits, error } = await look(onGitHub({ 'allow-downgrade': 'true' }), run);
    expect(error).toBeUndefined();
    expect(commits).toMatchObject({
      direction: 'removed',
      total: 2,
      source: 'GitHub',
      commits: [{ sha: OLD_COMMIT }, { sha: BETWEEN }],
    });
    expect(github.requests).toHaveLength(requests);
  });

  it('on purpose lists them by git, when GitHub cannot be asked', async () => {
    github.faults.push({ kind: 'reset' });
    const { commits } = await look(onGitHub({ 'allow-downgrade': 'true' }), checkout(NEW_COMMIT, OLD_COMMIT));
    expect(commits).toMatchObject({ direction: 'removed', total: 2, source: 'git' });
  });
});

describe('another line of history', () => {
  it('is warned of, and what it adds is listed', async () => {
    history(BETWEEN, OLD_COMMIT);
    for (const commit of lineOfCommits([SIDE, NEW_COMMIT], BETWEEN))
      github.repository.commits.set(commit.sha, commit);
    const { commits, there } = await look(onGitHub());
    expect(commits).toMatchObject({ direction: 'added', commits: [{ sha: NEW_COMMIT }, { sha: SIDE }] });
    expect(there.warnings).toEqual([expect.stringMatching(/another line of history/)]);
  });
});

describe('a rollback', () => {
  it('lists the commits that it removes, by one request', async () => {
    const there = await readyWorld({ env: inputs() });
    expect(await there.during(run(there.world))).toEqual({ kind: 'released' });
    const world = { ...there.world, env: onGitHub({ mode: 'rollback', image: '' }) };
    const read = await readInputs(world.env, world.files);
    if (read.mode !== 'rollback') throw new Error('no rollback');
    const record = journal(world);
    await there.during(preflightRollback(read, connect(world, read.place.region), world, voiceOf(record)));
    expect(record.facts.commits).toMatchObject({
      direction: 'removed',
      total: 2,
      source: 'GitHub',
      commits: [{ sha: NEW_COMMIT }, { sha: BETWEEN }],
    });
    expect(github.requests).toHaveLength(1);
  });
});
