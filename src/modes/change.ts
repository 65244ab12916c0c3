import type { Ecs } from '../adapters/aws/ecs.js';
import { DeployError } from '../errors.js';
import type { Place, ReleaseInputs } from '../inputs/inputs.js';
import { lastPart } from '../model/arn.js';
import { redact } from '../model/redact.js';
import type { Deployment, Service } from '../model/service.js';
import { failureIn, isTakenBack } from '../model/undo.js';
import { failure, type Outcome } from '../outcome.js';
import type { Found } from '../steps/evidence.js';
import type { Fallback } from '../steps/preflight/fallback.js';
import type { Undo } from '../steps/undo.js';

/** What the inputs say of an undo. */
export type UndoInputs = Pick<
  ReleaseInputs,
  'autoRollback' | 'rollbackTimeout' | 'targetHealthTimeout' | 'targetGroups' | 'smoke'
>;

/** A change of a service that may have to be undone. */
export interface Change extends UndoInputs {
  readonly place: Place;
  /** The service as it was before the change. */
  readonly service: Service;
  readonly container: string;
  readonly own: Undo['own'];
  /** Ids of the deployments that there were before. */
  readonly before: readonly string[];
  readonly fallback: Fallback | undefined;
  readonly askedAt?: number | undefined;
  /** The revision that a run which was cut off chose to lead back to. */
  readonly chosen?: string | undefined;
}

/** The post step takes over where a cancel cut the rollback short. */
export function interrupted(error: DeployError): Outcome {
  const state =
    'The run was cancelled while the service was on its way back; the post step says how it ended.';
  return { kind: 'cancelled', error, state };
}

/** The outcome of an undo that failed or could not be proven, with what a person should do. Never throws. */
export async function notRestored(
  failed: DeployError,
  cause: DeployError,
  change: Change,
  ecs: Ecs,
): Promise<Outcome> {
  if (failed.code === 'superseded') {
    return failure(withEvidence(failed, { lines: [cause.message], lastWords: undefined }), true);
  }
  const now = await ecs.service(change.place.cluster, change.service.name).catch(() => undefined);
  const undone = reasonCode(failed) !== undefined && now?.taskDefinition === change.own.taskDefinition;
  const named = undone ? ` ECS undid the rollback and restored ${lastPart(change.own.taskDefinition)}.` : '';
  const error = new DeployError(
    cause.code,
    `${cause.message}\nThe rollback could not be proven: ${failed.message}${named}`,
    { hint: adviceFor(failed, change), evidence: [...cause.evidence, ...failed.evidence], cause: failed },
  );
  return { kind: 'rollback-failed', error };
}

/** The error of an undo that the run which was cut off had asked for, and that was taken back since: it is not asked for again. */
export function takenBack(change: Change): DeployError | undefined {
  const { askedAt, chosen, service } = change;
  return askedAt !== undefined && chosen !== undefined && isTakenBack(service, change, askedAt)
    ? new DeployError('circuit-breaker', `ECS gave the deployment of ${lastPart(chosen)} up.`)
    : undefined;
}

/** The error of a rollback that ECS took back: the event that it failed stays longer than the reason of what was restored. */
export function undoneByEcs(
  { taskDefinition, rolloutStateReason }: Deployment,
  { events }: Service,
  { own }: Change,
): DeployError {
  const why = redact(failureIn(events, own.id) ?? rolloutStateReason);
  return new DeployError(
    'circuit-breaker',
    `ECS gave it up and restored ${lastPart(taskDefinition)}: ${why}`,
  );
}

/** The code under which ECS gave a deployment up, whatever its tasks tell beside it. */
function reasonCode({ code, cause }: DeployError): string | undefined {
  const codes = [code, cause instanceof DeployError ? cause.code : undefined];
  return codes.find((one) => one === 'circuit-breaker' || one === 'alarm');
}

/** Where no revision would help, the failure's own advice does; what still goes on is to be looked at. */
function adviceFor({ code, hint }: DeployError, change: Change): string {
  if (code === 'rollback-unproven') return look(change);
  const own = code === 'service-gone' || code === 'scaled-to-zero' ? hint : undefined;
  return own ?? command(change);
}

/** The outcome of a change that is left in place, with the command that a person may run. */
export function leftAsIs(error: DeployError, change: Change): Outcome {
  const why = change.fallback ? 'auto-rollback is off' : 'there is no way back';
  const state = `The service was changed and left as it is, because ${why}: a person should look. ${command(change)}`;
  return { kind: error.code === 'cancelled' ? 'cancelled' : 'left-as-is', error, state, mustLook: true };
}

/** What a person runs to put the service back. */
function command(change: Change): string {
  const { service, fallback } = change;
  if (!fallback) return look(change);
  return `Put it back by hand: aws ecs update-service ${placeOf(change)} --service ${service.name} --task-definition ${lastPart(fallback.taskDefinition)}`;
}

/** Where a service is. */
interface Located {
  readonly place: Place;
  readonly service: Pick<Service, 'name'>;
}

/** What a person runs to see how the service is. */
export function look(change: Located): string {
  return `Look at it: aws ecs describe-services ${placeOf(change)} --services ${change.service.name}`;
}

function placeOf({ place: { region, cluster } }: Located): string {
  return `--region ${region} --cluster ${lastPart(cluster)}`;
}

/** The error with what was found beside it; its reasons are known already when it came from the stopped tasks. */
export function withEvidence(error: DeployError, { lines, lastWords }: Found): DeployError {
  const known = error.evidence.some((line) => / stopped: /.test(line));
  const more = lines.filter((line) => !known || !/ stopped: /.test(line));
  const message = lastWords === undefined ? error.message : `${error.message}\nIts last words: ${lastWords}`;
  return new DeployError(error.code, message, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    evidence: [...error.evidence, ...more],
    cause: error.cause,
  });
}
