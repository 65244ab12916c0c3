import type { Ecs } from '../adapters/aws/ecs.js';
import { DeployError } from '../errors.js';
import type { StepVoice } from '../journal.js';
import { lastPart } from '../model/arn.js';
import { showDuration } from '../model/duration.js';
import { poll } from '../model/poll.js';
import { VISIBILITY_GRACE } from '../model/rollout.js';
import { primary, type Deployment, type Service } from '../model/service.js';
import { newOnes } from '../model/undo.js';
import type { World } from '../world.js';

/** What to do about a deployment of somebody else. */
export const OTHERS = 'Look who deployed, and run this job again if its commit should be live.';

/** Milliseconds between two looks for a deployment whose making was not confirmed. */
const INTERVAL = 2_000;

/** An update of the service that ECS may have taken or not. */
export interface LostUpdate {
  readonly cluster: string;
  /** The service right before it. */
  readonly before: Service;
  /** ARN of the revision that the service was pointed to. */
  readonly taskDefinition: string;
  /** What became of its answer. */
  readonly lost: DeployError;
}

/** What was found of it. */
interface Trace {
  readonly service: Service | undefined;
  /** The oldest deployment of the revision that was not there before. */
  readonly made: Deployment | undefined;
  /** Whether the revision was deployed more often than is to be seen. */
  readonly hidden: boolean;
}

/**
 * The answer was lost: only ECS's reads can tell whether the update was taken. It is never sent again. Throws
 * `superseded` where our deployment may have been replaced by somebody else's, also by one of the same revision, as ECS
 * keeps none that was replaced before it had a task; and `aws-unavailable` where none is to be seen.
 */
export async function findDeployment(
  update: LostUpdate,
  ecs: Ecs,
  { clock, signal }: World,
  voice: StepVoice,
): Promise<Deployment> {
  const { before, lost } = update;
  const otherIn = (found: Service | undefined): Deployment | undefined => {
    const leader = found && primary(found);
    return before.deployments.some(({ id }) => id === leader?.id) ? undefined : leader;
  };
  const found = await poll({
    observe: () => traceOf(update, ecs),
    judge({ service, made, hidden }) {
      const other = otherIn(service);
      if (made && hidden && other) throw mayBeReplaced(other, lost);
      return made ? { done: true, result: made } : { done: false };
    },
    expired(last) {
      const other = otherIn(last?.service);
      return other ? mayBeReplaced(other, lost) : lost;
    },
    interval: INTERVAL,
    limit: VISIBILITY_GRACE,
    clock,
    signal,
  }).catch((error: unknown) => {
    if (error === lost) return undefined;
    throw error;
  });
  if (found) return found;
  await voice.know({ changed: false });
  throw new DeployError(
    'aws-unavailable',
    `${lost.message} ECS shows no new deployment after ${showDuration(VISIBILITY_GRACE)}.`,
    { hint: 'Look at the deployments of the service, then run the job again.', cause: lost.cause },
  );
}

async function traceOf(update: LostUpdate, ecs: Ecs): Promise<Trace> {
  const { cluster, before, taskDefinition } = update;
  const service = await ecs.service(cluster, before.name);
  const known = before.deployments.map(({ id }) => id);
  const ours = { own: { id: undefined, taskDefinition }, before: known };
  const seen = service ? newOnes(service, ours) : [];
  const recorded = seen.length > 0 ? await recordedSince(update, ecs) : undefined;
  return { service, made: seen[0], hidden: recorded !== undefined && recorded > seen.length };
}

/**
 * How many service deployments of the revision there were since: each update that ECS took has one, which outlives its
 * deployment. Undefined where ECS does not offer them or the policy does not let us ask: then what is to be seen has to do.
 */
async function recordedSince(
  { cluster, before, taskDefinition }: LostUpdate,
  ecs: Ecs,
): Promise<number | undefined> {
  try {
    const listed = await ecs.serviceDeployments(cluster, before.name);
    const end = listed.findIndex(({ arn }) => arn === before.currentServiceDeployment);
    if (end < 0) return undefined;
    const targets = listed.slice(0, end).map((one) => one.targetServiceRevisionArn);
    const revisions = await ecs.revisionTaskDefinitions([...new Set(targets)]);
    return targets.filter((arn) => revisions.get(arn) === taskDefinition).length;
  } catch (error) {
    if (error instanceof DeployError && error.code !== 'cancelled') return undefined;
    throw error;
  }
}

function mayBeReplaced(other: Deployment, lost: DeployError): DeployError {
  return new DeployError(
    'superseded',
    `${lost.message} Somebody else started ${other.id} of ${lastPart(other.taskDefinition)}, which may have replaced our deployment.`,
    { hint: OTHERS, cause: lost.cause },
  );
}
