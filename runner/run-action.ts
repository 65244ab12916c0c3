import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { actionStep, postRuns, runActionStage } from './action-step.js';
import { makeJob, type JobWish } from './job.js';
import { NamedValues } from './named-values.js';
import { endOrphans, type Orphan } from './orphans.js';
import type { StageResult } from './run-stage.js';
import type { Annotation, Conclusion, LogLine } from './stage-log.js';

/** A job of one step, `uses: <action>`. Only the action's folder has no default. */
export interface ActionRun extends JobWish {
  /** Folder of `action.yml`. */
  readonly action: string;
  /** What the step has under `with`. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** What job and step have under `env`. */
  readonly env?: Readonly<Record<string, string>>;
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

const worst = (main: Conclusion, post: Conclusion): Conclusion =>
  main === 'failure' || post === 'failure' ? 'failure' : 'success';

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
  const job = await makeJob(run, temp);
  const step = await actionStep(job, run.action, { inputs: run.inputs ?? {}, env: run.env ?? {} });
  const { cancel, kill, onLine } = endings(run);
  const outputs = new NamedValues();
  const begun = !cancel.aborted;
  try {
    const main = begun
      ? await runActionStage(job, step, { stage: 'main', outputs, cancel, kill, onLine })
      : undefined;
    const ending = main?.conclusion ?? 'cancelled';
    // A cancel that was asked for does not reach post.
    const post =
      begun && postRuns(step.manifest, ending)
        ? await runActionStage(job, step, { stage: 'post', outputs: new NamedValues(), onLine })
        : undefined;
    return {
      // A cancel that came while post ran does not reach post, but it is one of the job.
      conclusion: cancel.aborted ? 'cancelled' : worst(ending, post?.conclusion ?? 'success'),
      main,
      post,
      outputs: outputs.record(),
      state: step.state.record(),
      annotations: [...(main?.annotations ?? []), ...(post?.annotations ?? [])],
      lines: [...(main?.lines ?? []), ...(post?.lines ?? [])],
      masks: job.masks.values,
      orphans: await endOrphans(job.trackingId),
      durationMs: job.sinceJobBegan(),
    };
  } finally {
    await endOrphans(job.trackingId);
  }
}
