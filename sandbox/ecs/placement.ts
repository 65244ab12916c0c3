import type { Cloud } from '../cloud.js';
import type { JsonObject } from '../json.js';
import { arnOf, findTaskDefinition } from './arns.js';
import { NO_INSTANCE, portInUse, tellOnce } from './events.js';
import { number, objects, text } from './fields.js';
import { networkMode } from './registration.js';
import { launchTypeOf } from './settings.js';
import type { Cluster, ContainerInstance, Deployment, ServiceRevision, Task } from './state.js';
import { launch, type Keeper } from './task-life.js';

/** Starts a task of a deployment; undefined when no machine can take it, which an event tells. */
export function startTask(keeper: Keeper, cluster: Cluster, deployment: Deployment): Task | undefined {
  const { cloud, service } = keeper;
  const revision = service.revisions.find(({ arn }) => arn === deployment.serviceRevision);
  const definition = findTaskDefinition(cloud, deployment.taskDefinition)?.body ?? {};
  const launchType = launchTypeOf(revision?.settings ?? service.settings);
  const instance = launchType === 'EC2' ? instanceFor(keeper, cluster, definition) : undefined;
  if (launchType === 'EC2' && !instance) return undefined;
  const id = cloud.ids.hex(32);
  const task: Task = {
    id,
    arn: arnOf(cloud, 'task', cluster.name, id),
    cluster: cluster.name,
    taskDefinition: deployment.taskDefinition,
    launchType,
    group: `service:${service.name}`,
    startedBy: deployment.id,
    lastStatus: launchType === 'EC2' && networkMode(definition) !== 'awsvpc' ? 'PENDING' : 'PROVISIONING',
    desiredStatus: 'RUNNING',
    containers: objects(definition, 'containerDefinitions').map(containerOf),
    createdAt: cloud.clock.now(),
    targets: [],
    tags: [],
    ...(instance ? { containerInstance: instance.arn } : {}),
  };
  cluster.tasks.set(id, task);
  launch(keeper, task, withResolvedImages(definition, revision));
  return task;
}

function containerOf(definition: JsonObject): Task['containers'][number] {
  return {
    name: text(definition, 'name') ?? '',
    image: text(definition, 'image') ?? '',
    essential: definition['essential'] !== false,
    lastStatus: 'PENDING',
    health: 'UNKNOWN',
    networkBindings: [],
  };
}

/**
 * The definition with the digests that the first task of the revision resolved; `versionConsistency` can
 * switch that off for a container (Amazon ECS Developer Guide, "Container image resolution").
 */
function withResolvedImages(definition: JsonObject, revision: ServiceRevision | undefined): JsonObject {
  return {
    ...definition,
    containerDefinitions: objects(definition, 'containerDefinitions').map((container) => {
      const digest = revision?.digests.get(text(container, 'name') ?? '');
      const image = text(container, 'image') ?? '';
      if (!digest || image.includes('@') || container['versionConsistency'] === 'disabled') return container;
      return { ...container, image: `${image}@${digest}` };
    }),
  };
}

/** The machine with the fewest tasks among those whose static host ports are free. */
function instanceFor(
  { cloud, service }: Keeper,
  cluster: Cluster,
  definition: JsonObject,
): ContainerInstance | undefined {
  const instances = [...cluster.instances.values()];
  const [first] = instances;
  if (!first) {
    tellOnce(cloud, service, NO_INSTANCE);
    return undefined;
  }
  const load = (instance: ContainerInstance) => tasksOn(cluster, instance).length;
  const wanted = staticPorts(definition);
  const free = instances.filter(
    (one) => !portsUsed(cloud, cluster, one).some((port) => wanted.includes(port)),
  );
  const [chosen] = free.toSorted((one, other) => load(one) - load(other));
  if (!chosen) tellOnce(cloud, service, portInUse(first.arn.slice(first.arn.lastIndexOf('/') + 1)));
  return chosen;
}

function tasksOn(cluster: Cluster, { arn }: ContainerInstance): Task[] {
  return [...cluster.tasks.values()].filter(
    (task) => task.containerInstance === arn && task.executionStoppedAt === undefined,
  );
}

function portsUsed(cloud: Cloud, cluster: Cluster, instance: ContainerInstance): number[] {
  return tasksOn(cluster, instance).flatMap((task) =>
    staticPorts(findTaskDefinition(cloud, task.taskDefinition)?.body ?? {}),
  );
}

function staticPorts(definition: JsonObject): number[] {
  if (networkMode(definition) === 'awsvpc') return [];
  return objects(definition, 'containerDefinitions')
    .flatMap((container) => objects(container, 'portMappings'))
    .map((mapping) => number(mapping, 'hostPort') ?? 0)
    .filter((port) => port > 0);
}
