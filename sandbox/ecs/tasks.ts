import type { Cloud } from '../cloud.js';
import type { JsonObject } from '../json.js';
import type { Operations } from '../protocol/operation.js';
import { arnOf, clusterOf, nameOf, serviceOf } from './arns.js';
import { describedTask } from './describe-task.js';
import { present, text, texts } from './fields.js';
import { pageOf } from './paging.js';
import { invalidParameter, missing } from './refusals.js';
import { keeperOf } from './scheduler.js';
import type { Task } from './state.js';
import { includesTags } from './tags.js';
import { forgetOldTasks, stopTask } from './task-life.js';

/** The operations on tasks (Amazon ECS API Reference). */
export const taskOperations: Operations = { ListTasks, DescribeTasks, StopTask };

/**
 * Without `desiredStatus` RUNNING is meant, and PENDING finds nothing, because ECS never wants a task to be
 * PENDING (Amazon ECS API Reference, ListTasks).
 */
function ListTasks(cloud: Cloud, input: JsonObject): JsonObject {
  const cluster = clusterOf(cloud, input);
  forgetOldTasks(cloud, cluster);
  const desired = text(input, 'desiredStatus') ?? 'RUNNING';
  if (!['RUNNING', 'PENDING', 'STOPPED'].includes(desired)) throw invalidParameter('Invalid desired status.');
  checkStartedBy(input);
  const serviceName = text(input, 'serviceName');
  const service = serviceName === undefined ? undefined : serviceOf(cluster, serviceName);
  const filters = {
    group: service && `service:${service.name}`,
    startedBy: text(input, 'startedBy'),
    launchType: text(input, 'launchType'),
    family: text(input, 'family'),
    instance: text(input, 'containerInstance'),
  };
  const arns = [...cluster.tasks.values()]
    .filter((task) => task.desiredStatus === desired && isListed(task, filters))
    .map(({ arn }) => arn);
  const { items, nextToken } = pageOf(arns, input, 100);
  return present({ taskArns: items, nextToken });
}

/** ListTasks: "When you specify startedBy as the filter, it must be the only filter that you use." */
function checkStartedBy(input: JsonObject): void {
  const others = ['containerInstance', 'family', 'serviceName', 'desiredStatus', 'launchType'];
  if (text(input, 'startedBy') !== undefined && others.some((name) => text(input, name) !== undefined)) {
    throw invalidParameter('startedBy cannot be combined with another filter.');
  }
}

interface Filters {
  readonly group: string | undefined;
  readonly startedBy: string | undefined;
  readonly launchType: string | undefined;
  readonly family: string | undefined;
  readonly instance: string | undefined;
}

function isListed(task: Task, { group, startedBy, launchType, family, instance }: Filters): boolean {
  return (
    (group === undefined || task.group === group) &&
    (startedBy === undefined || task.startedBy === startedBy) &&
    (launchType === undefined || task.launchType === launchType) &&
    (family === undefined || nameOf(task.taskDefinition).split(':')[0] === family) &&
    (instance === undefined || nameOf(task.containerInstance ?? '') === nameOf(instance))
  );
}

function DescribeTasks(cloud: Cloud, input: JsonObject): JsonObject {
  const cluster = clusterOf(cloud, input);
  forgetOldTasks(cloud, cluster);
  const references = texts(input, 'tasks');
  if (references.length === 0) throw invalidParameter('Tasks cannot be empty.');
  if (references.length > 100) throw invalidParameter('Tasks cannot exceed 100 elements.');
  const found = references.map((reference) => cluster.tasks.get(nameOf(reference)));
  const withTags = includesTags(input);
  return {
    tasks: found.flatMap((task) => (task ? [describedTask(cloud, task, withTags)] : [])),
    failures: references.flatMap((reference, index) =>
      found[index] ? [] : [missing(arnOf(cloud, 'task', cluster.name, nameOf(reference)))],
    ),
  };
}

function StopTask(cloud: Cloud, input: JsonObject): JsonObject {
  const cluster = clusterOf(cloud, input);
  const task = cluster.tasks.get(nameOf(text(input, 'task') ?? ''));
  const service = [...cluster.services.values()].find(({ name }) => task?.group === `service:${name}`);
  if (!task || !service) throw invalidParameter('The referenced task was not found.');
  stopTask(keeperOf(cloud, service), task, 'UserInitiated', text(input, 'reason') ?? 'Task stopped by user');
  return { task: describedTask(cloud, task, true) };
}
