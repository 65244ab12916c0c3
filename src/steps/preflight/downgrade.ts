import type { Git } from '../../adapters/git.js';
import type { GitHub } from '../../adapters/github.js';
import { DeployError } from '../../errors.js';
import type { StepVoice } from '../../journal.js';
import { TAGS } from '../../model/run-tags.js';
import { containerOf, environmentOf, type TaskDefinition } from '../../model/task-definition.js';

/** The commit that is live and the one that is to be released. */
export interface Step {
  readonly live: string | undefined;
  readonly next: string | undefined;
}

/** The commit of a revision: its tag, else what the container is told of itself; of a dirty build the one it differs from. */
export function commitOf({ tags, body }: TaskDefinition, container: string): string | undefined {
  const definition = containerOf(body, container);
  const told = tags.get(TAGS.gitSha) ?? (definition && environmentOf(definition).get('GIT_SHA'));
  return /^(?:[0-9a-f]{64}|[0-9a-f]{40})(?=-dirty-|$)/.exec(told?.toLowerCase() ?? '')?.[0];
}

/**
 * Refuses to release a commit whose descendant is live: the re-run of an old workflow, or a slow one that
 * was overtaken. Only proof refuses; what local git and GitHub cannot tell is a warning.
 */
export async function refuseDowngrade(
  { live, next }: Step,
  allowed: boolean,
  git: Git,
  github: GitHub | undefined,
  voice: StepVoice,
): Promise<void> {
  if (allowed || live === next || next === undefined) return;
  if (live === undefined) {
    voice.warn('Which commit is live is not known, so that nothing tells whether this one is older.');
    return;
  }
  const local = await fromGit(next, live, git);
  const relation =
    local === undefined || local === 'unrelated' ? ((await fromGitHub(next, live, github)) ?? local) : local;
  if (relation === 'behind') {
    throw new DeployError(
      'stale-commit',
      `The live commit ${live.slice(0, 12)} is newer: it descends from ${next.slice(0, 12)}.`,
      {
        hint: 'Release the newest commit, or set allow-downgrade to true to go back on purpose.',
      },
    );
  }
  if (relation === 'ahead') return;
  voice.warn(WARNINGS[relation ?? 'unknown'](live.slice(0, 12), next.slice(0, 12)));
}

const WARNINGS = {
  diverged: (live: string, next: string) =>
    `The live commit ${live} is on another line of history than ${next}.`,
  unrelated: (live: string, next: string) =>
    `Whether the live commit ${live} is newer could not be found out: in this checkout it has no common history with ${next}.`,
  unknown: (live: string) =>
    `Whether the live commit ${live} is newer could not be found out: check out the whole history (fetch-depth: 0), or give github-token.`,
} as const;

/** How the commit to release stands to the live one; `unrelated`: a whole history does not hold both. */
type Relation = 'ahead' | 'behind' | 'diverged' | 'unrelated';

async function fromGit(next: string, live: string, git: Git): Promise<Relation | undefined> {
  if ((await git.isAncestor(live, next)) === 'yes') return 'ahead';
  const behind = await git.isAncestor(next, live);
  if (behind === 'yes') return 'behind';
  if (behind === 'missing') return 'unrelated';
  return behind === 'no' ? 'diverged' : undefined;
}

async function fromGitHub(
  next: string,
  live: string,
  github: GitHub | undefined,
): Promise<Relation | undefined> {
  try {
    const comparison = await github?.compare(live, next);
    return comparison === 'identical' ? 'ahead' : comparison;
  } catch {
    // The API cannot be asked, or does not know a commit: said by the caller as not known.
    return undefined;
  }
}
