import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { jobContexts, machineEnvironment, type IdTokenAccess, type JobContexts } from './environment.js';
import { readManifest, stepInputs, type Manifest, type StepInputs } from './manifest.js';
import { Masks } from './masks.js';
import { NamedValues } from './named-values.js';
import { runnerGraces, type Graces } from './node-process.js';
import { endOrphans, type Orphan } from './orphans.js';
import { runStage, type Job, type StageResult } from './run-stage.js';
import type { Annotation, Conclusion, LogLine } from './stage-log.js';

/** A job of one step, `uses: <action>`. Only the action's folder has no default. */
export interface ActionRun {
  /** Folder of `action.yml`. */
  readonly action: string;
  /** What the step has under `with`. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** What job and step have under `env`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Values of the contexts `github` and `runner` in place of the made-up ones, e.g. `{ github: { sha } }`. */
  readonly contexts?: Partial<JobContexts>;
  /** Folder that the step works in; by default an empty one that is removed afterwards. */
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
  /** Aborting cancels the run. */
  readonly cancel?: AbortSignal;
  /** Aborting kills the main script at once, as the system does when memory is short. */
  readonly kill?: AbortSignal;
  /** Cancels the run after the first line of the main script's log for which this holds. */
  readonly cancelAfter?: (line: LogLine) => boolean;
  /** Kills the main script after the first line of its log for which this holds. */
  readonly killWhen?: (line: LogLine) => boolean;
  /** Gets each line of the log as it comes. */
  readonly onLine?: (line: LogLine) => void;
}

/** How a job of one step ended. */
export interface StepResult {
  /** Of the job: a post step that failed makes it a failure. */
  readonly conclusion: Conclusion;
  /** Undefined when the run was cancelled before it began. */
  readonly main: StageResult | undefined;
  /** Undefined when the action has none, or its condition did not hold. */
  readonly post: StageResult | undefined;
  /** Outputs of the step, which later steps can read; what post writes is dropped, as the runner does. */
  readonly outputs: Readonly<Record<string, string>>;
  /** State that main saved for post, by the name it was saved under. */
  readonly state: Readonly<Record<string, string>>;
  readonly annotations: readonly Annotation[];
  /** The log of both stages, masked. */
  readonly lines: readonly LogLine[];
  /** The values that were masked at the end. */
  readonly masks: readonly string[];
  /** Processes that the step left running, ended at the end of the job. */
  readonly orphans: readonly Orphan[];
  readonly durationMs: number;
}

const postConditions: Readonly<Record<string, (conclusion: Conclusion) => boolean>> = {
  'always()': () => true,
  'success()': (conclusion) => conclusion === 'success',
  'failure()': (conclusion) => conclusion === 'failure',
  'cancelled()': (conclusion) => conclusion === 'cancelled',
  '!cancelled()': (conclusion) => conclusion !== 'cancelled',
};

function postRuns(manifest: Manifest, conclusion: Conclusion): boolean {
  const condition = postConditions[manifest.postIf.replace(/^\$\{\{\s*(.*?)\s*\}\}$/u, '$1')];
  if (condition === undefined) throw new Error(`Cannot evaluate \`post-if: ${manifest.postIf}\``);
  return manifest.post !== undefined && condition(conclusion);
}

const worst = (main: Conclusion, post: Conclusion): Conclusion =>
  main === 'failure' || post === 'failure' ? 'failure' : 'success';

async function prepare(run: ActionRun, temp: string): Promise<{ job: Job; given: StepInputs }> {
  const manifest = await readManifest(resolve(run.action));
  const folders = {
    action: manifest.folder,
    workspace: run.workspace === undefined ? join(temp, 'work') : resolve(run.workspace),
    temp: join(temp, 'temp'),
    toolCache: join(temp, 'tools'),
    event: join(temp, 'event.json'),
  };
  await Promise.all([
    mkdir(folders.workspace, { recursive: true }),
    mkdir(folders.temp),
    mkdir(folders.toolCache),
    writeFile(folders.event, '{}\n'),
  ]);
  const began = performance.now();
  const contexts = jobContexts(folders, run.contexts ?? {}, run.debug === true);
  const given = stepInputs(manifest, run.inputs ?? {}, {
    github: contexts.github,
    runner: contexts.runner,
  });
  const masks = new Masks();
  const runtimeToken = randomUUID();
  const { token: idToken = '' } = run.idToken ?? {};
  for (const secret of [contexts.github['token'] ?? '', runtimeToken, idToken, ...(run.secrets ?? [])])
    masks.addLines(secret);
  return { given, job: job(run, { manifest, contexts, masks, given, runtimeToken, began }) };
}

