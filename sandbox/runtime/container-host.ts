import type { Container } from './containers.js';
import type { TaskLaunch } from './runtime.js';

/** What runs the containers of tasks for real: the machine itself or a Docker Engine. */
export interface ContainerHost<Image extends FetchedImage> {
  readonly name: 'process' | 'docker';
  /** Fetches an image; rejects with a `PullFailure`. */
  fetch(image: string, architecture: string): Promise<Image>;
  /** Starts a container; rejects with a `StartFailure`. Nothing is told before it has resolved. */
  start(order: StartOrder<Image>): Promise<StartedContainer>;
  /** Removes what is left when every container has ended. */
  close(): Promise<void>;
}

export interface FetchedImage {
  /** What ECS reports as `imageDigest`. */
  readonly digest: string;
}

/** A container that shall be started. */
export interface StartOrder<Image> {
  readonly task: TaskLaunch;
  readonly container: Container;
  readonly image: Image;
  /** Where it is to listen: `HOST`, and in bridge mode `PORT`; stronger than all other environment. */
  readonly network: Readonly<Record<string, string>>;
  readonly tell: ContainerEvents;
}

/** What a host tells of one container; `exited` comes last and once. */
export interface ContainerEvents {
  output(line: string): void;
  health(status: 'HEALTHY' | 'UNHEALTHY'): void;
  exited(details: { exitCode: number; reason?: string }): void;
}

export interface StartedContainer {
  readonly runtimeId: string;
  /** Sends SIGTERM, and SIGKILL after the stop timeout. */
  stop(): void;
  kill(): void;
}

/** A container that could not be started; the message is ECS's stopped reason, `CannotStartContainerError: …`. */
export class StartFailure extends Error {
  constructor(reason: string) {
    super(`CannotStartContainerError: ${reason}`);
  }
}
