import type { Ecs } from '../adapters/aws/ecs.js';
import { DeployError } from '../errors.js';
import type { StepVoice } from '../journal.js';
import { lastPart } from '../model/arn.js';
import type { OwnDeployment } from '../model/rollout.js';
import { primary, type Service } from '../model/service.js';
import type { TaskDefinition } from '../model/task-definition.js';
import type { Fallback } from './preflight/fallback.js';

/** What is to be deployed, and what runs now. */
export interface Deploy {
  readonly cluster: string;
  /** The service as preflight saw it. */
  readonly service: Service;
  readonly next: TaskDefinition;
  readonly fallback: Fallback | undefined;
  readonly forceNewDeployment: boolean;
}

/** The deployment to follow from here on, and whether this run made it. */
export interface Started extends OwnDeployment {
  readonly changed: boolean;
}

/**
 * Points the service at the revision with exactly one UpdateService that sends nothing else: desired count and
 * configuration stay as they are. When the service runs the revision already, nothing is sent.
 */
export async function deploy(
  { cluster, service, next, fallback, forceNewDeployment }: Deploy,
  ecs: Ecs,
  voice: StepVoice,
): Promise<Started> {
  const current = primary(service);
  const previous = fallback?.taskDefinition;
  if (current && service.taskDefinition === next.arn && !forceNewDeployment) {
    voice.skip(`${lastPart(next.arn)} is live already: nothing to change`);
    await voice.know({ changed: false, deploymentId: current.id });
    return { id: current.id, taskDefinition: next.arn, previous, changed: false };
  }
  await voice.know({ changed: true });
  const updated = await ecs.update(cluster, service.name, next.arn, forceNewDeployment);
  const known = new Set(service.deployments.map(({ id }) => id));
  const made = updated.deployments.find(
    ({ id, taskDefinition }) => taskDefinition === next.arn && !known.has(id),
  );
  if (!made) {
    throw new DeployError(
      'superseded',
      `ECS took the update, but shows no new deployment of ${lastPart(next.arn)}.`,
      {
        hint: 'Somebody else changed the service at the same moment: look at its deployments, then run the job again.',
      },
    );
  }
  await voice.know({ deploymentId: made.id });
  voice.note(
    `${made.id} takes ${service.name} from ${lastPart(service.taskDefinition)} to ${lastPart(next.arn)}`,
  );
  return { id: made.id, taskDefinition: next.arn, previous, changed: true };
}
