import type { World } from '../../world.js';
import type { AwsAccess } from './clients.js';
import { ecr, type Ecr } from './ecr.js';
import { ecs, type Ecs } from './ecs.js';
import { balancing, type Balancing } from './elbv2.js';
import { logs, type Logs } from './logs.js';
import { callerIdentity, type Identity } from './sts.js';

/** The services of AWS that a run speaks to, in the service's region. */
export interface Aws {
  readonly region: string;
  readonly ecs: Ecs;
  readonly balancing: Balancing;
  /** The adapter for a registry, which may be in another region. */
  ecr(region: string): Ecr;
  /** CloudWatch Logs, which a task definition may place in another region. */
  logs(region: string): Logs;
  identity(): Promise<Identity>;
  /** How many requests were sent over this connection so far, each attempt counted. */
  readonly requests: () => number;
}

/** Connects to a region; no client is made and nothing is sent before the first use. */
export function connect(world: World, region: string): Aws {
  const tally = { requests: 0 };
  const accessTo = (place: string): AwsAccess => ({ world, region: place, tally });
  const access = accessTo(region);
  return {
    region,
    ecs: ecs(access),
    balancing: balancing(access),
    ecr: (place) => ecr(accessTo(place)),
    logs: (place) => logs(accessTo(place)),
    identity: () => callerIdentity(access),
    requests: () => tally.requests,
  };
}
