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
  /** No deployment of ours is to be seen. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'superseded'; readonly by: Deployment }
  | { readonly kind: 'gone' };

/**
 * The next move of an undo, from what is there now: whatever was asked for before, only the service itself says what
 * came of it. Never against a deployment that is neither ours nor ECS's answer to ours.
 */
export function nextMove(service: Service | undefined, undoing: Undoing): Move {
  const leader = service && primary(service);
  if (!service || service.status !== 'ACTIVE' || !leader) return { kind: 'gone' };
  const { own, before, targets } = undoing;
  const isOurs =
    own.id === undefined
      ? leader.taskDefinition === own.taskDefinition && !before.includes(leader.id)
      : leader.id === own.id;
  if (isOurs) return { kind: 'ours' };
  if (own.id === undefined && before.includes(leader.id)) return { kind: 'nothing' };
  if (targets.includes(leader.taskDefinition)) return { kind: 'follow' };
  return /rolling back|rolled back/i.test(leader.rolloutStateReason)
    ? { kind: 'wrong-place' }
    : { kind: 'superseded', by: leader };
}
