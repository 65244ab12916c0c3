import type { StepVoice } from '../../journal.js';
import { lastPart } from '../../model/arn.js';
import { unfinishedRun } from '../../model/run-tags.js';
import { inFlight, type Service } from '../../model/service.js';
import type { TaskDefinition } from '../../model/task-definition.js';

/** Says whose rollout is in flight when it is one of this action's: that run still goes on, or was lost with its machine. */
export function warnOfUnfinished(service: Service, live: TaskDefinition, voice: StepVoice): void {
  const run = unfinishedRun(live);
  if (run === undefined || !inFlight(service)) return;
  voice.warn(`The rollout of ${lastPart(live.arn)} was begun by ${run}, which has not come to its end.`);
}
