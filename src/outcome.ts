import { DeployError, type FailureCode } from './errors.js';
import { redact } from './model/redact.js';

/**
 * Everything that a run can come to. Workflows branch on `kind`: names are never changed within v1.
 * `released` is the success; the others carry the error that says why.
 */
export interface Outcome {
  readonly kind: OutcomeKind;
  readonly error?: DeployError;
}

export type OutcomeKind = 'released' | 'failed' | 'left-as-is' | 'superseded' | 'cancelled';

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
};

/** How a run ended that threw; `changed` says whether the service was, or may have been, changed by then. */
export function failure(thrown: unknown, changed: boolean): Outcome {
  const error = asDeployError(thrown);
  return { kind: OWN_KIND[error.code] ?? (changed ? 'left-as-is' : 'failed'), error };
}

const OWN_KIND: Partial<Record<FailureCode, OutcomeKind>> = {
  superseded: 'superseded',
  cancelled: 'cancelled',
};

/** Anything that was thrown as our own error; what is not one of ours is a defect of the action. */
function asDeployError(thrown: unknown): DeployError {
  if (thrown instanceof DeployError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new DeployError('internal', `A defect of this action: ${redact(message)}`, {
    hint: 'Please report it with the log of this run.',
    cause: thrown,
  });
}
