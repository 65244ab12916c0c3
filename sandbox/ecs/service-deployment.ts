import type { Cloud } from '../cloud.js';
import type { JsonObject } from '../json.js';
import { object } from './fields.js';
import type { Service } from './state.js';

/** Amazon ECS API Reference, ServiceDeployment `status`. */
export type ServiceDeploymentStatus =
  | 'PENDING'
  | 'IN_PROGRESS'
  | 'SUCCESSFUL'
  | 'STOP_REQUESTED'
  | 'STOPPED'
  | 'ROLLBACK_REQUESTED'
  | 'ROLLBACK_IN_PROGRESS'
  | 'ROLLBACK_SUCCESSFUL'
  | 'ROLLBACK_FAILED';

/** A service deployment: one CreateService or UpdateService with all that comes of it, a rollback included. */
export interface ServiceDeployment {
  readonly arn: string;
  status: ServiceDeploymentStatus;
  statusReason?: string;
  readonly sourceRevisions: readonly string[];
  readonly targetRevision: string;
  readonly createdAt: number;
  startedAt?: number;
  updatedAt: number;
  finishedAt?: number;
  /** Failed tasks as the circuit breaker counts them. */
  failureCount: number;
  /** What made it fail. */
  failedBy?: FailedBy;
  /** Whether an alarm was in ALARM when it started, so that alarms say nothing about it. */
  ignoresAlarms?: true;
  /** Names of the alarms that made it fail. */
  triggeredAlarms?: readonly string[];
  /** Since when its tasks are all there and it is only watched. */
  bakingSince?: number;
  /** Amazon ECS API Reference, Rollback. */
  rollback?: {
    readonly reason: string;
    readonly startedAt: number;
    readonly serviceRevisionArn: string;
  };
}

/** What can make a deployment fail. */
export type FailedBy = 'circuit breaker' | 'alarm' | 'user';

/** The newest service deployment while it goes on; the ones before it ended when they were superseded, at the latest. */
export function ongoingDeployment({ serviceDeployments }: Service): ServiceDeployment | undefined {
  const [newest] = serviceDeployments;
  return newest?.finishedAt === undefined ? newest : undefined;
}

/** The deployment configuration that holds for a service deployment: that of the service when it began. */
export function configurationOf(service: Service, { targetRevision }: ServiceDeployment): JsonObject {
  const revision = service.revisions.find(({ arn }) => arn === targetRevision);
  return object(revision?.settings ?? service.settings, 'deploymentConfiguration') ?? {};
}

/** Moves a service deployment to another status; without a reason the one before it stays. */
export function enter(
  cloud: Cloud,
  deployment: ServiceDeployment,
  status: ServiceDeploymentStatus,
  reason = deployment.statusReason,
): void {
  deployment.status = status;
  deployment.updatedAt = cloud.clock.now();
  if (reason !== undefined) deployment.statusReason = reason;
}

/** Moves a service deployment to its last status. */
export function finish(
  cloud: Cloud,
  deployment: ServiceDeployment,
  status: ServiceDeploymentStatus,
  reason?: string,
): void {
  enter(cloud, deployment, status, reason);
  deployment.finishedAt = deployment.updatedAt;
}
