import { removeDockerConfig } from './adapters/docker-config.js';
import type { World } from './world.js';

const DOCKER_CONFIG = 'docker-config';

/** Remembers for the post step that a docker configuration with a login has to be removed. */
export async function rememberDockerConfig({ runner }: Pick<World, 'runner'>, folder: string): Promise<void> {
  await runner.save(DOCKER_CONFIG, folder);
}

/**
 * Removes what a main step left behind that did not come to its end. What it saved is not trusted: a log line
 * could have forged it, so only a folder that is ours by name and place is removed.
 */
export async function cleanUp(world: World): Promise<void> {
  const folder = world.env[`STATE_${DOCKER_CONFIG}`];
  if (folder) await removeDockerConfig(world, folder);
}
