import type { Cloud } from '../cloud.js';
import type { JsonObject } from '../json.js';
import { createLogGroup } from '../logs/groups.js';
import { writeLog } from '../logs/write.js';
import { findTaskDefinition } from './arns.js';
import { object, objects, text } from './fields.js';
import type { Task } from './state.js';

/**
 * Writes a line of a container to its log stream, which is named `prefix/container/task` (Amazon ECS
 * Developer Guide, "Send Amazon ECS logs to CloudWatch").
 */
export function logLine(cloud: Cloud, task: Task, container: string, line: string): void {
  const options = optionsOf(cloud, task, container);
  const group = text(options, 'awslogs-group');
  if (!group) return;
  const prefix = text(options, 'awslogs-stream-prefix');
  const runtimeId = task.containers.find(({ name }) => name === container)?.runtimeId ?? task.id;
  writeLog(cloud, group, prefix ? `${prefix}/${container}/${task.id}` : runtimeId, line);
}

/**
 * The stopped reason of a task whose log group is missing, in the words of public stopped tasks; undefined
 * when all is well. The group is made where `awslogs-create-group` asks for it.
 */
export function logFailure(cloud: Cloud, task: Task): string | undefined {
  for (const { name } of task.containers) {
    const options = optionsOf(cloud, task, name);
    const group = text(options, 'awslogs-group');
    if (!group || cloud.logs.groups.has(group)) continue;
    if (text(options, 'awslogs-create-group') === 'true') createLogGroup(cloud, group);
    else return task.launchType === 'FARGATE' ? MISSING_ON_FARGATE : MISSING_ON_EC2;
  }
  return undefined;
}

const MISSING_ON_FARGATE =
  'ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to ' +
  'create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1';

const MISSING_ON_EC2 =
  'CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create ' +
  'Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.';

function optionsOf(cloud: Cloud, task: Task, container: string): JsonObject {
  const body = findTaskDefinition(cloud, task.taskDefinition)?.body ?? {};
  const definition = objects(body, 'containerDefinitions').find(({ name }) => name === container) ?? {};
  const configuration = object(definition, 'logConfiguration') ?? {};
  return text(configuration, 'logDriver') === 'awslogs' ? (object(configuration, 'options') ?? {}) : {};
}
