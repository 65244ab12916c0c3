import type { Clock } from './clock.js';
import type { EcrState } from './ecr/state.js';
import type { EcsState } from './ecs/state.js';
import type { ElbState } from './elbv2/state.js';
import type { Fault } from './faults.js';
import type { JsonObject } from './json.js';
import type { LogsState } from './logs/state.js';
import type { Past } from './past.js';
import type { Runtime } from './runtime/runtime.js';
import type { StsState } from './sts/state.js';

/** A whole account in one region: the state that the services read and change. */
export interface Cloud {
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly runtime: Runtime;
  readonly ecs: EcsState;
  readonly ecr: EcrState;
  readonly elb: ElbState;
  readonly logs: LogsState;
  readonly sts: StsState;
  /** The identity-based policy of everybody who calls; absent: all is allowed. */
  policy?: JsonObject;
  /** Every API call in order of arrival, also the refused ones; tests and the policy check read it. */
  readonly calls: Call[];
  /** What goes wrong with the calls to come; the first one that fits a call is used up. */
  readonly faults: Fault[];
  /** Hear of every API call that succeeded, before its caller does. */
  readonly afterCall: ((call: Call) => void)[];
  /** What ECS's reads of services see as long as the last change is hidden from them. */
  past?: Past;
}

/** One API call as it was answered. */
export interface Call {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** As IAM spells it: `ecs:UpdateService`, `ecr:DescribeImages`. */
  readonly action: string;
  readonly input: JsonObject;
  readonly status: number;
  /** Name of the error; absent when the call succeeded. */
  readonly error?: string;
}

/** Where names come from; a seed gives the same ones again. */
export interface Ids {
  /** `length` hexadecimal digits, as in a task's id. */
  hex(length: number): string;
  /** Nineteen digits, as in a deployment's id `ecs-svc/1234567890123456789`. */
  deployment(): string;
  /** 22 characters of base64url, as in a service deployment's id. */
  token(): string;
}

/** Ids from a small generator (mulberry32), so that a run can be replayed. */
export function seededIds(seed: number): Ids {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const pick = (alphabet: string, length: number): string => {
    let picked = '';
    while (picked.length < length) picked += alphabet.charAt(next() % alphabet.length);
    return picked;
  };
  return {
    hex: (length) => pick('0123456789abcdef', length),
    deployment: () => pick('123456789', 1) + pick('0123456789', 18),
    token: () => pick('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-', 22),
  };
}
