import type { Outcome } from '../../src/outcome.js';
import type { Call } from '../../sandbox/cloud.js';
import type { AuthorizationRequest } from '../../sandbox/iam/policy.js';
import type { JsonObject } from '../../sandbox/json.js';
import type { Schedule } from './schedule.js';

/* What a simulated day came to: all that the invariants are asked of. */

/** A played schedule. */
export interface History {
  readonly schedule: Schedule;
  /** In the order of their starts. */
  readonly processes: readonly ProcessRecord[];
  /** Every deployment that there ever was, and whose it is: a run's name, `before`, `person` or `ecs`. */
  readonly owners: ReadonlyMap<string, string>;
  /** Every revision of the family, oldest first. */
  readonly revisions: readonly Revision[];
  /** The service before the main run. */
  readonly before: Truth;
  /** The service when nothing moves any more. */
  readonly end: Truth;
  /** What others did, and when. */
  readonly events: readonly { readonly at: number; readonly does: string }[];
  /** The faults that spoiled a call, as `kind action`. */
  readonly hits: readonly string[];
  /** The commits of all images, by their digests. */
  readonly commits: ReadonlyMap<string, string>;
  /** Every call that the cloud saw, also of those that came too late. */
  readonly calls: readonly Pick<Call, 'at' | 'action' | 'status' | 'error'>[];
  /** The processes of the same day where nothing can be told; undefined when that was not played. */
  readonly untold: readonly ProcessRecord[] | undefined;
}

export interface Revision {
  readonly arn: string;
  readonly status: string;
  readonly body: JsonObject;
  readonly tags: Readonly<Record<string, string>>;
}

/** One process of the action: main or post of a run. */
export interface ProcessRecord {
  readonly name: 'main' | 'post' | 'rival' | 'next';
  /** The run that it is of: `main`, `rival` or `next`. */
  readonly run: string;
  /** Tag value of that run. */
  readonly tag: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly startedAt: number;
  readonly before: Truth;
  /** Undefined when it was killed. */
  readonly endedAt: number | undefined;
  readonly outcome: Outcome | undefined;
  readonly cancelledAt: number | undefined;
  readonly calls: readonly Sent[];
  /** What its calls ask of a policy, each once. */
  readonly asked: ReadonlyMap<string, AuthorizationRequest>;
  /** The service as it truly was at the last look that the process had at it. */
  readonly lastLook: Truth | undefined;
  /** The same at the last look at which everything of the leading deployment was as it has to be. */
  readonly lastGood: Truth | undefined;
  readonly outputs: ReadonlyMap<string, string>;
  readonly saved: ReadonlyMap<string, string>;
  readonly summaries: readonly string[];
  readonly logged: readonly string[];
  readonly warnings: readonly string[];
  readonly errors: readonly string[];
  readonly files: ReadonlyMap<string, string>;
  /** How many of its calls went through the whole SDK. */
  readonly whole: number;
  /** Sleeps that still go on when the day is over. */
  readonly sleeping: number;
}

/** A call as a process sent it. */
export interface Sent {
  readonly at: number;
  /** As the API names it: `UpdateService`. */
  readonly operation: string;
  /** Of the calls that change something; empty for others. */
  readonly input: JsonObject;
  /** Before a change: what the process had last been told of the service. */
  readonly view: JsonObject | undefined;
  /** Before a change: when that was. */
  readonly viewedAt: number | undefined;
  /** Before a change: names of what was saved for post by then. */
  readonly saved: readonly string[];
  /** Of the answer; undefined when none came. */
  readonly status: number | undefined;
}

/** The service as it truly is. */
export interface Truth {
  readonly at: number;
  readonly status: string;
  readonly primary: TrueDeployment | undefined;
  readonly deployments: number;
  readonly desired: number;
  readonly tasks: readonly TrueTask[];
}

export interface TrueDeployment {
  readonly id: string;
  readonly taskDefinition: string;
  readonly rolloutState: string;
}

/** A task that runs. */
export interface TrueTask {
  readonly deployment: string;
  readonly digest: string | undefined;
  /** Its targets and its containers. */
  readonly healthy: boolean;
}
