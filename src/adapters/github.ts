import type { Environment } from '../world.js';

/** How one commit stands to another in GitHub's history. */
export type Comparison = 'ahead' | 'behind' | 'identical' | 'diverged';

/** The few questions that we ask GitHub's API. */
export interface GitHub {
  /** How `head` stands to `base`; throws what the API says, e.g. when a commit is unknown to it. */
  compare(base: string, head: string): Promise<Comparison>;
}

/** GitHub's API for the repository of this run; undefined without a token or a repository. */
export function github(env: Environment, token: string): GitHub | undefined {
  const [owner, repo] = (env['GITHUB_REPOSITORY'] ?? '').split('/');
  if (!token || !owner || !repo) return undefined;
  return {
    async compare(base, head) {
      const { getOctokit } = await import('@actions/github');
      const { data } = await getOctokit(token).rest.repos.compareCommitsWithBasehead({
        owner,
        repo,
        basehead: `${base}...${head}`,
        per_page: 1,
      });
      return data.status;
    },
  };
}
