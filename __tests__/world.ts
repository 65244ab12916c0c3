import { setMaxListeners } from 'node:events';
import { chance } from '../bench/chance.js';
import { answer } from '../sandbox/aws.js';
import { balance } from '../sandbox/balancer/balance.js';
import { virtualClock, type VirtualClock } from '../sandbox/clock.js';
import type { Cloud } from '../sandbox/cloud.js';
import { createCloud } from '../sandbox/create.js';
import { pull } from '../sandbox/ecr/pull.js';
import { NAMES } from '../sandbox/names.js';
import { Silence } from '../sandbox/protocol/exchange.js';
import type { Behaviour } from '../sandbox/runtime/behaviour.js';
import type { TaskResponse } from '../sandbox/runtime/runtime.js';
import { simulatedRuntime } from '../sandbox/runtime/simulated.js';
import { directCalls } from './simulation/direct.js';
import { ProgramMissing } from '../src/adapters/process.js';
import type {
  AwsRequest,
  AwsResponse,
  Clock,
  Environment,
  Files,
  Finished,
  HttpRequest,
  HttpResponse,
  Log,
  RunProcess,
  World,
} from '../src/world.js';

/** Everything that a run did to its world, beside the cloud itself. */
export interface TestWorld {
  readonly world: World;
  readonly cloud: Cloud;
  readonly clock: VirtualClock;
  /** How images live, by tag or digest; `*` is every image. */
  readonly script: Map<string, Behaviour>;
  readonly outputs: Map<string, string>;
  readonly saved: Map<string, string>;
  readonly summaries: string[];
  readonly logged: string[];
  readonly warnings: string[];
  readonly errors: string[];
  readonly masked: string[];
  /** What the status line showed, each time it was drawn; undefined is none. */
  readonly statuses: (string | undefined)[];
  readonly files: Map<string, string>;
  readonly cancel: AbortController;
  /** Lets time pass until the promise has settled; time stands still while the action is at work. */
  readonly during: <T>(work: Promise<T>) => Promise<T>;
}

export interface TestWorldWish {
  readonly env?: Environment;
  /** Answers programs; absent: there is none on this machine. */
  readonly run?: RunProcess;
  /** Of the ids of AWS and of the jitter of retries; absent: the same ids each time, and no jitter. */
  readonly seed?: number;
}

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_SECRET_ACCESS_KEY: 'test' };

/** A world over the local AWS in this process: real SDK clients, a virtual clock, simulated tasks. */
export function testWorld(wish: TestWorldWish = {}): TestWorld {
  Object.assign(process.env, CREDENTIALS);
  const clock = virtualClock();
  const script = new Map<string, Behaviour>();
  const cloud = createCloud({
    clock,
    ...(wish.seed === undefined ? {} : { seed: wish.seed }),
    runtime: (made) =>
      simulatedRuntime({
        clock,
        script,
        registry: { host: made.ecr.host, pull: (image, architecture) => pull(made, image, architecture) },
      }),
  });
  const busy = { requests: 0, sleepers: 0 };
  const record = {
    outputs: new Map<string, string>(),
    saved: new Map<string, string>(),
    summaries: [] as string[],
    logged: [] as string[],
    warnings: [] as string[],
    errors: [] as string[],
    masked: [] as string[],
    statuses: [] as (string | undefined)[],
    files: new Map([['Dockerfile', 'FROM scratch']]),
  };
  const cancel = new AbortController();
  const world: World = {
    clock: actionClock(clock, busy),
    random: wish.seed === undefined ? () => 0.5 : chance(wish.seed),
    env: wish.env ?? {},
    run: wish.run ?? noProgram,
    files: memoryFiles(record.files),
    http: (request) => counted(busy, () => sendHttp(cloud, request)),
    aws: {
      handle: (request, options) =>
        counted(busy, () => sendAws(cloud, request)).catch((error: unknown) => {
          if (!(error instanceof Silence)) throw error;
          return silence(actionClock(clock, busy), options?.abortSignal as AbortSignal | undefined);
        }),
      // Asked only where `takeShortCuts()` was called.
      ...{ direct: directCalls(cloud) },
    },
    log: memoryLog(record),
    runner: {
      output: (name, value) => Promise.resolve(void record.outputs.set(name, value)),
      save: (name, value) => Promise.resolve(void record.saved.set(name, value)),
      summary: (markdown) => Promise.resolve(void record.summaries.push(markdown)),
    },
    signal: cancel.signal,
  };
  return { world, cloud, clock, script, ...record, cancel, during: (work) => during(work, clock, busy) };
}

interface Busy {
  requests: number;
  sleepers: number;
}

/** Steps from one due call to the next, but only while the action does nothing but sleep. */
async function during<T>(work: Promise<T>, clock: VirtualClock, busy: Busy): Promise<T> {
  const state = { settled: false };
  const done = work.finally(() => (state.settled = true));
  done.catch(() => undefined);
  for (let turns = 0; !state.settled; turns++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (busy.requests === 0 && busy.sleepers > 0) clock.step();
    if (turns > 2_000_000) throw new Error('The action neither ends nor sleeps.');
  }
  return done;
}

