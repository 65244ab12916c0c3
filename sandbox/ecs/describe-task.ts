import { createHash } from 'node:crypto';
import type { Cloud } from '../cloud.js';
import type { JsonObject } from '../json.js';
import { arnOf, findTaskDefinition } from './arns.js';
import { present, timestamp } from './fields.js';
import { healthStatus } from './health.js';
import type { Container, Task } from './state.js';
import { tagList } from './tags.js';

/** A task as DescribeTasks shows it (Amazon ECS API Reference, Task). */
export function describedTask(cloud: Cloud, task: Task, withTags: boolean): JsonObject {
  const body = findTaskDefinition(cloud, task.taskDefinition)?.body ?? {};
  const fargate = task.launchType === 'FARGATE';
  return present({
    taskArn: task.arn,
    taskDefinitionArn: task.taskDefinition,
    clusterArn: arnOf(cloud, 'cluster', task.cluster),
    containerInstanceArn: task.containerInstance,
    attachments: task.privateIp === undefined ? [] : [networkInterface(cloud, task, task.privateIp)],
    attributes: [{ name: 'ecs.cpu-architecture', value: 'x86_64' }],
    availabilityZone: `${cloud.region}a`,
    connectivity: task.pullStartedAt === undefined ? undefined : 'CONNECTED',
    connectivityAt: timestamp(task.pullStartedAt),
    containers: task.containers.map((container) => describedContainer(cloud, task, container)),
    cpu: body['cpu'],
    memory: body['memory'],
    createdAt: timestamp(task.createdAt),
    desiredStatus: task.desiredStatus,
    enableExecuteCommand: false,
    executionStoppedAt: timestamp(task.executionStoppedAt),
    group: task.group,
    healthStatus: healthStatus(cloud, task),
    lastStatus: task.lastStatus,
    launchType: task.launchType,
    overrides: { containerOverrides: task.containers.map(({ name }) => ({ name })) },
    platformVersion: fargate ? '1.4.0' : undefined,
    platformFamily: fargate ? 'Linux' : undefined,
    pullStartedAt: timestamp(task.pullStartedAt),
    pullStoppedAt: timestamp(task.pullStoppedAt),
    startedAt: timestamp(task.startedAt),
    startedBy: task.startedBy,
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    stoppingAt: timestamp(task.stoppingAt),
    stoppedAt: timestamp(task.stoppedAt),
    tags: withTags ? tagList(task.tags) : [],
    version: 1,
  });
}

function describedContainer(cloud: Cloud, task: Task, container: Container): JsonObject {
  const { networkBindings, privateIp } = { ...container, privateIp: task.privateIp };
  return present({
    containerArn: arnOf(cloud, 'container', task.cluster, task.id, idFrom(task.id + container.name)),
    taskArn: task.arn,
    name: container.name,
    image: container.image,
    imageDigest: container.imageDigest,
    runtimeId: container.runtimeId,
    lastStatus: container.lastStatus,
    exitCode: container.exitCode,
    reason: container.reason,
    networkBindings: networkBindings.map((binding) => ({ ...binding })),
    networkInterfaces:
      privateIp === undefined
        ? []
        : [{ attachmentId: idFrom(`${task.id} attachment`), privateIpv4Address: privateIp }],
    healthStatus: container.health,
  });
}

/** The elastic network interface of a task in awsvpc mode. */
function networkInterface(cloud: Cloud, task: Task, privateIp: string): JsonObject {
  const unique = createHash('sha256').update(task.id).digest('hex');
  const details: Readonly<Record<string, string>> = {
    subnetId: `subnet-${unique.slice(0, 17)}`,
    networkInterfaceId: `eni-${unique.slice(17, 34)}`,
    macAddress: `0a:${(unique.slice(34, 44).match(/../g) ?? []).join(':')}`,
    privateDnsName: `ip-${privateIp.replaceAll('.', '-')}.${cloud.region === 'us-east-1' ? 'ec2' : `${cloud.region}.compute`}.internal`,
    privateIPv4Address: privateIp,
  };
  return {
    id: idFrom(`${task.id} attachment`),
    type: 'ElasticNetworkInterface',
    status: task.lastStatus === 'STOPPED' ? 'DELETED' : 'ATTACHED',
    details: Object.entries(details).map(([name, value]) => ({ name, value })),
  };
}

/** An id in the shape of a UUID that is the same each time. */
function idFrom(name: string): string {
  const digits = createHash('sha256').update(name).digest('hex');
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20, 32),
  ].join('-');
}
