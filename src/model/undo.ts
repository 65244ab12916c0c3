import type { OwnDeployment } from './rollout.js';
import { primary, type Deployment, type Service } from './service.js';

/** What is to be undone, and where to. */
export interface Undoing {
  /** Our deployment; its id is unknown when the answer that named it was lost. */
  readonly own: Pick<OwnDeployment, 'taskDefinition'> & { readonly id: string | undefined };
  /** Ids of the deployments that there were before ours. */
  readonly before: readonly string[];
  /** The revisions that count as restored: the recorded one, and a copy of it where one was made. */
  readonly targets: readonly string[];
}

/** What an observation of the service asks for. */
export type Move =
  /** Our deployment leads: it has to be stopped, or the way back to be deployed. */
  | { readonly kind: 'ours' }
  /** The way back leads already: follow it. */
  | { readonly kind: 'follow' }
  /** ECS rolled back to something else than was recorded. */
  | { readonly kind: 'wrong-place' }
  /** Everything looks as before ours: it never came to be, or ECS does not show it yet. */
  | { readonly kind: 'as-before' }
  /** An answer without a PRIMARY deployment tells nothing. */
  | { readonly kind: 'unclear' }
  | { readonly kind: 'superseded'; readonly by: Deployment }
  | { readonly kind: 'gone' };

/**
 * The next move of an undo, from what is there now: whatever was asked for before, only the service itself says what
 * came of it. Never against a deployment that is neither ours nor ECS's answer to ours.
 */
export function nextMove(service: Service | undefined, undoing: Undoing): Move {
  if (service?.status !== 'ACTIVE') return { kind: 'gone' };
  const leader = primary(service);
  if (!leader) return { kind: 'unclear' };
  const { own, before, targets } = undoing;
  const ours = own.id === undefined ? newOnes(service, undoing)[0]?.id : own.id;
  if (leader.id === ours) return { kind: 'ours' };
  const rolledBack =
    /rolling back|rolled back/i.test(leader.rolloutStateReason) || isAnswerTo(ours, leader, service);
  if (before.includes(leader.id) && !rolledBack && !leavesTrace(service, ours)) return { kind: 'as-before' };
  if (targets.includes(leader.taskDefinition)) return { kind: 'follow' };
  return rolledBack ? { kind: 'wrong-place' } : { kind: 'superseded', by: leader };
}

/** The deployments of our revision that were not there before, oldest first: ours is the first, a later one somebody else's. */
export function newOnes(
  { deployments }: Pick<Service, 'deployments'>,
  { own, before }: Pick<Undoing, 'own' | 'before'>,
): readonly Deployment[] {
  return deployments
    .filter(({ id, taskDefinition }) => taskDefinition === own.taskDefinition && !before.includes(id))
    .reverse()
    .sort((one, other) => one.createdAt - other.createdAt);
}

/**
 * Whether our deployment is to be seen behind the leader, or an event tells that it failed. ECS is eventually consistent:
 * an answer from before our update looks like a service that is back.
 */
function leavesTrace({ deployments, events }: Service, id: string | undefined): boolean {
  return deployments.some((one) => one.id === id) || failureIn(events, id) !== undefined;
}

/**
 * Whether the leader is what ECS made of the failure of ours. Once it is complete only events tell that: "(service api)
 * (deployment ecs-svc/1) deployment failed: tasks failed to start." and "(service api) rolling back to deployment
 * ecs-svc/2." (public logs).
 */
function isAnswerTo(ours: string | undefined, { id }: Deployment, { events }: Service): boolean {
  return failureIn(events, ours) !== undefined && returnsTo(events, id).length > 0;
}

/**
 * Whether an undo that was asked for at a moment, in milliseconds since the epoch, was taken back since, by ECS or by a person
 * who stopped it: ECS went back from it to our revision.
 */
export function isTakenBack(service: Service, { own }: Pick<Undoing, 'own'>, askedAt: number): boolean {
  const leader = primary(service);
  const returns = returnsTo(service.events, leader?.id);
  return leader?.taskDefinition === own.taskDefinition && returns.some((one) => one.createdAt >= askedAt);
}

/** The events that tell that ECS goes back to a deployment. */
function returnsTo(events: Service['events'], id: string | undefined): Service['events'] {
  return events.filter(({ message }) => message.includes(`rolling back to deployment ${id ?? ''}.`));
}

/** The event that tells that a deployment failed, in ECS's words; undefined where there is none. */
export function failureIn(events: Service['events'], id: string | undefined): string | undefined {
  return events.find(({ message }) => message.includes(`(deployment ${id ?? ''}) deployment failed`))
    ?.message;
}
