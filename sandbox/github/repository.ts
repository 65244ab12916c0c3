import type { JsonObject } from '../json.js';

/** A commit of the repository. */
export interface RepositoryCommit {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly message: string;
  /** The name that the commit has. */
  readonly author: string;
  readonly email: string;
  /** The account that GitHub knows by the e-mail address; absent: none. */
  readonly login?: string;
}

/** A status of a deployment; the newest is the last. */
export interface DeploymentStatus {
  readonly id: number;
  readonly state: string;
  readonly description: string;
  readonly environment: string;
  readonly environmentUrl: string;
  readonly logUrl: string;
}

export interface Deployment {
  readonly id: number;
  readonly sha: string;
  readonly ref: string;
  readonly task: string;
  readonly payload: JsonObject | string;
  readonly environment: string;
  readonly description: string | null;
  readonly transient: boolean;
  readonly production: boolean;
  readonly statuses: DeploymentStatus[];
}

/** One repository as GitHub keeps it. */
export interface Repository {
  /** `owner/name` */
  readonly name: string;
  readonly commits: Map<string, RepositoryCommit>;
  /** The oldest first. */
  readonly deployments: Deployment[];
  /** The next id of a deployment or of a status. */
  nextId: number;
}

/** A repository of the given commits. */
export function makeRepository(name: string, commits: readonly RepositoryCommit[]): Repository {
  return {
    name,
    commits: new Map(commits.map((commit) => [commit.sha, commit])),
    deployments: [],
    nextId: 1,
  };
}

/** A line of commits, the first one oldest. */
export function lineOfCommits(
  shas: readonly string[],
  parent?: string,
  more: Partial<RepositoryCommit> = {},
): readonly RepositoryCommit[] {
  return shas.map((sha, index) => {
    const before = index === 0 ? parent : shas[index - 1];
    const parents = before === undefined ? [] : [before];
    const own = {
      message: `Change ${String(index + 1)}`,
      author: 'Mona',
      email: 'mona@example.com',
      login: 'mona',
    };
    return { sha, parents, ...own, ...more };
  });
}

/** Commits that can be reached from one and not from another, in chronological order. */
export function commitsOf(
  { commits }: Repository,
  head: string,
  less: ReadonlySet<string>,
): RepositoryCommit[] {
  const found = new Map<string, RepositoryCommit>();
  const visit = (sha: string): void => {
    const commit = commits.get(sha);
    if (!commit || found.has(sha) || less.has(sha)) return;
    for (const parent of commit.parents) visit(parent);
    found.set(sha, commit);
  };
  visit(head);
  return [...found.values()];
}

/** Every commit that can be reached from one, with itself. */
export function history(repository: Repository, sha: string): ReadonlySet<string> {
  return new Set(commitsOf(repository, sha, new Set()).map((commit) => commit.sha));
}

/** Adds a status, with what it does to other deployments. */
export function addStatus(
  repository: Repository,
  deployment: Deployment,
  status: Omit<DeploymentStatus, 'id'>,
  autoInactive: boolean,
): DeploymentStatus {
  const made = { id: repository.nextId++, ...status };
  deployment.statuses.push(made);
  if (made.state === 'success' && autoInactive) endPrior(repository, deployment);
  return made;
}

/**
 * "Adds a new `inactive` status to all prior non-transient, non-production environment deployments with the same
 * repository and `environment` name as the created status's deployment. An `inactive` status is only added to
 * deployments that had a `success` state." (Create a deployment status, `auto_inactive`)
 */
function endPrior(repository: Repository, { id, environment }: Deployment): void {
  for (const prior of repository.deployments) {
    const same = prior.id < id && prior.environment === environment;
    const last = prior.statuses.at(-1);
    if (!same || prior.transient || prior.production || last?.state !== 'success') continue;
    prior.statuses.push({ ...last, id: repository.nextId++, state: 'inactive', description: '' });
  }
}