function job(
  run: ActionRun,
  made: Pick<Job, 'manifest' | 'contexts' | 'masks' | 'runtimeToken'> & { given: StepInputs; began: number },
): Job {
  const machine = run.machine ?? machineEnvironment(process.env);
  const environment = new Map<string, string>();
  const folders: string[] = [];
  return {
    ...made,
    machine,
    inputs: made.given.inputs,
    stepEnvironment: () => ({
      ...Object.fromEntries(environment),
      ...run.env,
      ...(folders.length === 0
        ? {}
        : { PATH: [...folders, run.env?.['PATH'] ?? machine['PATH'] ?? ''].join(delimiter) }),
    }),
    environment,
    folders,
    node: run.node ?? process.execPath,
    graces: run.graces ?? runnerGraces,
    debug: run.debug === true,
    ...(run.idToken ? { idToken: run.idToken } : {}),
    trackingId: `github_${randomUUID()}`,
    sinceJobBegan: () => performance.now() - made.began,
    state: new NamedValues(),
  };
}

/** Signals that main is ended by, from those given and from what its log says. */
function endings(run: ActionRun): {
  cancel: AbortSignal;
  kill: AbortSignal;
  onLine: (line: LogLine) => void;
} {
  const [cancel, kill] = [new AbortController(), new AbortController()];
  const either = (own: AbortController, given: AbortSignal | undefined): AbortSignal =>
    given === undefined ? own.signal : AbortSignal.any([own.signal, given]);
  return {
    cancel: either(cancel, run.cancel),
    kill: either(kill, run.kill),
    onLine: (line) => {
      run.onLine?.(line);
      if (line.stage !== 'main') return;
      if (run.killWhen?.(line) === true) kill.abort();
      if (run.cancelAfter?.(line) === true) cancel.abort();
    },
  };
}

/**
 * Runs an action as GitHub's runner does: its main script, and at the end of the job its post script, also after a
 * failure, a cancel or a kill. Throws when `action.yml` is one that the runner would not load, or has features that
 * this one does not know: a pre script, other conditions than the status functions.
 */
export async function runAction(run: ActionRun): Promise<StepResult> {
  const temp = await mkdtemp(join(tmpdir(), 'runner-'));
  try {
    return await runJob(run, temp);
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
}

async function runJob(run: ActionRun, temp: string): Promise<StepResult> {
  const { job: made, given } = await prepare(run, temp);
  const { cancel, kill, onLine } = endings(run);
  const outputs = new NamedValues();
  const begun = !cancel.aborted;
  try {
    const main = begun
      ? await runStage(made, { stage: 'main', warnings: given.warnings, outputs, cancel, kill, onLine })
      : undefined;
    const ending = main?.conclusion ?? 'cancelled';
    // What post writes as outputs is dropped, and a cancel that was asked for does not reach it.
    const dropped = new NamedValues();
    const post =
      begun && postRuns(made.manifest, ending)
        ? await runStage(made, { stage: 'post', warnings: given.warnings, outputs: dropped, onLine })
        : undefined;
    return {
      // A cancel that came while post ran does not reach post, but it is one of the job.
      conclusion: cancel.aborted ? 'cancelled' : worst(ending, post?.conclusion ?? 'success'),
      main,
      post,
      outputs: outputs.record(),
      state: made.state.record(),
      annotations: [...(main?.annotations ?? []), ...(post?.annotations ?? [])],
      lines: [...(main?.lines ?? []), ...(post?.lines ?? [])],
      masks: made.masks.values,
      orphans: await endOrphans(made.trackingId),
      durationMs: made.sinceJobBegan(),
    };
  } finally {
    await endOrphans(made.trackingId);
  }
}
