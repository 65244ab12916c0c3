import type { Deployment, Service } from '../../../src/model/service.js';

/* A service of two tasks in the middle of a rollout, as ECS shows it. */

export const revisionArn = (number: number): string =>
  `arn:aws:ecs:us-east-1:123456789012:task-definition/api:${String(number)}`;

export const deploymentOf = (fields: Partial<Deployment> = {}): Deployment => ({
  id: 'ecs-svc/2',
  status: 'PRIMARY',
  taskDefinition: revisionArn(2),
  rolloutState: 'IN_PROGRESS',
  rolloutStateReason: '',
  desiredCount: 2,
  runningCount: 2,
  pendingCount: 0,
  failedTasks: 0,
  createdAt: 0,
  ...fields,
});

export const serviceOf = (deployments: readonly Deployment[], fields: Partial<Service> = {}): Service => ({
  arn: 'arn:aws:ecs:us-east-1:123456789012:service/prod/api',
  name: 'api',
  clusterArn: 'arn:aws:ecs:us-east-1:123456789012:cluster/prod',
  status: 'ACTIVE',
  taskDefinition: revisionArn(2),
  currentServiceDeployment: undefined,
  desiredCount: 2,
  runningCount: 2,
  pendingCount: 0,
  controller: 'ECS',
  strategy: 'ROLLING',
  scheduling: 'REPLICA',
  pauses: false,
  loadBalancers: [],
  deployments,
  events: [],
  healthCheckGracePeriod: 0,
  rolling: { minimumHealthyPercent: 100, maximumPercent: 200, bakeTime: 0, rollsBack: false },
  ...fields,
});
