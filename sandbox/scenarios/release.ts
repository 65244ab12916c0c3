import type { Cloud } from '../cloud.js';
import { ecrOperations } from '../ecr/operations.js';
import { findTaskDefinition } from '../ecs/arns.js';
import { objects, text, without } from '../ecs/fields.js';
import { ecsOperations } from '../ecs/operations.js';
import type { Deployment, Service } from '../ecs/state.js';
import { later } from '../ecs/timers.js';
import type { JsonObject } from '../json.js';
import { NAMES } from '../names.js';

/* What scenarios see of releases, and what somebody else can do meanwhile. */

/** The ready-made service. */
export function readyService({ ecs }: Cloud): Service | undefined {
  return ecs.clusters.get(NAMES.cluster)?.services.get(NAMES.service);
}

/** ARNs of the revisions that the service runs now. */
export function revisionsNow(cloud: Cloud): ReadonlySet<string> {
  return new Set(readyService(cloud)?.deployments.map(({ taskDefinition }) => taskDefinition));
}

/** Calls `work` once, as soon as a call has begun the deployment of a revision that does not run yet. */
export function whenReleased(cloud: Cloud, work: (deployment: Deployment) => void): void {
  const known = revisionsNow(cloud);
  let released = false;
  cloud.afterCall.push(({ action }) => {
    const primary = readyService(cloud)?.deployments[0];
    if (released || action !== 'ecs:UpdateService' || !primary || known.has(primary.taskDefinition)) return;
    released = true;
    work(primary);
  });
}

/** Milliseconds of AWS time after which somebody else acts while a release is in progress. */
const MEANWHILE = 15_000;

/** Calls `work` once, while the release of a new revision is in progress. */
export function duringRelease(cloud: Cloud, work: (deployment: Deployment) => unknown): void {
  const act = async (deployment: Deployment): Promise<void> => {
    await work(deployment);
  };
  // Nobody hears of it when it comes too late, such as for a service that was deleted meanwhile.
  whenReleased(
    cloud,
    (deployment) => void later(cloud, MEANWHILE, () => void act(deployment).catch(() => undefined)),
  );
}

/** Changes the service as somebody else would: it is not among the calls of whoever uses the sandbox. */
export async function changeService(
  cloud: Cloud,
  operation: 'UpdateService' | 'DeleteService',
  input: JsonObject,
): Promise<void> {
  await ecsOperations[operation]?.(cloud, { cluster: NAMES.cluster, service: NAMES.service, ...input });
}

/** What a described revision has and a registered one must not. */
const READ_ONLY: ReadonlySet<string> = new Set([
  'taskDefinitionArn',
  'revision',
  'status',
  'requiresAttributes',
  'compatibilities',
  'registeredAt',
  'registeredBy',
]);

/** Registers a copy of the revision that the service was made with, its container changed, and deploys it. */
export async function deployCopy(cloud: Cloud, change: (container: JsonObject) => JsonObject): Promise<void> {
  const [first] = cloud.ecs.families.get(NAMES.family) ?? [];
  const body = without(first?.body ?? {}, READ_ONLY);
  const containerDefinitions = objects(body, 'containerDefinitions').map((one) => ({
    ...one,
    ...change(one),
  }));
  await ecsOperations['RegisterTaskDefinition']?.(cloud, { ...body, containerDefinitions });
  await changeService(cloud, 'UpdateService', { taskDefinition: NAMES.family });
}

/** Deletes the images of a revision from the ready-made repository. */
export async function deleteImages(cloud: Cloud, taskDefinition: string): Promise<void> {
  const repository = cloud.ecr.repositories.get(NAMES.repository);
  const containers = objects(findTaskDefinition(cloud, taskDefinition)?.body ?? {}, 'containerDefinitions');
  const imageIds = containers.flatMap((container) => {
    const image = text(container, 'image') ?? '';
    const digest = image.split('@')[1] ?? repository?.tags.get(image.slice(image.lastIndexOf(':') + 1));
    return digest === undefined ? [] : [{ imageDigest: digest }];
  });
  await ecrOperations['BatchDeleteImage']?.(cloud, { repositoryName: NAMES.repository, imageIds });
}
