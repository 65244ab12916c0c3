import type { Cloud } from '../cloud.js';
import { AwsError } from '../errors.js';
import { text } from './fields.js';
import type { JsonObject } from '../json.js';
import type { Cluster, Service, TaskDefinition } from './state.js';

/** An ARN of ECS in this account and region, such as `…:task/CLUSTER/ID`. */
export function arnOf({ account, region }: Cloud, kind: string, ...path: readonly string[]): string {
  return `arn:aws:ecs:${region}:${account}:${kind}/${path.join('/')}`;
}

/** The last part of an ARN, or the name itself when it is none. */
export function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}

/** The cluster's name inside the ARN of a service, task, service deployment or service revision. */
export function clusterNameOf(arn: string): string | undefined {
  const path = arn.split('/');
  return path.length >= 3 ? path[1] : undefined;
}

/** The `cluster` of a request; without one it is `default`. Throws `ClusterNotFoundException`. */
export function clusterOf(cloud: Cloud, input: JsonObject): Cluster {
  const cluster = findCluster(cloud, text(input, 'cluster') ?? 'default');
  if (!cluster) throw new AwsError('ClusterNotFoundException', 'Cluster not found.');
  return cluster;
}

/** A cluster by name or ARN. */
export function findCluster({ ecs }: Cloud, reference: string): Cluster | undefined {
  return ecs.clusters.get(nameOf(reference));
}

/** A service by name or ARN. */
export function findService(cluster: Cluster, reference: string): Service | undefined {
  return cluster.services.get(nameOf(reference));
}

/** A service by name or ARN; throws `ServiceNotFoundException`. */
export function serviceOf(cluster: Cluster, reference: string): Service {
  const service = findService(cluster, reference);
  if (!service) throw new AwsError('ServiceNotFoundException', 'Service not found.');
  return service;
}

/** Every service of the account. */
export function everyService({ ecs }: Cloud): Service[] {
  return [...ecs.clusters.values()].flatMap(({ services }) => [...services.values()]);
}

/**
 * A revision by ARN, by `family:revision`, or by family, which means the newest ACTIVE one (Amazon ECS API
 * Reference, DescribeTaskDefinition).
 */
export function findTaskDefinition({ ecs }: Cloud, reference: string): TaskDefinition | undefined {
  const [family = '', revision] = nameOf(reference).split(':');
  const revisions = ecs.families.get(family) ?? [];
  if (revision === undefined) return revisions.findLast(({ status }) => status === 'ACTIVE');
  return /^\d+$/.test(revision) ? revisions[Number(revision) - 1] : undefined;
}
