import { canonicalJson, isObject, objectsAt, textAt, type Json, type JsonObject } from './json.js';

/** A revision of a task definition, its body kept as AWS sent it: our SDK may not know every field. */
export interface TaskDefinition {
  readonly arn: string;
  readonly family: string;
  readonly revision: number;
  /** `ACTIVE` or `INACTIVE`. */
  readonly status: string;
  readonly body: JsonObject;
  readonly tags: ReadonlyMap<string, string>;
}

/** What the next revision starts from. */
export type StartingPoint = Pick<TaskDefinition, 'body' | 'tags'>;

/** The tags of a list `tags` of keys and values, as API answers and task definition files have it. */
export function tagsOf(object: JsonObject): ReadonlyMap<string, string> {
  return new Map(
    objectsAt(object, 'tags').map((tag) => [textAt(tag, 'key') ?? '', textAt(tag, 'value') ?? '']),
  );
}

/** Fields that DescribeTaskDefinition answers and RegisterTaskDefinition refuses (Amazon ECS API Reference). */
const READ_ONLY = [
  'taskDefinitionArn',
  'revision',
  'status',
  'requiresAttributes',
  'compatibilities',
  'registeredAt',
  'registeredBy',
  'deregisteredAt',
  'deleteRequestedAt',
] as const;

/** What a release changes in the named container. */
export interface Change {
  readonly container: string;
  /** `repository@sha256:…` */
  readonly image: string;
  /** Variables to set, by name; a variable that is there already gets the new value, and none removes it. */
  readonly environment: ReadonlyMap<string, string | undefined>;
  /** The container health check in ECS's shape; absent: as it is. */
  readonly healthCheck?: JsonObject | undefined;
}

/** The body to register, and what was left out of the one that it started from. */
export interface NextRevision {
  readonly body: JsonObject;
  /** Names of the read-only fields that were dropped. */
  readonly dropped: readonly string[];
}

/** The names of all containers of a task definition. */
export function containerNames(body: JsonObject): readonly string[] {
  return objectsAt(body, 'containerDefinitions').map((container) => textAt(container, 'name') ?? '');
}

/** Names of the containers without which the task stops; `essential` is true unless it says otherwise. */
export function essentialContainers(body: JsonObject): readonly string[] {
  return objectsAt(body, 'containerDefinitions')
    .filter((container) => container['essential'] !== false)
    .map((container) => textAt(container, 'name') ?? '');
}

/** The definition of one container, or undefined when there is none of that name. */
export function containerOf(body: JsonObject, name: string): JsonObject | undefined {
  return objectsAt(body, 'containerDefinitions').find((container) => container['name'] === name);
}

/** The environment of a container by name; the last of several values wins, as in a container. */
export function environmentOf(container: JsonObject): ReadonlyMap<string, string> {
  return new Map(
    objectsAt(container, 'environment').map((entry) => [
      textAt(entry, 'name') ?? '',
      textAt(entry, 'value') ?? '',
    ]),
  );
}

/** Names that a container takes from Secrets Manager or the parameter store. */
export function secretNames(container: JsonObject): readonly string[] {
  return objectsAt(container, 'secrets').map((entry) => textAt(entry, 'name') ?? '');
}

/** Names of the containers that have a health check of their own. */
export function containersWithHealthCheck(body: JsonObject): ReadonlySet<string> {
  return new Set(
    objectsAt(body, 'containerDefinitions')
      .filter((container) => isObject(container['healthCheck']))
      .map((container) => textAt(container, 'name') ?? ''),
  );
}

/** `X86_64` or `ARM64`; ECS takes x86 when nothing is said (Amazon ECS API Reference, RuntimePlatform). */
export function cpuArchitecture(body: JsonObject): string {
  const platform = body['runtimePlatform'];
  return (isObject(platform) ? textAt(platform, 'cpuArchitecture') : undefined) ?? 'X86_64';
}

/**
 * The next revision: the given one without its read-only fields, and with only the named container changed.
 * Everything else is carried as it came, also fields that nobody here has heard of.
 */
export function nextRevision(from: JsonObject, change: Change): NextRevision {
  const { body, dropped } = registerable(from);
  const containers = Array.isArray(body['containerDefinitions']) ? body['containerDefinitions'] : [];
  const containerDefinitions = containers.map((container: Json) =>
    isObject(container) && container['name'] === change.container ? changed(container, change) : container,
  );
  return { body: { ...body, containerDefinitions }, dropped };
}

/** A body without the fields that RegisterTaskDefinition refuses, and the names of those that it had. */
export function registerable(from: JsonObject): NextRevision {
  const dropped = READ_ONLY.filter((field) => from[field] !== undefined);
  const body = Object.fromEntries(
    Object.entries(from).filter(([field]) => !READ_ONLY.some((readOnly) => readOnly === field)),
  );
  return { body, dropped };
}

function changed(container: JsonObject, { image, environment, healthCheck }: Change): JsonObject {
  return {
    ...container,
    image,
    environment: withVariables(container['environment'], environment),
    ...(healthCheck ? { healthCheck } : {}),
  };
}

/** Replaces in place, adds at the end: the order of what was there stays. */
function withVariables(entries: Json | undefined, variables: Change['environment']): readonly Json[] {
  const there = Array.isArray(entries) ? entries : [];
  const nameOf = (entry: Json): string => (isObject(entry) ? (textAt(entry, 'name') ?? '') : '');
  const names = new Set(there.map(nameOf));
  const added = [...variables].flatMap(([name, value]) =>
    names.has(name) || value === undefined ? [] : [{ name, value }],
  );
  const kept = there.flatMap((entry: Json): readonly Json[] => {
    if (!isObject(entry) || !variables.has(nameOf(entry))) return [entry];
    const value = variables.get(nameOf(entry));
    return value === undefined ? [] : [{ ...entry, value }];
  });
  return [...kept, ...added];
}

/** Whether a described body has all that was sent, whatever defaults ECS has added. */
export function holds(described: Json | undefined, sent: Json | undefined): boolean {
  if (Array.isArray(sent)) {
    const items: readonly Json[] = Array.isArray(described) ? described : [];
    return items.length === sent.length && sent.every((item: Json, index) => holds(items[index], item));
  }
  if (!isObject(sent)) return described === sent;
  return isObject(described) && Object.entries(sent).every(([name, value]) => holds(described[name], value));
}

/** Whether two bodies would run the same tasks: equal apart from the order of fields. */
export function sameDefinition(one: JsonObject, other: JsonObject): boolean {
  return canonicalJson(one) === canonicalJson(other);
}
