import { installBuildx } from '../adapters/buildx.js';
import { docker, type Docker } from '../adapters/docker.js';
import { makeDockerConfig, removeDockerConfig, type DockerConfig } from '../adapters/docker-config.js';
import type { StepVoice } from '../journal.js';
import { buildCommand, type Builder } from '../model/build-command.js';
import type { BuildxVersion } from '../model/buildx-version.js';
import type { PushedImage, Repository } from '../model/image.js';
import { rememberDockerConfig } from '../state.js';
import type { World } from '../world.js';
import type { Registry } from './preflight/find-image.js';
import type { PlannedBuild, Source } from './preflight/source.js';

/** An image in the engine of this machine. */
export interface BuiltImage {
  /** Repository and tag, as it is pushed. */
  readonly reference: string;
  readonly repository: Repository;
  readonly tag: string;
  readonly revision: string;
  /** UTC, RFC 3339. */
  readonly buildTime: string;
}

/** An image that still has to be pushed, and the docker that is logged in to push it. */
export interface Built {
  readonly kind: 'built';
  readonly image: BuiltImage;
  readonly registry: Registry;
  readonly docker: Docker;
  /** Holds the login; removed when the image is pushed. */
  readonly config: DockerConfig;
}

/** An image that is in its repository already. */
export interface Existing {
  readonly kind: 'image';
  readonly image: PushedImage;
}

/**
 * Builds the planned image into the engine of this machine, or says that there is nothing to build. The
 * registry login comes first, because base images may be private. Throws `build-failed`,
 * `docker-unavailable`, `push-failed` or `inputs`.
 */
export async function build(source: Source, world: World, voice: StepVoice): Promise<Built | Existing> {
  if (source.kind === 'image') {
    const { tag, digest } = source.image;
    voice.skip(`reuses ${tag ?? 'the image'}, which is in its repository as ${digest.slice(0, 19)}`);
    return source;
  }
  const { repository } = source.registry;
  const config = await makeDockerConfig(world, repository.host);
  try {
    await rememberDockerConfig(world, config.folder);
    const image = await buildWith(config, source, world);
    voice.note(`${image.reference} of ${image.revision.slice(0, 12)}`);
    return { kind: 'built', image, registry: source.registry, docker: dockerOf(config, world), config };
  } catch (error) {
    await removeDockerConfig(world, config.folder);
    throw error;
  }
}

async function buildWith(
  config: DockerConfig,
  { plan, request, registry, password }: PlannedBuild,
  world: World,
): Promise<BuiltImage> {
  const { repository, tag, revision } = plan;
  const own = dockerOf(config, world);
  await own.login(registry.repository.host, password);
  const builder = await chooseBuilder(own, request.buildxVersion, config, world);
  const reference = `${repository.uri}:${tag}`;
  const buildTime = new Date(world.clock.now()).toISOString().replace(/\.\d{3}Z$/, 'Z');
  const subject = {
    reference,
    revision,
    buildTime,
    source: plan.source,
    version: tag,
    inputsHash: plan.inputsHash,
  };
  await own.build(buildCommand(plan.inputs, subject, builder, world.env));
  return { reference, repository, tag, revision, buildTime };
}

function dockerOf(config: DockerConfig, world: World): Docker {
  return docker({ world, workspace: '.', config });
}

/** The builder of this machine; buildx is installed when a version was asked for and there is none. */
async function chooseBuilder(
  own: Docker,
  version: BuildxVersion | undefined,
  config: DockerConfig,
  world: World,
): Promise<Builder> {
  const { builder } = await own.engine();
  if (version === undefined || builder.kind === 'buildx') return builder;
  await installBuildx(world, version, config);
  return (await own.engine()).builder;
}
