import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pacedClock } from '../../sandbox/paced-clock.js';
import type { Cloud } from '../../sandbox/cloud.js';
import { createCloud } from '../../sandbox/create.js';
import { packImage, type PackConfig } from '../../sandbox/ecr/pack.js';
import { createRepository } from '../../sandbox/ecr/repositories.js';
import type { JsonObject } from '../../sandbox/json.js';
import type { Binding, Runtime } from '../../sandbox/runtime/runtime.js';

/** How much faster than on AWS the tests let time pass: a stop timeout of two seconds takes a tenth of one. */
export const PACE = 20;

/** A cloud whose runtime starts real containers, without a scheduler. */
export interface TaskWorld {
  readonly cloud: Cloud;
  /** For the runtime and for whatever else a test puts on disk. */
  readonly folder: string;
  launch(definition: JsonObject): LaunchedForTest;
  close(): Promise<void>;
}

/** A task and all that its runtime has told of it, by container name where it is about one. */
export interface LaunchedForTest {
  readonly told: readonly string[];
  readonly lines: readonly string[];
  readonly bindings: readonly Binding[];
  /** Its address, once it is attached. */
  readonly ip: string;
  /** What is told of a container's exit, or the reason why the task failed. */
  readonly end: Promise<string>;
  stop(): void;
  /** The body of an answer on port 3001, or on the first binding's. */
  ask(path: string): Promise<string>;
}

/** Makes such a cloud with an empty repository `app`. */
export async function taskWorld(
  runtime: (cloud: Cloud, folder: string) => Runtime,
  registryHost = 'registry.test',
): Promise<TaskWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'deploy-backend-tasks-'));
  const cloud = createCloud({
    clock: pacedClock(PACE),
    registryHost,
    runtime: (made) => runtime(made, folder),
  });
  createRepository(cloud, 'app');
  let tasks = 0;
  return {
    cloud,
    folder,
    launch: (definition) => launch(cloud, `${'0'.repeat(31)}${++tasks}`, definition),
    async close() {
      await cloud.runtime.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Puts an image of some files into the repository `app`; they lie in `/srv`, the working directory. */
export async function putImage(
  { cloud }: Pick<TaskWorld, 'cloud'>,
  tag: string,
  files: Readonly<Record<string, string>>,
  config: PackConfig = {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'deploy-backend-image-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content, { mode: 0o755 });
    }
    return await packImage(cloud, {
      repository: 'app',
      tag,
      folder,
      config: { workingDir: '/srv', ...config },
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Waits until something is so; rejects after twenty seconds. */
export async function until(so: () => boolean | Promise<boolean>): Promise<void> {
  const limit = Date.now() + 20_000;
  while (!(await so())) {
    if (Date.now() > limit) throw new Error(`It never came to pass: ${so.toString()}`);
    await sleep(10);
  }
}

/** Whether a process exists. */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function launch(cloud: Cloud, id: string, taskDefinition: JsonObject): LaunchedForTest {
  const told: string[] = [];
  const lines: string[] = [];
  const seen = { ip: '', bindings: [] as readonly Binding[] };
  let ended = (_how: string): void => undefined;
  const end = new Promise<string>((resolve) => (ended = resolve));
  const arn = `arn:aws:ecs:us-east-1:706704660887:task/prod/${id}`;
  const task = cloud.runtime.launch(
    { id, arn, taskDefinition, startedBy: 'ecs-svc/1' },
    {
      attached: (ip) => void (seen.ip = ip),
      pulled: (container, digest) => void told.push(`${container} pulled ${digest}`),
      started(container, { bindings }) {
        seen.bindings = bindings;
        told.push(`${container} started`);
      },
      health: (container, status) => void told.push(`${container} ${status}`),
      exited(container, { exitCode, reason }) {
        const how = `${container} exited ${exitCode}${reason === undefined ? '' : ` ${reason}`}`;
        told.push(how);
        ended(how);
      },
      failed(reason) {
        told.push(reason);
        ended(reason);
      },
      output: (_container, line) => void lines.push(line),
    },
  );
  return {
    told,
    lines,
    end,
    get ip() {
      return seen.ip;
    },
    get bindings() {
      return seen.bindings;
    },
    stop: () => task.stop(),
    async ask(path) {
      const address = { ip: seen.ip, port: seen.bindings[0]?.hostPort ?? 3001 };
      const request = { method: 'GET', path, headers: {}, timeout: 5_000 };
      const { body } = await cloud.runtime.request(address, request);
      return body.toString();
    },
  };
}

/** A task definition of one container named `app`. */
export function oneContainer(container: JsonObject, more: JsonObject = {}): JsonObject {
  return { networkMode: 'awsvpc', containerDefinitions: [{ name: 'app', ...container }], ...more };
}
