import { asPushed, readImage, type ImageWorld, type StoredImage } from '../adapters/aws/stored-image.js';
import type { Docker } from '../adapters/docker.js';
import { removeDockerConfig } from '../adapters/docker-config.js';
import { DeployError } from '../errors.js';
import { factsOfImage } from '../facts.js';
import type { StepVoice } from '../journal.js';
import { architectureProblem } from '../model/architecture.js';
import { labelledCommit } from '../model/build-inputs.js';
import type { PushedImage } from '../model/image.js';
import type { World } from '../world.js';
import type { Built, BuiltImage, Existing } from './build.js';
import type { Registry } from './preflight/find-image.js';

type PushWorld = ImageWorld & Pick<World, 'log'>;

/** A push is repeated after a fault that may pass: layers that arrived are not sent again. */
const ATTEMPTS = 3;
/** How often ECR is asked for a digest that it has just taken, a second apart at most. */
const LOOKS = 5;

/**
 * Pushes what was built, and removes the login. Whatever is pushed or was there already is checked against the
 * architecture that the service runs on.
 */
export async function push(
  built: Built | Existing,
  cpuArchitecture: string,
  world: World,
  voice: StepVoice,
): Promise<PushedImage> {
  const image = built.kind === 'image' ? built.image : await pushBuilt(built, world);
  const mismatch = architectureProblem(image.architectures, cpuArchitecture);
  if (mismatch) throw mismatch;
  await voice.know(factsOfImage(image));
  if (built.kind === 'image') voice.skip('the image is in its repository already');
  else voice.note(image.uri);
  return image;
}

async function pushBuilt({ image, registry, docker, config }: Built, world: World): Promise<PushedImage> {
  try {
    return await pushAndConfirm(world, docker, registry, image);
  } finally {
    await removeDockerConfig(world, config.folder);
  }
}

/**
 * Pushes a built image and asks ECR for exactly that digest. Throws `push-failed`, `repository-missing`,
 * `tag-taken`, `docker-unavailable`, or `digest-mismatch` when ECR does not have what docker says it pushed.
 */
export async function pushAndConfirm(
  world: PushWorld,
  docker: Docker,
  registry: Registry,
  built: BuiltImage,
): Promise<PushedImage> {
  const digest = (await pushPatiently(world, docker, built)) ?? (await inspectedDigest(docker, built));
  if (digest === undefined) {
    throw new DeployError('push-failed', `Docker pushed ${built.reference} without saying its digest.`, {
      hint: 'Nothing is released by tag alone: use a Docker that reports digests (any since 1.6).',
    });
  }
  const image = await confirmed(world, registry, built, digest);
  await warnOfMovedTag(world, registry, built.tag, digest);
  return asPushed(registry.repository, image, { tag: built.tag, reused: false });
}

async function pushPatiently(
  world: PushWorld,
  docker: Docker,
  built: BuiltImage,
): Promise<string | undefined> {
  const { clock, random, signal, log } = world;
  for (let attempt = 1; ; attempt++) {
    const result = await docker.push(built.reference);
    if (!('error' in result)) return result.digest;
    if (!result.again || attempt >= ATTEMPTS) throw result.error;
    log.info(`The push failed and is tried again: ${result.error.message}`);
    await clock.sleep((1 + random()) * 1_000 * 2 ** attempt, signal);
  }
}

/** The engine may know an image in several repositories: only ours counts. */
async function inspectedDigest(
  docker: Docker,
  { reference, repository }: BuiltImage,
): Promise<string | undefined> {
  const prefix = `${repository.uri}@`;
  const found = await docker.repositoryDigests(reference);
  return found.find((text) => text.startsWith(prefix))?.slice(prefix.length);
}

async function confirmed(
  world: PushWorld,
  { ecr, repository }: Registry,
  built: BuiltImage,
  digest: string,
): Promise<StoredImage> {
  const { clock, random, signal } = world;
  for (let look = 1; look <= LOOKS; look++) {
    const image = await readImage(world, ecr, repository, { digest });
    if (image) return ofThisCommit(image, built);
    if (look < LOOKS) await clock.sleep(random() * 1_000, signal);
  }
  throw new DeployError(
    'digest-mismatch',
    `ECR has no ${digest} in ${repository.uri}, although docker pushed it.`,
    {
      hint: 'A proxy or mirror may stand between: push to the host that ECR names.',
    },
  );
}

function ofThisCommit(image: StoredImage, { revision, reference }: BuiltImage): StoredImage {
  const label = labelledCommit(image.labels);
  if (label === revision) return image;
  throw new DeployError(
    'digest-mismatch',
    `The image pushed as ${reference} is labelled ${label ?? 'with no commit'} and not ${revision}.`,
    { hint: 'Another build used the same tag on this engine meanwhile; run the job again.' },
  );
}

/** Somebody pushed another image under the same tag: we release ours by digest, and people should know. */
async function warnOfMovedTag(
  world: PushWorld,
  { ecr, repository }: Registry,
  tag: string,
  digest: string,
): Promise<void> {
  const now = await ecr.digest(repository, { tag }).catch((error: unknown) => {
    world.signal.throwIfAborted();
    if (error instanceof DeployError) return error;
    throw error;
  });
  if (now instanceof DeployError)
    world.log.warning(`Where the tag "${tag}" points is not known. ${now.message}`);
  else if (now !== digest) {
    world.log.warning(
      `The tag "${tag}" of ${repository.uri} was moved to ${now ?? 'nothing'} meanwhile. This release goes on with ${digest}.`,
    );
  }
}
