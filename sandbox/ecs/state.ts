import type { JsonObject } from '../json.js';
import type { LaunchedTask } from '../runtime/runtime.js';
import type { ServiceDeployment } from './service-deployment.js';

/** What ECS remembers. Keys are names within the account and region. */
export interface EcsState {
  readonly clusters: Map<string, Cluster>;
  /** Revisions of each family, oldest first; revision n is at index n - 1. */
  readonly families: Map<string, TaskDefinition[]>;
  /** What the scheduler waits for: each cancels one call of the clock. */
  readonly waiting: Set<() => void>;
  /** True once the sandbox shuts down: nothing is scheduled any more. */
  closed: boolean;
  /**
   * What a rollback becomes in `deployments[]`: the entry that it goes back to, in progress again, as the Developer
   * Guide has it, or always one with a new id, as clients had better be ready for. The sources do not settle it.
   */
  rollbackDeployment: 'restored' | 'new';
  /** CloudWatch alarms by name, as deployments are told to watch them; tests set them. */
  readonly alarms: Map<string, 'OK' | 'ALARM'>;
  /** How many tasks there is room for in the account; absent: any number. */
  capacity?: number;
  /** What the account does not let its tasks have: the first that answers makes a task fail to start. */
  readonly startFailures: StartFailure[];
}

/** Answers with the stopped reason of a task that cannot be started, a secret that it may not read for example. */
export type StartFailure = (task: Pick<Task, 'taskDefinition' | 'startedBy'>) => string | undefined;

/** An account in which nobody has used ECS yet. */
export function emptyEcs(): EcsState {
  return {
    clusters: new Map(),
    families: new Map(),
    waiting: new Set(),
    closed: false,
    rollbackDeployment: 'restored',
    alarms: new Map(),
    startFailures: [],
  };
}

export interface Cluster {
  readonly name: string;
  readonly arn: string;
  status: 'ACTIVE' | 'INACTIVE';
  readonly services: Map<string, Service>;
  /** By task id; stopped ones stay visible for an hour. */
  readonly tasks: Map<string, Task>;
  /** By the last part of their ARN. */
  readonly instances: Map<string, ContainerInstance>;
  tags: Tag[];
}

/** A revision. `body` is the registered JSON with the read-only fields added, kept whole. */
export interface TaskDefinition {
  readonly arn: string;
  readonly family: string;
  readonly revision: number;
  status: 'ACTIVE' | 'INACTIVE';
  readonly body: JsonObject;
  tags: Tag[];
  deregisteredAt?: number;
}

export interface Tag {
  readonly key: string;
  readonly value: string;
}

export interface Service {
  readonly name: string;
  readonly arn: string;
  /** The cluster's name. */
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
  /** When the scheduler last said that the service is steady; absent while it is not. */
  steadySince?: number;
  /** The next pass of the scheduler. */
  pass?: ScheduledPass;
}

/** A look of the scheduler at a service that is still to come. */
export interface ScheduledPass {
  /** When it was asked for. */
  readonly at: number;
  /** Milliseconds of AWS time from then. */
  readonly wait: number;
  readonly cancel: () => void;
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
  /** How many tasks it should have; that of the PRIMARY one is the service's. */
  desiredCount: number;
  /** Tasks in a row that stopped before they ran, which delays the next start. */
  failedStarts: number;
  /** Since when tasks wait to be started again, and for how many milliseconds of AWS time. */
  backoff?: { readonly since: number; readonly wait: number };
  readonly createdAt: number;
  updatedAt: number;
  /** ARN of the service revision that it deploys. */
  readonly serviceRevision: string;
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
  /** The cluster's name. */
  readonly cluster: string;
  /** ARN of the revision. */
  readonly taskDefinition: string;
  readonly launchType: 'FARGATE' | 'EC2';
  /** `service:NAME` for a service's task. */
  readonly group: string;
  /** The deployment's id for a service's task. */
  readonly startedBy: string;
  lastStatus: TaskStatus;
  desiredStatus: 'RUNNING' | 'STOPPED';
  readonly containers: Container[];
  readonly createdAt: number;
  pullStartedAt?: number;
  pullStoppedAt?: number;
  startedAt?: number;
  /** When the scheduler first found it running and healthy. */
  healthySince?: number;
  /** Set when the scheduler decided to replace it: ECS's stopped reason. */
  unhealthy?: string;
  /** Whether another task was started in its place already. */
  replaced?: true;
  /** Whether it has ever been healthy for long enough to count. */
  settled?: true;
  stoppingAt?: number;
  executionStoppedAt?: number;
  stoppedAt?: number;
  stopCode?: 'TaskFailedToStart' | 'EssentialContainerExited' | 'UserInitiated' | 'ServiceSchedulerInitiated';
  stoppedReason?: string;
  /** The elastic network interface's address, in awsvpc mode. */
  privateIp?: string;
  /** ARN of the container instance, on EC2. */
  readonly containerInstance?: string;
  /** Its places in target groups; a target that was taken out stays here until it is drained. */
  targets: TaskTarget[];
  /** The runtime's handle, once it was asked to start the task. */
  launched?: LaunchedTask;
  tags: Tag[];
}

/** A task's place in a target group. */
export interface TaskTarget {
  readonly targetGroup: string;
  /** Address in awsvpc mode, EC2 instance id otherwise. */
  readonly id: string;
  readonly port: number;
  draining: boolean;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly essential: boolean;
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