async function counted<T>(busy: Busy, work: () => Promise<T>): Promise<T> {
  busy.requests++;
  try {
    return await work();
  } finally {
    busy.requests--;
  }
}

function actionClock(clock: VirtualClock, busy: Busy): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.now(),
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      busy.sleepers++;
      let abort = (): void => undefined;
      try {
        await new Promise<void>((resolve, reject) => {
          const stop = clock.after(ms, resolve);
          abort = () => {
            stop();
            reject(signal?.reason as Error);
          };
          if (signal) setMaxListeners(0, signal);
          signal?.addEventListener('abort', abort);
        });
      } finally {
        signal?.removeEventListener('abort', abort);
        busy.sleepers--;
      }
    },
  };
}

async function sendAws(cloud: Cloud, request: AwsRequest): Promise<{ response: AwsResponse }> {
  const { status, headers, body } = await answer(cloud, {
    method: request.method,
    path: request.path,
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    body: bodyText(request.body),
  });
  return { response: { statusCode: status, headers: { ...headers }, body: Buffer.from(body) } };
}

/** The SDK's own limit for a request, as `src` sets it, and what the SDK throws then. */
const REQUEST_TIMEOUT = 10_000;

/** There is no answer: the caller gives up, or the SDK does, as its handler over sockets would. */
async function silence(clock: Clock, signal: AbortSignal | undefined): Promise<never> {
  await clock.sleep(REQUEST_TIMEOUT, signal).catch(() => undefined);
  const aborted = signal?.aborted === true;
  const message = aborted
    ? 'Request aborted'
    : `a request has exceeded the configured ${REQUEST_TIMEOUT} ms requestTimeout.`;
  throw Object.assign(new Error(message), { name: aborted ? 'AbortError' : 'TimeoutError' });
}

function bodyText(body: unknown): string {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : '';
}

/** Milliseconds for which every certificate of the world is good from now on. */
const CERTIFICATE_LIFE = 90 * 24 * 60 * 60_000;

/** Requests to the registry's downloads are answered from its blobs, all others cross the load balancer. */
async function sendHttp(cloud: Cloud, request: HttpRequest): Promise<HttpResponse> {
  const url = new URL(request.url);
  const { status, headers, body } = await (url.host === cloud.ecr.host
    ? download(cloud, url)
    : cross(cloud, request));
  const lists = Object.entries(headers).map(([name, value]) => [name, [value].flat()] as const);
  const tls = { protocol: 'TLSv1.3', expiresAt: cloud.clock.now() + CERTIFICATE_LIFE };
  return {
    status,
    headers: Object.fromEntries(lists),
    body: body.toString('utf8'),
    truncated: false,
    duration: 1,
    connecting: 0,
    ...(url.protocol === 'https:' ? { tls } : {}),
  };
}

async function download({ ecr }: Cloud, { pathname }: URL): Promise<TaskResponse> {
  const body = await ecr.blobs.read(decodeURIComponent(pathname.split('/').at(-1) ?? ''));
  return { status: 200, headers: {}, body };
}

function cross(cloud: Cloud, { url, method, headers = {}, body, timeout }: HttpRequest) {
  const sent = { method, headers, timeout, ...(body === undefined ? {} : { body: Buffer.from(body) }) };
  return balance(cloud, url, sent);
}

/** Files that are in memory only. */
export function memoryFiles(files: Map<string, string>): Files {
  return {
    read: (path) => Promise.resolve(files.get(path)),
    write: (path, text) => Promise.resolve(void files.set(path, text)),
    create: (path, text) => Promise.resolve(!files.has(path) && files.set(path, text) === files),
    list: () => Promise.resolve([]),
    link: () => Promise.resolve(),
    temporaryFolder: (prefix) => Promise.resolve(`/tmp/${prefix}1`),
    remove: (path) => Promise.resolve(void files.delete(path)),
  };
}

/** A log that keeps its texts by kind. */
export function memoryLog(record: {
  logged: string[];
  warnings: string[];
  errors: string[];
  masked: string[];
  statuses: (string | undefined)[];
}): Log {
  const into = (lines: string[]) => (text: string) => void lines.push(text);
  return {
    info: into(record.logged),
    warning: into(record.warnings),
    error: into(record.errors),
    quote: into(record.logged),
    group: into(record.logged),
    endGroup: () => undefined,
    status: (text) => {
      record.statuses.push(text);
      return false;
    },
    mask: into(record.masked),
  };
}

function noProgram(): Promise<Finished> {
  return Promise.reject(new ProgramMissing('There is no such program on this machine.'));
}

/** The inputs of a release to the ready-made service, as the runner passes them. */
export function inputs(more: Readonly<Record<string, string>> = {}): Environment {
  const given = {
    'aws-region': NAMES.region,
    cluster: NAMES.cluster,
    service: NAMES.service,
    image: `${NAMES.repository}:v2`,
    'base-url': 'https://api.example.com',
    'protected-path': '/api/v1/patients',
    'cors-origin': NAMES.corsOrigin,
    ...more,
  };
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  );
}
