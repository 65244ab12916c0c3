import type { JsonObject } from '../json.js';
import { example } from './description.js';
import type { Deployment, DeploymentStatus, Repository, RepositoryCommit } from './repository.js';

/* Answers in GitHub's shapes: its own examples, with our values in them. */

const TIME = '2026-01-01T00:00:00Z';

/** A deployment as the API shows it. */
export function showDeployment({ name }: Repository, deployment: Deployment): JsonObject {
  const { id, sha, ref, task, payload, environment, description, transient, production } = deployment;
  const repository = `https://api.github.com/repos/${name}`;
  const url = `${repository}/deployments/${String(id)}`;
  return {
    ...example('deployment-simple-example'),
    ...{ id, sha, ref, task, payload, environment, original_environment: environment, description },
    ...{
      url,
      statuses_url: `${url}/statuses`,
      repository_url: repository,
      created_at: TIME,
      updated_at: TIME,
    },
    ...{ transient_environment: transient, production_environment: production },
  };
}

/** A status as the API shows it. */
export function showStatus(
  { name }: Repository,
  deployment: Deployment,
  status: DeploymentStatus,
): JsonObject {
  const repository = `https://api.github.com/repos/${name}`;
  const url = `${repository}/deployments/${String(deployment.id)}`;
  const { id, state, description, environment, environmentUrl, logUrl } = status;
  return {
    ...example('deployment-status'),
    ...{ id, state, description, environment, environment_url: environmentUrl },
    ...{ log_url: logUrl, target_url: logUrl, created_at: TIME, updated_at: TIME },
    ...{ url: `${url}/statuses/${String(id)}`, deployment_url: url, repository_url: repository },
  };
}

/** How two commits stand to each other, with a page of those in between. */
export function showComparison(
  repository: Repository,
  [base, mergeBase]: readonly [RepositoryCommit, RepositoryCommit],
  [ahead, behind]: readonly [number, number],
  commits: readonly RepositoryCommit[],
): JsonObject {
  const status = ahead === 0 ? (behind === 0 ? 'identical' : 'behind') : behind === 0 ? 'ahead' : 'diverged';
  return {
    ...example('commit-comparison'),
    status,
    ahead_by: ahead,
    behind_by: behind,
    total_commits: ahead,
    base_commit: showCommit(repository, base),
    merge_base_commit: showCommit(repository, mergeBase),
    commits: commits.map((commit) => showCommit(repository, commit)),
    files: [],
  };
}

function showCommit(
  { name }: Repository,
  { sha, parents, message, author, email, login }: RepositoryCommit,
): JsonObject {
  const url = `https://api.github.com/repos/${name}/commits/${sha}`;
  const model = example('commit-comparison')['base_commit'] as JsonObject;
  const who = { name: author, email, date: TIME };
  const account = login === undefined ? null : { ...(model['author'] as JsonObject), login };
  return {
    ...model,
    ...{
      sha,
      url,
      html_url: `https://github.com/${name}/commit/${sha}`,
      author: account,
      committer: account,
    },
    commit: { ...(model['commit'] as JsonObject), message, author: who, committer: who },
    parents: parents.map((parent) => ({ sha: parent, url })),
  };
}
