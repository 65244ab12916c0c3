import type { JsonObject } from '../json.js';

/**
 * How tasks live. The scheduler decides when a task starts and stops; a runtime makes it happen and tells
 * what became of it. `simulated` follows a script on the clock, `process` starts programs, `docker` containers.
 */
export interface Runtime {
  readonly name: 'simulated' | 'process' | 'docker';
  /** Starts a task. What follows is told through `events`; nothing is told after a container's exit. */
  launch(task: TaskLaunch, events: TaskEvents): LaunchedTask;
  /** Sends an HTTP request to a task's port: how health checks and the load balancer reach it. */
  request(address: Address, request: TaskRequest): Promise<TaskResponse>;
  /** Ends everything that still runs and removes what it left on disk. */
  close(): Promise<void>;
}

export interface TaskLaunch {
  readonly id: string;
  readonly arn: string;
  /** The whole registered task definition. */
  readonly taskDefinition: JsonObject;
  /** The service's deployment or whoever started it. */
  readonly startedBy: string;
}

/** What a runtime tells of a task, in AWS's words. */
export interface TaskEvents {
  /** The network is there: the interface's address in awsvpc mode. */
  attached(privateIp: string): void;
  /** The image was resolved and fetched. */
  pulled(container: string, imageDigest: string): void;
  started(container: string, details: { runtimeId: string; bindings: readonly Binding[] }): void;
  /** Result of the container's own health check after its retries. */
  health(container: string, status: 'HEALTHY' | 'UNHEALTHY'): void;
  exited(container: string, details: { exitCode: number; reason?: string }): void;
  /** The task could not be started at all; `reason` is ECS's stopped reason, e.g. `CannotPullContainerError: …`. */
  failed(reason: string): void;
  /** A line that the container wrote. */
  output(container: string, line: string): void;
}

export interface Binding {
  readonly bindIP: string;
  readonly containerPort: number;
  readonly hostPort: number;
  readonly protocol: 'tcp' | 'udp';
}

export interface LaunchedTask {
  /** Sends SIGTERM to every container, SIGKILL after the container's stop timeout; exits are told as events. */
  stop(): void;
}

export interface Address {
  readonly ip: string;
  readonly port: number;
}

export interface TaskRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Milliseconds of real time. */
  readonly timeout: number;
}

export interface TaskResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}
