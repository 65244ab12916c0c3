import type { Clock } from '../clock.js';
import { object, text } from '../ecs/fields.js';
import { answerOf, behaviourOf, type App, type Behaviour, type Script } from './behaviour.js';
import type { Address, Binding, LaunchedTask, Runtime, TaskEvents, TaskLaunch } from './runtime.js';
import {
  checkTimes,
  containersOf,
  fetchImage,
  waitsOn,
  type ContainerPlan,
  type FetchedImage,
  type Registry,
  type Waits,
} from './simulated-containers.js';

/** What the simulated runtime needs. */
export interface SimulatedOptions {
  readonly clock: Clock;
  /** How images live; without an entry they start, stay healthy and answer. Tests may change it at any time. */
  readonly script?: Script;
  /** Where images of the sandbox's registry come from; without it every image can be had. */
  readonly registry?: Registry;
}

/** Milliseconds of AWS time. */
const DEFAULTS = { attach: 3_000, pull: 5_000, start: 2_000, stop: { after: 1_000, exitCode: 0 } } as const;

/** The first port of Docker's ephemeral range on Linux ("Amazon ECS API Reference", PortMapping). */
const FIRST_HOST_PORT = 32_768;

/** A container that runs, by the addresses under which it answers. */
interface Listener {
  readonly behaviour: Behaviour;
  readonly app: Omit<App, 'uptime'>;
  readonly startedAt: number;
}

/** What all tasks share. */
interface Machine {
  readonly options: SimulatedOptions;
  /** By `ip:port`, or by `*:port` for a port of the machine. */
  readonly listeners: Map<string, Listener>;
  readonly tasks: Set<Waits>;
  addresses: number;
  ports: number;
}

/** A task on its way. */
interface Running {
  readonly machine: Machine;
  readonly launch: TaskLaunch;
  readonly events: TaskEvents;
  readonly waits: Waits;
  readonly containers: readonly ContainerPlan[];
  readonly ip: string;
  readonly awsvpc: boolean;
  /** The containers that run, and what they do when they are told to stop. */
  readonly alive: Map<string, Behaviour>;
  /** Keys in `listeners` by container. */
  readonly open: Map<string, string[]>;
  stopping: boolean;
}

/** Tasks that live by a script on the clock and answer requests in this process. */
export function simulatedRuntime(options: SimulatedOptions): Runtime {
  const machine: Machine = { options, listeners: new Map(), tasks: new Set(), addresses: 0, ports: 0 };
  return {
    name: 'simulated',
    launch: (launch, events) => begin(machine, launch, events),
    request(address, request) {
      const listener = listenerAt(machine, address);
      if (!listener) return Promise.reject(refused(address));
      const app = { ...listener.app, uptime: options.clock.since(listener.startedAt) };
      const answer = answerOf(listener.behaviour, request, app);
      // Whoever asks has a limit of his own.
      return answer ? Promise.resolve(answer) : new Promise(() => undefined);
    },
    close() {
      for (const waits of machine.tasks) waits.cancel();
      machine.tasks.clear();
      machine.listeners.clear();
      return Promise.resolve();
    },
  };
}

function begin(machine: Machine, launch: TaskLaunch, events: TaskEvents): LaunchedTask {
  const { clock } = machine.options;
  const count = machine.addresses++;
  const task: Running = {
    machine,
    launch,
    events,
    waits: waitsOn(clock),
    containers: containersOf(launch.taskDefinition),
    ip: `10.0.${Math.floor(count / 250) % 256}.${(count % 250) + 4}`,
    awsvpc: text(launch.taskDefinition, 'networkMode') === 'awsvpc',
    alive: new Map(),
    open: new Map(),
    stopping: false,
  };
  machine.tasks.add(task.waits);
  const first = behaviourFor(task, task.containers[0]);
  task.waits.after(first.attach ?? DEFAULTS.attach, () => {
    events.attached(task.ip);
    void fetchAll(task);
  });
  return { stop: () => stop(task) };
}

/** Fetches the images; the digest may be the script's key, so the behaviour is looked up again with it. */
async function fetchAll(task: Running): Promise<void> {
  const { containers, machine, waits } = task;
  try {
    const images = await Promise.all(
      containers.map(({ image }) => fetchImage(machine.options.registry, image, architectureOf(task))),
    );
    if (task.stopping) return;
    const behaviours = containers.map((container, index) => behaviourFor(task, container, images[index]));
    const pull = Math.max(...behaviours.map((one) => one.pull ?? DEFAULTS.pull));
    waits.after(pull, () => startAll(task, images, behaviours));
  } catch (error) {
    if (!task.stopping) fail(task, error instanceof Error ? error.message : String(error));
  }
}

