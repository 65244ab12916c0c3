import type { Ecs } from '../adapters/aws/ecs.js';
import { DeployError } from '../errors.js';
import type { Voice } from '../journal.js';
import { lastPart } from '../model/arn.js';
import { TAGS, unfinishedRun, type Result } from '../model/run-tags.js';
import type { TaskDefinition } from '../model/task-definition.js';

/** Marks a revision of ours as proven, unless it is marked already. Best effort: what is denied is a warning. */
export async function tagReleased(revision: TaskDefinition, ecs: Ecs, voice: Voice): Promise<void> {
  if (unfinishedRun(revision) !== undefined) await tagResult(revision.arn, 'released', ecs, voice);
}

/** Marks how a run ended for a revision, so that later runs know what to go back to. Best effort. */
export async function tagResult(arn: string, result: Result, ecs: Ecs, voice: Voice): Promise<void> {
  try {
    await ecs.tag(arn, new Map([[TAGS.result, result]]));
  } catch (error) {
    if (!(error instanceof DeployError)) throw error;
    voice.warn(
      `${lastPart(arn)} could not be tagged as ${result}. ${error.message} ${error.hint ?? ''}`.trimEnd(),
    );
  }
}
