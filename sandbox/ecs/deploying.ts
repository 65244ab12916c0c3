import type { Cloud } from '../cloud.js';
import { checkAlarmsAtStart } from './alarms.js';
import { arnOf } from './arns.js';
import { deploymentCompleted, tell } from './events.js';
import { enter, finish, ongoingDeployment } from './service-deployment.js';
import type { Deployment, Service, ServiceRevision, Task } from './state.js';

/**
 * Begins a deployment of the service as it is set now: it becomes PRIMARY, the one before it ACTIVE. A
 * deployment that was still in progress is superseded: its service deployment ends as STOPPED (seen on public
 * accounts, kayac/ecspresso#929), and only its running tasks are kept for the time being.
 */
export function beginDeployment(
  cloud: Cloud,
  service: Service,
  taskDefinition: string,
  tasks: readonly Task[],
): void {
  const now = cloud.clock.now();
  const path = [service.cluster, service.name] as const;
  const revision: ServiceRevision = {
    arn: arnOf(cloud, 'service-revision', ...path, cloud.ids.deployment()),
    taskDefinition,
    settings: service.settings,
    createdAt: now,
    digests: new Map(),
  };
  const sources = new Set(service.deployments.map((one) => one.serviceRevision));
  endServiceDeployment(cloud, service);
  demote(cloud, service, tasks);
  service.revisions.unshift(revision);
  service.deployments.unshift(newDeployment(cloud, service, revision));
  service.serviceDeployments.unshift({
    arn: arnOf(cloud, 'service-deployment', ...path, cloud.ids.token()),
    status: 'PENDING',
    sourceRevisions: [...sources],
    targetRevision: revision.arn,
    createdAt: now,
    updatedAt: now,
    failureCount: 0,
  });
  delete service.steadySince;
}

/** An entry of `deployments[]` that has yet to start its tasks. */
export function newDeployment(cloud: Cloud, service: Service, revision: ServiceRevision): Deployment {
  const now = cloud.clock.now();
  const id = `ecs-svc/${cloud.ids.deployment()}`;
  return {
    id,
    status: 'PRIMARY',
    taskDefinition: revision.taskDefinition,
    rolloutState: 'IN_PROGRESS',
    rolloutStateReason: `ECS deployment ${id} in progress.`,
    failedTasks: 0,
    desiredCount: service.desiredCount,
    failedStarts: 0,
    createdAt: now,
    updatedAt: now,
    serviceRevision: revision.arn,
  };
}

/** Makes the PRIMARY deployment ACTIVE; of one that was not completed, only the running tasks are kept. */
export function demote(cloud: Cloud, service: Service, tasks: readonly Task[]): void {
  const [before] = service.deployments;
  if (!before) return;
  before.status = 'ACTIVE';
  if (before.rolloutState === 'COMPLETED') return;
  before.desiredCount = tasks.filter(
    (task) =>
      task.startedBy === before.id && task.lastStatus === 'RUNNING' && task.desiredStatus === 'RUNNING',
  ).length;
  before.updatedAt = cloud.clock.now();
}

/** The scheduler has taken notice: the service deployment is no longer PENDING. */
export function startDeployment(cloud: Cloud, service: Service): void {
  const current = ongoingDeployment(service);
  if (current?.status !== 'PENDING') return;
  enter(cloud, current, 'IN_PROGRESS');
  current.startedAt = current.updatedAt;
  checkAlarmsAtStart(cloud, service);
}

/** The deployment is done: the entries of the others vanish, and an event says so. */
export function completeDeployment(cloud: Cloud, service: Service, deployment: Deployment): void {
  deployment.rolloutState = 'COMPLETED';
  deployment.rolloutStateReason = `ECS deployment ${deployment.id} completed.`;
  deployment.failedTasks = 0;
  deployment.updatedAt = cloud.clock.now();
  service.deployments = [deployment];
  const current = ongoingDeployment(service);
  if (current) finish(cloud, current, current.rollback ? 'ROLLBACK_SUCCESSFUL' : 'SUCCESSFUL');
  tell(cloud, service, deploymentCompleted(deployment.id));
}

/** Ends the service deployment that is going on, if there is one, in favour of what comes now. */
export function endServiceDeployment(cloud: Cloud, service: Service): void {
  const current = ongoingDeployment(service);
  if (current) finish(cloud, current, 'STOPPED');
}
