import type { FailureCode } from '../errors.js';
import { redact } from './redact.js';
import { primary, type Deployment, type Service, type ServiceDeployment } from './service.js';

/** The deployment that a run follows: made by its UpdateService, or live when nothing had to change. */
export interface OwnDeployment {
  readonly id: string;
  readonly taskDefinition: string;
  /** The revision that ECS would fall back to. */
  readonly previous: string | undefined;
  /** Ids of older deployments: one of these that leads is no newer one of somebody else. */
  readonly before: readonly string[];
}

/** What an observation of the service says about our deployment. */
export type Verdict =
  | { readonly state: 'progressing' }
  | { readonly state: 'complete' }
  | { readonly state: 'failed'; readonly code: FailureCode; readonly why: string }
  | { readonly state: 'superseded'; readonly by: Deployment };

/** What the judge has to remember from earlier observations. */
export interface Memory {
  /** Our deployment has been seen at least once. */
  readonly seen: boolean;
  /** Milliseconds since it was last seen, or since UpdateService answered. */
  readonly unseenFor: number;
  /** What became of our service deployment, where ECS tells; only asked for once ours is not PRIMARY any more. */
  readonly record?: ServiceDeployment | undefined;
}

/** ECS is eventually consistent (RunTask API reference): milliseconds in which an answer may be of before our deployment. */
export const VISIBILITY_GRACE = 60_000;

/**
 * The verdict on a rollout. Complete only if our deployment is PRIMARY and COMPLETED, the service's task
 * definition is ours and as many tasks run as are desired, more than none. Keyed on our deployment's id
 * alone: a service that is merely stable may have been rolled back (amazon-ecs-deploy-task-definition#191).
 */
export function judge(service: Service | undefined, own: OwnDeployment, memory: Memory): Verdict {
  if (!service || service.status !== 'ACTIVE') {
    return failed(
      'service-gone',
      `The service is ${service?.status ?? 'MISSING'}: somebody deleted it meanwhile.`,
    );
  }
  const ours = service.deployments.find((deployment) => deployment.id === own.id);
  const current = primary(service);
  if (!ours) return judgeWithoutOurs(service, own, memory);
  if (ours.rolloutState === 'FAILED') return gaveUp(ours.rolloutStateReason, ours.id);
  if (current && current.id !== ours.id) return replaced(current, service, own, memory);
  if (service.taskDefinition === own.taskDefinition && isComplete(ours, service))
    return { state: 'complete' };
  if (service.desiredCount === 0)
    return failed('scaled-to-zero', 'Somebody set the desired count to 0 meanwhile.');
  return { state: 'progressing' };
}

function judgeWithoutOurs(service: Service, own: OwnDeployment, memory: Memory): Verdict {
  const current = primary(service);
  const recent = memory.unseenFor < VISIBILITY_GRACE;
  if (!current || (!memory.seen && recent)) return { state: 'progressing' };
  const old = own.before.includes(current.id) && !rollbackOf(current, service, own, memory);
  return old && recent ? { state: 'progressing' } : replaced(current, service, own, memory);
}

/**
 * Another deployment is PRIMARY: an older one because ECS rolled ours back, or a newer one of somebody else. The record
 * of our service deployment says whether a person asked for the rollback.
 */
function replaced(current: Deployment, service: Service, own: OwnDeployment, memory: Memory): Verdict {
  if (/by user/i.test(memory.record?.statusReason ?? '')) return { state: 'superseded', by: current };
  const rollback = rollbackOf(current, service, own, memory);
  const restored = current.taskDefinition === own.previous || own.before.includes(current.id);
  if (rollback === undefined && !own.before.includes(current.id)) return { state: 'superseded', by: current };
  return restored || memory.record
    ? gaveUp(rollback ?? `${current.id} leads again`, own.id)
    : { state: 'superseded', by: current };
}

/**
 * What ECS says of having rolled ours back: in the record, in the reason of the restored deployment while that goes on,
 * or in the events afterwards. Undefined when it says nothing.
 */
function rollbackOf(
  current: Deployment,
  { events }: Service,
  own: OwnDeployment,
  { record }: Memory,
): string | undefined {
  if (record?.status.startsWith('ROLLBACK')) return record.statusReason;
  const told = events.find(({ message }) => message.includes(`(deployment ${own.id}) deployment failed`));
  const goesOn = /rolling back|rolled back/i.test(current.rolloutStateReason);
  return told?.message ?? (goesOn ? current.rolloutStateReason : undefined);
}

function gaveUp(reason: string, id: string): Verdict {
  const why = redact(reason) || `${id} has failed`;
  return failed(/alarm/i.test(why) ? 'alarm' : 'circuit-breaker', `ECS gave the deployment up: ${why}`);
}

function isComplete(ours: Deployment, service: Service): boolean {
  const settled =
    ours.rolloutState === 'COMPLETED' || (ours.rolloutState === '' && service.deployments.length === 1);
  return settled && service.desiredCount > 0 && service.runningCount === service.desiredCount;
}

function failed(code: FailureCode, why: string): Verdict {
  return { state: 'failed', code, why };
}
