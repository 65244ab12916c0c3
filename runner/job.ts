import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { jobContexts, machineEnvironment, type IdTokenAccess, type JobContexts } from './environment.js';
import { Masks } from './masks.js';
import type { NamedValues } from './named-values.js';
import { runnerGraces, type Graces } from './step-process.js';

/** What a job is made with; everything has a default. */
export interface JobWish {
  /** Values of the contexts `github` and `runner` in place of the made-up ones, e.g. `{ github: { sha } }`. */
  readonly contexts?: Partial<JobContexts>;
  /** Folder that the steps work in; by default an empty one that is removed afterwards. */
  readonly workspace?: string;
  /** The machine's variables that every step sees; by default this process's, less those of AWS, npm and tests. */
  readonly machine?: Readonly<Record<string, string>>;
  /** Program that runs the scripts; by default the Node that runs this. */
  readonly node?: string;
  /** Values that are masked from the start, as secrets of the repository are. */
  readonly secrets?: readonly string[];
  /** Gives the job the permission `id-token: write`: where it is given identity tokens. */
  readonly idToken?: IdTokenAccess;
  /** Step debug logging. */
  readonly debug?: boolean;
  readonly graces?: Graces;
}

/** What the steps of a job share. */
export interface Job {
  readonly contexts: JobContexts;
  readonly machine: Readonly<Record<string, string>>;
  /** Variables of every later step: the job's own `env` and what steps add through GITHUB_ENV. */
  readonly environment: Map<string, string>;
  /** Folders to put before the PATH of every later step, the last one first. */
  readonly folders: string[];
  readonly masks: Masks;
  readonly node: string;
  readonly graces: Graces;
  readonly debug: boolean;
  readonly runtimeToken: string;
  readonly idToken?: IdTokenAccess;
  readonly trackingId: string;
  readonly sinceJobBegan: () => number;
}

/** What the stages of a step share. */
export interface Step {
  readonly name: string;
  /** Those of its job, with what is said of its action. */
  readonly contexts: JobContexts;
  readonly inputs: Readonly<Record<string, string>>;
  /** Its own `env`. */
  readonly env: Readonly<Record<string, string>>;
  readonly state: NamedValues;
}

/** Begins a job that has a folder of its own for everything, with the event that started the run as a file in it. */
export async function makeJob(wish: JobWish, folder: string, event: unknown = {}): Promise<Job> {
  const folders = {
    workspace: wish.workspace === undefined ? join(folder, 'work') : resolve(wish.workspace),
    temp: join(folder, 'temp'),
    toolCache: join(folder, 'tools'),
    event: join(folder, 'event.json'),
  };
  await Promise.all([
    mkdir(folders.workspace, { recursive: true }),
    mkdir(folders.temp),
    mkdir(folders.toolCache),
    writeFile(folders.event, `${JSON.stringify(event)}\n`),
  ]);
  const began = performance.now();
  const debug = wish.debug === true;
  const contexts = jobContexts(folders, wish.contexts ?? {}, debug);
  const masks = new Masks();
  const runtimeToken = randomUUID();
  const { token: idToken = '' } = wish.idToken ?? {};
  for (const secret of [contexts.github['token'] ?? '', runtimeToken, idToken, ...(wish.secrets ?? [])])
    masks.addLines(secret);
  return {
    contexts,
    machine: wish.machine ?? machineEnvironment(process.env),
    environment: new Map(),
    folders: [],
    masks,
    node: wish.node ?? process.execPath,
    graces: wish.graces ?? runnerGraces,
    debug,
    runtimeToken,
    ...(wish.idToken ? { idToken: wish.idToken } : {}),
    trackingId: `github_${randomUUID()}`,
    sinceJobBegan: () => performance.now() - began,
  };
}

/** The `env` of a step over that of its job, with the folders that earlier steps put before its PATH. */
export function stepEnvironment(job: Job, step: Step): Readonly<Record<string, string>> {
  const path = [...job.folders, step.env['PATH'] ?? job.machine['PATH'] ?? ''];
  return {
    ...Object.fromEntries(job.environment),
    ...step.env,
    ...(job.folders.length === 0 ? {} : { PATH: path.join(delimiter) }),
  };
}
