import { identityIssuer, type IdentityIssuer } from '../sandbox/github/identity.js';
import { NAMES } from '../sandbox/names.js';
import { letRepositoryIn } from '../sandbox/sts/seed.js';
import type { AwsRequest, Environment, HttpResponse, World } from '../src/world.js';
import { readyWorld, type ReadyWorld } from './ready-world.js';
import { inputs } from './world.js';

export const ROLE = `arn:aws:iam::${NAMES.account}:role/${NAMES.role}`;
const REQUEST_TOKEN = 'request-token-of-the-job-0123456789';
const REQUEST_URL = 'http://identity.github.test/idtoken?api-version=2.0';

/** The ready-made world for a job that assumes a role with GitHub's identity token. */
export interface RoleWorld extends ReadyWorld {
  readonly identity: IdentityIssuer;
  /** Access key ids that requests to AWS were signed with, each once, in order. */
  readonly keys: () => readonly string[];
}

/** The variables of such a job. */
export function roleJob(more: Readonly<Record<string, string>> = {}): Environment {
  return {
    ...inputs({ 'role-to-assume': ROLE, ...more }),
    GITHUB_ACTIONS: 'true',
    GITHUB_REPOSITORY: NAMES.githubRepository,
    GITHUB_RUN_ID: '77',
    GITHUB_RUN_ATTEMPT: '1',
    ACTIONS_ID_TOKEN_REQUEST_URL: REQUEST_URL,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: REQUEST_TOKEN,
  };
}

/** Makes that world. */
export async function roleWorld(env: Environment = roleJob()): Promise<RoleWorld> {
  const there = await readyWorld({ env });
  const identity = identityIssuer(there.clock, REQUEST_TOKEN, {
    repository: NAMES.githubRepository,
    ids: NAMES.githubIds,
    ref: 'refs/heads/master',
    immutable: false,
  });
  letRepositoryIn(there.cloud, identity);
  const keys = new Set<string>();
  const world: World = {
    ...there.world,
    http: (request) =>
      request.url.startsWith('http://identity.github.test/')
        ? identityAnswer(identity, there.world, request)
        : there.world.http(request),
    aws: {
      handle(request, options) {
        const key = keyOf(request);
        if (key !== undefined) keys.add(key);
        return there.world.aws!.handle(request, options);
      },
    },
  };
  return { ...there, world, identity, keys: () => [...keys] };
}

async function identityAnswer(
  identity: IdentityIssuer,
  { clock }: World,
  { url, headers, timeout, signal }: Parameters<World['http']>[0],
): Promise<HttpResponse> {
  const answer = identity.answer(url, headers?.['authorization']);
  if (answer === 'hang') {
    await clock.sleep(timeout, signal);
    throw Object.assign(new Error('The operation was aborted due to timeout'), { name: 'TimeoutError' });
  }
  if (answer === 'reset') throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  return { ...answer, headers: {}, truncated: false, duration: 1, connecting: 0 };
}

function keyOf({ headers }: AwsRequest): string | undefined {
  return /Credential=([^/]+)/.exec(headers['authorization'] ?? '')?.[1];
}
