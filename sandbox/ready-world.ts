import { setTimeout as sleep } from 'node:timers/promises';
import type { Cloud } from './cloud.js';
import type { Service } from './ecs/state.js';
import { EXAMPLE_HEALTH_CHECK, packExample } from './example-image.js';
import { NAMES } from './names.js';
import { seedAccount, seedService } from './seed.js';

/** What the ready-made world is made with. */
export interface ReadyWorldWish {
  readonly network: 'awsvpc' | 'bridge';
  /** The commit that the service says it runs. */
  readonly commit: string;
  /** `DATABASE_URL` of the service; undefined when its tasks are not real. */
  readonly databaseUrl: Promise<string> | undefined;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/** The commit of version 1, which runs when the ready-made world is ready. */
export const FIRST_COMMIT = '1'.repeat(40);
const FIRST_BUILD_TIME = '2026-01-01T00:00:00Z';

/** Milliseconds of real time until the service has to be steady. */
const PATIENCE = 60_000;

/**
 * Makes the ready-made world: the example backend in version 1 on two tasks behind a load balancer. Resolves
 * with the target group's ARN when the service is steady; rejects with its last events when it does not become so.
 */
export async function makeReadyWorld(cloud: Cloud, wish: ReadyWorldWish): Promise<string> {
  await seedAccount(cloud);
  const [digest, databaseUrl] = await Promise.all([
    packExample(cloud, { tag: wish.commit, commit: wish.commit, buildTime: FIRST_BUILD_TIME }),
    wish.databaseUrl,
  ]);
  wish.signal.throwIfAborted();
  const { targetGroup } = await seedService(cloud, {
    image: `${cloud.ecr.host}/${NAMES.repository}@${digest}`,
    environment: {
      NODE_ENV: 'production',
      GIT_SHA: wish.commit,
      BUILD_TIME: FIRST_BUILD_TIME,
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    },
    network: wish.network,
    healthCheck: EXAMPLE_HEALTH_CHECK,
  });
  await becomeSteady(cloud, wish.signal);
  return targetGroup;
}

async function becomeSteady(cloud: Cloud, signal: AbortSignal): Promise<void> {
  const service = cloud.ecs.clusters.get(NAMES.cluster)?.services.get(NAMES.service);
  const start = Date.now();
  while (service?.steadySince === undefined) {
    if (Date.now() - start > PATIENCE)
      throw new Error(`The service does not become steady. ${told(cloud, service)}`);
    await sleep(25, undefined, { signal });
  }
}

/** What is known of a service that does not start: its events and why its tasks stopped. */
function told(cloud: Cloud, service: Service | undefined): string {
  const events = (service?.events ?? []).slice(0, 3).map(({ message }) => message);
  const tasks = [...(cloud.ecs.clusters.get(NAMES.cluster)?.tasks.values() ?? [])];
  const reasons = tasks.flatMap(({ stoppedReason }) => stoppedReason ?? []);
  return [...events, ...new Set(reasons)].join(' ');
}
