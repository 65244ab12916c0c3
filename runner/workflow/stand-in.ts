import type { JobContexts } from '../environment.js';

/** What the step gives to what runs in place of its action. */
export interface StandInCall {
  readonly inputs: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** With the workspace, and the folder for temporary files. */
  readonly contexts: JobContexts;
}

/** What it leaves, as an action would through commands and files. */
export interface StandInResult {
  readonly outputs?: Readonly<Record<string, string>>;
  /** Variables for the job's later steps. */
  readonly env?: Readonly<Record<string, string>>;
  readonly masks?: readonly string[];
  /** Its post step, which runs whatever became of the job. */
  readonly post?: () => StandInResult | Promise<StandInResult>;
}

/** What runs in place of an action. Throwing fails the step. */
export type StandIn = (call: StandInCall) => StandInResult | Promise<StandInResult>;
