import type { Clock } from '../clock.js';
import { object, text } from '../ecs/fields.js';
import { networkMode } from '../ecs/registration.js';
import type { Addresses } from './addresses.js';
import type { ContainerEvents, ContainerHost, FetchedImage, StartedContainer } from './container-host.js';
import { readContainers, type Container } from './containers.js';
import { nextStarts } from './dependencies.js';
import { sendRequest } from './http-request.js';
import { LOCALHOST, networkOf } from './network.js';
import type { Runtime, TaskEvents, TaskLaunch } from './runtime.js';

/** What every task of a host needs. */
export interface TaskSettings<Image extends FetchedImage> {
  readonly clock: Clock;
  readonly host: ContainerHost<Image>;
  /** One for each task in awsvpc mode; undefined where the system has none, and such tasks cannot be started. */
  readonly addresses: Addresses | undefined;
}

/** Milliseconds of AWS time until the network is there. */
const ATTACH = 1_000;

/** A task on its way. */
interface Task<Image extends FetchedImage> {
  readonly settings: TaskSettings<Image>;
  readonly launch: TaskLaunch;
  readonly events: TaskEvents;
  readonly containers: readonly Container[];
  readonly images: Map<string, Image>;
  /** Containers that are no longer waiting. */
  readonly phases: Map<string, Phase>;
  readonly healthy: Set<string>;
  /** The task's address in awsvpc mode, else the machine's. */
  ip: string;
  stopping: boolean;
  /** True once nobody wants to hear of it any more. */
  silent: boolean;
  /** Called when nothing of it runs or is about to. */
  readonly ended: () => void;
}

/** How far a container has come. */
export type Phase =
  | { readonly name: 'starting' }
  | { readonly name: 'running'; readonly started: StartedContainer }
  | { readonly name: 'exited'; readonly exitCode: number };

/** A runtime whose tasks' containers a host runs: the order of their starts, their network and their end. */
export function containerRuntime<Image extends FetchedImage>(settings: TaskSettings<Image>): Runtime {
  const tasks = new Set<Task<Image>>();
  let lastEnded = (): void => undefined;
  const begin = (launch: TaskLaunch, events: TaskEvents): Task<Image> => {
    const task: Task<Image> = {
      settings,
      launch,
      events,
      containers: readContainers(launch.taskDefinition),
      images: new Map(),
      phases: new Map(),
      healthy: new Set(),
      ip: LOCALHOST,
      stopping: false,
      silent: false,
      ended() {
        if (!tasks.delete(task)) return;
        if (task.ip !== LOCALHOST) settings.addresses?.give(task.ip);
        if (tasks.size === 0) lastEnded();
      },
    };
    tasks.add(task);
    settings.clock.after(ATTACH, () => void attach(task));
    return task;
  };
  return {
    name: settings.host.name,
    launch(launch, events) {
      const task = begin(launch, events);
      return { stop: () => stop(task) };
    },
    request: sendRequest,
    async close() {
      const allEnded = new Promise<void>((resolve) => (lastEnded = resolve));
      for (const task of tasks) {
        task.silent = true;
        stop(task);
        for (const started of runningOf(task)) started.kill();
      }
      if (tasks.size > 0) await allEnded;
      await settings.host.close();
      await settings.addresses?.close();
    },
  };
}

async function attach<Image extends FetchedImage>(task: Task<Image>): Promise<void> {
  if (task.stopping) return;
  try {
    task.ip = addressFor(task);
    task.events.attached(task.ip);
    await fetchAll(task);
    goOn(task);
  } catch (error) {
    fail(task, error);
  }
}

/** Throws, in the words of stopped tasks, when there is none. */
function addressFor<Image extends FetchedImage>({ settings, launch }: Task<Image>): string {
  if (networkMode(launch.taskDefinition) !== 'awsvpc') return LOCALHOST;
  if (!settings.addresses) throw new Error('Timeout waiting for network interface provisioning to complete.');
  return settings.addresses.take();
}

async function fetchAll<Image extends FetchedImage>(task: Task<Image>): Promise<void> {
  const { containers, images, launch, settings } = task;
  const architecture = architectureOf(launch.taskDefinition);
  await Promise.all(
    containers.map(async ({ name, image }) => {
      const fetched = await settings.host.fetch(image, architecture);
      images.set(name, fetched);
      if (!task.stopping) task.events.pulled(name, fetched.digest);
    }),
  );
}

/** Starts every container whose dependencies have come far enough. */
function goOn<Image extends FetchedImage>(task: Task<Image>): void {
  if (task.stopping) return;
  const { ready, failure } = nextStarts(task.containers, task.phases, task.healthy);
  if (failure !== undefined) {
    fail(task, new Error(failure));
    return;
  }
  for (const container of ready) {
    task.phases.set(container.name, { name: 'starting' });
    void start(task, container);
  }
}

async function start<Image extends FetchedImage>(task: Task<Image>, container: Container): Promise<void> {
  const { name } = container;
  const image = task.images.get(name);
  if (!image) return;
  try {
    const { environment, bindings } = await networkOf(task.launch.taskDefinition, container, task.ip);
    const tell = eventsOf(task, name);
    const order = { task: task.launch, container, image, network: environment, tell };
    const started = await task.settings.host.start(order);
    if (task.stopping) {
      started.kill();
      return;
    }
    task.phases.set(name, { name: 'running', started });
    task.events.started(name, { runtimeId: started.runtimeId, bindings });
  } catch (error) {
    task.phases.set(name, { name: 'exited', exitCode: 127 });
    fail(task, error);
  }
  goOn(task);
}

/** What the scheduler hears of a container, and what it means for the others. */
function eventsOf<Image extends FetchedImage>(task: Task<Image>, name: string): ContainerEvents {
  return {
    output(line) {
      if (!task.silent) task.events.output(name, line);
    },
    health(status) {
      if (task.stopping) return;
      if (status === 'HEALTHY') task.healthy.add(name);
      else task.healthy.delete(name);
      task.events.health(name, status);
      goOn(task);
    },
    exited(details) {
      const wasTold = task.phases.get(name)?.name === 'running';
      task.phases.set(name, { name: 'exited', exitCode: details.exitCode });
      if (wasTold && !task.silent) task.events.exited(name, details);
      goOn(task);
      endWhenEmpty(task);
    },
  };
}

/** The task could not be started: what runs of it is ended without a word. */
function fail<Image extends FetchedImage>(task: Task<Image>, error: unknown): void {
  if (!task.stopping) {
    task.silent = true;
    task.events.failed(error instanceof Error ? error.message : String(error));
  }
  stop(task);
}

function stop<Image extends FetchedImage>(task: Task<Image>): void {
  if (!task.stopping) {
    task.stopping = true;
    for (const started of runningOf(task)) started.stop();
  }
  endWhenEmpty(task);
}

function endWhenEmpty<Image extends FetchedImage>(task: Task<Image>): void {
  const phases = [...task.phases.values()];
  const over = task.stopping || phases.length === task.containers.length;
  if (over && phases.every(({ name }) => name === 'exited')) task.ended();
}

function runningOf<Image extends FetchedImage>({ phases }: Task<Image>): StartedContainer[] {
  return [...phases.values()].flatMap((phase) => (phase.name === 'running' ? [phase.started] : []));
}

/** ECS's name for it; an image's manifest has Docker's. */
function architectureOf(definition: TaskLaunch['taskDefinition']): string {
  const platform = object(definition, 'runtimePlatform') ?? {};
  return text(platform, 'cpuArchitecture') ?? 'X86_64';
}
