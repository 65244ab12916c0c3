import type { FailureCode } from '../errors.js';
import { lastPart } from './arn.js';
import { redact } from './redact.js';
import { primary, type Deployment, type Service, type ServiceDeployment } from './service.js';

/** The deployment that a run follows: made by its UpdateService, or live when nothing had to change. */
export interface OwnDeployment {
  readonly id: string;
  readonly taskDefinition: string;
  /** The revision that ECS would fall back to. */
  readonly previous: string | undefined;
}

/** What an observation of the service says about our deployment. */
export type Verdict =
  | { readonly state: 'progressing'; readonly visible: boolean }
  | { readonly state: 'complete' }
  | { readonly state: 'failed'; readonly code: FailureCode; readonly why: string }
  | { readonly state: 'superseded'; readonly by: Deployment };

/** What the judge has to remember from earlier observations. */
export interface Memory {
  /** Our deployment has been seen at least once. */
  readonly seen: boolean;
  /** Milliseconds since UpdateService answered. */
  readonly age: number;
  /** What became of our service deployment, where ECS tells; only asked for once ours is not PRIMARY any more. */
  readonly record?: ServiceDeployment | undefined;
}

/** ECS is eventually consistent (RunTask API reference): a new deployment may be invisible for a while. */
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
  return { state: 'progressing', visible: true };
}

function judgeWithoutOurs(service: Service, own: OwnDeployment, memory: Memory): Verdict {
  const current = primary(service);
  const invisible = !memory.seen && memory.age < VISIBILITY_GRACE;
  if (invisible || !current) return { state: 'progressing', visible: false };
  return replaced(current, service, own, memory);
}

/**
 * Another deployment is PRIMARY. The record of our service deployment says whether ECS rolled it back, and whether
 * a person asked for that. Without one: ECS's own rollback restores the previous revision and says so, in its reason
 * while it goes on and in the events afterwards, when ours is gone. Anything else is a person's.
 */
function replaced(current: Deployment, { events }: Service, own: OwnDeployment, memory: Memory): Verdict {
  const { record } = memory;
  if (record?.status.startsWith('ROLLBACK')) {
    const byPerson = /by user/i.test(record.statusReason);
    return byPerson ? { state: 'superseded', by: current } : gaveUp(record.statusReason, own.id);
  }
  const told = events.find(({ message }) => message.includes(`(deployment ${own.id}) deployment failed`));
  const goesOn = /rolling back|rolled back/i.test(current.rolloutStateReason);
  if (current.taskDefinition !== own.previous || (!told && !goesOn))
    return { state: 'superseded', by: current };
  return gaveUp(told?.message ?? current.rolloutStateReason, own.id);
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

/** One line on how far the rollout is; equal lines mean that nothing changed. */
export function progressLine(service: Service): string {
  const tasks = `tasks ${String(service.runningCount)} of ${String(service.desiredCount)} running, ${String(service.pendingCount)} pending`;
  const deployments = service.deployments.map(
    ({ status, taskDefinition, runningCount, rolloutState }) =>
      `${status} ${lastPart(taskDefinition)} ${String(runningCount)} running${rolloutState ? ` ${rolloutState}` : ''}`,
  );
  return [tasks, ...deployments].join(' · ');
}
