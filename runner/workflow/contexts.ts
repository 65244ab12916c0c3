import type { Mapping, Scope } from './expressions.js';
import type { JobConclusion } from './results.js';

const run = ['github', 'inputs', 'vars'] as const;
const job = [...run, 'needs', 'strategy', 'matrix'] as const;
const step = [...job, 'steps', 'job', 'runner', 'env'] as const;

/** The contexts that each place of a workflow knows (actions/runner, workflow-v1.0.json, `context`). */
const places = {
  concurrency: run,
  'workflow-env': [...run, 'secrets'],
  'workflow-output': [...run, 'jobs'],
  'job-if': [...run, 'needs'],
  strategy: [...run, 'needs'],
  job,
  'job-env': [...job, 'secrets'],
  'job-secrets': [...job, 'secrets'],
  'job-end': [...step, 'secrets'],
  'step-if': step,
  step: [...step, 'secrets'],
} as const;

/** A place of a workflow that can hold expressions. */
export type Place = keyof typeof places;

/** What an expression in a place can ask for, of all that there is. */
export function scopeAt(place: Place, all: Mapping, functions: Scope['functions'] = {}): Scope {
  const known = places[place].map((name) => [name, all[name] ?? {}] as const);
  return { contexts: Object.fromEntries(known), functions };
}

/** The status functions of a step: of its job so far (SuccessFunction.cs, FailureFunction.cs, CancelledFunction.cs). */
export function statusOfJob(status: Exclude<JobConclusion, 'skipped'>): Required<Scope>['functions'] {
  return {
    success: () => status === 'success',
    failure: () => status === 'failure',
    cancelled: () => status === 'cancelled',
    always: () => true,
  };
}

/**
 * The status functions of a job: of all before it, not only of those that it needs itself, and one that was skipped was
 * no success (actions/runner issues 491 and 2205).
 */
export function statusOfAncestors(
  ancestors: readonly JobConclusion[],
  cancelled: boolean,
): Required<Scope>['functions'] {
  return {
    success: () => !cancelled && ancestors.every((one) => one === 'success'),
    failure: () => !cancelled && ancestors.includes('failure'),
    cancelled: () => cancelled,
    always: () => true,
  };
}
