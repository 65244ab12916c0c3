import type { Cloud } from '../cloud.js';
import type { JsonObject } from '../json.js';
import { findTaskDefinition, arnOf } from './arns.js';
import { object, objects, present, text, timestamp } from './fields.js';
import { tasksOf } from './scheduler.js';
import { deploymentConfiguration, launchTypeOf, loadBalancersOf } from './settings.js';
import type { Deployment, Service, ServiceRevision, Task } from './state.js';
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
    deploymentConfiguration: deploymentConfiguration(object(settings, 'deploymentConfiguration') ?? {}),
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
    currentServiceRevisions: currentRevisions(service).map((arn) => revisionSummary(service, arn, tasks)),
    tags: withTags ? tagList(service.tags) : undefined,
  });
}

/** Two deployments may have one revision: the one that completed it, and a rollback to it. */
function currentRevisions({ deployments }: Service): string[] {
  return [...new Set(deployments.map(({ serviceRevision }) => serviceRevision))];
}

/** The tasks of a service, stopped ones included. */
export function serviceTasks(cloud: Cloud, service: Service): Task[] {
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
    desiredCount: requested(service, deployment),
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
export function revisionSummary(service: Service, arn: string, tasks: readonly Task[]): JsonObject {
  const deployments = service.deployments.filter(({ serviceRevision }) => serviceRevision === arn);
  const own = tasks.filter(({ startedBy }) => deployments.some(({ id }) => id === startedBy));
  const { runningCount, pendingCount } = counts(own);
  return {
    arn,
    requestedTaskCount: deployments.reduce((sum, one) => sum + requested(service, one), 0),
    runningTaskCount: runningCount,
    pendingTaskCount: pendingCount,
  };
}

function requested(service: Service, { status, desiredCount }: Deployment): number {
  return status === 'PRIMARY' ? service.desiredCount : desiredCount;
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
