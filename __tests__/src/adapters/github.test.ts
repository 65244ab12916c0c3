import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { clock } from '../../../src/adapters/clock.js';
import { github } from '../../../src/adapters/github.js';
import { explain } from '../../../src/adapters/github-requests.js';
import type { Environment } from '../../../src/world.js';

const [LIVE, NEXT] = ['1'.repeat(40), '2'.repeat(40)];
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** GitHub's API on loopback, as an Enterprise Server has it. */
function serve(listener: RequestListener): Promise<Environment> {
  return new Promise((resolve) => {
    const server = createServer(listener);
    servers.push(server);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({
        GITHUB_API_URL: `http://127.0.0.1:${String(port)}/api/v3`,
        GITHUB_REPOSITORY: 'mentalspace/ehr',
      });
    });
  });
}

const api = (env: Environment, limit?: number, signal = new AbortController().signal) =>
  github({ env, signal, clock }, 'ghs_token', limit === undefined ? {} : { limit })!;

const commit = (sha: string, login: string | null, name: string, message: string) => ({
  sha,
  author: login === null ? null : { login },
  commit: { message, author: { name, email: 'ada@example.com' } },
});

describe("GitHub's API", () => {
  it.each(['ahead', 'behind', 'identical', 'diverged'])('tells that a commit is %s', async (status) => {
    const asked: IncomingMessage[] = [];
    const env = await serve((request, response) => {
      asked.push(request);
      const commits = [
        commit(LIVE, null, 'Ada', 'One\n\nMore'),
        commit(NEXT, 'grace', 'Grace Hopper', 'Two'),
      ];
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ status, ahead_by: 2, commits }));
    });
    await expect(api(env).compare(LIVE, NEXT)).resolves.toEqual({
      status,
      total: 2,
      commits: [
        { sha: NEXT, author: 'grace', subject: 'Two' },
        { sha: LIVE, author: 'Ada', subject: 'One' },
      ],
    });
    expect(asked.map(({ url }) => decodeURIComponent(url ?? ''))).toEqual([
      `/api/v3/repos/mentalspace/ehr/compare/${LIVE}...${NEXT}`,
    ]);
    expect(asked[0]!.headers.authorization).toBe('token ghs_token');
  });

  it.each([401, 403, 404, 500])('throws when it answers with status %d', async (status) => {
    const env = await serve((_, response) => response.writeHead(status).end('{"message":"no"}'));
    await expect(api(env).compare(LIVE, NEXT)).rejects.toMatchObject({ status });
  });

  it.each([
    [
      401,
      {},
      'Bad credentials',
      /^GitHub's API answered 401 \(Bad credentials\)\. Is github-token still valid\?$/,
    ],
    [
      403,
      {},
      'Resource not accessible by integration',
      /403 \(Resource.*\)\. Give the job the permission x: read\.$/,
    ],
    [403, { 'x-ratelimit-remaining': '0' }, 'API rate limit exceeded', /403 \(API rate limit exceeded\)\.$/],
    [403, { 'retry-after': '60' }, 'You have exceeded a secondary rate limit.', /secondary rate limit\)\.$/],
    [404, {}, 'Not Found', /404 \(Not Found\)\. It is not there, or the job lacks the permission x: read\.$/],
    [429, { 'retry-after': '60' }, '', /429 \(\)\.$/],
  ])('is explained when it answers %d with %j', async (status, headers, message, words) => {
    const env = await serve((_, response) =>
      response
        .writeHead(status, { ...headers, 'content-type': 'application/json' })
        .end(JSON.stringify({ message })),
    );
    const error: unknown = await api(env)
      .compare(LIVE, NEXT)
      .catch((thrown: unknown) => thrown);
    expect(explain(error, 'x: read')).toMatch(words);
  });

  it('is explained without the text of a page, and without what could speak to the runner', async () => {
    const env = await serve((_, response) =>
      response.writeHead(403, { 'content-type': 'text/html' }).end('<p>::error::no</p>'),
    );
    const error: unknown = await api(env)
      .compare(LIVE, NEXT)
      .catch((thrown: unknown) => thrown);
    expect(explain(error, 'x: read')).toBe("GitHub's API answered 403. Give the job the permission x: read.");
  });

  it.each(['<html></html>', '{"status":"ahead"', '[]', '{"status":"sideways","ahead_by":1,"commits":[]}'])(
    'throws when it answers %j with status 200',
    async (body) => {
      const env = await serve((_, response) => response.writeHead(200).end(body));
      await expect(api(env).compare(LIVE, NEXT)).rejects.toThrow(/cannot be read/);
    },
  );

  it('is asked once more after the time that it names', async () => {
    let asked = 0;
    const env = await serve((_, response) => {
      asked += 1;
      if (asked === 1) response.writeHead(429, { 'retry-after': '1' }).end('{}');
      else
        response
          .setHeader('content-type', 'application/json')
          .end('{"status":"ahead","ahead_by":0,"commits":[]}');
    });
    await expect(api(env).compare(LIVE, NEXT)).resolves.toMatchObject({ status: 'ahead' });
    expect(asked).toBe(2);
  });

  it('is not asked again when it names a time after the limit', async () => {
    let asked = 0;
    const env = await serve((_, response) => {
      asked += 1;
      response.writeHead(429, { 'retry-after': '60' }).end('{}');
    });
    await expect(api(env).compare(LIVE, NEXT)).rejects.toMatchObject({ status: 429 });
    expect(asked).toBe(1);
  });

  it('is not asked a second time to create a deployment when the answer was lost', async () => {
    let asked = 0;
    const env = await serve((request) => {
      asked += 1;
      request.socket.destroy();
    });
    const wish = {
      ref: NEXT,
      task: 'deploy:api',
      environment: 'production',
      production: true,
      description: '',
      payload: {},
    };
    await expect(api(env).createDeployment(wish)).rejects.toThrow(/cannot be reached/);
    expect(asked).toBe(1);
  });

  it('holds up nobody when it never answers', async () => {
    const env = await serve(() => undefined);
    await expect(api(env, 100).compare(LIVE, NEXT)).rejects.toThrow();
  });

  it('is left alone once the run is cancelled', async () => {
    const cancel = new AbortController();
    const env = await serve(() => cancel.abort(new Error('cancelled')));
    await expect(api(env, 60_000, cancel.signal).compare(LIVE, NEXT)).rejects.toThrow();
  });

  it('is not there without a token or a repository', () => {
    const { signal } = new AbortController();
    expect(github({ env: { GITHUB_REPOSITORY: 'a/b' }, signal, clock }, '')).toBeUndefined();
    expect(github({ env: {}, signal, clock }, 'token')).toBeUndefined();
    expect(github({ env: { GITHUB_REPOSITORY: 'a' }, signal, clock }, 'token')).toBeUndefined();
  });
});
