import type { IdTokenAccess, JobContexts } from '../environment.js';
import type { JobWish } from '../job.js';
import type { LogLine } from '../stage-log.js';
import type { Mapping } from './expressions.js';
import type { StandIn } from './stand-in.js';

/** What starts a run of a workflow. */
export interface WorkflowEvent {
  /** Such as `push`; has to be among those of the workflow. */
  readonly name: string;
  /** With `workflow_dispatch`: what was filled in, as text. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** `github.event`, less what is filled in. */
  readonly payload?: Mapping;
}

/** What is kept for an environment of the repository. */
export interface DeploymentEnvironment {
  readonly vars?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
}

/** A workflow to run, and the GitHub around it. */
export interface WorkflowWish extends Pick<JobWish, 'machine' | 'node' | 'graces' | 'debug'> {
  /** Path of the workflow. */
  readonly file: string;
  readonly event: WorkflowEvent;
  /** Folders of repositories, by `owner/name`, whose actions and workflows are run for real, whichever ref is asked for. */
  readonly repositories?: Readonly<Record<string, string>>;
  /** What runs in place of actions of others, by `owner/name` or `owner/name/path`. */
  readonly standIns?: Readonly<Record<string, StandIn>>;
  readonly vars?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly environments?: Readonly<Record<string, DeploymentEnvironment>>;
  /** Values of the contexts `github` and `runner` in place of the made-up ones. */
  readonly contexts?: Partial<JobContexts>;
  /** Where a job with the permission `id-token: write` is given identity tokens. */
  readonly idToken?: (environment: string | undefined) => IdTokenAccess;
  /** Aborting cancels the run. */
  readonly cancel?: AbortSignal;
  /** Gets each line of the log as it comes, with the job's id. */
  readonly onLine?: (line: LogLine, job: string) => void;
}
