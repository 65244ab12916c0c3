import { randomInt } from 'node:crypto';
import type { Job } from '../job.js';
import { NamedValues } from '../named-values.js';
import type { Annotation, Conclusion, LogLine } from '../stage-log.js';
import { scopeAt, statusOfJob, type Place } from './contexts.js';
import type { StepDefinition } from './definition.js';
import { holds, resolveValue, textOf, textsOf, type Mapping, type Scope } from './expressions.js';
import type { JobRun, StepRun } from './results.js';
import {
  readyAction,
  readyScript,
  readyStandIn,
  type ReadyStep,
  type StageEnd,
  type StepWish,
} from './step-kinds.js';
import { actionUsed } from './uses.js';
import type { WorkflowWish } from './wish.js';

/** Runs the steps of a job one after the other, and afterwards their post steps, the last one first (StepsRunner.cs). */
export class JobSteps {
  readonly runs: StepRun[] = [];
  readonly posts: JobRun['posts'][number][] = [];
  readonly annotations: Annotation[] = [];
  readonly lines: LogLine[] = [];
  readonly #job: Job;
  readonly #wish: WorkflowWish;
  readonly #contexts: Mapping;
  readonly #onLine: (line: LogLine) => void;
  readonly #checkRun = randomInt(2 ** 32, 2 ** 40);
  readonly #withPost: ReadyStep[] = [];
  #failed = false;

  /** `contexts` are those that do not change while the job runs. */
  constructor(job: Job, wish: WorkflowWish, contexts: Mapping, onLine: (line: LogLine) => void) {
    this.#job = job;
    this.#wish = wish;
    this.#contexts = contexts;
    this.#onLine = onLine;
  }

  /** How the job stands. */
  get status(): Conclusion {
    if (this.#wish.cancel?.aborted === true) return 'cancelled';
    return this.#failed ? 'failure' : 'success';
  }

  /** What an expression in a place can ask for now, with a step's own `env` over that of the job. */
  scope(place: Place, env: Readonly<Record<string, string>> = {}): Scope {
    const ended = this.runs.flatMap(({ id, outputs, outcome, conclusion }) =>
      id === undefined ? [] : [[id, { outputs, outcome, conclusion }] as const],
    );
    const all = {
      ...this.#contexts,
      job: { status: this.status, check_run_id: this.#checkRun },
      steps: Object.fromEntries(ended),
      env: { ...Object.fromEntries(this.#job.environment), ...env },
    };
    return scopeAt(place, all, place === 'step-if' ? statusOfJob(this.status) : {});
  }

  /** Runs a step, or skips it. Throws where something in it cannot be evaluated or imitated. */
  async run(step: StepDefinition): Promise<void> {
    const env = textsOf(step.env, this.scope('step'));
    const name = step.name === undefined ? undefined : this.#text(step.name, env);
    const outputs = new NamedValues();
    if (!holds(step.condition, this.scope('step-if', env))) {
      const skipped = { outcome: 'skipped', conclusion: 'skipped', outputs: {}, main: undefined } as const;
      this.runs.push({ id: step.id, name: name ?? step.uses ?? '', ...skipped });
      return;
    }
    const ready = await this.#ready(step, { with: textsOf(step.with, this.scope('step', env)), env });
    this.#withPost.push(ready);
    const cancel = this.#cancelOf(step, env);
    const end = await ready.main({ outputs, cancel, onLine: this.#onLine });
    const outcome = end.conclusion;
    const tolerated =
      outcome === 'failure' && resolveValue(step.continueOnError, this.scope('step', env)) === true;
    const conclusion = tolerated ? 'success' : outcome;
    this.#took(end, conclusion);
    const ended = { outcome, conclusion, outputs: outputs.record(), main: end.result };
    this.runs.push({ id: step.id, name: name ?? ready.name, ...ended });
  }

  /** Runs the post steps. What they write as outputs is dropped, and a cancel does not reach them. */
  async runPosts(): Promise<void> {
    for (const ready of this.#withPost.toReversed()) {
      const post = ready.post(this.status);
      if (post === undefined) continue;
      const end = await post({ outputs: new NamedValues(), onLine: this.#onLine });
      this.#took(end, end.conclusion);
      this.posts.push({ name: ready.name, result: end.result });
    }
  }

  #text(text: string, env: Readonly<Record<string, string>>): string {
    return textOf(resolveValue(text, this.scope('step', env)));
  }

  #took(end: StageEnd, conclusion: Conclusion): void {
    this.annotations.push(...end.annotations);
    this.lines.push(...end.lines);
    if (conclusion === 'failure') this.#failed = true;
  }

  /** A cancel reaches a running step only when its condition does not hold any more. */
  #cancelOf(step: StepDefinition, env: Readonly<Record<string, string>>): AbortSignal {
    const controller = new AbortController();
    const { cancel } = this.#wish;
    if (cancel?.aborted === false)
      cancel.addEventListener(
        'abort',
        () => {
          if (!holds(step.condition, this.scope('step-if', env))) controller.abort();
        },
        { once: true },
      );
    return controller.signal;
  }

  async #ready(step: StepDefinition, wish: StepWish): Promise<ReadyStep> {
    if (step.uses === undefined) {
      const text = this.#text(step.run ?? '', wish.env);
      const workingDirectory = this.#text(step.workingDirectory ?? '', wish.env);
      return readyScript(this.#job, { text, shell: step.shell, workingDirectory }, wish);
    }
    const used = actionUsed(step.uses, this.#job.contexts.github['workspace'] ?? '', this.#wish);
    return 'folder' in used
      ? readyAction(this.#job, used.folder, wish)
      : readyStandIn(this.#job, step.uses, used.standIn, wish);
  }
}
