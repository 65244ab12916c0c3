import type { Cloud } from '../cloud.js';
import type { JsonObject } from '../json.js';
import type { Operations } from '../protocol/operation.js';
import { arnOf, findCluster, nameOf } from './arns.js';
import { present, text, texts } from './fields.js';
import { pageOf } from './paging.js';
import { invalidParameter, missing } from './refusals.js';
import type { Cluster } from './state.js';
import { includesTags, readTags, tagList } from './tags.js';

/** CreateCluster, DescribeClusters and ListClusters (Amazon ECS API Reference). */
export const clusterOperations: Operations = { CreateCluster, DescribeClusters, ListClusters };

/** A cluster that exists already is answered as it is: the call is idempotent by name. */
function CreateCluster(cloud: Cloud, input: JsonObject): JsonObject {
  const name = text(input, 'clusterName') ?? 'default';
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) {
    throw invalidParameter('Cluster name can only contain letters, numbers, hyphens and underscores.');
  }
  const cluster = cloud.ecs.clusters.get(name) ?? {
    name,
    arn: arnOf(cloud, 'cluster', name),
    status: 'ACTIVE',
    services: new Map(),
    tasks: new Map(),
    instances: new Map(),
    tags: readTags(input, 'tags'),
  };
  cloud.ecs.clusters.set(name, cluster);
  return { cluster: described(cluster, true) };
}

function DescribeClusters(cloud: Cloud, input: JsonObject): JsonObject {
  const names = texts(input, 'clusters');
  const wanted = names.length === 0 ? ['default'] : names;
  if (wanted.length > 100) throw invalidParameter('Clusters cannot exceed 100 elements.');
  const found = wanted.map((name) => findCluster(cloud, name));
  const withTags = includesTags(input);
  return {
    clusters: found.flatMap((cluster) => (cluster ? [described(cluster, withTags)] : [])),
    failures: wanted.flatMap((name, index) =>
      found[index] ? [] : [missing(arnOf(cloud, 'cluster', nameOf(name)))],
    ),
  };
}

function ListClusters(cloud: Cloud, input: JsonObject): JsonObject {
  const arns = [...cloud.ecs.clusters.values()].map(({ arn }) => arn);
  const { items, nextToken } = pageOf(arns, input, 100);
  return present({ clusterArns: items, nextToken });
}

function described(cluster: Cluster, withTags: boolean): JsonObject {
  const tasks = [...cluster.tasks.values()];
  const services = [...cluster.services.values()];
  return present({
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: cluster.status,
    registeredContainerInstancesCount: cluster.instances.size,
    runningTasksCount: tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING').length,
    pendingTasksCount: tasks.filter(({ lastStatus }) => PENDING.has(lastStatus)).length,
    activeServicesCount: services.filter(({ status }) => status === 'ACTIVE').length,
    statistics: [],
    settings: [],
    capacityProviders: [],
    defaultCapacityProviderStrategy: [],
    tags: withTags ? tagList(cluster.tags) : [],
  });
}

const PENDING: ReadonlySet<string> = new Set(['PROVISIONING', 'PENDING', 'ACTIVATING']);
