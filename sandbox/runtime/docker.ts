import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import type { Cloud } from '../cloud.js';
import { flag, isObject, number, text } from '../ecs/fields.js';
import type { Json, JsonObject } from '../json.js';
import type { Addresses } from './addresses.js';
import {
  StartFailure,
  type ContainerEvents,
  type ContainerHost,
  type StartedContainer,
  type StartOrder,
} from './container-host.js';
import { containerRuntime } from './container-tasks.js';
import type { Container } from './containers.js';
import { EngineError, field, type DockerEngine } from './docker-engine.js';
import { engineImages, type EngineImage } from './docker-images.js';
import { readLogs } from './docker-logs.js';
import type { Runtime } from './runtime.js';

/** What the docker runtime needs. */
export interface DockerOptions {
  readonly engine: DockerEngine;
  /** From `claimAddresses`; undefined where the system has none. */
  readonly addresses: Addresses | undefined;
  /** How much faster than on AWS time passes; the engine's own waits are shortened by it. */
  readonly pace: () => number;
}

/**
 * On every container, with the process id of the sandbox:
 * `docker rm -f $(docker ps -aq --filter label=io.github.deploy-backend.sandbox)` removes leftovers.
 */
export const LABEL = 'io.github.deploy-backend.sandbox';

/** Milliseconds of real time that a health check has at least, because programs do not get faster with the pace. */
const LEAST_TIMEOUT = 3_000;

/** Tasks whose containers a Docker Engine runs, all in the machine's own network. */
export function dockerRuntime(cloud: Cloud, { engine, addresses, pace }: DockerOptions): Runtime {
  const images = engineImages(cloud, engine);
  const host: ContainerHost<EngineImage> = {
    name: 'docker',
    fetch: (image, architecture) => images.fetch(image, architecture),
    start: (order) => start(engine, order, pace()),
    close: () => images.close(),
  };
  return containerRuntime({ clock: cloud.clock, host, addresses });
}

async function start(
  engine: DockerEngine,
  order: StartOrder<EngineImage>,
  pace: number,
): Promise<StartedContainer> {
  const { container, task, tell } = order;
  const name = `ecs-${container.name}-${task.id}-${process.pid}`;
  try {
    const created = await engine.call('POST', '/containers/create', {
      query: { name },
      body: containerOf(order, pace),
    });
    const id = (isObject(created) && text(created, 'Id')) || name;
    await begin(engine, id, (status) => tell.health(status));
    void follow(engine, id, tell);
    const seconds = Math.max(1, Math.ceil(container.stopTimeout / pace / 1_000));
    return {
      runtimeId: id,
      stop: () =>
        void refusable(engine.call('POST', `/containers/${id}/stop`, { query: { t: String(seconds) } })),
      kill: () => void refusable(engine.call('POST', `/containers/${id}/kill`)),
    };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new StartFailure(`Error response from daemon: ${error.message}`);
  }
}

/** Starts a container whose health is listened to from before; one that cannot be started is removed. */
async function begin(engine: DockerEngine, id: string, tell: ContainerEvents['health']): Promise<void> {
  try {
    const filters = JSON.stringify({ type: ['container'], container: [id] });
    const events = await engine.stream('GET', '/events', { query: { filters } });
    void listen(events, tell).catch(() => undefined);
    await engine.call('POST', `/containers/${id}/start`);
  } catch (error) {
    await remove(engine, id);
    throw error;
  }
}

/** The engine tells of its health checks as events; their stream ends when the container is removed. */
async function listen(events: IncomingMessage, tell: ContainerEvents['health']): Promise<void> {
  for await (const line of createInterface({ input: events })) {
    const event = JSON.parse(line) as Json;
    const action = isObject(event) ? text(event, 'Action') : undefined;
    if (action === 'health_status: healthy') tell('HEALTHY');
    if (action === 'health_status: unhealthy') tell('UNHEALTHY');
    if (action === 'destroy') break;
  }
  events.destroy();
}

/** Tells what a container writes and how it ends, and removes it. */
async function follow(engine: DockerEngine, id: string, tell: ContainerEvents): Promise<void> {
  const logs = engine
    .stream('GET', `/containers/${id}/logs`, { query: { follow: '1', stdout: '1', stderr: '1' } })
    .then((stream) => readLogs(stream, (line) => tell.output(line)))
    .catch(() => undefined);
  const exit = await exitOf(engine, id).catch(() => LOST);
  await logs;
  await remove(engine, id);
  tell.exited(exit);
}

/** What is told of a container when its engine is gone. */
const LOST = { exitCode: 137, reason: 'DockerTimeoutError: Could not transition to stopped' };

async function exitOf(engine: DockerEngine, id: string): Promise<{ exitCode: number; reason?: string }> {
  const waited = await engine.call('POST', `/containers/${id}/wait`, { query: { condition: 'not-running' } });
  const state = field(await engine.call('GET', `/containers/${id}/json`), 'State');
  const exitCode = (isObject(waited) ? number(waited, 'StatusCode') : undefined) ?? LOST.exitCode;
  // Amazon ECS Developer Guide, "Stopped tasks error codes".
  return flag(state, 'OOMKilled') === true
    ? { exitCode, reason: 'OutOfMemoryError: Container killed due to memory usage' }
    : { exitCode };
}

async function remove(engine: DockerEngine, id: string): Promise<void> {
  await refusable(engine.call('DELETE', `/containers/${id}`, { query: { force: '1', v: '1' } }));
}

/** A container that has gone already needs neither a signal nor removal. */
async function refusable(call: Promise<unknown>): Promise<void> {
  await call.catch(() => undefined);
}

/** What the engine is to make ("Create a container"). */
function containerOf({ container, image, network }: StartOrder<EngineImage>, pace: number): JsonObject {
  const { entryPoint, command, workingDirectory, user, memory } = container;
  const bytes = memory === undefined ? undefined : memory * 1024 * 1024;
  const environment = { ...Object.fromEntries(container.environment), ...network };
  return {
    Image: image.reference,
    Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    Entrypoint: entryPoint,
    Cmd: command,
    WorkingDir: workingDirectory,
    User: user,
    Labels: { [LABEL]: String(process.pid) },
    Healthcheck: healthCheckOf(container, pace),
    HostConfig: { NetworkMode: 'host', Memory: bytes, MemorySwap: bytes },
  };
}

/** ECS ignores the image's own check (Amazon ECS API Reference, HealthCheck). Times are nanoseconds. */
function healthCheckOf({ healthCheck }: Container, pace: number): JsonObject {
  if (!healthCheck) return { Test: ['NONE'] };
  const { command, interval, timeout, retries, startPeriod } = healthCheck;
  const real = (ms: number): number => Math.max(1, Math.round(ms / pace)) * 1_000_000;
  return {
    Test: command,
    Interval: real(interval),
    // Engines of version 25 and later would check more often within the start period.
    StartInterval: real(interval),
    Timeout: Math.max(real(timeout), LEAST_TIMEOUT * 1_000_000),
    Retries: retries,
    StartPeriod: real(startPeriod),
  };
}
