import type { World } from '../world.js';

/** How one commit stands to another in GitHub's history. */
export type Comparison = 'ahead' | 'behind' | 'identical' | 'diverged';

/** The few questions that we ask GitHub's API. */
export interface GitHub {
  /** How `head` stands to `base`; throws what the API says, e.g. when a commit is unknown to it. */
  compare(base: string, head: string): Promise<Comparison>;
}

/** Milliseconds that one question may take: what GitHub knows never holds up a release. */
const LIMIT = 10_000;
const PUBLIC_API = 'https://api.github.com';

/**
 * GitHub's API for the repository of this run, at GITHUB_API_URL on an Enterprise Server; undefined without a token
 * or a repository.
 */
export function github(
  { env, signal }: Pick<World, 'env' | 'signal'>,
  token: string,
  limit = LIMIT,
): GitHub | undefined {
  const [owner, repo] = (env['GITHUB_REPOSITORY'] ?? '').split('/');
  if (!token || !owner || !repo) return undefined;
  return {
    async compare(base, head) {
      const { getOctokit } = await import('@actions/github');
      const octokit = getOctokit(token, { baseUrl: env['GITHUB_API_URL'] || PUBLIC_API });
      const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
        owner,
        repo,
        basehead: `${base}...${head}`,
        per_page: 1,
        request: { signal: AbortSignal.any([signal, AbortSignal.timeout(limit)]) },
      });
      return data.status;
    },
  };
}
