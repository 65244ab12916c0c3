import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jobContexts, machineEnvironment, stageEnvironment } from '../runner/environment.js';
import { makeFileCommands } from '../runner/file-commands.js';
import { readManifest, stepInputs } from '../runner/manifest.js';
import { shuffled } from './statistics.js';

/** A program whose start is measured. */
export interface Contender {
  readonly name: string;
  /** What is given to Node. */
  readonly parameters: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workspace: string;
}

/** How starts are measured. */
export interface Measuring {
  readonly node: string;
  /** Starts of each contender that count. */
  readonly rounds: number;
  /** Starts of each contender before them that do not. */
  readonly warmUps: number;
  /** Told after each round. */
  readonly onRound: (round: number) => void;
}

/** What a start took until its first request, in milliseconds. */
export interface Start {
  /** From just before the start of the process. */
  readonly wall: number;
  /** What its threads had of the processors, which hardly depends on what else the machine does; NaN where Linux does not tell it. */
  readonly processor: number;
}

const patienceMs = 30_000;

/** A server on loopback that stands for AWS and never answers; the program is ended at its first request. */
export async function listen(): Promise<{ server: Server; url: string }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Expected a TCP port');
  return { server, url: `http://127.0.0.1:${address.port}` };
}

/**
 * An action as it would start under the runner, with AWS at a URL of this machine: an image that is there already
 * and no smoke test for ours, a small task definition for the rival, which ignores inputs that it does not know.
 */
export async function action(name: string, folder: string, url: string, temp: string): Promise<Contender> {
  const manifest = await readManifest(folder);
  const workspace = join(temp, name);
  await mkdir(workspace, { recursive: true });
  const container = { name: 'app', image: 'app:1', essential: true, memory: 128 };
  const definition = { family: 'app', containerDefinitions: [container] };
  await writeFile(join(workspace, 'task-definition.json'), JSON.stringify(definition));
  const folders = { workspace, temp: workspace, toolCache: workspace, event: '/dev/null' };
  const contexts = jobContexts(folders, {}, false);
  const wanted = {
    cluster: 'default',
    service: 'app',
    image: `123456789012.dkr.ecr.us-east-1.amazonaws.com/app@sha256:${'0'.repeat(64)}`,
    smoke: 'false',
    'expected-sha': contexts.github['sha'] ?? '',
    'task-definition': 'task-definition.json',
  };
  const declared = new Set(manifest.inputs.map((input) => input.name));
  const given = Object.fromEntries(Object.entries(wanted).filter(([input]) => declared.has(input)));
  const environment = stageEnvironment({
    machine: machineEnvironment(process.env),
    step: {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
      AWS_ENDPOINT_URL: url,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    state: {},
    inputs: stepInputs(manifest, given, { ...contexts }).inputs,
    contexts,
    files: await makeFileCommands(workspace),
    runtimeToken: 'none',
    trackingId: 'bench',
  });
  return { name, parameters: [join(folder, manifest.main)], environment, workspace };
}

/** Node itself with one plain request: the time below which no action can be. */
export function bareNode(url: string, workspace: string): Contender {
  const script = `require('node:http').get(${JSON.stringify(url)}).on('error', () => {})`;
  return {
    name: 'node alone',
    parameters: ['--eval', script],
    environment: machineEnvironment(process.env),
    workspace,
  };
}

/** Nanoseconds that its threads ran come first in `schedstat` (Linux, Documentation/scheduler/sched-stats.rst). */
function processorTime(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  try {
    const ran = readdirSync(tasks).map((id) =>
      Number(/^\d+/u.exec(readFileSync(`${tasks}/${id}/schedstat`, 'utf8'))),
    );
    return ran.reduce((sum, one) => sum + one, 0) / 1e6;
  } catch {
    return Number.NaN;
  }
}

/** Follows a program until its first request, and ends it there. Throws when none comes. */
async function startOf(contender: Contender, node: string, server: Server): Promise<Start> {
  const began = performance.now();
  const child = spawn(node, contender.parameters, {
    cwd: contender.workspace,
    env: contender.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const requested = once(server, 'request', { signal: AbortSignal.timeout(patienceMs) }).then(() => ({
    wall: performance.now() - began,
    processor: processorTime(child.pid ?? 0),
  }));
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const exited = once(child, 'exit');
  const early = exited.then(() => undefined);
  const arrived = await Promise.race([requested, early]);
  child.kill('SIGKILL');
  await exited;
  server.closeAllConnections();
  if (arrived === undefined) {
    requested.catch(() => undefined);
    throw new Error(`${contender.name} ended without a request:\n${said}`);
  }
  return arrived;
}

/** Measures the contenders in turn, in a new random order each round. */
export async function measure(
  contenders: readonly Contender[],
  server: Server,
  measuring: Measuring,
): Promise<ReadonlyMap<string, readonly Start[]>> {
  const starts = new Map<string, Start[]>(contenders.map(({ name }) => [name, []]));
  for (let round = -measuring.warmUps; round < measuring.rounds; round++) {
    for (const contender of shuffled(contenders)) {
      const start = await startOf(contender, measuring.node, server);
      if (round >= 0) starts.get(contender.name)?.push(start);
    }
    measuring.onRound(round);
  }
  return starts;
}

/** Gives work a folder for temporary files and a server on loopback, and takes both away after it. */
export async function withBench<T>(
  work: (bench: { server: Server; url: string; temp: string }) => Promise<T>,
): Promise<T> {
  const temp = await mkdtemp(join(tmpdir(), 'bench-'));
  const { server, url } = await listen();
  try {
    return await work({ server, url, temp });
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(temp, { recursive: true, force: true });
  }
}
