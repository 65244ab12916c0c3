import type { Json, JsonObject } from '../json.js';
import { showComparison, showDeployment, showStatus } from './answers.js';
import type { OperationId } from './description.js';
import { addStatus, commitsOf, history, type Deployment, type Repository } from './repository.js';

/** A request that fits the description. */
export interface GitHubCall {
  /** Parts of the path, by name. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: JsonObject;
}

export interface GitHubAnswer {
  readonly status: number;
  readonly body: Json;
}

/** What each operation does to the repository, and says. */
export const operations: Readonly<
  Record<OperationId, (repository: Repository, call: GitHubCall) => GitHubAnswer>
> = {
  'repos/compare-commits-with-basehead': compare,
  'repos/list-deployments': listDeployments,
  'repos/create-deployment': createDeployment,
  'repos/list-deployment-statuses': listStatuses,
  'repos/create-deployment-status': createStatus,
};

/** "When calling this endpoint without any paging parameter, the returned list is limited to 250 commits, and the last commit in the list is the most recent". */
const MOST_COMPARED = 250;

function compare(repository: Repository, { path, query }: GitHubCall): GitHubAnswer {
  const [base, head] = (path['basehead'] ?? '').split('...').map((sha) => repository.commits.get(sha));
  if (!base || !head) return refuse(404, 'Not Found');
  const [before, after] = [history(repository, base.sha), history(repository, head.sha)];
  const ahead = commitsOf(repository, head.sha, before);
  const behind = commitsOf(repository, base.sha, after);
  const shared = repository.commits.get([...before].filter((sha) => after.has(sha)).at(-1) ?? '');
  if (!shared) return refuse(404, `No common ancestor between ${base.sha} and ${head.sha}.`);
  const paged = query.has('page') || query.has('per_page');
  const shown = paged ? pageOf(ahead, query) : ahead.slice(-MOST_COMPARED);
  return {
    status: 200,
    body: showComparison(repository, [base, shared], [ahead.length, behind.length], shown),
  };
}

function listDeployments(repository: Repository, { query }: GitHubCall): GitHubAnswer {
  const wanted = (['sha', 'ref', 'task', 'environment'] as const).filter((name) => query.has(name));
  const found = repository.deployments
    .filter((one) => wanted.every((name) => one[name] === query.get(name)))
    .reverse();
  return { status: 200, body: pageOf(found, query).map((one) => showDeployment(repository, one)) };
}

function createDeployment(repository: Repository, { body }: GitHubCall): GitHubAnswer {
  const ref = textOf(body['ref'], '');
  const environment = textOf(body['environment'], 'production');
  if (!repository.commits.has(ref)) return refuse(422, `No ref found for: ${ref}`);
  const payload = body['payload'] ?? '';
  const made: Deployment = {
    id: repository.nextId++,
    sha: ref,
    ref,
    task: textOf(body['task'], 'deploy'),
    payload: typeof payload === 'string' ? payload : (payload as JsonObject),
    environment,
    description: textOf(body['description'], ''),
    transient: body['transient_environment'] === true,
    // "Default: `true` when `environment` is `production` and `false` otherwise."
    production:
      body['production_environment'] === undefined
        ? environment === 'production'
        : body['production_environment'] === true,
    statuses: [],
  };
  repository.deployments.push(made);
  return { status: 201, body: showDeployment(repository, made) };
}

function listStatuses(repository: Repository, { path, query }: GitHubCall): GitHubAnswer {
  const deployment = find(repository, path);
  if (!deployment) return refuse(404, 'Not Found');
  const newest = [...deployment.statuses].reverse();
  return { status: 200, body: pageOf(newest, query).map((one) => showStatus(repository, deployment, one)) };
}

function createStatus(repository: Repository, { path, body }: GitHubCall): GitHubAnswer {
  const deployment = find(repository, path);
  if (!deployment) return refuse(404, 'Not Found');
  const description = textOf(body['description'], '');
  if (description.length > 140)
    return refuse(422, 'Validation Failed: description is too long (maximum is 140)');
  const last = deployment.statuses.at(-1);
  const status = {
    state: textOf(body['state'], ''),
    description,
    // "If not defined, the environment of the previous status on the deployment will be used, if it exists."
    environment: textOf(body['environment'], last?.environment ?? deployment.environment),
    environmentUrl: textOf(body['environment_url'], ''),
    logUrl: textOf(body['log_url'], textOf(body['target_url'], '')),
  };
  const made = addStatus(repository, deployment, status, body['auto_inactive'] !== false);
  return { status: 201, body: showStatus(repository, deployment, made) };
}

function find({ deployments }: Repository, path: GitHubCall['path']): Deployment | undefined {
  return deployments.find(({ id }) => String(id) === path['deployment_id']);
}

/** "Using pagination in the REST API": pages of 30, of at most 100. */
function pageOf<T>(all: readonly T[], query: URLSearchParams): readonly T[] {
  const size = Math.min(Number(query.get('per_page') ?? 30), 100);
  const start = (Number(query.get('page') ?? 1) - 1) * size;
  return all.slice(start, start + size);
}

function textOf(value: Json | undefined, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}

/** An error in GitHub's shape. */
export function refuse(status: number, message: string): GitHubAnswer {
  return {
    status,
    body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) },
  };
}
