import { DeployError } from './errors.js';
import type { Facts } from './facts.js';
import { showDuration } from './model/duration.js';
import { shownLine } from './model/progress.js';
import { redact } from './model/redact.js';
import { ProgressRecords, type ProgressRecord } from './progress.js';
import { outputsOf } from './report/outputs.js';
import type { AwsCall, Clock, Log, World } from './world.js';

/** The steps of a release, in the order of the story. */
const RELEASE_STEPS = [
  'preflight',
  'baseline',
  'build',
  'push',
  'register',
  'deploy',
  'wait',
  'health',
  'identity',
  'smoke',
  'logs',
] as const;

export type StepName = (typeof RELEASE_STEPS)[number] | 'rollback';

/** What a run was asked to do. */
export type Mode = 'release' | 'rollback' | 'smoke';

/** The steps of each mode, in the order of the story. */
export const STEPS: Readonly<Record<Mode, readonly StepName[]>> = {
  release: RELEASE_STEPS,
  rollback: ['preflight', 'deploy', 'wait', 'health', 'identity', 'smoke', 'logs'],
  smoke: ['smoke'],
};

/** How a step ended. `skipped` is a step that had nothing to do, `cancelled` one that was cut off; the note says why. */
export interface StepRecord {
  readonly name: StepName;
  readonly status: 'passed' | 'failed' | 'skipped' | 'cancelled';
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Milliseconds. */
  readonly took: number;
  /** One line of what the step found or did. */
  readonly note: string;
}

/** What may be said at any time. */
export interface Voice {
  /** The one line of the step in the summary; the last one said stays. */
  note(text: string): void;
  /** Says that there was nothing to do, and why. */
  skip(why: string): void;
  /** Something tolerated: an annotation, and a line in the summary; said once. */
  warn(text: string): void;
  /** Facts for outputs and report; outputs are appended at once. */
  know(facts: Facts): Promise<void>;
}

/** What a step may say while it works. */
export interface StepVoice extends Voice {
  /**
   * What has just happened: a line in the log, and an entry of the record, redacted and cleaned. `quoted` text is of others, and
   * marked so in the log.
   */
  progress(text: string, kind?: 'quoted'): void;
}

/** The record of a run: which steps ran, what became known, what was tolerated. Only ever appended to. */
export interface Journal {
  /**
   * Runs a step in a log group of its own, times it and records how it ended; throws what the step threw. Another log than
   * the run's own is for what runs beside another step.
   */
  step<Made>(name: StepName, work: (voice: StepVoice) => Promise<Made>, told?: Log): Promise<Made>;
  readonly voice: Voice;
  /** Hears of the calls that change something in AWS. */
  readonly witness: (call: AwsCall) => void;
  readonly mode: Mode;
  /** The steps that the run is made of; those of an undo come on top. */
  readonly plan: readonly StepName[];
  readonly startedAt: number;
  /** Milliseconds since the epoch by the clock as it was at the start, whatever became of it: of a run, time only goes on. */
  now(): number;
  readonly steps: readonly StepRecord[];
  readonly warnings: readonly string[];
  /** What happened while steps waited, oldest first: at most 500 entries, one of which says what is left out. */
  readonly progress: readonly ProgressRecord[];
  readonly calls: readonly AwsCall[];
  readonly facts: Facts;
}

/** GitHub shows ten warnings of a step (ExecutionContext.cs): after so many one more says that there are others. */
const MAX_ANNOTATED = 9;

/** Why a step was cut off that had nothing wrong with it. */
export class GivenUp extends DeployError {
  constructor() {
    super('internal', 'given up, because the step beside it failed');
  }
}

