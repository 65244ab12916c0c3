import { DeployError, type FailureCode } from './errors.js';
import { redact } from './model/redact.js';

/**
 * Everything that a run can come to. Workflows branch on `kind`: names are never changed within v1. An error says
 * why the run did not succeed; a rollback that was asked for and proven is a success without one.
 */
export interface Outcome {
  readonly kind: OutcomeKind;
  readonly error?: DeployError;
  /** The state of the service in one sentence, where more is known than the kind says. */
  readonly state?: string;
  /** That a person must look although the kind does not say so: a cancelled run left its change in place. */
  readonly mustLook?: true;
}

export type OutcomeKind =
  | 'released'
  | 'verified'
  | 'planned'
  | 'rolled-back'
  | 'failed'
  | 'left-as-is'
  | 'superseded'
  | 'cancelled'
  | 'rollback-failed';

/** Whether the step should be green. */
export function succeeded({ kind, error }: Outcome): boolean {
  return error === undefined && ['released', 'verified', 'planned', 'rolled-back'].includes(kind);
}

/** The exit status of the command by hand: 0 done, 1 failed and the service safe, 2 bad input, 3 a person must look. */
export function exitStatus(outcome: Outcome): 0 | 1 | 2 | 3 {
  if (succeeded(outcome)) return 0;
  if (outcome.error?.code === 'inputs') return 2;
  return outcome.mustLook || ['rollback-failed', 'left-as-is'].includes(outcome.kind) ? 3 : 1;
}

/** The state of the service after the run, in one sentence. */
export function stateOfService({ kind, state }: Outcome): string {
  return state ?? SENTENCES[kind];
}

const SENTENCES: Record<OutcomeKind, string> = {
  released: 'The new revision is live, and that is proven.',
  verified: 'The live service answers as it should.',
  planned: 'Nothing was changed: this was a dry run.',
  'rolled-back': 'The service is back on the earlier revision, and that is proven.',
  failed: 'Nothing of the service was changed.',
  'left-as-is': 'The service was changed and left as it is: a person should look.',
  superseded: 'Somebody else started a newer deployment; it was not touched.',
  cancelled: 'The run was cancelled before the service was changed.',
  'rollback-failed': 'The service could not be proven to be back: a person must look.',
};

/** How a run ended that threw and undid nothing; `changed` says whether the service was, or may have been, changed by then. */
export function failure(thrown: unknown, changed: boolean): Outcome {
  const error = asDeployError(thrown);
  return { kind: OWN_KIND[error.code] ?? (changed ? 'left-as-is' : 'failed'), error };
}

const OWN_KIND: Partial<Record<FailureCode, OutcomeKind>> = {
  superseded: 'superseded',
  cancelled: 'cancelled',
};

/** Anything that was thrown as our own error; what is not one of ours is a defect of the action. */
export function asDeployError(thrown: unknown): DeployError {
  if (thrown instanceof DeployError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new DeployError('internal', `A defect of this action: ${redact(message)}`, {
    hint: 'Please report it with the log of this run.',
    cause: thrown,
  });
}
