import type { Cloud } from '../cloud.js';
import { demote, newDeployment } from './deploying.js';
import { deploymentFailed, rollingBack, tell } from './events.js';
import { enter, finish, type FailedBy, type ServiceDeployment } from './service-deployment.js';
import { revisedSettings } from './settings.js';
import type { Deployment, Service, ServiceRevision, Task } from './state.js';

interface Words {
  /** Begins `rolloutStateReason`, both of the deployment that failed and of the one that is rolled back to. */
  readonly subject: string;
  /** What happened; where nothing is said, `statusReason` tells ("deployment failed: <statusReason>" in public logs). */
  readonly what?: string;
  /** Ends `statusReason` of the service deployment. */
  readonly because: string;
}

const WORDS: Readonly<Record<FailedBy, Words>> = {
  // All three from public accounts.
  'circuit breaker': {
    subject: 'ECS deployment circuit breaker:',
    what: 'tasks failed to start.',
    because: 'because the circuit breaker threshold was exceeded.',
  },
  // The event is from public logs; no source gives the reasons, they follow those of the circuit breaker.
  alarm: {
    subject: 'ECS deployment failed:',
    what: 'alarm detected.',
    because: 'because an alarm was detected.',
  },
  // `statusReason` from public accounts; no source gives the `rolloutStateReason`.
  user: { subject: 'ECS deployment:', because: 'by user.' },
};

/** `statusReason` from public accounts. */
const NO_CANDIDATE = 'No rollback candidate was found to run the rollback.';

/**
 * A deployment has failed: nothing more is started for it, and what it replaces goes on serving. With `rollback` the
 * service deployment goes on as the rollback to the last completed revision; without one that could be rolled back to,
 * the deployment stalls (Amazon ECS Developer Guide, "How the Amazon ECS deployment circuit breaker detects
 * failures"). No source gives the `statusReason` of one that is not rolled back.
 */
export function failDeployment(
  cloud: Cloud,
  service: Service,
  current: ServiceDeployment,
  { by, rollback }: { readonly by: FailedBy; readonly rollback: boolean },
): void {
  const { subject, what, because } = WORDS[by];
  current.failedBy = by;
  if (rollback) startRollback(cloud, service, current, `Service deployment rolled back ${because}`);
  else finish(cloud, current, 'STOPPED', `Service deployment stopped ${because}`);
  const [failed] = service.deployments;
  const why = what ?? current.statusReason;
  if (!failed || why === undefined) return;
  failed.rolloutState = 'FAILED';
  failed.rolloutStateReason = `${subject} ${why}`;
  failed.updatedAt = cloud.clock.now();
  tell(cloud, service, deploymentFailed(failed.id, why));
}

function startRollback(cloud: Cloud, service: Service, current: ServiceDeployment, reason: string): void {
  const target = rollbackTarget(service);
  if (target === undefined) {
    finish(cloud, current, 'ROLLBACK_FAILED', NO_CANDIDATE);
    return;
  }
  enter(cloud, current, 'ROLLBACK_IN_PROGRESS', reason);
  current.rollback = { reason, startedAt: current.updatedAt, serviceRevisionArn: target };
}

/**
 * The revision of the most recent COMPLETED deployment. One that is rolled back to is in progress again, and is none
 * until it is completed anew ("How the Amazon ECS deployment circuit breaker detects failures").
 */
function rollbackTarget({ serviceDeployments }: Service): string | undefined {
  const last = serviceDeployments.find(({ status, rollback }) => status === 'SUCCESSFUL' || rollback);
  if (!last?.rollback) return last?.targetRevision;
  return last.status === 'ROLLBACK_SUCCESSFUL' ? last.rollback.serviceRevisionArn : undefined;
}

/**
 * Makes the revision that is rolled back to PRIMARY again, with its network, load balancers and volumes (Amazon ECS
 * Developer Guide, "Stopping Amazon ECS service deployments": to the previous service revision).
 */
export function rollBack(cloud: Cloud, service: Service, by: FailedBy, tasks: readonly Task[]): void {
  const arn = service.serviceDeployments[0]?.rollback?.serviceRevisionArn;
  const revision = service.revisions.find((one) => one.arn === arn);
  if (!revision) return;
  demote(cloud, service, tasks);
  const deployment = restored(cloud, service, revision) ?? newDeployment(cloud, service, revision);
  deployment.status = 'PRIMARY';
  deployment.rolloutState = 'IN_PROGRESS';
  deployment.rolloutStateReason = `${WORDS[by].subject} rolling back to deploymentId ${deployment.id}.`;
  deployment.failedTasks = 0;
  deployment.updatedAt = cloud.clock.now();
  service.deployments = [deployment, ...service.deployments.filter((one) => one !== deployment)];
  service.settings = revisedSettings(service.settings, revision.settings);
  tell(cloud, service, rollingBack(deployment.id));
}

/** The deployment of the revision, when it is still there and the account takes it up again. */
function restored(
  { ecs }: Cloud,
  { deployments }: Service,
  { arn }: ServiceRevision,
): Deployment | undefined {
  if (ecs.rollbackDeployment === 'new') return undefined;
  return deployments.find(({ serviceRevision }) => serviceRevision === arn);
}