/** A journal that groups the log, appends outputs as they become known and keeps the rest for the report. */
export function journal(
  world: Pick<World, 'clock' | 'log' | 'runner'>,
  mode: Mode = 'release',
  plan: readonly StepName[] = STEPS[mode],
): Journal {
  const { clock, log, runner } = world;
  const steps: StepRecord[] = [];
  const warnings: string[] = [];
  const calls: AwsCall[] = [];
  const progress = new ProgressRecords();
  const time = courseOf(clock);
  let facts: Facts = {};
  const voice: Voice = {
    note: (text) => log.info(text),
    skip: (why) => log.info(why),
    warn: (text) => warn(text, warnings, log),
    async know(more) {
      facts = { ...facts, ...more };
      await append(more);
    },
  };
  const append = appender(runner, voice);
  return {
    async step(name, work, told = log) {
      const step = recorder(name, { ...time, log: told }, progress);
      try {
        const made = await work({ ...voice, ...step.voice });
        steps.push(step.end());
        return made;
      } catch (error) {
        steps.push(step.failed(error));
        throw error;
      }
    },
    voice,
    witness: (call) => void calls.push(call),
    mode,
    plan,
    ...time,
    steps,
    warnings,
    calls,
    get progress() {
      return progress.all;
    },
    get facts() {
      return facts;
    },
  };
}

/** When a run began, and how its time goes on from there. */
function courseOf(clock: Clock): Pick<Journal, 'startedAt' | 'now'> {
  const [startedAt, began] = [clock.now(), clock.monotonic()];
  return { startedAt, now: () => startedAt + clock.monotonic() - began };
}

/** Appends the outputs that facts make known. What cannot be written is said once, and stops no release half-way. */
function appender(runner: World['runner'], voice: Pick<StepVoice, 'warn'>): (facts: Facts) => Promise<void> {
  let fails = false;
  return async (facts) => {
    try {
      for (const [name, value] of outputsOf(facts)) await runner.output(name, value);
    } catch (error) {
      if (!fails) voice.warn(`Outputs cannot be written: ${firstLine(error)}`);
      fails = true;
    }
  };
}

/** Records a warning that was not given yet; all are in the log, and so many annotated as GitHub shows. */
function warn(text: string, given: string[], log: Log): void {
  if (given.includes(text)) return;
  given.push(text);
  if (given.length <= MAX_ANNOTATED) {
    log.warning(text);
    return;
  }
  if (given.length === MAX_ANNOTATED + 1) {
    log.warning(
      'There are more warnings than GitHub shows: all of them are in the log, the job summary and the report.',
    );
  }
  log.info(`warning: ${text}`);
}

/** Opens the group of one step, times it and remembers its note; the end closes the group and leaves one line beside it. */
function recorder(
  name: StepName,
  { now, log }: Pick<Journal, 'now'> & Pick<World, 'log'>,
  progress: ProgressRecords,
) {
  log.group(name);
  const startedAt = now();
  let [status, note]: [StepRecord['status'], string] = ['passed', ''];
  const end = (): StepRecord => {
    const took = now() - startedAt;
    log.endGroup();
    log.info(`${MARK[status]} ${name} ${showDuration(took)}${note ? `: ${note}` : ''}`);
    return { name, status, startedAt, took, note };
  };
  return {
    voice: {
      note: (text: string) => void (note = text),
      skip: (why: string) => void ([status, note] = ['skipped', why]),
      progress(line: string, kind?: 'quoted') {
        const text = shownLine(line);
        progress.add({ at: now(), step: name, text });
        if (kind === 'quoted') log.quote(text);
        else log.info(text);
      },
    },
    end,
    failed(error: unknown): StepRecord {
      status = statusOf(error);
      note = firstLine(error);
      return end();
    },
  };
}

const MARK: Record<StepRecord['status'], string> = { passed: '✓', failed: '✗', skipped: '–', cancelled: '■' };

function statusOf(error: unknown): StepRecord['status'] {
  if (error instanceof GivenUp) return 'skipped';
  return error instanceof DeployError && error.code === 'cancelled' ? 'cancelled' : 'failed';
}

/** Our own messages are redacted where they are made, because they may name accounts and digests. */
function firstLine(error: unknown): string {
  const message =
    error instanceof DeployError
      ? error.message
      : redact(error instanceof Error ? error.message : String(error));
  return message.split('\n', 1)[0] ?? '';
}
