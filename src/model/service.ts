/*
 * What we observe of a service, in ECS's own words but with what we need always present. The adapters
 * translate; the models judge.
 */

/** A service as DescribeServices shows it. */
export interface Service {
  readonly arn: string;
  readonly name: string;
  readonly clusterArn: string;
  readonly status: string;
  readonly taskDefinition: string;
  /** ARN of the service deployment that goes on, or of the last one; absent where ECS does not offer them. */
  readonly currentServiceDeployment: string | undefined;
  readonly desiredCount: number;
  readonly runningCount: number;
  readonly pendingCount: number;
  /** `ECS`, `CODE_DEPLOY` or `EXTERNAL`; absent means ECS. */
  readonly controller: string;
  /** `ROLLING`, `BLUE_GREEN`, `LINEAR` or `CANARY`; absent means ROLLING. */
  readonly strategy: string;
  /** `REPLICA` or `DAEMON`. */
  readonly scheduling: string;
  /** Whether a lifecycle hook pauses deployments. */
  readonly pauses: boolean;
  readonly loadBalancers: readonly LoadBalancer[];
  /** The PRIMARY one first. */
  readonly deployments: readonly Deployment[];
  /** Newest first, at most a hundred. */
  readonly events: readonly ServiceEvent[];
  /** Milliseconds. */
  readonly healthCheckGracePeriod: number;
  readonly rolling: RollingUpdate;
}

/** How ECS replaces the tasks of a service (DeploymentConfiguration). */
export interface RollingUpdate {
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  /** Milliseconds in which a finished rollout is still watched. */
  readonly bakeTime: number;
  /** Whether ECS itself goes back to the last completed deployment when one fails. */
  readonly rollsBack: boolean;
}

export interface LoadBalancer {
  readonly targetGroupArn: string;
  readonly containerName: string;
  readonly containerPort: number;
}

/** An entry of `deployments[]`. */
export interface Deployment {
  readonly id: string;
  /** `PRIMARY`, `ACTIVE`, `INACTIVE`; DRAINING has been seen too. */
  readonly status: string;
  readonly taskDefinition: string;
  /** `IN_PROGRESS`, `COMPLETED`, `FAILED`; empty behind a Classic Load Balancer. */
  readonly rolloutState: string;
  readonly rolloutStateReason: string;
  readonly desiredCount: number;
  readonly runningCount: number;
  readonly pendingCount: number;
  readonly failedTasks: number;
  /** Milliseconds since the epoch; 0 when AWS did not say. */
  readonly createdAt: number;
}

export interface ServiceEvent {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly message: string;
}

/** A service deployment: the record of one change of a service, which outlives its entry in `deployments[]`. */
export interface ServiceDeployment {
  readonly arn: string;
  /** `PENDING`, `IN_PROGRESS`, `SUCCESSFUL`, `STOPPED`, `ROLLBACK_IN_PROGRESS` and the like. */
  readonly status: string;
  readonly statusReason: string;
  readonly targetServiceRevisionArn: string;
  /** Milliseconds since the epoch; 0 when AWS did not say. */
  readonly createdAt: number;
}

/** A task as DescribeTasks shows it. */
export interface Task {
  readonly arn: string;
  readonly taskDefinition: string;
  /** The deployment that started it. */
  readonly startedBy: string;
  readonly lastStatus: string;
  readonly desiredStatus: string;
  readonly containers: readonly Container[];
  /** Address of its network interface in awsvpc mode. */
  readonly privateIp: string | undefined;
  /** On EC2. */
  readonly containerInstanceArn: string | undefined;
  /** Milliseconds since the epoch; absent until it runs. */
  readonly startedAt: number | undefined;
  readonly stopCode: string | undefined;
  readonly stoppedReason: string | undefined;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly imageDigest: string | undefined;
  /** `HEALTHY`, `UNHEALTHY` or `UNKNOWN`. */
  readonly healthStatus: string;
  readonly exitCode: number | undefined;
  readonly reason: string | undefined;
  /** Host port by container port, in bridge and host mode. */
  readonly hostPorts: ReadonlyMap<number, number>;
}

/** The deployment that new tasks come from. */
export function primary(service: Service): Deployment | undefined {
  return service.deployments.find((deployment) => deployment.status === 'PRIMARY');
}

/** Whether ECS is still replacing tasks. Behind a Classic Load Balancer only the number of entries tells. */
export function inFlight(service: Service): boolean {
  const current = primary(service);
  if (!current) return false;
  return current.rolloutState === ''
    ? service.deployments.length > 1
    : current.rolloutState === 'IN_PROGRESS';
}
