import { DeployError } from '../../errors.js';
import type { StepVoice } from '../../journal.js';
import { TAGS } from '../../model/run-tags.js';
import { containerOf, environmentOf, type TaskDefinition } from '../../model/task-definition.js';

/** The commit that is live and the one that is to be deployed. */
export interface Commits {
  readonly live: string | undefined;
  readonly next: string | undefined;
}

/** How the commit to deploy stands to the live one; `unrelated`: a whole history does not hold both. */
export type Relation = 'ahead' | 'behind' | 'diverged' | 'unrelated';

/** The commit of a revision: its tag, else what the container is told of itself; of a dirty build the one it differs from. */
export function commitOf({ tags, body }: TaskDefinition, container: string): string | undefined {
  const definition = containerOf(body, container);
  const told = tags.get(TAGS.gitSha) ?? (definition && environmentOf(definition).get('GIT_SHA'));
  return /^(?:[0-9a-f]{64}|[0-9a-f]{40})(?=-dirty-|$)/.exec(told?.toLowerCase() ?? '')?.[0];
}

/**
 * Why a commit is not released whose descendant is live: it is the re-run of an old workflow, or a slow one that was
 * overtaken. Only proof refuses; what nobody could tell is a warning.
 */
export function downgradeProblem(
  { live, next }: Commits,
  relation: Relation | undefined,
  voice: StepVoice,
): DeployError | undefined {
  if (live === next || next === undefined || relation === 'ahead') return undefined;
  if (live === undefined) {
    voice.warn('Which commit is live is not known, so that nothing tells whether this one is older.');
    return undefined;
  }
  if (relation === 'behind') {
    return new DeployError(
      'stale-commit',
      `The live commit ${live.slice(0, 12)} is newer: it descends from ${next.slice(0, 12)}.`,
      { hint: 'Release the newest commit, or set allow-downgrade to true to go back on purpose.' },
    );
  }
  voice.warn(WARNINGS[relation ?? 'unknown'](live.slice(0, 12), next.slice(0, 12)));
  return undefined;
}

const WARNINGS = {
  diverged: (live: string, next: string) =>
    `The live commit ${live} is on another line of history than ${next}.`,
  unrelated: (live: string, next: string) =>
    `Whether the live commit ${live} is newer could not be found out: in this checkout it has no common history with ${next}.`,
  unknown: (live: string) =>
    `Whether the live commit ${live} is newer could not be found out: check out the whole history (fetch-depth: 0), or give github-token.`,
} as const;
