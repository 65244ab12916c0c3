import type { FaultKind } from '../../sandbox/faults.js';
import type { Fate, WayBackFate } from './fates.js';

/*
 * A schedule is all that a simulated day is made of, as plain JSON: the same schedule is always played the same way. Times
 * are milliseconds of virtual time.
 */

/** One simulated day of a service. */
export interface Schedule {
  /** Of all ids, and of the jitter of retries. */
  readonly seed: number;
  /** Whether every call goes through the whole SDK, and not only those that something may go wrong with. */
  readonly wired: boolean;
  readonly mode: 'release' | 'rollback' | 'smoke';
  /** What the run is given beside the usual. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly service: ServicePlan;
  /** How tasks of the image live that the run puts live. */
  readonly candidate: Fate;
  /** How tasks of the revision before live that are started from then on. */
  readonly back: WayBackFate;
  readonly faults: readonly PlannedFault[];
  readonly cut: Cut | undefined;
  readonly others: readonly Other[];
  /** A run after all that: the same again, or the release of another image. */
  readonly next: 'none' | 'same' | 'other';
  /** With `nowhere` no run can write outputs, summaries and files; with `twice` the day is played that way once more. */
  readonly told?: 'nowhere' | 'twice';
}

/** What the service is like before. */
export interface ServicePlan {
  readonly desiredCount: number;
  readonly network: 'awsvpc' | 'bridge';
  readonly balanced: boolean;
  readonly containerCheck: boolean;
  readonly breaker: 'off' | 'on' | 'rollback';
  /** Whether the first revision names its image by its tag. */
  readonly tagged: boolean;
  /** How ECS shows a rollback among the deployments. */
  readonly rollbackDeployment: 'restored' | 'new';
  /** Whether a second revision was deployed before, which is live then. */
  readonly second: boolean;
}

/** Something that goes wrong with API calls. */
export interface PlannedFault {
  readonly action: string;
  readonly kind: FaultKind;
  /** Calls that are let through before; absent: none. */
  readonly after: number;
  /** Calls that are spoiled. */
  readonly times: number;
  /** For `late` and `stale`. */
  readonly delay: number;
}

/** When something happens: right before the main run sends its n-th call, from 1; or so long after its start. */
export type Moment = { readonly call: number } | { readonly after: number };

/** How the main run is cut off. */
export interface Cut {
  /** Cancelled (SIGINT, and ten seconds later SIGKILL); killed, and post runs; or lost with the runner, so that nothing does. */
  readonly how: 'cancel' | 'kill' | 'lost';
  readonly at: Moment;
  /** The call of post, from 1, at which that is killed, too. */
  readonly post?: number;
}

/** What somebody else does meanwhile. */
export interface Other {
  readonly does:
    | 'redeploys'
    | 'deploys'
    | 'scales'
    | 'stops-task'
    | 'stops-deployment'
    | 'deletes'
    | 'moves-tag'
    | 'releases';
  readonly at: Moment;
  /** The new desired count. */
  readonly to?: number;
}

/** The simplest service, which shrinking leads to. */
export const PLAIN_SERVICE: ServicePlan = {
  desiredCount: 1,
  network: 'awsvpc',
  balanced: true,
  containerCheck: false,
  breaker: 'off',
  tagged: false,
  rollbackDeployment: 'restored',
  second: false,
};
