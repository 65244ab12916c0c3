import type { Cloud } from '../cloud.js';
import { afterPatience } from '../elbv2/deadline.js';
import type { Addresses } from './addresses.js';
import {
  StartFailure,
  type ContainerHost,
  type StartedContainer,
  type StartOrder,
} from './container-host.js';
import { containerRuntime } from './container-tasks.js';
import type { HealthCheck } from './containers.js';
import { watchHealth, type Probe } from './health-check.js';
import { imageFolders, type UnpackedImage } from './image-folders.js';
import { enterImage, runInside, type Inside } from './inside-image.js';
import type { Program } from './program.js';
import type { Runtime } from './runtime.js';

/** What the process runtime needs. */
export interface ProcessOptions {
  /** Where images are unpacked; made when missing, removed by `close`. */
  readonly folder: string;
  /** From `claimAddresses`; undefined where the system has none. */
  readonly addresses: Addresses | undefined;
}

/** Milliseconds of real time that a health check has at least, because programs do not get faster with the pace. */
const LEAST_TIMEOUT = 3_000;

/**
 * Tasks whose containers are programs of this machine, started in the unpacked image with its environment and
 * the task definition's. That is no isolation: they see the machine's files and network and run as its user.
 */
export function processRuntime(cloud: Cloud, { folder, addresses }: ProcessOptions): Runtime {
  const images = imageFolders(cloud, folder);
  const host: ContainerHost<UnpackedImage> = {
    name: 'process',
    fetch: (image, architecture) => images.fetch(image, architecture),
    start: (order) => start(cloud, order),
    close: () => images.close(),
  };
  return containerRuntime({ clock: cloud.clock, host, addresses });
}

async function start(cloud: Cloud, order: StartOrder<UnpackedImage>): Promise<StartedContainer> {
  const { container, task, tell } = order;
  const inside = await enterImage(order);
  const command = commandOf(order);
  const program = await runInside(inside, command, (line) => tell.output(line)).catch((error: unknown) => {
    throw new StartFailure(
      `${RUNC} exec: "${command[0] ?? ''}": ${reasonOf(error, command[0] ?? '')}: unknown`,
    );
  });
  const stopWatching = watch(cloud, inside, order);
  void program.exit.then((exitCode) => {
    stopWatching();
    tell.exited({ exitCode });
  });
  return {
    runtimeId: `${task.id}-${program.pid}`,
    stop() {
      stopWatching();
      program.signal('SIGTERM');
      const cancel = cloud.clock.after(container.stopTimeout, () => program.signal('SIGKILL'));
      void program.exit.then(cancel);
    },
    kill: () => program.signal('SIGKILL'),
  };
}

/** Another entry point makes the image's command void ("docker run", `--entrypoint`). */
function commandOf({ container, image }: StartOrder<UnpackedImage>): readonly string[] {
  const { entrypoint, cmd } = image.image.config;
  const command = [
    ...(container.entryPoint ?? entrypoint),
    ...(container.command ?? (container.entryPoint ? [] : cmd)),
  ];
  if (command.length === 0) throw new StartFailure('Error response from daemon: No command specified');
  return command;
}

/** Wording of public stopped tasks (saebyn/glowing-telegram#398, aws/amazon-ecs-agent#2954). */
const RUNC =
  'ResourceInitializationError: failed to create new container runtime task: failed to create shim task: ' +
  'OCI runtime create failed: runc create failed: unable to start container process:';

function reasonOf(error: unknown, program: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EACCES') return 'permission denied';
  if (code === 'ENOEXEC') return 'exec format error';
  if (code !== 'ENOENT') return error instanceof Error ? error.message : String(error);
  return program.includes('/')
    ? `stat ${program}: no such file or directory`
    : 'executable file not found in $PATH';
}

/** Runs the container's own health check beside it, as the task definition has it. */
function watch(cloud: Cloud, inside: Inside, { container, tell }: StartOrder<UnpackedImage>): () => void {
  const check = container.healthCheck;
  if (!check) return () => undefined;
  return watchHealth({
    clock: cloud.clock,
    check,
    probe: () => probe(cloud, inside, check),
    tell: (status) => tell.health(status),
  });
}

function probe(cloud: Cloud, inside: Inside, { command: [kind, ...words], timeout }: HealthCheck): Probe {
  let program: Program | undefined;
  let over = false;
  const cancel = (): void => {
    over = true;
    program?.signal('SIGKILL');
  };
  const look = async (): Promise<boolean> => {
    const command = kind === 'CMD-SHELL' ? ['/bin/sh', '-c', words.join(' ')] : words;
    program = await runInside(inside, command, () => undefined);
    // Called off while it was being started.
    if (over) program.signal('SIGKILL');
    return (await program.exit) === 0 && !over;
  };
  const patience = afterPatience(cloud, timeout / 1_000, cancel, LEAST_TIMEOUT);
  return {
    result: look()
      .catch(() => false)
      .finally(patience),
    cancel,
  };
}
