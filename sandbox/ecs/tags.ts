import type { Cloud } from '../cloud.js';
import { AwsError } from '../errors.js';
import type { JsonObject } from '../json.js';
import type { Operations } from '../protocol/operation.js';
import { clusterNameOf, findCluster, findTaskDefinition, nameOf } from './arns.js';
import { objects, text, texts } from './fields.js';
import { invalidParameter } from './refusals.js';
import type { Tag } from './state.js';

/** TagResource, UntagResource and ListTagsForResource (Amazon ECS API Reference). */
export const tagOperations: Operations = { TagResource, UntagResource, ListTagsForResource };

/** Amazon ECS Developer Guide, "Tag restrictions". */
const MOST_TAGS = 50;

function TagResource(cloud: Cloud, input: JsonObject): JsonObject {
  const resource = taggedOf(cloud, input);
  const tags = readTags(input, 'tags');
  const names = new Set(tags.map(({ key }) => key));
  const merged = [...resource.tags.filter(({ key }) => !names.has(key)), ...tags];
  if (merged.length > MOST_TAGS) throw tooMany();
  resource.tags = merged;
  return {};
}

function UntagResource(cloud: Cloud, input: JsonObject): JsonObject {
  const resource = taggedOf(cloud, input);
  const names = new Set(texts(input, 'tagKeys'));
  resource.tags = resource.tags.filter(({ key }) => !names.has(key));
  return {};
}

function ListTagsForResource(cloud: Cloud, input: JsonObject): JsonObject {
  return { tags: tagList(taggedOf(cloud, input).tags) };
}

/**
 * The tags in a request. Throws `InvalidParameterException` for what "Tag restrictions" (Amazon ECS
 * Developer Guide) forbids: the prefix `aws:` in any case, a key over 128 or a value over 256 characters.
 */
export function readTags(input: JsonObject, name: string): Tag[] {
  const tags = objects(input, name).map((tag) => ({
    key: text(tag, 'key') ?? '',
    value: text(tag, 'value') ?? '',
  }));
  for (const { key, value } of tags) {
    if (/^aws:/i.test(key) || /^aws:/i.test(value)) {
      throw invalidParameter(
        "Tag keys and values can't start with aws:. This prefix is reserved for AWS use.",
      );
    }
    if (key.length < 1 || key.length > 128)
      throw invalidParameter('Tag key must be between 1 and 128 characters.');
    if (value.length > 256) throw invalidParameter('Tag value must be at most 256 characters.');
    if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(key + value)) {
      throw invalidParameter('Tag keys and values contain invalid characters.');
    }
  }
  if (new Set(tags.map(({ key }) => key)).size < tags.length)
    throw invalidParameter('Duplicate tag keys found.');
  if (tags.length > MOST_TAGS) throw tooMany();
  return tags;
}

/** Tags as they go over the wire. */
export function tagList(tags: readonly Tag[]): JsonObject[] {
  return tags.map(({ key, value }) => ({ key, value }));
}

/** Whether a request asks with `include: ["TAGS"]` for the tags. */
export function includesTags(input: JsonObject): boolean {
  return texts(input, 'include').includes('TAGS');
}

function tooMany(): AwsError {
  return invalidParameter(`The maximum number of tags for a resource is ${MOST_TAGS}.`);
}

/** Whatever an ARN names that carries tags; throws as the API reference says of TagResource. */
function taggedOf(cloud: Cloud, input: JsonObject): { tags: Tag[] } {
  const arn = text(input, 'resourceArn') ?? '';
  const kind = /^arn:aws[a-z-]*:ecs:[^:]*:[^:]*:([a-z-]+)\//.exec(arn)?.[1];
  const cluster = findCluster(cloud, clusterNameOf(arn) ?? '');
  switch (kind) {
    case 'cluster':
      return existing(findCluster(cloud, arn), 'ClusterNotFoundException', 'Cluster not found.');
    case 'service':
      return existing(cluster?.services.get(nameOf(arn)));
    case 'task':
      return existing(cluster?.tasks.get(nameOf(arn)));
    case 'task-definition':
      return existing(findTaskDefinition(cloud, arn));
    default:
      throw invalidParameter('Invalid resource ARN.');
  }
}

function existing<T>(
  resource: T | undefined,
  code = 'ResourceNotFoundException',
  message = 'The specified resource could not be found.',
): T {
  if (!resource) throw new AwsError(code, message);
  return resource;
}
