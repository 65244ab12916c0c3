import type { Cloud } from '../cloud.js';
import { objects } from '../ecs/fields.js';
import { deriveExample, EXAMPLE_HEALTH_CHECK } from '../example-image.js';
import type { FaultKind } from '../faults.js';
import { NAMES } from '../names.js';
import { FAILS_CONTAINER_CHECK } from './programs.js';
import {
  changeService,
  deleteImages,
  deployCopy,
  duringRelease,
  readyService,
  revisionsNow,
  whenReleased,
} from './release.js';
import type { Stage } from './scenario.js';

/* What happens to the account in a scenario. Times are milliseconds of AWS time. */

type Incident = (stage: Stage) => void | Promise<void>;

/** The image of the release goes as soon as its deployment begins. */
export const imageDeleted: Incident = ({ cloud }) =>
  whenReleased(cloud, ({ taskDefinition }) => void deleteImages(cloud, taskDefinition));

/** Tasks of revisions that do not run yet cannot be started. */
export function startsRefused(reason: (cloud: Cloud) => string): Incident {
  return ({ cloud }) => {
    const known = revisionsNow(cloud);
    cloud.ecs.startFailures.push(({ taskDefinition }) =>
      known.has(taskDefinition) ? undefined : reason(cloud),
    );
  };
}

/** ECS Developer Guide, "CannotPullContainer task errors in Amazon ECS". */
export const WRONG_PLATFORM = (): string =>
  'CannotPullContainerError: pull image manifest has been retried 1 time(s): ' +
  "image Manifest does not contain descriptor matching platform 'linux/amd64'";

/** ECS Developer Guide, "ResourceInitializationError errors in Amazon ECS". */
export const SECRET_DENIED = ({ account, region }: Cloud): string =>
  'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: ' +
  'unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret ' +
  `arn:aws:secretsmanager:${region}:${account}:secret:prod/database from secrets manager: ` +
  `AccessDeniedException: User: arn:aws:sts::${account}:assumed-role/ecsTaskExecutionRole/task is not authorized ` +
  'to perform: secretsmanager:GetSecretValue on resource: prod/database because no identity-based policy allows ' +
  'the secretsmanager:GetSecretValue action';

/** There is room for the tasks that run already and for no other. */
export const noRoom: Incident = ({ cloud }) => {
  cloud.ecs.capacity = readyService(cloud)?.desiredCount ?? 0;
};

/** The alarm that the service's deployments watch in the scenario `alarm`. */
export const ALARM = 'mentalspace-backend-5xx';

/** The alarm goes off while the release is in progress. */
export const alarmGoesOff: Incident = ({ cloud }) => {
  cloud.ecs.alarms.set(ALARM, 'OK');
  duringRelease(cloud, () => void cloud.ecs.alarms.set(ALARM, 'ALARM'));
};

/** Somebody deploys another revision while the release is in progress. */
export const othersDeploy: Incident = ({ cloud }) =>
  duringRelease(cloud, () =>
    deployCopy(cloud, (container) => ({
      environment: [
        ...objects(container, 'environment').filter(({ name }) => name !== 'GIT_SHA'),
        { name: 'GIT_SHA', value: '4'.repeat(40) },
      ],
    })),
  );

/** Somebody changes the service while the release is in progress. */
export function othersChange(input: Parameters<typeof changeService>[2]): Incident {
  return ({ cloud }) => duringRelease(cloud, () => changeService(cloud, 'UpdateService', input));
}

/** Somebody deletes the service while the release is in progress. */
export const othersDelete: Incident = ({ cloud }) =>
  duringRelease(cloud, () => changeService(cloud, 'DeleteService', { force: true }));

/** A revision is being deployed whose tasks never get healthy. */
export const stuckInFlight: Incident = async ({ cloud, script, pace, first }) => {
  const { behaviour, command } = FAILS_CONTAINER_CHECK;
  const wish = { tag: 'stuck', commit: '5'.repeat(40), buildTime: '2026-01-02T00:00:00Z' };
  const digest = await deriveExample(cloud, first, { ...wish, command: command(pace) });
  script.set(digest, behaviour);
  const image = `${cloud.ecr.host}/${NAMES.repository}@${digest}`;
  await deployCopy(cloud, () => ({ image, healthCheck: EXAMPLE_HEALTH_CHECK }));
};

/** Once something else was released the first revision cannot be started any more. */
export const noWayBack: Incident = ({ cloud }) => {
  const known = revisionsNow(cloud);
  const running = new Set(readyService(cloud)?.deployments.map(({ id }) => id));
  whenReleased(cloud, () =>
    cloud.ecs.startFailures.push(({ taskDefinition, startedBy }) =>
      known.has(taskDefinition) && !running.has(startedBy) ? SECRET_DENIED(cloud) : undefined,
    ),
  );
};

/** Reads of ECS and of the load balancer are throttled for a minute from the release on. */
export const storm: Incident = ({ cloud }) =>
  whenReleased(cloud, () => {
    for (const action of ['ecs:Describe*', 'ecs:List*', 'elasticloadbalancing:Describe*']) {
      cloud.faults.push({ action, kind: 'throttle', for: 60_000 });
    }
  });

/** Nobody may update the service. */
export const updateDenied: Incident = ({ cloud }) =>
  void cloud.faults.push({ action: 'ecs:UpdateService', kind: 'deny' });

/** All credentials expire once the release has begun. */
export const credentialsExpire: Incident = ({ cloud }) =>
  whenReleased(cloud, () => void cloud.faults.push({ action: '*', kind: 'expire' }));

/** The release's two changes are made, and their answers lost. */
export const repliesLost: Incident = ({ cloud }) => {
  for (const action of ['ecs:RegisterTaskDefinition', 'ecs:UpdateService']) {
    cloud.faults.push({ action, kind: 'lost-reply', times: 1 });
  }
};

/** Milliseconds for which reads of the service cannot be relied on. */
const BLIND = 20_000;

/** What UpdateService changed is not visible at first. */
export const seenLate: Incident = ({ cloud }) =>
  void cloud.faults.push({ action: 'ecs:UpdateService', kind: 'stale', delay: BLIND });

/** What DescribeServices answers is no use for a while from the release on. */
export function readsSpoiled(kind: FaultKind): Incident {
  return ({ cloud }) =>
    whenReleased(cloud, () => void cloud.faults.push({ action: 'ecs:DescribeServices', kind, for: BLIND }));
}
