import { scopeAt, type Place } from './contexts.js';
import type { JobDefinition, WorkflowDefinition } from './definition.js';
import { isMapping, resolveValue, type Mapping, type Value } from './expressions.js';
import { permissionsOf, REPOSITORY_DEFAULT, requireGranted, type Permissions } from './permissions.js';
import type { WorkflowWish } from './wish.js';

/** A workflow that runs: the one that was started, or one that it calls. */
export interface Frame {
  readonly wish: WorkflowWish;
  readonly definition: WorkflowDefinition;
  readonly inputs: Mapping;
  readonly secrets: Readonly<Record<string, string>>;
  /** Names of the secrets that an environment may give; undefined: all of its own. */
  readonly named: readonly string[] | undefined;
  /** Values of the context `github` that are known before a job begins. */
  readonly github: Readonly<Record<string, string>>;
  /** `github.event`. */
  readonly event: Mapping;
  /** What the caller grants; undefined where nobody calls. */
  readonly granted: Permissions | undefined;
}

/** The contexts that GitHub knows before a job begins. */
export function serverContexts({ wish, inputs, github, event, secrets }: Frame): Mapping {
  return { github: { ...github, event }, inputs, vars: wish.vars ?? {}, secrets };
}

/** What a job may do. Throws where it wants more than the caller of its workflow grants. */
export function permissionsFor(frame: Frame, job: JobDefinition): Permissions {
  const wanted = permissionsOf(job.permissions) ?? permissionsOf(frame.definition.permissions);
  if (frame.granted === undefined) return wanted ?? REPOSITORY_DEFAULT;
  requireGranted(wanted ?? {}, job.id, frame.granted);
  return wanted ?? frame.granted;
}

/** The group in which GitHub lets one run at a time; a name alone stands for one that cancels nothing. */
export function concurrencyOf(
  value: Value | undefined,
  place: Place,
  contexts: Mapping,
): Mapping | undefined {
  if (value === undefined) return undefined;
  const resolved = resolveValue(value, scopeAt(place, contexts));
  return isMapping(resolved) ? resolved : { group: resolved, 'cancel-in-progress': false };
}
