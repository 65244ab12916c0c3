import { CommandChannel } from './command-channel.js';
import { stageEnvironment } from './environment.js';
import { messageOf } from './failure.js';
import { makeFileCommands, readFileCommands, type FileCommands } from './file-commands.js';
import { stepEnvironment, type Job, type Step } from './job.js';
import type { NamedValues } from './named-values.js';
import { StageLog, type Annotation, type Conclusion, type LogLine, type Stage } from './stage-log.js';
import { runProcess, type ProcessEnd } from './step-process.js';

/** A stage of a step to run. */
export interface StageRun {
  readonly stage: Stage;
  readonly program: string;
  readonly args: readonly string[];
  /** By default the workspace. */
  readonly workingFolder?: string;
  /** An action may use the services of the runtime; for a script the runner says how it ended. */
  readonly kind: 'action' | 'script';
  /** What the runner warns of before the script starts. */
  readonly warnings: readonly string[];
  /** Where the outputs go. */
  readonly outputs: NamedValues;
  readonly cancel?: AbortSignal;
  readonly kill?: AbortSignal;
  readonly onLine: (line: LogLine) => void;
}

/** A line as the script wrote it, before commands were taken out and values masked. */
export interface RawLine {
  readonly source: 'stdout' | 'stderr';
  readonly text: string;
}

/** How a stage ended and what it left. */
export interface StageResult {
  readonly conclusion: Conclusion;
  /** Undefined when the runner gave the script up before its end. */
  readonly exitCode: number | undefined;
  /** The signals that the runner sent, in order. */
  readonly signals: readonly NodeJS.Signals[];
  readonly annotations: readonly Annotation[];
  readonly lines: readonly LogLine[];
  readonly raw: readonly RawLine[];
  /** The job summary as GitHub shows it, masked; undefined when none was written or it was too large. */
  readonly summary: string | undefined;
  readonly durationMs: number;
  /** The most memory that the script's process had resident; 0 where the system does not tell. */
  readonly peakMemoryBytes: number;
}

const indented = (values: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(values).map(([name, value]) => `  ${name}: ${value}`);

/** What the runner says of a step before it starts the script (Handler.cs PrintActionDetails). */
function announce(job: Job, step: Step, run: StageRun, log: StageLog): void {
  for (const warning of run.warnings) log.annotate('warning', warning);
  if (run.stage === 'post') {
    log.write('Post job cleanup.');
    return;
  }
  const inputs = Object.fromEntries(Object.entries(step.inputs).filter(([, value]) => value !== ''));
  const environment = stepEnvironment(job, step);
  log.write(`Run ${step.name}`, 'group');
  if (Object.keys(inputs).length > 0) ['with:', ...indented(inputs)].forEach((line) => log.write(line));
  if (Object.keys(environment).length > 0)
    ['env:', ...indented(environment)].forEach((line) => log.write(line));
  log.write('', 'endgroup');
}

function environmentOf(
  job: Job,
  step: Step,
  run: StageRun,
  files: FileCommands,
): Readonly<Record<string, string>> {
  return stageEnvironment({
    machine: job.machine,
    step: stepEnvironment(job, step),
    state: step.state.record(),
    inputs: step.inputs,
    contexts: step.contexts,
    files,
    ...(run.kind === 'action' ? { runtimeToken: job.runtimeToken } : {}),
    ...(job.idToken ? { idToken: job.idToken } : {}),
    trackingId: job.trackingId,
  });
}

function conclusionOf(run: StageRun, failed: boolean): Conclusion {
  if (run.cancel?.aborted === true) return 'cancelled';
  return failed ? 'failure' : 'success';
}

/** Runs main or post: a fresh set of file commands, the program, then what it left in the files. */
export async function runStage(job: Job, step: Step, run: StageRun): Promise<StageResult> {
  const began = job.sinceJobBegan();
  const raw: RawLine[] = [];
  const { masks, sinceJobBegan } = job;
  const log = new StageLog({ ...run, masks, sinceJobBegan, showDebug: job.debug });
  const targets = { ...job, log, outputs: run.outputs, state: step.state };
  const channel = new CommandChannel(targets, job.debug);
  const files = await makeFileCommands(job.contexts.runner['temp'] ?? '');
  announce(job, step, run, log);
  let end: ProcessEnd | undefined;
  try {
    end = await runProcess({
      program: run.program,
      args: run.args,
      workingFolder: run.workingFolder ?? job.contexts.github['workspace'] ?? '',
      environment: environmentOf(job, step, run, files),
      graces: job.graces,
      cancel: run.cancel,
      kill: run.kill,
      onLine: (text, source) => {
        raw.push({ source, text });
        channel.take(text);
      },
    });
  } catch (error) {
    log.annotate('error', messageOf(error));
  }
  // ScriptHandler.cs RunAsync; an action has to say itself what went wrong.
  if (run.kind === 'script' && end && end.exitCode !== 0)
    log.annotate('error', `Process completed with exit code ${end.exitCode}.`);
  const read = await readFileCommands(files, targets);
  const failed = end?.exitCode !== 0 || channel.failed || read.failed;
  if (run.cancel?.aborted === true) log.annotate('error', 'The operation was canceled.');
  return {
    conclusion: conclusionOf(run, failed),
    exitCode: end?.exitCode,
    signals: end?.sent ?? [],
    annotations: log.annotations,
    lines: log.lines,
    raw,
    summary: read.summary,
    durationMs: job.sinceJobBegan() - began,
    peakMemoryBytes: end?.peakMemoryBytes ?? 0,
  };
}
