import type { Cloud } from './cloud.js';
import { AwsError } from './errors.js';
import { accessDenied } from './iam/enforce.js';
import { callerArn } from './sts/sessions.js';

/** What goes wrong with a call. */
export type FaultKind = Refusal | LostAnswer | WrongAnswer;

/** AWS does nothing and answers an error. `skew`: its clock is an hour ahead of that of whoever signed the request. */
export type Refusal = 'throttle' | 'server-error' | 'deny' | 'expire' | 'skew';

/**
 * No answer arrives. `reset`: the connection is cut, and nothing happens; `lost-reply`: the call is carried out, then
 * the connection is cut; `late`: it is cut at once, and the call is carried out `delay` later; `hang`: nothing
 * happens, and the connection stays open.
 */
export type LostAnswer = 'reset' | 'lost-reply' | 'late' | 'hang';

/**
 * The call is carried out and what arrives with status 200 is wrong. `truncated`: half of the body; `empty`: a body
 * without a field; `no-body`: no byte at all; `html`: a page instead; `duplicate-token`: a page of a list whose token
 * for the next page is always the same; `stale`: the answer is right, but services look to ECS's reads as before the
 * call until `delay` has passed.
 */
export type WrongAnswer = 'truncated' | 'empty' | 'no-body' | 'html' | 'duplicate-token' | 'stale';

/** Something that goes wrong with API calls: tests and scenarios put it into `cloud.faults`. */
export interface Fault {
  /** As IAM spells it, `*` for any run of characters: `ecs:UpdateService`, `ecs:Describe*`. */
  readonly action: string;
  readonly kind: FaultKind;
  /** Calls that are still to be spoiled; absent: every one. */
  times?: number;
  /** Calls that are let through before the first one is spoiled. */
  after?: number;
  /** How many milliseconds of AWS time after the first call that it spoils it ends; absent: never. */
  readonly for?: number;
  /** Milliseconds of AWS time, for `late` and `stale`; absent: none. */
  readonly delay?: number;
  /** Stands behind the message of a refusal. */
  readonly message?: string;
  /** When it spoiled the first call. */
  began?: number;
}

const REFUSALS: ReadonlySet<string> = new Set<Refusal>([
  'throttle',
  'server-error',
  'deny',
  'expire',
  'skew',
]);

/** Whether AWS answers an error. */
export function isRefusal(kind: FaultKind): kind is Refusal {
  return REFUSALS.has(kind);
}

/** Whether the next call of `action` would meet a fault; nothing is used up. */
export function meetsFault(cloud: Cloud, action: string): boolean {
  return cloud.faults.some((fault) => !fault.after && fits(fault.action, action) && !isOver(cloud, fault));
}

/** The fault that the next call of `action` meets, or undefined; it uses the fault up by one. */
export function takeFault(cloud: Cloud, action: string): Fault | undefined {
  return take(cloud, action, () => true);
}

/** The error that the next use of a permission meets which is no call of its own, or undefined. */
export function nextFault(cloud: Cloud, action: string): AwsError | undefined {
  const fault = take(cloud, action, ({ kind }) => isRefusal(kind) && kind !== 'skew');
  return fault && isRefusal(fault.kind) ? refusalOf(cloud, fault.kind, action, fault.message) : undefined;
}

function take(cloud: Cloud, action: string, wanted: (fault: Fault) => boolean): Fault | undefined {
  for (const fault of cloud.faults) {
    if (!fits(fault.action, action) || !wanted(fault) || isOver(cloud, fault)) continue;
    if (fault.after) {
      fault.after -= 1;
      continue;
    }
    if (fault.times !== undefined) fault.times -= 1;
    fault.began ??= cloud.clock.now();
    return fault;
  }
  return undefined;
}

function isOver({ clock }: Cloud, { times, began, for: limit }: Fault): boolean {
  return times === 0 || (began !== undefined && limit !== undefined && clock.since(began) >= limit);
}

/** Patterns of faults as they are tried for every call. */
const PATTERNS = new Map<string, RegExp>();

function fits(pattern: string, action: string): boolean {
  const known = PATTERNS.get(pattern);
  if (known) return known.test(action);
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const made = new RegExp(`^${parts.join('.*')}$`, 'i');
  PATTERNS.set(pattern, made);
  return made.test(action);
}

/**
 * Names and texts of "Common Errors" in the API references; `ThrottlingException` with status 400 is ECS's
 * ("Request throttling for the Amazon ECS API"), that of an expired signature is IAM's ("Troubleshoot Signature Version 4 requests for AWS API
 * requests").
 */
export function refusalOf(cloud: Cloud, kind: Refusal, action: string, more?: string): AwsError {
  const { code, message, status } = usualRefusal(cloud, kind, action);
  return new AwsError(code, more === undefined ? message : `${message} ${more}`, status);
}

function usualRefusal(cloud: Cloud, kind: Refusal, action: string): AwsError {
  switch (kind) {
    case 'deny':
      return accessDenied(callerArn(cloud), action, '*');
    case 'throttle':
      return new AwsError('ThrottlingException', 'Rate exceeded');
    case 'expire':
      return new AwsError('ExpiredTokenException', 'The security token included in the request is expired');
    case 'server-error':
      return new AwsError('ServerException', 'Service Unavailable. Please try again later.', 500);
    case 'skew':
      return new AwsError(
        'InvalidSignatureException',
        `Signature expired: ${stamp(Date.now())} is now earlier than ${stamp(skewedTime() - TOLERANCE)} ` +
          `(${stamp(skewedTime())} - 5 min.)`,
      );
  }
}

/** By how many milliseconds AWS's clock is ahead. */
const SKEW = 3_600_000;
/** How far the time of a signature may be off ("Signature Version 4": five minutes for most services). */
const TOLERANCE = 5 * 60_000;

/**
 * What AWS's clock says while it is ahead. Requests are signed by the machine's clock, at any pace and on a virtual
 * clock as well.
 */
export function skewedTime(): number {
  return Date.now() + SKEW;
}

/** Whether the clock of whoever signed a request differs too much from AWS's, which is ahead. */
export function isSkewed(headers: Readonly<Record<string, string>>): boolean {
  const [, date = '', time = ''] = /^(\d{8}T)(\d{6})Z$/.exec(headers['x-amz-date'] ?? '') ?? [];
  const signed = Date.parse(
    `${date.replace(/(....)(..)(..)/, '$1-$2-$3')}${time.replace(/(..)(..)/, '$1:$2:')}Z`,
  );
  return !(Math.abs(skewedTime() - signed) < TOLERANCE);
}

/** As signatures have it: `20260101T000000Z`. */
function stamp(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
}
