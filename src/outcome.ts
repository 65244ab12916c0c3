import type { DeployError } from './errors.js';

/**
 * Everything that a run can come to. Workflows branch on `kind`: names are never changed within v1.
 * `released` and `planned` are successes; the others carry the error that says why.
 */
export interface Outcome {
  readonly kind: OutcomeKind;
  readonly error?: DeployError;
}

export type OutcomeKind = 'released' | 'failed' | 'left-as-is' | 'superseded' | 'cancelled' | 'rolled-back';

/** Whether the step should be green. */
export function succeeded({ kind }: Outcome): boolean {
  return kind === 'released';
}

/** The state of the service after the run, in one sentence. */
export function stateOfService({ kind }: Outcome): string {
  return SENTENCES[kind];
}

const SENTENCES: Record<OutcomeKind, string> = {
  released: 'The new revision is live, and that is proven.',
  failed: 'Nothing of the service was changed.',
  'left-as-is': 'The service was changed and left as it is: a person should look.',
  superseded: 'Somebody else started a newer deployment; it was not touched.',
  cancelled: 'The run was cancelled.',
  'rolled-back': 'The service is back on the earlier revision.',
};
