import type { Ecs } from '../adapters/aws/ecs.js';
import { DeployError } from '../errors.js';
import { lastPart } from '../model/arn.js';
import { textAt, type JsonObject } from '../model/json.js';
import { TAGS } from '../model/run-tags.js';
import {
  containerOf,
  holds,
  nextRevision,
  registerable,
  type TaskDefinition,
} from '../model/task-definition.js';
import type { Log } from '../world.js';
import type { Fallback } from './preflight/fallback.js';
import { registerTagged } from './register-tagged.js';

/** The recorded revision, and the container whose image it is about. */
export interface WayBack {
  readonly container: string;
  readonly fallback: Fallback;
}

/**
 * The revision to go back to: the recorded one as it is, or a copy of it. A copy with the image pinned to the digest
 * that was running when the recorded one names it by a tag, which may point elsewhere by now; an equal copy when it is
 * INACTIVE, because a service cannot be pointed at such a one (Amazon ECS API Reference, DeregisterTaskDefinition).
 */
export async function wayBack(
  { container, fallback }: WayBack,
  ecs: Ecs,
  log: Pick<Log, 'info' | 'warning'>,
): Promise<string> {
  const recorded = await ecs.taskDefinition(fallback.taskDefinition);
  if (!recorded) {
    throw new DeployError(
      'rollback-target-invalid',
      `${lastPart(fallback.taskDefinition)} cannot be described.`,
      {
        hint: 'It was deleted: release a revision that is known to be good.',
      },
    );
  }
  const pinned = fallback.digest === undefined ? undefined : pinnedBody(recorded, container, fallback.digest);
  if (pinned === undefined) return (await activeRevision(recorded, ecs, log)).arn;
  const copy = await copyOf(recorded, pinned, ecs, log);
  log.info(
    `${lastPart(recorded.arn)} names its image by a tag: ${lastPart(copy.arn)} is a copy with the digest that was running.`,
  );
  return copy.arn;
}

/** A revision that a service can be pointed to: the given one, or an equal copy of it when it is INACTIVE. */
export async function activeRevision(
  revision: TaskDefinition,
  ecs: Ecs,
  log: Pick<Log, 'info' | 'warning'>,
): Promise<TaskDefinition> {
  if (revision.status === 'ACTIVE') return revision;
  const copy = await copyOf(revision, registerable(revision.body).body, ecs, log);
  log.info(`${lastPart(revision.arn)} is ${revision.status}: ${lastPart(copy.arn)} is an equal copy of it.`);
  return copy;
}

/** A copy that is made once: where no answer told that it was, it is the newest of its family. */
async function copyOf(
  original: TaskDefinition,
  body: JsonObject,
  ecs: Ecs,
  log: Pick<Log, 'warning'>,
): Promise<TaskDefinition> {
  const newest = await ecs.taskDefinition(original.family);
  const run = newest?.tags.get(TAGS.run);
  const isCopy =
    newest !== undefined &&
    newest.revision > original.revision &&
    (run === undefined || run === original.tags.get(TAGS.run)) &&
    holds(newest.body, body);
  if (isCopy) return newest;
  const own = new Map([...original.tags].filter(([key]) => !key.toLowerCase().startsWith('aws:')));
  return registerTagged(body, own, ecs, (text) => log.warning(text));
}

/** The body with the container's image pinned; undefined when it is pinned already. */
function pinnedBody({ body }: TaskDefinition, container: string, digest: string): JsonObject | undefined {
  const image = textAt(containerOf(body, container) ?? {}, 'image');
  if (image === undefined || image.includes('@')) return undefined;
  const pinned = `${image.replace(/:[\w.-]+$/, '')}@${digest}`;
  return nextRevision(body, { container, image: pinned, environment: new Map() }).body;
}
