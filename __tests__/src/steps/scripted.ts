import type { Aws } from '../../../src/adapters/aws/aws.js';
import type { Ecs } from '../../../src/adapters/aws/ecs.js';
import { DeployError } from '../../../src/errors.js';
import type { Facts } from '../../../src/facts.js';
import type { StepVoice } from '../../../src/journal.js';
import type { Service, ServiceEvent, Task } from '../../../src/model/service.js';
import { deploymentOf, revisionArn, serviceOf } from '../model/rolling-service.js';

/* What steps ask and say, for tests that say themselves what AWS answers at each look. */

/** A deployment of revision 1 that is complete: what there was before. */
export const FIRST = deploymentOf({
  id: 'ecs-svc/1',
  taskDefinition: revisionArn(1),
  rolloutState: 'COMPLETED',
});

/** The service before, under its first deployment. */
export const BEFORE = serviceOf([FIRST], { taskDefinition: revisionArn(1) });

/** An event whose id is its text. */
export const eventOf = (message: string): ServiceEvent => ({ id: message, createdAt: 0, message });

/** A task of the deployment `ecs-svc/2`. */
export const taskOf = (id: string, fields: Partial<Task> = {}): Task => ({
  arn: `arn:aws:ecs:us-east-1:123456789012:task/prod/${id}`,
  taskDefinition: revisionArn(2),
  startedBy: 'ecs-svc/2',
  lastStatus: 'RUNNING',
  desiredStatus: 'RUNNING',
  containers: [],
  privateIp: `10.0.0.${id}`,
  containerInstanceArn: undefined,
  startedAt: 0,
  stopCode: undefined,
  stoppedReason: undefined,
  ...fields,
});

/** A task that ended by itself. */
export const crashed = (id: string): Task =>
  taskOf(id, {
    lastStatus: 'STOPPED',
    stopCode: 'EssentialContainerExited',
    stoppedReason: 'Essential container in task exited',
  });

/** What is seen at each look, an error thrown; the last for ever. */
export function looks<Seen>(...seen: readonly (Seen | Error)[]): () => Promise<Seen> {
  let at = 0;
  return () => {
    const now = seen[Math.min(at++, seen.length - 1)];
    return now instanceof Error ? Promise.reject(now) : Promise.resolve(now as Seen);
  };
}

/** AWS as a service is there at each look, with no tasks and targets unless said otherwise. */
export function scriptedAws(ecs: Partial<Ecs>, more: Partial<Aws> = {}): Aws {
  return {
    ecs: {
      tasks: () => Promise.resolve([]),
      instanceIds: () => Promise.resolve(new Map()),
      ...ecs,
    },
    balancing: { targetHealth: () => Promise.resolve([]) },
    requests: () => 0,
    ...more,
  } as unknown as Aws;
}

/** A voice that keeps what it said and knows. */
export function keptVoice() {
  const said = {
    notes: [] as string[],
    skips: [] as string[],
    warnings: [] as string[],
    told: [] as string[],
    facts: {} as Facts,
  };
  const voice: StepVoice = {
    note: (text) => void said.notes.push(text),
    skip: (text) => void said.skips.push(text),
    warn: (text) => void said.warnings.push(text),
    know: (facts) => Promise.resolve(void (said.facts = { ...said.facts, ...facts })),
    progress: (text) => void said.told.push(text),
  };
  return { voice, said };
}

/** What a promise was rejected with; fails when it was not. */
export async function thrownBy(work: Promise<unknown>): Promise<DeployError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DeployError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}

/** The service with our second deployment in it, the first behind it unless that is done. */
export const rolling = (fields: Partial<ReturnType<typeof deploymentOf>> = {}, more: Partial<Service> = {}) =>
  serviceOf(
    [deploymentOf(fields), ...(fields.rolloutState === 'COMPLETED' ? [] : [{ ...FIRST, status: 'ACTIVE' }])],
    more,
  );
