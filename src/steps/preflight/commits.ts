import type { Git } from '../../adapters/git.js';
import { LIMIT, type GitHub } from '../../adapters/github.js';
import { explain } from '../../adapters/github-requests.js';
import { listCommits, MOST_COMMITS, type CommitList } from '../../model/commit-list.js';
import type { Commits, Relation } from './downgrade.js';

/** What lies between the live commit and the one that is to be deployed. */
export interface Between {
  /** How the latter stands to the former; undefined when nobody can tell. */
  readonly relation: Relation | undefined;
  readonly commits: CommitList;
}

/** Begins a conversation with GitHub's API of so many milliseconds; undefined without a token. */
export type AskGitHub = (limit: number) => GitHub | undefined;

/** Milliseconds that GitHub gets when local git can tell as well: then only the logins of authors are at stake. */
const PATIENCE = 2_000;

/**
 * Looks at the commits between the live one and the next one. Git is asked how they stand to each other, and GitHub for
 * the list; each does for the other what that cannot. `course` is where the next one most likely is. Never throws for
 * what cannot be found out.
 */
export async function commitsBetween(
  { live, next }: Commits,
  course: 'forward' | 'back',
  git: Git,
  github: AskGitHub,
): Promise<Between> {
  if (live === undefined) return untold('Which commit is live is not known.');
  if (next === undefined) return untold('Which commit the image was built from is not known.');
  if (live === next) return untold('This commit is live already.');
  const local = await relationInGit(next, live, git);
  const sure = local === 'unrelated' ? undefined : local;
  const back = sure === undefined ? course === 'back' : sure === 'behind';
  const [from, to] = back ? [next, live] : [live, next];
  const api = github(sure === undefined ? LIMIT : PATIENCE);
  const told = await askGitHub(api, from, to);
  if (typeof told !== 'string') {
    const { turned, ...list } = told;
    const removed = back !== turned;
    const relation = list.status === 'diverged' ? 'diverged' : removed ? 'behind' : 'ahead';
    const commits = listCommits(removed ? 'removed' : 'added', 'GitHub', list);
    return { relation: sure ?? relation, commits };
  }
  const log = sure && (await git.log(from, to, MOST_COMMITS));
  if (log) return { relation: sure, commits: listCommits(back ? 'removed' : 'added', 'git', log) };
  return { relation: local, commits: { left: told } };
}

function untold(left: string): Between {
  return { relation: undefined, commits: { left } };
}

/** The comparison, asked the other way round when it lists nothing (`turned`); or why there is none. */
async function askGitHub(api: GitHub | undefined, from: string, to: string) {
  if (!api) return 'The checkout has not the whole history, and GitHub cannot be asked without github-token.';
  try {
    const found = await api.compare(from, to);
    if (found.status !== 'behind') return { ...found, turned: false };
    return { ...(await api.compare(to, from)), turned: true };
  } catch (error) {
    return explain(error, 'contents: read');
  }
}

async function relationInGit(next: string, live: string, git: Git): Promise<Relation | undefined> {
  if ((await git.isAncestor(live, next)) === 'yes') return 'ahead';
  const behind = await git.isAncestor(next, live);
  if (behind === 'yes') return 'behind';
  if (behind === 'missing') return 'unrelated';
  return behind === 'no' ? 'diverged' : undefined;
}
