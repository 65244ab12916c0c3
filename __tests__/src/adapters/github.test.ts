import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { github } from '../../../src/adapters/github.js';
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
  github({ env, signal }, 'ghs_token', limit)!;

describe("GitHub's API", () => {
  it.each(['ahead', 'behind', 'identical', 'diverged'])('tells that a commit is %s', async (status) => {
    const asked: IncomingMessage[] = [];
    const env = await serve((request, response) => {
      asked.push(request);
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ status }));
    });
    await expect(api(env).compare(LIVE, NEXT)).resolves.toBe(status);
    expect(asked.map(({ url }) => decodeURIComponent(url ?? ''))).toEqual([
      `/api/v3/repos/mentalspace/ehr/compare/${LIVE}...${NEXT}?per_page=1`,
    ]);
    expect(asked[0]!.headers.authorization).toBe('token ghs_token');
  });

  it.each([401, 403, 404, 500])('throws when it answers with status %d', async (status) => {
    const env = await serve((_, response) => response.writeHead(status).end('{"message":"no"}'));
    await expect(api(env).compare(LIVE, NEXT)).rejects.toMatchObject({ status });
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
    expect(github({ env: { GITHUB_REPOSITORY: 'a/b' }, signal }, '')).toBeUndefined();
    expect(github({ env: {}, signal }, 'token')).toBeUndefined();
    expect(github({ env: { GITHUB_REPOSITORY: 'a' }, signal }, 'token')).toBeUndefined();
  });
});
