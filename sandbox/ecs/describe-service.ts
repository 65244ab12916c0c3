import type { Cloud } from '../cloud.js';
import type { JsonObject } from '../json.js';
import { findTaskDefinition, arnOf } from './arns.js';
import { objects, present, text, timestamp } from './fields.js';
import { tasksOf } from './scheduler.js';
import { deploymentConfiguration, launchTypeOf, loadBalancersOf } from './settings.js';
import type { Deployment, Service, ServiceDeployment, ServiceRevision, Task } from './state.js';
import { tagList } from './tags.js';

/** A service as DescribeServices shows it (Amazon ECS API Reference, Service). */
export function describedService(cloud: Cloud, service: Service, withTags: boolean): JsonObject {
  const tasks = serviceTasks(cloud, service);
  const { settings } = service;
  return present({
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: arnOf(cloud, 'cluster', service.cluster),
    loadBalancers: [],
    serviceRegistries: [],
    placementConstraints: [],
    placementStrategy: [],
    schedulingStrategy: 'REPLICA',
    deploymentController: { type: 'ECS' },
    enableECSManagedTags: false,
    enableExecuteCommand: false,
    propagateTags: 'NONE',
    availabilityZoneRebalancing: 'DISABLED',
    // A service with a load balancer has a grace period, zero unless one is given.
    healthCheckGracePeriodSeconds: loadBalancersOf(settings).length > 0 ? 0 : undefined,
    ...platform(settings),
    ...settings,
    deploymentConfiguration: deploymentConfiguration(settings),
    status: service.status,
    desiredCount: service.desiredCount,
    ...counts(tasks),
    taskDefinition: service.deployments[0]?.taskDefinition ?? service.revisions[0]?.taskDefinition,
    deployments: service.deployments.map((one) => describedDeployment(service, one, tasks)),
    events: service.events.map(({ id, createdAt, message }) => ({
      id,
      createdAt: createdAt / 1_000,
      message,
    })),
    createdAt: timestamp(service.createdAt),
    createdBy: `arn:aws:iam::${cloud.account}:user/deployer`,
    currentServiceDeployment: service.serviceDeployments[0]?.arn,
    currentServiceRevisions: service.deployments.map((one) =>
      revisionSummary(service, one.serviceRevision, tasks),
    ),
    tags: withTags ? tagList(service.tags) : undefined,
  });
}

function serviceTasks(cloud: Cloud, service: Service): Task[] {
  const cluster = cloud.ecs.clusters.get(service.cluster);
  return cluster ? tasksOf(cluster, service) : [];
}

function platform(settings: JsonObject): JsonObject {
  const launchType = launchTypeOf(settings);
  const strategy = objects(settings, 'capacityProviderStrategy').length > 0;
  return present({
    launchType: strategy ? undefined : launchType,
    platformVersion: launchType === 'FARGATE' ? 'LATEST' : undefined,
    platformFamily: launchType === 'FARGATE' ? 'Linux' : undefined,
  });
}

function counts(tasks: readonly Task[]): { runningCount: number; pendingCount: number } {
  return {
    runningCount: tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING').length,
    pendingCount: tasks.filter(({ lastStatus }) => PENDING.has(lastStatus)).length,
  };
}

const PENDING: ReadonlySet<string> = new Set(['PROVISIONING', 'PENDING', 'ACTIVATING']);

function describedDeployment(service: Service, deployment: Deployment, tasks: readonly Task[]): JsonObject {
  const revision = service.revisions.find(({ arn }) => arn === deployment.serviceRevision);
  const settings = revision?.settings ?? {};
  return present({
    id: deployment.id,
    status: deployment.status,
    taskDefinition: deployment.taskDefinition,
    desiredCount: deployment.status === 'PRIMARY' ? service.desiredCount : deployment.desiredCount,
    ...counts(tasks.filter(({ startedBy }) => startedBy === deployment.id)),
    failedTasks: deployment.failedTasks,
    createdAt: timestamp(deployment.createdAt),
    updatedAt: timestamp(deployment.updatedAt),
    ...platform(settings),
    networkConfiguration: settings['networkConfiguration'],
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutStateReason,
  });
}

/** A service revision with its task counts, as services and service deployments name it. */
function revisionSummary(service: Service, arn: string, tasks: readonly Task[]): JsonObject {
  const deployment = service.deployments.find(({ serviceRevision }) => serviceRevision === arn);
  const { runningCount, pendingCount } = counts(
    tasks.filter(({ startedBy }) => startedBy === deployment?.id),
  );
  const requested = deployment?.status === 'PRIMARY' ? service.desiredCount : (deployment?.desiredCount ?? 0);
  return {
    arn,
    requestedTaskCount: requested,
    runningTaskCount: runningCount,
    pendingTaskCount: pendingCount,
  };
}

/** An entry of ListServiceDeployments (Amazon ECS API Reference, ServiceDeploymentBrief). */
export function serviceDeploymentBrief(
  cloud: Cloud,
  service: Service,
  deployment: ServiceDeployment,
): JsonObject {
  return present({
    serviceDeploymentArn: deployment.arn,
    serviceArn: service.arn,
    clusterArn: arnOf(cloud, 'cluster', service.cluster),
    createdAt: timestamp(deployment.createdAt),
    startedAt: timestamp(deployment.startedAt),
    finishedAt: timestamp(deployment.finishedAt),
    targetServiceRevisionArn: deployment.targetRevision,
    status: deployment.status,
    statusReason: deployment.statusReason,
  });
}

/** A service deployment as DescribeServiceDeployments shows it. */
export function describedServiceDeployment(
  cloud: Cloud,
  service: Service,
  deployment: ServiceDeployment,
): JsonObject {
  const { targetServiceRevisionArn, ...brief } = serviceDeploymentBrief(cloud, service, deployment);
  const tasks = serviceTasks(cloud, service);
  const revision = service.revisions.find(({ arn }) => arn === targetServiceRevisionArn);
  return {
    ...brief,
    updatedAt: timestamp(deployment.updatedAt),
    sourceServiceRevisions: deployment.sourceRevisions.map((arn) => revisionSummary(service, arn, tasks)),
    targetServiceRevision: revisionSummary(service, deployment.targetRevision, tasks),
    deploymentConfiguration: deploymentConfiguration(revision?.settings ?? service.settings),
  };
}

/** A service revision as DescribeServiceRevisions shows it, with the digests that its images resolved to. */
export function describedServiceRevision(
  cloud: Cloud,
  service: Service,
  revision: ServiceRevision,
): JsonObject {
  const { settings } = revision;
  const body = findTaskDefinition(cloud, revision.taskDefinition)?.body ?? {};
  return present({
    serviceRevisionArn: revision.arn,
    serviceArn: service.arn,
    clusterArn: arnOf(cloud, 'cluster', service.cluster),
    taskDefinition: revision.taskDefinition,
    ...platform(settings),
    capacityProviderStrategy: settings['capacityProviderStrategy'],
    networkConfiguration: settings['networkConfiguration'],
    loadBalancers: settings['loadBalancers'] ?? [],
    serviceRegistries: settings['serviceRegistries'] ?? [],
    containerImages: objects(body, 'containerDefinitions').map((container) =>
      present({
        containerName: container['name'],
        image: container['image'],
        imageDigest: revision.digests.get(text(container, 'name') ?? ''),
      }),
    ),
    guardDutyEnabled: false,
    createdAt: timestamp(revision.createdAt),
    resolvedConfiguration: {
      loadBalancers: loadBalancersOf(settings).map(({ targetGroup }) => ({ targetGroupArn: targetGroup })),
    },
  });
}