function startAll(task: Running, images: readonly FetchedImage[], behaviours: readonly Behaviour[]): void {
  const failure = behaviours.find((one) => one.failure !== undefined)?.failure;
  if (failure !== undefined) {
    fail(task, failure);
    return;
  }
  task.containers.forEach((container, index) => {
    const image = images[index];
    const behaviour = behaviours[index];
    if (!image || !behaviour) return;
    task.events.pulled(container.name, image.digest);
    task.waits.after(behaviour.start ?? DEFAULTS.start, () => start(task, container, image, behaviour));
  });
}

function start(task: Running, container: ContainerPlan, image: FetchedImage, behaviour: Behaviour): void {
  const { events, launch, waits } = task;
  const { name, healthCheck } = container;
  task.alive.set(name, behaviour);
  const bindings = listen(task, container, image, behaviour);
  events.started(name, { runtimeId: `${launch.id}-${task.alive.size}`, bindings });
  for (const line of behaviour.output ?? [`${name} started`]) events.output(name, line);
  if (healthCheck) {
    const { healthy, unhealthy } = checkTimes(healthCheck, behaviour.unhealthyAfter);
    if (healthy !== undefined) waits.after(healthy, () => events.health(name, 'HEALTHY'));
    if (unhealthy !== undefined) waits.after(unhealthy, () => events.health(name, 'UNHEALTHY'));
  }
  const { exit } = behaviour;
  if (exit) waits.after(exit.after, () => end(task, name, exit));
}

/** Opens the container's ports: its own in awsvpc mode, ports of the machine otherwise. */
function listen(
  task: Running,
  container: ContainerPlan,
  image: FetchedImage,
  behaviour: Behaviour,
): readonly Binding[] {
  const { machine, launch, awsvpc } = task;
  const bindings = container.ports.map(({ containerPort, hostPort, protocol }) => {
    const port = awsvpc ? containerPort : hostPort || FIRST_HOST_PORT + machine.ports++;
    return { bindIP: '0.0.0.0', containerPort, hostPort: port, protocol };
  });
  const app = {
    task: launch.id,
    container: container.name,
    ip: task.ip,
    environment: new Map([...image.environment, ...container.environment]),
  };
  const keys = bindings.map(({ hostPort }) => `${awsvpc ? task.ip : '*'}:${hostPort}`);
  if (behaviour.listens !== false) {
    for (const key of keys) {
      machine.listeners.set(key, { behaviour, app, startedAt: machine.options.clock.now() });
    }
  }
  task.open.set(container.name, keys);
  return awsvpc ? [] : bindings;
}

/** Ends a container; the last one takes the task's waits with it. */
function end(
  task: Running,
  name: string,
  how: { readonly exitCode: number; readonly reason?: string },
): void {
  if (!task.alive.delete(name)) return;
  for (const key of task.open.get(name) ?? []) task.machine.listeners.delete(key);
  if (task.alive.size === 0 && task.open.size === task.containers.length) forget(task);
  const { exitCode, reason } = how;
  task.events.exited(name, reason === undefined ? { exitCode } : { exitCode, reason });
}

function fail(task: Running, reason: string): void {
  forget(task);
  task.events.failed(reason);
}

function stop(task: Running): void {
  if (task.stopping) return;
  task.stopping = true;
  task.waits.cancel();
  if (task.alive.size === 0) forget(task);
  for (const [name, { stop: how = DEFAULTS.stop }] of task.alive) {
    const stopTimeout = task.containers.find((one) => one.name === name)?.stopTimeout ?? 0;
    // SIGKILL after the stop timeout: 128 + 9.
    const killed = how.after > stopTimeout;
    task.waits.after(killed ? stopTimeout : how.after, () =>
      end(task, name, killed ? { exitCode: 137 } : how),
    );
  }
}

function forget({ machine, waits }: Running): void {
  waits.cancel();
  machine.tasks.delete(waits);
}

function behaviourFor({ machine }: Running, container?: ContainerPlan, image?: FetchedImage): Behaviour {
  const { script = new Map<string, Behaviour>() } = machine.options;
  return behaviourOf(script, container?.image ?? '', image?.digest ?? '');
}

/** As image manifests spell it. */
function architectureOf({ launch }: Running): string {
  const platform = object(launch.taskDefinition, 'runtimePlatform') ?? {};
  return text(platform, 'cpuArchitecture') === 'ARM64' ? 'arm64' : 'amd64';
}

function listenerAt({ listeners }: Machine, { ip, port }: Address): Listener | undefined {
  return listeners.get(`${ip}:${port}`) ?? listeners.get(`*:${port}`);
}

function refused({ ip, port }: Address): Error {
  return Object.assign(new Error(`connect ECONNREFUSED ${ip}:${port}`), { code: 'ECONNREFUSED' });
}
