import type {
  Container as SdkContainer,
  Deployment as SdkDeployment,
  Service as SdkService,
  Task as SdkTask,
} from '@aws-sdk/client-ecs';
import { isObject, parseObject, textAt } from '../../model/json.js';
import type { Container, Deployment, Service, Task } from '../../model/service.js';
import { tagsOf, type TaskDefinition } from '../../model/task-definition.js';
import { required } from './clients.js';

const ACTION = 'ecs:DescribeServices';

/** The SDK's shape of a service in our words; throws when a field is missing that a verdict rests on. */
export function serviceOf(service: SdkService): Service {
  const configuration = service.deploymentConfiguration;
  return {
    arn: required(service.serviceArn, ACTION, 'serviceArn'),
    name: required(service.serviceName, ACTION, 'serviceName'),
    clusterArn: service.clusterArn ?? '',
    status: required(service.status, ACTION, 'status'),
    taskDefinition: service.taskDefinition ?? '',
    currentServiceDeployment: service.currentServiceDeployment,
    desiredCount: required(service.desiredCount, ACTION, 'desiredCount'),
    runningCount: required(service.runningCount, ACTION, 'runningCount'),
    pendingCount: service.pendingCount ?? 0,
    controller: service.deploymentController?.type ?? 'ECS',
    strategy: configuration?.strategy ?? 'ROLLING',
    scheduling: service.schedulingStrategy ?? 'REPLICA',
    pauses: (configuration?.lifecycleHooks ?? []).some((hook) => hook.targetType === 'PAUSE'),
    loadBalancers: (service.loadBalancers ?? []).flatMap(
      ({ targetGroupArn, containerName, containerPort }) =>
        targetGroupArn && containerName && containerPort
          ? [{ targetGroupArn, containerName, containerPort }]
          : [],
    ),
    deployments: required(service.deployments, ACTION, 'deployments').map(deploymentOf),
    events: (service.events ?? []).map(({ id, createdAt, message }) => ({
      id: id ?? '',
      createdAt: createdAt?.getTime() ?? 0,
      message: message ?? '',
    })),
    healthCheckGracePeriod: (service.healthCheckGracePeriodSeconds ?? 0) * 1_000,
    // The defaults of a replica service (Amazon ECS API Reference, DeploymentConfiguration).
    rolling: {
      minimumHealthyPercent: configuration?.minimumHealthyPercent ?? 100,
      maximumPercent: configuration?.maximumPercent ?? 200,
      rollsBack:
        (configuration?.deploymentCircuitBreaker?.enable &&
          configuration.deploymentCircuitBreaker.rollback) ??
        false,
      bakeTime: (configuration?.bakeTimeInMinutes ?? 0) * 60_000,
    },
  };
}

function deploymentOf(deployment: SdkDeployment): Deployment {
  return {
    id: required(deployment.id, ACTION, 'deployments[].id'),
    status: required(deployment.status, ACTION, 'deployments[].status'),
    taskDefinition: required(deployment.taskDefinition, ACTION, 'deployments[].taskDefinition'),
    rolloutState: deployment.rolloutState ?? '',
    rolloutStateReason: deployment.rolloutStateReason ?? '',
    desiredCount: deployment.desiredCount ?? 0,
    runningCount: deployment.runningCount ?? 0,
    pendingCount: deployment.pendingCount ?? 0,
    failedTasks: deployment.failedTasks ?? 0,
    createdAt: deployment.createdAt?.getTime() ?? 0,
  };
}

/** The SDK's shape of a task in our words. */
export function taskOf(task: SdkTask): Task {
  const networkInterface = task.attachments?.find(({ type }) => type === 'ElasticNetworkInterface');
  return {
    arn: required(task.taskArn, 'ecs:DescribeTasks', 'taskArn'),
    taskDefinition: task.taskDefinitionArn ?? '',
    startedBy: task.startedBy ?? '',
    lastStatus: required(task.lastStatus, 'ecs:DescribeTasks', 'lastStatus'),
    desiredStatus: task.desiredStatus ?? '',
    containers: (task.containers ?? []).map(containerOf),
    privateIp: networkInterface?.details?.find(({ name }) => name === 'privateIPv4Address')?.value,
    containerInstanceArn: task.containerInstanceArn,
    startedAt: task.startedAt?.getTime(),
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
  };
}

function containerOf(container: SdkContainer): Container {
  return {
    name: container.name ?? '',
    image: container.image ?? '',
    imageDigest: container.imageDigest,
    healthStatus: container.healthStatus ?? 'UNKNOWN',
    exitCode: container.exitCode,
    reason: container.reason,
    hostPorts: new Map(
      (container.networkBindings ?? []).flatMap(({ containerPort, hostPort }) =>
        containerPort === undefined || hostPort === undefined ? [] : [[containerPort, hostPort] as const],
      ),
    ),
  };
}

/** Reads a described or registered revision from the raw answer of an API call. */
export function taskDefinitionOf(body: string, action: string): TaskDefinition {
  const answer = parseObject(body) ?? {};
  const definition = isObject(answer['taskDefinition']) ? answer['taskDefinition'] : undefined;
  const found = required(definition, action, 'taskDefinition');
  const revision = found['revision'];
  return {
    arn: required(textAt(found, 'taskDefinitionArn'), action, 'taskDefinitionArn'),
    family: required(textAt(found, 'family'), action, 'family'),
    revision: required(typeof revision === 'number' ? revision : undefined, action, 'revision'),
    status: textAt(found, 'status') ?? 'ACTIVE',
    body: found,
    tags: tagsOf(answer),
  };
}
