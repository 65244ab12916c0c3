import { execFile } from 'node:child_process';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { root } from '../pages.js';

/* The script that moves v1 after a release, against a server that keeps references as GitHub does. */
const SHA = 'a'.repeat(40);
let server: Server;
afterEach(() => void server.close());

/** GitHub's references, of which some are there and some must not be touched. */
async function github(tags: Map<string, string>, refused: readonly string[]): Promise<string> {
  const answer = async (request: IncomingMessage): Promise<number> => {
    const body = JSON.parse(await text(request)) as {
      readonly sha: string;
      readonly ref?: string;
      readonly force?: boolean;
    };
    const name = (body.ref ?? request.url ?? '').replace(/^.*refs\/tags\//, '');
    if (request.headers.authorization !== 'Bearer secret' || refused.includes(name)) return 403;
    if (request.method === 'PATCH' && (!tags.has(name) || body.force !== true)) return 422;
    tags.set(name, body.sha);
    return request.method === 'PATCH' ? 200 : 201;
  };
  server = createServer((request, response) => {
    void answer(request).then((status) => response.writeHead(status).end('{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

async function move(
  tags: Map<string, string>,
  names: readonly string[],
  refused: readonly string[] = [],
): Promise<{ readonly failed: boolean; readonly out: string; readonly error: string }> {
  const env = {
    GITHUB_API_URL: await github(tags, refused),
    GITHUB_REPOSITORY: 'mentalspace/deploy-backend',
    GH_TOKEN: 'secret',
  };
  return new Promise((resolve) => {
    const args = [join(root, 'scripts/move-tags.js'), SHA, ...names];
    execFile(process.execPath, args, { env }, (failure, out, error) =>
      resolve({ failed: failure !== null, out, error }),
    );
  });
}

describe('the script that moves tags', () => {
  it('moves those that are there, makes those that are not, and leaves the others', async () => {
    const tags = new Map([
      ['v1', 'old'],
      ['v0', 'older'],
    ]);
    expect(await move(tags, ['v1', 'v1.2'])).toEqual({
      failed: false,
      out: `v1 leads to ${SHA}\nv1.2 leads to ${SHA}\n`,
      error: '',
    });
    expect(Object.fromEntries(tags)).toEqual({ v0: 'older', v1: SHA, 'v1.2': SHA });
  });

  it('fails with an annotation at the first that GitHub refuses', async () => {
    const tags = new Map([['v1', 'old']]);
    expect(await move(tags, ['v1', 'v1.2'], ['v1'])).toEqual({
      failed: true,
      out: '',
      error: '::error title=release::v1 was not moved: GitHub answered 403.\n',
    });
    expect(Object.fromEntries(tags)).toEqual({ v1: 'old' });
  });

  it('does nothing for a prerelease, which moves none', async () => {
    expect(await move(new Map(), [])).toEqual({ failed: false, out: '', error: '' });
  });
});
