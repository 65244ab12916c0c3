import type { Cloud } from '../cloud.js';
import type { JsonObject } from '../json.js';
import type { Operations } from '../protocol/operation.js';
import { arnOf, clusterOf, nameOf } from './arns.js';
import { texts } from './fields.js';
import { invalidParameter, missing } from './refusals.js';
import { wake } from './scheduler.js';
import type { Cluster, ContainerInstance, TaskStatus } from './state.js';

/** DescribeContainerInstances (Amazon ECS API Reference). */
export const instanceOperations: Operations = { DescribeContainerInstances };

/**
 * Lets a machine join a cluster, as its agent would; services that wait for a place get it. The id and the
 * address are made up unless they are given. Throws `ClusterNotFoundException`.
 */
export function registerInstance(
  cloud: Cloud,
  cluster: string,
  given: { readonly ec2InstanceId?: string; readonly privateIp?: string } = {},
): ContainerInstance {
  const home = clusterOf(cloud, { cluster });
  const id = cloud.ids.hex(32);
  const instance: ContainerInstance = {
    arn: arnOf(cloud, 'container-instance', home.name, id),
    ec2InstanceId: given.ec2InstanceId ?? `i-${cloud.ids.hex(17)}`,
    privateIp: given.privateIp ?? `10.1.0.${home.instances.size + 10}`,
  };
  home.instances.set(id, instance);
  for (const service of home.services.values()) wake(cloud, service);
  return instance;
}

function DescribeContainerInstances(cloud: Cloud, input: JsonObject): JsonObject {
  const cluster = clusterOf(cloud, input);
  const references = texts(input, 'containerInstances');
  if (references.length === 0) throw invalidParameter('Container instances cannot be empty.');
  if (references.length > 100) throw invalidParameter('Container instances cannot exceed 100 elements.');
  const found = references.map((reference) => cluster.instances.get(nameOf(reference)));
  return {
    containerInstances: found.flatMap((instance) => (instance ? [described(cluster, instance)] : [])),
    failures: references.flatMap((reference, index) =>
      found[index] ? [] : [missing(arnOf(cloud, 'container-instance', cluster.name, nameOf(reference)))],
    ),
  };
}

function described({ tasks }: Cluster, { arn, ec2InstanceId }: ContainerInstance): JsonObject {
  const here = [...tasks.values()].filter(({ containerInstance }) => containerInstance === arn);
  const count = (...statuses: readonly TaskStatus[]) =>
    here.filter(({ lastStatus }) => statuses.includes(lastStatus)).length;
  return {
    containerInstanceArn: arn,
    ec2InstanceId,
    status: 'ACTIVE',
    agentConnected: true,
    runningTasksCount: count('RUNNING'),
    pendingTasksCount: count('PROVISIONING', 'PENDING', 'ACTIVATING'),
    attributes: [],
    attachments: [],
    registeredResources: [],
    remainingResources: [],
    tags: [],
  };
}
