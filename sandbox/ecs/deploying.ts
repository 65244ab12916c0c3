import type { Cloud } from '../cloud.js';
import { arnOf } from './arns.js';
import { deploymentCompleted, tell } from './events.js';
import type { Deployment, Service, ServiceDeployment } from './state.js';

/**
 * Begins a deployment of the service as it is set now: it becomes PRIMARY, the one before it ACTIVE. A
 * deployment that was still in progress is superseded: its service deployment ends as STOPPED (seen on public
 * accounts, kayac/ecspresso#929), and only its running tasks are kept for the time being.
 */
export function beginDeployment(
  cloud: Cloud,
  service: Service,
  taskDefinition: string,
  running: number,
): void {
  const now = cloud.clock.now();
  const path = [service.cluster, service.name] as const;
  const serviceRevision = arnOf(cloud, 'service-revision', ...path, cloud.ids.deployment());
  const id = `ecs-svc/${cloud.ids.deployment()}`;
  const sources = service.deployments.map((one) => one.serviceRevision);
  supersede(cloud, service, running);
  service.revisions.unshift({
    arn: serviceRevision,
    taskDefinition,
    settings: service.settings,
    createdAt: now,
    digests: new Map(),
  });
  service.deployments.unshift({
    id,
    status: 'PRIMARY',
    taskDefinition,
    rolloutState: 'IN_PROGRESS',
    rolloutStateReason: `ECS deployment ${id} in progress.`,
    failedTasks: 0,
    desiredCount: service.desiredCount,
    failedStarts: 0,
    createdAt: now,
    updatedAt: now,
    serviceRevision,
  });
  service.serviceDeployments.unshift({
    arn: arnOf(cloud, 'service-deployment', ...path, cloud.ids.token()),
    status: 'PENDING',
    deploymentId: id,
    sourceRevisions: sources,
    targetRevision: serviceRevision,
    createdAt: now,
    updatedAt: now,
  });
  delete service.steadySince;
}

function supersede(cloud: Cloud, service: Service, running: number): void {
  const [before] = service.deployments;
  if (!before) return;
  before.status = 'ACTIVE';
  if (before.rolloutState === 'COMPLETED') return;
  before.desiredCount = running;
  before.updatedAt = cloud.clock.now();
  const current = serviceDeploymentOf(service, before);
  if (current && current.finishedAt === undefined) end(cloud, current, 'STOPPED');
}

/** The scheduler has taken notice: the service deployment is no longer PENDING. */
export function startDeployment(cloud: Cloud, service: Service, deployment: Deployment): void {
  const current = serviceDeploymentOf(service, deployment);
  if (current?.status !== 'PENDING') return;
  current.status = 'IN_PROGRESS';
  current.startedAt = current.updatedAt = cloud.clock.now();
}

/** The deployment is done: the entries of the others vanish, and an event says so. */
export function completeDeployment(cloud: Cloud, service: Service, deployment: Deployment): void {
  deployment.rolloutState = 'COMPLETED';
  deployment.rolloutStateReason = `ECS deployment ${deployment.id} completed.`;
  deployment.failedTasks = 0;
  deployment.updatedAt = cloud.clock.now();
  service.deployments = [deployment];
  const current = serviceDeploymentOf(service, deployment);
  if (current) end(cloud, current, 'SUCCESSFUL');
  tell(cloud, service, deploymentCompleted(deployment.id));
}

function serviceDeploymentOf(service: Service, { id }: Deployment): ServiceDeployment | undefined {
  return service.serviceDeployments.find(({ deploymentId }) => deploymentId === id);
}

function end(cloud: Cloud, deployment: ServiceDeployment, status: ServiceDeployment['status']): void {
  deployment.status = status;
  deployment.finishedAt = deployment.updatedAt = cloud.clock.now();
}
