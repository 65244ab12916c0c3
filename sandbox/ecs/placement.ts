import type { Cloud } from '../cloud.js';
import type { JsonObject } from '../json.js';
import { arnOf, findTaskDefinition, nameOf } from './arns.js';
import { insufficientCpu, NO_CAPACITY, NO_INSTANCE, portInUse, tellOnce } from './events.js';
import { number, objects, text } from './fields.js';
import { networkMode } from './registration.js';
import { launchTypeOf } from './settings.js';
import type { Cluster, ContainerInstance, Deployment, ServiceRevision, Task } from './state.js';
import { launch, type Keeper } from './task-life.js';

/** Starts a task of a deployment; undefined when there is no place for it, which an event tells. */
export function startTask(keeper: Keeper, cluster: Cluster, deployment: Deployment): Task | undefined {
  const { cloud, service } = keeper;
  const revision = service.revisions.find(({ arn }) => arn === deployment.serviceRevision);
  const definition = findTaskDefinition(cloud, deployment.taskDefinition)?.body ?? {};
  const launchType = launchTypeOf(revision?.settings ?? service.settings);
  const place = placeFor(cloud, cluster, launchType, definition);
  if ('event' in place) {
    tellOnce(cloud, service, place.event);
    return undefined;
  }
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
    ...(place.instance ? { containerInstance: place.instance.arn } : {}),
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

/** Where a task goes: to a machine, to Fargate, or nowhere for the reason that an event tells. */
type Place = { readonly instance?: ContainerInstance } | { readonly event: string };

/** On EC2, the machine with the fewest tasks among those whose static host ports are free. */
function placeFor(
  cloud: Cloud,
  cluster: Cluster,
  launchType: Task['launchType'],
  definition: JsonObject,
): Place {
  if (launchType === 'FARGATE') return isFull(cloud) ? { event: NO_CAPACITY } : {};
  const instances = [...cluster.instances.values()];
  const [first] = instances;
  if (!first) return { event: NO_INSTANCE };
  const load = (instance: ContainerInstance) => tasksOn(cluster, instance).length;
  const wanted = staticPorts(definition);
  const free = instances.filter(
    (one) => !portsUsed(cloud, cluster, one).some((port) => wanted.includes(port)),
  );
  const [instance] = free.toSorted((one, other) => load(one) - load(other));
  if (!instance) return { event: portInUse(nameOf(first.arn)) };
  return isFull(cloud) ? { event: insufficientCpu(nameOf(instance.arn)) } : { instance };
}

/** Whether as many tasks are there as the account has room for; one whose containers have ended takes none. */
function isFull({ ecs }: Cloud): boolean {
  if (ecs.capacity === undefined) return false;
  const tasks = [...ecs.clusters.values()].flatMap((cluster) => [...cluster.tasks.values()]);
  return tasks.filter((task) => task.executionStoppedAt === undefined).length >= ecs.capacity;
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
