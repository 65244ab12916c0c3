import type { Environment } from '../world.js';
import { withoutSecretShapes } from './secret-shapes.js';
import type { TaskDefinition } from './task-definition.js';

/*
 * What this action writes on the revisions that it registers, so that a later run knows what an earlier one did,
 * even when that one was lost with its machine.
 */

/** The tags by what they say. */
export const TAGS = {
  /** The commit that the image was built from. */
  gitSha: 'deploy-backend:git-sha',
  imageDigest: 'deploy-backend:image-digest',
  /** The run that registered the revision. */
  run: 'deploy-backend:run',
  /** `released` or `rolled-back`; absent while the run has not come to its end. */
  result: 'deploy-backend:result',
} as const;

/** How a release ended for its revision. */
export type Result = 'released' | 'rolled-back';

const BY_HAND = 'by hand';

/** What names this run in a tag: repository, run and attempt. */
export function runOf(env: Environment): string {
  const parts = [env['GITHUB_REPOSITORY'], env['GITHUB_RUN_ID'], env['GITHUB_RUN_ATTEMPT']];
  return parts.filter(Boolean).join('/') || BY_HAND;
}

/** What `runOf` makes; anybody can write a tag. */
const RUN = /^(?:[\w.-]{1,100}\/[\w.-]{1,100}\/\d{1,20}(?:\/\d{1,6})?|by hand)$/;

/** The run that registered a revision and has not come to its end: it still goes on, or it was lost. */
export function unfinishedRun({ tags }: Pick<TaskDefinition, 'tags'>): string | undefined {
  const run = tags.has(TAGS.result) ? undefined : tags.get(TAGS.run);
  const isRun = run !== undefined && RUN.test(run) && withoutSecretShapes(run) === run;
  if (run === undefined) return undefined;
  return !isRun ? 'an unknown run' : run === BY_HAND ? `a run ${BY_HAND}` : run;
}
