import type { StageResult } from '../run-stage.js';
import type { Annotation, Conclusion, LogLine } from '../stage-log.js';
import type { Mapping } from './expressions.js';

/** How a job or a step ended. */
export type JobConclusion = Conclusion | 'skipped';

/** A step of a job that has ended. */
export interface StepRun {
  readonly id: string | undefined;
  readonly name: string;
  /** As it ended itself. */
  readonly outcome: JobConclusion;
  /** After `continue-on-error` was looked at. */
  readonly conclusion: JobConclusion;
  readonly outputs: Readonly<Record<string, string>>;
  /** Undefined where nothing of it ran here: skipped, or a stand-in. */
  readonly main: StageResult | undefined;
}

/** A job that has ended: one combination of its matrix, where it has one. */
export interface JobRun {
  readonly id: string;
  readonly name: string;
  readonly matrix: Mapping;
  readonly result: JobConclusion;
  /** Those that hold a masked value are not among them, and no empty ones. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly steps: readonly StepRun[];
  /** Post scripts in the order in which they ran. */
  readonly posts: readonly { readonly name: string; readonly result: StageResult | undefined }[];
  readonly annotations: readonly Annotation[];
  readonly lines: readonly LogLine[];
  readonly masks: readonly string[];
  /** The environment that it deploys to. */
  readonly environment:
    | {
        readonly name: string;
        readonly url: string;
        /** Whether GitHub records a deployment. */
        readonly deployment: boolean;
      }
    | undefined;
  /** The group in which GitHub lets one run at a time. */
  readonly concurrency: Mapping | undefined;
  /** The run of the workflow that it calls. */
  readonly called: WorkflowRun | undefined;
}

/** A run of a workflow that has ended. */
export interface WorkflowRun {
  readonly conclusion: Conclusion;
  readonly concurrency: Mapping | undefined;
  readonly jobs: readonly JobRun[];
  /** Of a called workflow. */
  readonly outputs: Readonly<Record<string, string>>;
}
