import { virtualClock } from '../../sandbox/clock.js';
import type { Cloud } from '../../sandbox/cloud.js';
import { createCloud } from '../../sandbox/create.js';
import type { Repository } from '../../sandbox/ecr/state.js';
import { NAMES } from '../../sandbox/names.js';
import { simulatedRuntime } from '../../sandbox/runtime/simulated.js';
import { seedAccount } from '../../sandbox/seed.js';
import { image } from '../ready-world.js';

/** The images of every simulated day by their tags, and the commits that they were built from. */
export const COMMITS = {
  v1: '1'.repeat(40),
  v2: '2'.repeat(40),
  v3: '3'.repeat(39) + '1',
  v4: '4'.repeat(40),
} as const;

export type Tag = keyof typeof COMMITS;

/** All tags. */
export const TAGS = Object.keys(COMMITS) as readonly Tag[];

/** Images that were packed once for all schedules. */
export interface Shelf {
  readonly digests: Readonly<Record<Tag, string>>;
  /** Puts them all into the ready-made repository. */
  stock(cloud: Cloud): Promise<void>;
}

/** Packs the images. */
export async function makeShelf(): Promise<Shelf> {
  const clock = virtualClock();
  const source = createCloud({ clock, runtime: () => simulatedRuntime({ clock }) });
  await seedAccount(source);
  const digests = { v1: '', v2: '', v3: '', v4: '' };
  for (const tag of TAGS) digests[tag] = await image(source, tag, COMMITS[tag]);
  const from = repositoryOf(source);
  const blobs = await Promise.all(blobsOf(from).map((digest) => source.ecr.blobs.read(digest)));
  return {
    digests,
    async stock(cloud) {
      const to = repositoryOf(cloud);
      for (const [digest, manifest] of from.manifests)
        to.manifests.set(digest, { ...manifest, pushedAt: cloud.clock.now() });
      for (const [tag, digest] of from.tags) to.tags.set(tag, digest);
      for (const layer of from.layers) to.layers.add(layer);
      for (const bytes of blobs) await cloud.ecr.blobs.write(bytes);
    },
  };
}

function repositoryOf({ ecr }: Cloud): Repository {
  const repository = ecr.repositories.get(NAMES.repository);
  if (!repository) throw new Error(`There is no repository ${NAMES.repository}.`);
  return repository;
}

/** Digests of the configurations and layers that its manifests name. */
function blobsOf({ manifests }: Repository): readonly string[] {
  const named = [...manifests.values()].flatMap(({ body }) => {
    const { config, layers } = JSON.parse(body) as {
      readonly config: { readonly digest: string };
      readonly layers: readonly { readonly digest: string }[];
    };
    return [config.digest, ...layers.map(({ digest }) => digest)];
  });
  return [...new Set(named)];
}
