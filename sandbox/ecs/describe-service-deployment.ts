import type { Cloud } from '../cloud.js';
import type { JsonObject } from '../json.js';
import { alarmsOf } from './alarms.js';
import { arnOf } from './arns.js';
import { circuitBreakerOf } from './circuit-breaker.js';
import { revisionSummary, serviceTasks } from './describe-service.js';
import { present, timestamp, without } from './fields.js';
import { configurationOf, type FailedBy, type ServiceDeployment } from './service-deployment.js';
import { deploymentConfiguration } from './settings.js';
import type { Service } from './state.js';

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
  const tasks = serviceTasks(cloud, service);
  const configuration = configurationOf(service, deployment);
  return present({
    ...without(serviceDeploymentBrief(cloud, service, deployment), BRIEF_ALONE),
    updatedAt: timestamp(deployment.updatedAt),
    sourceServiceRevisions: deployment.sourceRevisions.map((arn) => revisionSummary(service, arn, tasks)),
    targetServiceRevision: revisionSummary(service, deployment.targetRevision, tasks),
    deploymentConfiguration: deploymentConfiguration(configuration),
    rollback: describedRollback(deployment),
    deploymentCircuitBreaker: describedBreaker(service, deployment, configuration),
    alarms: describedAlarms(deployment, configuration),
  });
}

/** The brief names the target revision by its ARN alone. */
const BRIEF_ALONE: ReadonlySet<string> = new Set(['targetServiceRevisionArn']);

function describedRollback({ rollback }: ServiceDeployment): JsonObject | undefined {
  return rollback && { ...rollback, startedAt: rollback.startedAt / 1_000 };
}

/** Amazon ECS API Reference, ServiceDeploymentCircuitBreaker. */
function describedBreaker(
  service: Service,
  deployment: ServiceDeployment,
  configuration: JsonObject,
): JsonObject {
  const { enable, threshold } = circuitBreakerOf(configuration);
  return {
    status: enable ? monitorStatus(deployment, 'circuit breaker') : 'DISABLED',
    failureCount: deployment.failureCount,
    threshold: threshold(service.desiredCount),
  };
}

/** Amazon ECS API Reference, ServiceDeploymentAlarms; alarms that are ignored are not used, which is DISABLED. */
function describedAlarms(deployment: ServiceDeployment, configuration: JsonObject): JsonObject {
  const { enable, names } = alarmsOf(configuration);
  if (!enable) return { status: 'DISABLED' };
  return {
    status: deployment.ignoresAlarms ? 'DISABLED' : monitorStatus(deployment, 'alarm'),
    alarmNames: names,
    triggeredAlarmNames: deployment.triggeredAlarms ?? [],
  };
}

/** Amazon ECS API Reference, ServiceDeploymentCircuitBreaker and ServiceDeploymentAlarms `status`. */
function monitorStatus({ status, failedBy }: ServiceDeployment, monitor: FailedBy): string {
  if (failedBy === monitor) return 'TRIGGERED';
  return status === 'PENDING' || status === 'IN_PROGRESS' ? 'MONITORING' : 'MONITORING_COMPLETE';
}
