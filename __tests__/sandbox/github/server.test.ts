import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lineOfCommits, type RepositoryCommit } from '../../../sandbox/github/repository.js';
import { startGitHub, type GitHubServer } from '../../../sandbox/github/server.js';

const sha = (digit: number): string => String(digit).repeat(40);
const REPOSITORY = '/repos/mentalspace/backend';
const HEADERS = {
  authorization: 'token ghs_test',
  accept: 'application/vnd.github.v3+json',
  'x-github-api-version': '2022-11-28',
};
/** 1 – 2 – 3, and 4 beside 3, whose author has no account. */
const COMMITS: readonly RepositoryCommit[] = [
  ...lineOfCommits([sha(1), sha(2), sha(3)]),
  { sha: sha(4), parents: [sha(2)], message: 'Aside\n\nMore', author: 'Ada', email: 'ada@example.com' },
];

let github: GitHubServer;
beforeEach(async () => {
  github = await startGitHub('mentalspace/backend', COMMITS);
});
afterEach(() => github.close());

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown> & readonly Record<string, unknown>[];
}

async function ask(path: string, body?: object, headers: Record<string, string> = HEADERS): Promise<Answer> {
  const sent =
    body === undefined
      ? { headers }
      : {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        };
  const response = await fetch(`${github.url}${REPOSITORY}${path}`, sent);
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

const create = async (wish: object = {}): Promise<number> =>
  Number(
    (await ask('/deployments', { ref: sha(2), environment: 'staging', required_contexts: [], ...wish })).body[
      'id'
    ],
  );
const tell = (id: number, state: string, more: object = {}) =>
  ask(`/deployments/${String(id)}/statuses`, { state, ...more });
const states = (id: number): readonly string[] =>
  github.repository.deployments.find((one) => one.id === id)!.statuses.map(({ state }) => state);

describe('comparing commits', () => {
  it.each([
    [1, 3, { status: 'ahead', ahead_by: 2, behind_by: 0 }, [2, 3]],
    [3, 1, { status: 'behind', ahead_by: 0, behind_by: 2 }, []],
    [2, 2, { status: 'identical', ahead_by: 0, behind_by: 0 }, []],
    [3, 4, { status: 'diverged', ahead_by: 1, behind_by: 1 }, [4]],
  ])('%d with %d', async (base, head, expected, between) => {
    const { body } = await ask(`/compare/${sha(base)}...${sha(head)}`);
    expect(body).toMatchObject(expected);
    expect((body['commits'] as readonly { sha: string }[]).map((one) => one.sha)).toEqual(between.map(sha));
    expect(github.invalid).toEqual([]);
  });

  it('knows the account of an author, or none', async () => {
    const { body } = await ask(`/compare/${sha(1)}...${sha(4)}`);
    expect(body['commits']).toMatchObject([
      { author: { login: 'mona' } },
      { author: null, commit: { message: 'Aside\n\nMore', author: { name: 'Ada' } } },
    ]);
    expect(github.invalid).toEqual([]);
  });

  it('lists the newest 250 without a page, and the oldest first with one', async () => {
    const many = Array.from({ length: 260 }, (_, index) => index.toString(16).padStart(40, '0'));
    for (const one of lineOfCommits(many, sha(1))) github.repository.commits.set(one.sha, one);
    const shown = async (query: string) =>
      (await ask(`/compare/${sha(1)}...${many.at(-1)!}${query}`)).body['commits'] as readonly {
        sha: string;
      }[];
    const [whole, page] = [await shown(''), await shown('?per_page=10')];
    expect([whole.length, whole.at(-1)?.sha]).toEqual([250, many.at(-1)]);
    expect([page.length, page[0]?.sha]).toEqual([10, many[0]]);
  });

  it('does not find a commit that is not there', async () => {
    expect((await ask(`/compare/${sha(1)}...${sha(9)}`)).status).toBe(404);
  });
});

describe('deployments', () => {
  it('are created and listed, the newest first, by environment and task', async () => {
    const [first, second] = [await create({ task: 'deploy:a', payload: { run: '1' } }), await create()];
    const other = await create({ environment: 'production' });
    const ids = async (query: string) => (await ask(`/deployments${query}`)).body.map(({ id }) => id);
    expect(await ids('')).toEqual([other, second, first]);
    expect(await ids('?environment=staging')).toEqual([second, first]);
    expect(await ids('?environment=staging&task=deploy%3Aa')).toEqual([first]);
    expect((await ask('/deployments?task=deploy%3Aa')).body[0]).toMatchObject({ payload: { run: '1' } });
    expect(github.repository.deployments.map(({ production }) => production)).toEqual([false, false, true]);
    expect(github.invalid).toEqual([]);
  });

  it('have the statuses that they were given, the newest first', async () => {
    const id = await create();
    await tell(id, 'in_progress');
    await tell(id, 'success', {
      description: 'done',
      environment_url: 'https://a.example',
      log_url: 'https://b.example',
    });
    const { body } = await ask(`/deployments/${String(id)}/statuses?per_page=1`);
    expect(body).toMatchObject([
      {
        state: 'success',
        description: 'done',
        environment: 'staging',
        environment_url: 'https://a.example',
        log_url: 'https://b.example',
        target_url: 'https://b.example',
      },
    ]);
    expect(github.invalid).toEqual([]);
  });

  it.each([
    ['of the same environment that were a success', {}, 'success', ['success', 'inactive']],
    ['not of production', { production_environment: true }, 'success', ['success']],
    ['not transient ones', { transient_environment: true }, 'success', ['success']],
    ['not those that failed', {}, 'failure', ['failure']],
    ['not of another environment', { environment: 'test' }, 'success', ['success']],
  ])('are inactive after a newer success: %s', async (_, wish, state, expected) => {
    const [older, newer] = [await create(wish), await create()];
    await tell(older, state, { auto_inactive: false });
    await tell(newer, 'success');
    expect([states(older), states(newer)]).toEqual([expected, ['success']]);
  });

  it('stay as they are when the newer success says so', async () => {
    const [older, newer] = [await create(), await create()];
    await tell(older, 'success');
    await tell(newer, 'success', { auto_inactive: false });
    expect(states(older)).toEqual(['success']);
  });
});

describe('a request that GitHub does not take', () => {
  it.each<[string, string, object | undefined, number]>([
    ['an unknown state', '/deployments/1/statuses', { state: 'done' }, 422],
    ['an unknown field', '/deployments', { ref: sha(1), enviroment: 'x' }, 422],
    ['a wrong type', '/deployments', { ref: sha(1), auto_merge: 'no' }, 422],
    ['no ref', '/deployments', {}, 422],
    ['an unknown parameter', '/deployments?env=x', undefined, 422],
    ['a page that is too large', '/deployments?per_page=1000', undefined, 422],
    ['an id that is none', '/deployments/x/statuses', undefined, 422],
    ['an operation that is not imitated', '/issues', undefined, 404],
  ])('is answered so and kept: %s', async (_, path, body, status) => {
    expect((await ask(path, body)).status).toBe(status);
    expect(github.invalid).toHaveLength(1);
    expect(github.repository.deployments).toEqual([]);
  });

  it.each([[{ ...HEADERS, accept: 'text/html' }], [{ ...HEADERS, 'x-github-api-version': '2020-01-01' }]])(
    'is kept for its headers %j',
    async (headers) => {
      expect((await ask('/deployments', undefined, headers)).status).toBe(400);
      expect(github.invalid).toHaveLength(1);
    },
  );

  it('is refused, and no defect, without a token, for an unknown ref and a long description', async () => {
    const { authorization: _, ...anonymous } = HEADERS;
    expect((await ask('/deployments', undefined, anonymous)).status).toBe(401);
    expect((await ask('/deployments', { ref: sha(9) })).body['message']).toBe(`No ref found for: ${sha(9)}`);
    const id = await create();
    expect((await tell(id, 'success', { description: 'x'.repeat(141) })).status).toBe(422);
    expect([github.invalid, states(id)]).toEqual([[], []]);
  });
});

describe('what goes wrong', () => {
  it.each([
    ['unauthorized', 401],
    ['denied', 403],
    ['missing', 404],
    ['conflict', 409],
    ['invalid', 422],
    ['throttled', 429],
    ['server-error', 500],
  ] as const)('%s is answered %d, and nothing happens', async (kind, status) => {
    github.faults.push({ kind, operation: 'repos/create-deployment', times: 1, retryAfter: 7 });
    expect((await ask('/deployments', { ref: sha(1) })).status).toBe(status);
    expect(github.repository.deployments).toEqual([]);
    expect((await ask('/deployments', { ref: sha(1) })).status).toBe(201);
    expect(github.requests.map((one) => one.status)).toEqual([status, 201]);
  });

  it.each([
    ['reset', 0],
    ['lost-reply', 1],
  ] as const)('%s cuts the connection after %d deployments were made', async (kind, made) => {
    github.faults.push({ kind });
    await expect(ask('/deployments', { ref: sha(1) })).rejects.toThrow();
    expect(github.repository.deployments).toHaveLength(made);
  });

  it('html is a page with status 200', async () => {
    github.faults.push({ kind: 'html' });
    const response = await fetch(`${github.url}${REPOSITORY}/deployments`, { headers: HEADERS });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html']);
  });

  it('slow is the right answer, no sooner than that', async () => {
    github.faults.push({ kind: 'slow', delay: 50 });
    const began = performance.now();
    expect((await ask('/deployments', { ref: sha(1) })).status).toBe(201);
    expect(performance.now() - began).toBeGreaterThanOrEqual(49);
  });

  it('hang is no answer', async () => {
    github.faults.push({ kind: 'hang' });
    const signal = AbortSignal.timeout(200);
    await expect(
      fetch(`${github.url}${REPOSITORY}/deployments`, { headers: HEADERS, signal }),
    ).rejects.toThrow(/timeout/);
  });
});
