import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { actionStep, postRuns, runActionStage } from '../action-step.js';
import { messageOf } from '../failure.js';
import { stepEnvironment, type Job, type Step } from '../job.js';
import { NamedValues } from '../named-values.js';
import { runStage, type StageResult } from '../run-stage.js';
import { StageLog, type Annotation, type Conclusion, type LogLine, type Stage } from '../stage-log.js';
import type { StandIn, StandInResult } from './stand-in.js';

/** How a stage of a step ended. */
export interface StageEnd {
  readonly conclusion: Conclusion;
  readonly annotations: readonly Annotation[];
  readonly lines: readonly LogLine[];
  /** Undefined where a stand-in ran. */
  readonly result: StageResult | undefined;
}

/** What a stage of a step is run with. */
export interface StageIo {
  readonly outputs: NamedValues;
  readonly cancel?: AbortSignal;
  readonly onLine: (line: LogLine) => void;
}

/** A step that can be run. */
export interface ReadyStep {
  readonly name: string;
  main(io: StageIo): Promise<StageEnd>;
  /** Runs its post step; undefined where there is none after such a job. */
  post(status: Conclusion): ((io: StageIo) => Promise<StageEnd>) | undefined;
}

/** What a step gives, evaluated. */
export interface StepWish {
  readonly with: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
}

const ended = (result: StageResult): StageEnd => ({ ...result, result });

/** A step whose action is in a folder of this machine and runs on Node. */
export async function readyAction(job: Job, folder: string, wish: StepWish): Promise<ReadyStep> {
  const step = await actionStep(job, folder, { inputs: wish.with, env: wish.env });
  const run = async (stage: Stage, io: StageIo): Promise<StageEnd> =>
    ended(await runActionStage(job, step, { stage, ...io }));
  return {
    name: step.name,
    main: (io) => run('main', io),
    post: (status) => (postRuns(step.manifest, status) ? (io) => run('post', io) : undefined),
  };
}

/** A script of a shell, as a step has it. */
export interface Script {
  readonly text: string;
  readonly shell: string | undefined;
  readonly workingDirectory: string;
}

/** Arguments of the shells (ScriptHandlerHelpers.cs `_defaultArguments`): without a name it is bash with those of sh. */
const shells: Readonly<Record<string, readonly string[]>> = {
  bash: ['--noprofile', '--norc', '-e', '-o', 'pipefail'],
  '': ['-e'],
};

/** A step that runs a script. Throws at any other shell than bash. */
export function readyScript(job: Job, script: Script, { env }: StepWish): ReadyStep {
  const options = shells[script.shell ?? ''];
  if (options === undefined) throw new Error(`shell: ${script.shell ?? ''} cannot be imitated here`);
  const [name = ''] = script.text.split('\n');
  const step: Step = { name, contexts: job.contexts, inputs: {}, env, state: new NamedValues() };
  return {
    name: `Run ${name}`,
    main: async (io) => {
      const file = join(job.contexts.runner['temp'] ?? '', `${randomUUID()}.sh`);
      await writeFile(file, script.text);
      const command = { program: 'bash', args: [...options, file], kind: 'script' } as const;
      const workingFolder = resolve(job.contexts.github['workspace'] ?? '', script.workingDirectory);
      return ended(
        await runStage(job, step, { stage: 'main', warnings: [], ...command, workingFolder, ...io }),
      );
    },
    post: () => undefined,
  };
}

/** A step in whose place a function of the test runs. */
export function readyStandIn(job: Job, name: string, standIn: StandIn, wish: StepWish): ReadyStep {
  const step: Step = {
    name,
    contexts: job.contexts,
    inputs: wish.with,
    env: wish.env,
    state: new NamedValues(),
  };
  let post: StandInResult['post'];
  const call = () => standIn({ inputs: wish.with, env: stepEnvironment(job, step), contexts: job.contexts });
  return {
    name,
    main: (io) =>
      stood(job, 'main', io, async () => {
        const result = await call();
        post = result.post;
        return result;
      }),
    post: () => {
      const run = post;
      return run && ((io) => stood(job, 'post', io, run));
    },
  };
}

async function stood(
  job: Job,
  stage: Stage,
  io: StageIo,
  run: () => StandInResult | Promise<StandInResult>,
): Promise<StageEnd> {
  const { masks, sinceJobBegan, debug: showDebug } = job;
  const log = new StageLog({ stage, masks, sinceJobBegan, showDebug, onLine: io.onLine });
  let conclusion: Conclusion = 'success';
  try {
    const { outputs = {}, env = {}, masks: hidden = [] } = await run();
    for (const value of hidden) masks.addLines(value);
    for (const [name, value] of Object.entries(outputs)) io.outputs.set(name, value);
    for (const [name, value] of Object.entries(env)) job.environment.set(name, value);
  } catch (error) {
    log.annotate('error', messageOf(error));
    conclusion = 'failure';
  }
  return { conclusion, annotations: log.annotations, lines: log.lines, result: undefined };
}
