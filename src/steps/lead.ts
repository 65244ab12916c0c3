import type { Ecs } from '../adapters/aws/ecs.js';
import { DeployError } from '../errors.js';
import { poll } from '../model/poll.js';
import { judge, type OwnDeployment } from '../model/rollout.js';
import type { Service } from '../model/service.js';
import type { World } from '../world.js';
import { superseded } from './wait.js';

/** Milliseconds between two looks while AWS does not answer, and until that is given up. */
const INTERVAL = 2_000;
const LIMIT = 60_000;

/** The service as it was seen before, and the deployment that has to lead it. */
export interface Lead {
  readonly cluster: string;
  readonly service: Service;
  readonly own: OwnDeployment;
}

/**
 * Looks whether a deployment that was complete still leads its service: what was proven holds only as long as it does.
 * Throws `superseded` when somebody else's has taken over, and what the verdict says when the service is gone.
 */
async function requireLead({ cluster, service, own }: Lead, ecs: Ecs, world: World): Promise<void> {
  await poll({
    observe: () => ecs.service(cluster, service.name),
    judge(seen) {
      refuseOther(seen, own);
      return { done: true, result: undefined };
    },
    expired: () => new DeployError('aws-unavailable', 'ECS does not show the service.'),
    interval: INTERVAL,
    limit: LIMIT,
    clock: world.clock,
    signal: world.signal,
  });
}

/**
 * Does what proves something only as long as our deployment leads. Where somebody else's has taken over meanwhile, that is
 * the reason whatever the work came to: throws `superseded`, also in place of what the work threw.
 */
export async function whileLeading(
  lead: Lead,
  ecs: Ecs,
  world: World,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const seen = await ecs.service(lead.cluster, lead.service.name).catch(() => lead.service);
    refuseOther(seen, lead.own);
    throw error;
  }
  await requireLead(lead, ecs, world);
}

/** Throws when a look at the service shows that our deployment does not lead any more. */
export function refuseOther(seen: Service | undefined, own: OwnDeployment): void {
  const verdict = judge(seen, own, { seen: true, unseenFor: 0 });
  if (verdict.state === 'superseded') throw superseded(verdict.by.id, verdict.by.taskDefinition);
  if (verdict.state === 'failed') throw new DeployError(verdict.code, verdict.why);
}
