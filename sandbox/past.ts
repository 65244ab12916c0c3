import type { Cloud } from './cloud.js';
import type { Cluster, Service } from './ecs/state.js';

/** ECS as it was before a change that is not visible yet. */
export interface Past {
  readonly clusters: Map<string, Cluster>;
  /** When the change was made. */
  readonly since: number;
  /** Milliseconds of AWS time until it is visible. */
  readonly delay: number;
}

/**
 * Hides what the next change makes of the services for `delay` milliseconds of AWS time. ECS is eventually consistent:
 * what was changed may not be visible to all reads at once (Amazon ECS API Reference, RunTask, "the Amazon ECS API
 * follows an eventual consistency model").
 */
export function hideNextChange(cloud: Cloud, delay: number): void {
  const clusters = [...cloud.ecs.clusters].map(([name, cluster]) => [name, copyOf(cluster)] as const);
  cloud.past = { clusters: new Map(clusters), since: cloud.clock.now(), delay };
}

/** The cloud as a call sees it: ECS's reads of services see the past while there is one. */
export function seenBy(cloud: Cloud, action: string): Cloud {
  const { past, clock, ecs } = cloud;
  if (!past || clock.since(past.since) >= past.delay) return cloud;
  return /^ecs:(Describe|List)Service/.test(action)
    ? { ...cloud, ecs: { ...ecs, clusters: past.clusters } }
    : cloud;
}

function copyOf(cluster: Cluster): Cluster {
  const services = [...cluster.services].map(([name, service]) => [name, copyOfService(service)] as const);
  return { ...cluster, services: new Map(services) };
}

function copyOfService(service: Service): Service {
  return {
    ...service,
    deployments: service.deployments.map((one) => ({ ...one })),
    serviceDeployments: service.serviceDeployments.map((one) => ({ ...one })),
    revisions: [...service.revisions],
  };
}
