import type { Ecs } from '../adapters/aws/ecs.js';
import { DeployError } from '../errors.js';
import type { JsonObject } from '../model/json.js';
import type { TaskDefinition } from '../model/task-definition.js';

/** Registers a revision with its tags. Tagging may be denied by policy (ecs:TagResource); it is then registered without, with a warning. */
export async function registerTagged(
  body: JsonObject,
  tags: ReadonlyMap<string, string>,
  ecs: Pick<Ecs, 'register'>,
  warn: (text: string) => void,
): Promise<TaskDefinition> {
  try {
    return await ecs.register(body, tags);
  } catch (error) {
    if (error instanceof DeployError && error.code === 'access-denied' && /TagResource/.test(error.message)) {
      warn(
        'The revision could not be tagged: allow ecs:TagResource, so that later runs know what this one released.',
      );
      return ecs.register(body, new Map());
    }
    throw error;
  }
}
