import type { JsonObject } from '../json.js';

/** What ECS remembers. Keys are names within the account and region. */
export interface EcsState {
  readonly clusters: Map<string, Cluster>;
  /** Revisions of each family, oldest first; revision n is at index n - 1. */
  readonly families: Map<string, TaskDefinition[]>;
}

export interface Cluster {
  readonly name: string;
  readonly arn: string;
  status: 'ACTIVE' | 'INACTIVE';
  readonly services: Map<string, Service>;
  /** By task id; stopped ones stay visible for an hour. */
  readonly tasks: Map<string, Task>;
  readonly instances: Map<string, ContainerInstance>;
}

/** A revision. `body` is the registered JSON with the read-only fields added, kept whole. */
export interface TaskDefinition {
  readonly arn: string;
  readonly family: string;
  readonly revision: number;
  status: 'ACTIVE' | 'INACTIVE';
  readonly body: JsonObject;
  tags: Tag[];
}

export interface Tag {
  readonly key: string;
  readonly value: string;
}

export interface Service {
  readonly name: string;
  readonly arn: string;
  readonly cluster: string;
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  /** What CreateService and UpdateService were given, merged: load balancers, network, configuration. */
  settings: JsonObject;
  desiredCount: number;
  readonly createdAt: number;
  /** Newest first, the PRIMARY one at the head. */
  deployments: Deployment[];
  /** Newest first; kept for ninety days. */
  serviceDeployments: ServiceDeployment[];
  revisions: ServiceRevision[];
  /** Newest first, at most a hundred. */
  events: ServiceEvent[];
  tags: Tag[];
}

/** An entry of `deployments[]` in DescribeServices. */
export interface Deployment {
  /** `ecs-svc/` and nineteen digits. */
  readonly id: string;
  status: 'PRIMARY' | 'ACTIVE' | 'INACTIVE';
  readonly taskDefinition: string;
  rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  rolloutStateReason: string;
  failedTasks: number;
  readonly createdAt: number;
  updatedAt: number;
  /** ARN of the service revision that it deploys. */
  readonly serviceRevision: string;
}

export interface ServiceDeployment {
  readonly arn: string;
  status:
    | 'PENDING'
    | 'IN_PROGRESS'
    | 'SUCCESSFUL'
    | 'STOP_REQUESTED'
    | 'STOPPED'
    | 'ROLLBACK_REQUESTED'
    | 'ROLLBACK_IN_PROGRESS'
    | 'ROLLBACK_SUCCESSFUL'
    | 'ROLLBACK_FAILED';
  statusReason?: string;
  readonly deploymentId: string;
  readonly sourceRevisions: readonly string[];
  readonly targetRevision: string;
  readonly createdAt: number;
  startedAt?: number;
  updatedAt: number;
  finishedAt?: number;
}

export interface ServiceRevision {
  readonly arn: string;
  readonly taskDefinition: string;
  /** Settings of the service at the time. */
  readonly settings: JsonObject;
  readonly createdAt: number;
  /** Digests by container name, once the first task has resolved them. */
  readonly digests: Map<string, string>;
}

export interface ServiceEvent {
  readonly id: string;
  readonly createdAt: number;
  readonly message: string;
}

export type TaskStatus =
  | 'PROVISIONING'
  | 'PENDING'
  | 'ACTIVATING'
  | 'RUNNING'
  | 'DEACTIVATING'
  | 'STOPPING'
  | 'DEPROVISIONING'
  | 'STOPPED';

export type Health = 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN';

export interface Task {
  readonly id: string;
  readonly arn: string;
  readonly cluster: string;
  readonly taskDefinition: string;
  /** `service:NAME` for a service's task. */
  readonly group: string;
  /** The deployment's id for a service's task. */
  readonly startedBy: string;
  lastStatus: TaskStatus;
  desiredStatus: 'RUNNING' | 'STOPPED';
  readonly containers: Container[];
  readonly createdAt: number;
  startedAt?: number;
  stoppingAt?: number;
  stoppedAt?: number;
  stopCode?: 'TaskFailedToStart' | 'EssentialContainerExited' | 'UserInitiated' | 'ServiceSchedulerInitiated';
  stoppedReason?: string;
  /** The elastic network interface's address, in awsvpc mode. */
  privateIp?: string;
  /** ARN of the container instance, on EC2. */
  readonly containerInstance?: string;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  imageDigest?: string;
  runtimeId?: string;
  lastStatus: 'PENDING' | 'RUNNING' | 'STOPPED';
  health: Health;
  exitCode?: number;
  reason?: string;
  networkBindings: NetworkBinding[];
}

export interface NetworkBinding {
  readonly bindIP: string;
  readonly containerPort: number;
  readonly hostPort: number;
  readonly protocol: 'tcp' | 'udp';
}

/** A machine of an EC2 cluster; in the sandbox all of them are this machine. */
export interface ContainerInstance {
  readonly arn: string;
  readonly ec2InstanceId: string;
  readonly privateIp: string;
}
