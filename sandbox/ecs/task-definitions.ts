import type { Cloud } from '../cloud.js';
import { nextFault } from '../faults.js';
import type { JsonObject } from '../json.js';
import type { Operations } from '../protocol/operation.js';
import { arnOf, findTaskDefinition, nameOf } from './arns.js';
import { present, text, timestamp, without } from './fields.js';
import { pageOf } from './paging.js';
import { clientError, invalidParameter } from './refusals.js';
import { requiresAttributes, withDefaults } from './registration.js';
import { checkTaskDefinition, fitsFargate } from './registration-rules.js';
import type { TaskDefinition } from './state.js';
import { includesTags, readTags, tagList } from './tags.js';

/** The operations on task definitions (Amazon ECS API Reference). */
export const taskDefinitionOperations: Operations = {
  RegisterTaskDefinition,
  DescribeTaskDefinition,
  ListTaskDefinitions,
  DeregisterTaskDefinition,
};

/** What is registered is kept as it came, fields that nobody here knows included. */
function RegisterTaskDefinition(cloud: Cloud, input: JsonObject): JsonObject {
  checkTaskDefinition(cloud, input);
  const registered = without(input, new Set(['tags']));
  const tags = readTags(input, 'tags');
  // Tagging at creation needs a permission of its own (Amazon ECS, "Tagging resources during creation").
  const denied = tags.length > 0 ? nextFault(cloud, 'ecs:TagResource') : undefined;
  if (denied) throw denied;
  const family = text(input, 'family') ?? '';
  const revisions = cloud.ecs.families.get(family) ?? [];
  const revision = revisions.length + 1;
  const arn = arnOf(cloud, 'task-definition', `${family}:${revision}`);
  const body = {
    ...withDefaults(registered),
    taskDefinitionArn: arn,
    revision,
    status: 'ACTIVE',
    requiresAttributes: requiresAttributes(cloud, registered),
    compatibilities: fitsFargate(registered) ? ['EC2', 'FARGATE'] : ['EC2'],
    registeredAt: cloud.clock.now() / 1_000,
    registeredBy: `arn:aws:iam::${cloud.account}:user/deployer`,
  };
  const definition: TaskDefinition = { arn, family, revision, status: 'ACTIVE', body, tags };
  cloud.ecs.families.set(family, [...revisions, definition]);
  return { taskDefinition: described(definition), tags: tagList(tags) };
}

function DescribeTaskDefinition(cloud: Cloud, input: JsonObject): JsonObject {
  const definition = findTaskDefinition(cloud, text(input, 'taskDefinition') ?? '');
  if (!definition) throw clientError('Unable to describe task definition.');
  const tags = includesTags(input) ? { tags: tagList(definition.tags) } : {};
  return { taskDefinition: described(definition), ...tags };
}

/** Sorted by family, then by revision; `sort` turns both around. */
function ListTaskDefinitions(cloud: Cloud, input: JsonObject): JsonObject {
  const status = text(input, 'status') ?? 'ACTIVE';
  if (!['ACTIVE', 'INACTIVE', 'DELETE_IN_PROGRESS'].includes(status))
    throw invalidParameter('Invalid status.');
  const family = text(input, 'familyPrefix');
  const arns = [...cloud.ecs.families.keys()]
    .filter((name) => family === undefined || name === family)
    .sort()
    .flatMap((name) => cloud.ecs.families.get(name) ?? [])
    .filter((definition) => definition.status === status)
    .map(({ arn }) => arn);
  if (text(input, 'sort') === 'DESC') arns.reverse();
  const { items, nextToken } = pageOf(arns, input, 100);
  return present({ taskDefinitionArns: items, nextToken });
}

/** The revision stays describable, and what runs on it goes on (Amazon ECS Developer Guide, "Deregistering"). */
function DeregisterTaskDefinition(cloud: Cloud, input: JsonObject): JsonObject {
  const reference = text(input, 'taskDefinition') ?? '';
  if (!/:\d+$/.test(nameOf(reference))) throw clientError('Revision is missing.');
  const definition = findTaskDefinition(cloud, reference);
  if (!definition) throw clientError('The specified task definition does not exist.');
  if (definition.status === 'INACTIVE') throw clientError('The specified task definition is inactive.');
  definition.status = 'INACTIVE';
  definition.deregisteredAt = cloud.clock.now();
  return { taskDefinition: described(definition) };
}

function described({ body, status, deregisteredAt }: TaskDefinition): JsonObject {
  return present({ ...body, status, deregisteredAt: timestamp(deregisteredAt) });
}

/**
 * The revision that a service shall run: a newly named one has to exist and be ACTIVE (Amazon ECS Developer
 * Guide, "Deregistering a task definition revision"; the window of up to ten minutes is taken as over).
 */
export function usableTaskDefinition(cloud: Cloud, reference: string): TaskDefinition {
  const definition = findTaskDefinition(cloud, reference);
  if (!definition) throw clientError('TaskDefinition not found.');
  if (definition.status !== 'ACTIVE') throw clientError('TaskDefinition is inactive');
  return definition;
}
