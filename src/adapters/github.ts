import { isObject, objectsAt, textAt, type JsonObject } from '../model/json.js';
import type { World } from '../world.js';
import type { LoggedCommit } from './git.js';
import { conversation, unreadable, type Parameters, type Terms } from './github-requests.js';

/** How one commit stands to another in GitHub's history. */
export type Comparison = 'ahead' | 'behind' | 'identical' | 'diverged';

/** What GitHub says of two commits. */
export interface ComparedCommits {
  /** How `head` stands to `base`. */
  readonly status: Comparison;
  /** How many commits `head` has and `base` has not. */
  readonly total: number;
  /** The newest 250 of them at most, newest first; everything but the SHA is untrusted text. */
  readonly commits: readonly LoggedCommit[];
}

/** The states that we give a deployment ("REST API endpoints for deployment statuses"). */
export type DeploymentState = 'in_progress' | 'success' | 'failure' | 'inactive';

/** What a new GitHub deployment says of itself. */
export interface NewDeployment {
  /** The SHA of a commit that the repository has. */
  readonly ref: string;
  readonly task: string;
  readonly environment: string;
  readonly production: boolean;
  readonly description: string;
  readonly payload: JsonObject;
}

/** A status of a GitHub deployment. */
export interface NewStatus {
  readonly state: DeploymentState;
  /** At most 140 characters. */
  readonly description: string;
  readonly logUrl?: string | undefined;
  readonly environmentUrl?: string | undefined;
}

/** A deployment that GitHub knows. */
export interface ListedDeployment {
  /** Digits; a newer deployment has a greater one. */
  readonly id: string;
  /** Whoever made it wrote this: untrusted. */
  readonly payload: JsonObject;
}

/** The few things that we ask of GitHub's API; each throws a `GitHubError`. */
export interface GitHub {
  compare(base: string, head: string): Promise<ComparedCommits>;
  /** Returns the id, which is made of digits. Never sent a second time when its answer was lost. */
  createDeployment(wish: NewDeployment): Promise<string>;
  setStatus(id: string, status: NewStatus): Promise<void>;
  /** The newest ten, newest first. */
  deployments(environment: string, task: string): Promise<readonly ListedDeployment[]>;
  /** The state of the last status; undefined when there is none yet. */
  stateOf(id: string): Promise<string | undefined>;
}

/** Milliseconds that one conversation may take in all: what GitHub knows never holds up a release for longer. */
export const LIMIT = 10_000;
/**
 * A conversation with GitHub's API on the repository of this run, which ends `limit` milliseconds from now. Undefined
 * without a token or a repository.
 */
export function github(
  world: Pick<World, 'env' | 'signal' | 'clock'>,
  token: string,
  { limit = LIMIT, allowance = { left: 2 } }: Partial<Terms> = {},
): GitHub | undefined {
  const [owner, repo] = (world.env['GITHUB_REPOSITORY'] ?? '').split('/');
  if (!token || !owner || !repo) return undefined;
  const ask = conversation(world, token, { owner, repo }, { limit, allowance });
  const deployments = '/repos/{owner}/{repo}/deployments';
  const statuses = `${deployments}/{deployment_id}/statuses`;
  return {
    // Without a page the newest 250 commits are listed ("Compare two commits"), in chronological order.
    compare: async (base, head) =>
      comparison(
        await ask('GET /repos/{owner}/{repo}/compare/{basehead}', { basehead: `${base}...${head}` }),
      ),
    createDeployment: async (wish) => idOf(await ask(`POST ${deployments}`, deploymentBody(wish), false)),
    setStatus: async (id, status) => {
      idOf(await ask(`POST ${statuses}`, { deployment_id: id, ...statusBody(status) }));
    },
    deployments: async (environment, task) =>
      listOf(await ask(`GET ${deployments}`, { environment, task, per_page: 10 })).map((one) => ({
        id: idOf(one),
        payload: isObject(one['payload']) ? one['payload'] : {},
      })),
    stateOf: async (id) => {
      const [last] = listOf(await ask(`GET ${statuses}`, { deployment_id: id, per_page: 1 }));
      return last && textAt(last, 'state');
    },
  };
}

function deploymentBody({ production, ...wish }: NewDeployment): Parameters {
  // Merging a branch and waiting for checks are for who deploys a branch; here a commit is proven already.
  const settings = { auto_merge: false, required_contexts: [], transient_environment: false };
  return { ...wish, ...settings, production_environment: production };
}

/**
 * GitHub's own `auto_inactive` ends deployments of every task of the environment, and none of a production environment
 * ("Create a deployment status"); so it is off, and the action ends those of its own service.
 */
function statusBody({ state, description, logUrl, environmentUrl }: NewStatus): Parameters {
  return {
    state,
    description,
    auto_inactive: false,
    ...(logUrl === undefined ? {} : { log_url: logUrl }),
    ...(environmentUrl === undefined ? {} : { environment_url: environmentUrl }),
  };
}

const COMPARISONS: readonly string[] = ['ahead', 'behind', 'identical', 'diverged'] satisfies Comparison[];

function comparison(data: unknown): ComparedCommits {
  const answer = isObject(data) ? data : {};
  const status = textAt(answer, 'status') ?? '';
  const total = answer['ahead_by'];
  if (!isComparison(status) || typeof total !== 'number') throw unreadable();
  return { status, total, commits: objectsAt(answer, 'commits').map(listed).reverse() };
}

function isComparison(text: string): text is Comparison {
  return COMPARISONS.includes(text);
}

/** The login, where GitHub knows whose commit it is, else the name that the commit itself has. */
function listed(commit: JsonObject): LoggedCommit {
  const [sha, user, git] = [textAt(commit, 'sha') ?? '', commit['author'], commit['commit']];
  if (!/^[0-9a-f]{40,64}$/.test(sha) || !isObject(git)) throw unreadable();
  const name = isObject(git['author']) ? textAt(git['author'], 'name') : undefined;
  const login = isObject(user) ? textAt(user, 'login') : undefined;
  return {
    sha,
    author: login ?? name ?? '',
    subject: (textAt(git, 'message') ?? '').split('\n', 1)[0] ?? '',
  };
}

function listOf(data: unknown): readonly JsonObject[] {
  if (!Array.isArray(data)) throw unreadable();
  return data.filter(isObject);
}

function idOf(data: unknown): string {
  const id = isObject(data) ? data['id'] : undefined;
  if (typeof id !== 'number' || !Number.isSafeInteger(id)) throw unreadable();
  return String(id);
}
