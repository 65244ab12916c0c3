import type { OperationId } from './description.js';

/** What goes wrong with requests to GitHub. */
export interface GitHubFault {
  /** Absent: every one. */
  readonly operation?: OperationId;
  readonly kind: GitHubFaultKind;
  /** Requests that are still to be spoiled; absent: all. */
  times?: number;
  /** Milliseconds, for `slow`. */
  readonly delay?: number;
  /** Seconds, for `throttled`. */
  readonly retryAfter?: number;
  /** Stands behind the message of a refusal. */
  readonly message?: string;
}

/**
 * `denied`: the token lacks the permission; `hang`: nothing happens, and the connection stays open; `reset`: it is cut;
 * `lost-reply`: the request is carried out, then the connection is cut; `html`: a page with status 200; `slow`: nothing is
 * wrong, but the answer takes its time.
 */
export type GitHubFaultKind = keyof typeof REFUSALS | 'hang' | 'reset' | 'lost-reply' | 'html' | 'slow';

/** Status and message of refusals, in GitHub's words. */
export const REFUSALS = {
  unauthorized: [401, 'Bad credentials'],
  denied: [403, 'Resource not accessible by integration'],
  missing: [404, 'Not Found'],
  conflict: [409, 'Conflict: Commit status checks failed for master.'],
  invalid: [422, 'Validation Failed'],
  throttled: [
    429,
    'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
  ],
  'server-error': [500, 'Server Error'],
} as const;

/** The fault that the next request of an operation meets; it is used up by one. */
export function takeFault(faults: readonly GitHubFault[], id: OperationId): GitHubFault | undefined {
  const fault = faults.find(({ operation, times }) => (operation ?? id) === id && times !== 0);
  if (fault?.times !== undefined) fault.times -= 1;
  return fault;
}

/** Whether GitHub answers an error. */
export function isRefusal(kind: GitHubFaultKind): kind is keyof typeof REFUSALS {
  return kind in REFUSALS;
}
