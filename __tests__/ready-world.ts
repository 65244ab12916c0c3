import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cloud } from '../sandbox/cloud.js';
import { packImage } from '../sandbox/ecr/pack.js';
import type { Service } from '../sandbox/ecs/state.js';
import { NAMES } from '../sandbox/names.js';
import { cast } from '../sandbox/scenarios/scenario.js';
import { scenarioOf, type ScenarioName } from '../sandbox/scenarios/table.js';
import { seedAccount, seedService, type ServiceWish } from '../sandbox/seed.js';
import { testWorld, type TestWorld, type TestWorldWish } from './world.js';

export const OLD_COMMIT = '1111111111111111111111111111111111111111';
export const NEW_COMMIT = '2222222222222222222222222222222222222222';

/** A world in which the ready-made service runs its first version, and the image of the second is in the repository. */
export interface ReadyWorld extends TestWorld {
  readonly oldDigest: string;
  readonly newDigest: string;
  readonly service: () => Service;
}

/** Makes that world and lets it become steady. */
export async function readyWorld(
  wish: TestWorldWish & {
    readonly service?: Partial<ServiceWish>;
    /** The image of the second version is its candidate. */
    readonly scenario?: ScenarioName;
  } = {},
): Promise<ReadyWorld> {
  const made = testWorld(wish);
  const { cloud, clock, script } = made;
  // The action loads it beside a time limit, and the virtual clock would not wait for that.
  await import('@aws-sdk/client-cloudwatch-logs');
  const scenario = scenarioOf(wish.scenario ?? 'healthy');
  await seedAccount(cloud);
  const oldDigest = await image(cloud, 'v1', OLD_COMMIT);
  const newDigest = await image(cloud, 'v2', NEW_COMMIT);
  const stage = { cloud, script, pace: 1, first: oldDigest, candidate: newDigest };
  cast(scenario, stage);
  await seedService(cloud, {
    image: `${cloud.ecr.host}/${NAMES.repository}@${oldDigest}`,
    environment: {
      GIT_SHA: OLD_COMMIT,
      NODE_ENV: 'production',
      CORS_ORIGINS: NAMES.corsOrigin,
      API_TOKEN: NAMES.apiToken,
    },
    network: 'awsvpc',
    ...scenario.service,
    ...wish.service,
  });
  await clock.advance(10 * 60_000);
  await scenario.begin?.(stage);
  cloud.calls.length = 0;
  const service = (): Service => cloud.ecs.clusters.get(NAMES.cluster)!.services.get(NAMES.service)!;
  return { ...made, oldDigest, newDigest, service };
}

/** Puts an image of a commit into the ready-made repository. */
export async function image(
  cloud: Cloud,
  tag: string,
  commit: string,
  labels: Record<string, string> = {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'deploy-backend-image-'));
  try {
    await writeFile(join(folder, 'version'), tag);
    return await packImage(cloud, {
      repository: NAMES.repository,
      tag,
      folder,
      config: {
        cmd: ['node', 'server.js'],
        labels: {
          'org.opencontainers.image.revision': commit,
          'org.opencontainers.image.created': '2026-01-01T00:00:00Z',
          ...labels,
        },
      },
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The calls that changed something, by action, in order. */
export function changes(cloud: Cloud): readonly string[] {
  return cloud.calls
    .map(({ action }) => action)
    .filter((action) => !/:(Describe|List|Get|BatchGet|Filter)/.test(action));
}
