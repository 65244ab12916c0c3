import { describe, expect, it } from '@jest/globals';
import type { Ancestry, Git } from '../../../../src/adapters/git.js';
import type { Comparison, GitHub } from '../../../../src/adapters/github.js';
import type { StepVoice } from '../../../../src/journal.js';
import { commitsBetween } from '../../../../src/steps/preflight/commits.js';
import { commitOf, downgradeProblem, type Commits } from '../../../../src/steps/preflight/downgrade.js';

const [LIVE, NEXT] = ['1'.repeat(40), '2'.repeat(40)];

/** A checkout that knows whether the live commit leads to the next one, and the other way round. */
const git = (liveToNext: Ancestry, nextToLive: Ancestry): Git => ({
  head: () => Promise.resolve(undefined),
  changes: () => Promise.resolve({ modified: [], untracked: [] }),
  blobs: () => Promise.resolve([]),
  isAncestor: (ancestor) => Promise.resolve(ancestor === LIVE ? liveToNext : nextToLive),
  log: () => Promise.resolve(undefined),
});
const never = () => Promise.reject(new Error('not asked for'));
const NO_RECORD = { createDeployment: never, setStatus: never, deployments: never, stateOf: never };
/** Asked the other way round, GitHub answers the other way round. */
const github = (answer: Comparison | Error): GitHub => ({
  ...NO_RECORD,
  compare(base) {
    if (answer instanceof Error) return Promise.reject(answer);
    const turned = {
      ahead: 'behind',
      behind: 'ahead',
      identical: 'identical',
      diverged: 'diverged',
    } as const;
    return Promise.resolve({ status: base === LIVE ? answer : turned[answer], total: 0, commits: [] });
  },
});

async function ask(history: Git, api?: GitHub, commits: Commits = { live: LIVE, next: NEXT }) {
  const warnings: string[] = [];
  const voice: StepVoice = {
    note: () => undefined,
    skip: () => undefined,
    warn: (text) => void warnings.push(text),
    know: () => Promise.resolve(),
    progress: () => undefined,
  };
  const { relation } = await commitsBetween(commits, 'forward', history, () => api);
  return { refused: downgradeProblem(commits, relation, voice), warnings };
}

describe('a commit older than the live one', () => {
  it.each<[string, Git, GitHub | undefined]>([
    ['the checkout', git('no', 'yes'), undefined],
    ['the checkout, although GitHub says otherwise', git('no', 'yes'), github('ahead')],
    ['GitHub, when the history is cut short', git('unknown', 'unknown'), github('behind')],
    ['GitHub, when the checkout has no such commit', git('missing', 'missing'), github('behind')],
  ])('is refused when %s proves it', async (_, history, api) => {
    const { refused, warnings } = await ask(history, api);
    expect(refused).toMatchObject({
      code: 'stale-commit',
      message: `The live commit ${LIVE.slice(0, 12)} is newer: it descends from ${NEXT.slice(0, 12)}.`,
      hint: expect.stringContaining('set allow-downgrade to true'),
    });
    expect(warnings).toEqual([]);
  });
});

describe('any other commit', () => {
  it.each<[string, Git, GitHub | undefined, RegExp | undefined]>([
    ['a newer one', git('yes', 'no'), undefined, undefined],
    ['a newer one by GitHub', git('unknown', 'unknown'), github('ahead'), undefined],
    ['the same one by GitHub', git('unknown', 'unknown'), github('identical'), undefined],
    ['one of another line', git('no', 'no'), undefined, /another line of history/],
    [
      'one of another line by GitHub',
      git('unknown', 'unknown'),
      github('diverged'),
      /another line of history/,
    ],
    ['one that nobody knows', git('unknown', 'unknown'), undefined, /could not be found out.*fetch-depth: 0/],
    [
      'one that a whole history does not hold',
      git('missing', 'missing'),
      github(new Error('404')),
      /^(?!.*whole history).*no common history with 222222222222/,
    ],
    [
      'one that GitHub does not know',
      git('unknown', 'unknown'),
      github(new Error('404')),
      /could not be found out/,
    ],
  ])('is let through: %s', async (_, history, api, warning) => {
    const { refused, warnings } = await ask(history, api);
    expect(refused).toBeUndefined();
    expect(warnings).toEqual(warning === undefined ? [] : [expect.stringMatching(warning)]);
  });

  it('is let through when the live one is not known, with a warning', async () => {
    const { refused, warnings } = await ask(git('no', 'yes'), undefined, { live: undefined, next: NEXT });
    expect(refused).toBeUndefined();
    expect(warnings).toEqual([expect.stringMatching(/Which commit is live is not known/)]);
  });

  it('is let through in silence when it is the live one', async () => {
    const { refused, warnings } = await ask(git('no', 'yes'), undefined, { live: LIVE, next: LIVE });
    expect([refused, warnings]).toEqual([undefined, []]);
  });
});

describe('the commit of a revision', () => {
  const revision = (tag: string | undefined, told: string | undefined) => ({
    arn: 'arn',
    family: 'api',
    revision: 1,
    status: 'ACTIVE',
    tags: new Map(tag === undefined ? [] : [['deploy-backend:git-sha', tag]]),
    body: {
      containerDefinitions: [
        { name: 'other', environment: [{ name: 'GIT_SHA', value: '3'.repeat(40) }] },
        { name: 'api', environment: told === undefined ? [] : [{ name: 'GIT_SHA', value: told }] },
      ],
    },
  });

  it.each([
    [LIVE, NEXT, LIVE],
    [undefined, NEXT, NEXT],
    [undefined, 'A'.repeat(40), 'a'.repeat(40)],
    [`${LIVE}-dirty-0123456789ab`, undefined, LIVE],
    [undefined, 'f'.repeat(64), 'f'.repeat(64)],
    [undefined, 'unknown', undefined],
    [undefined, '1111111', undefined],
    [undefined, `${LIVE}x`, undefined],
    [undefined, `x${LIVE}`, undefined],
    [undefined, undefined, undefined],
  ])('with tag %s and variable %s is %s', (tag, told, expected) => {
    expect(commitOf(revision(tag, told), 'api')).toBe(expected);
  });
});
