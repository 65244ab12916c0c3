import { setTimeout as sleep } from 'node:timers/promises';
import type { Cloud } from './cloud.js';
import type { Service } from './ecs/state.js';
import { deriveExample, EXAMPLE_HEALTH_CHECK, packExample, type ExampleWish } from './example-image.js';
import { NAMES } from './names.js';
import type { Behaviour } from './runtime/behaviour.js';
import { cast, type Scenario, type Stage } from './scenarios/scenario.js';
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
  readonly scenario: Scenario;
  /** How simulated tasks live; the scenario adds to it. */
  readonly script: Map<string, Behaviour>;
  /** How much faster than on AWS time passes once the world is ready. */
  readonly pace: number;
}

/** The commit of version 1, which runs when the ready-made world is ready. */
export const FIRST_COMMIT = '1'.repeat(40);
const FIRST_BUILD_TIME = '2026-01-01T00:00:00Z';

/** The image that is there to be released, beside the one that runs. */
export const CANDIDATE: ExampleWish = {
  tag: 'candidate',
  commit: '2'.repeat(40),
  buildTime: '2026-02-01T00:00:00Z',
};

/** Milliseconds of real time until the service has to be steady. */
const PATIENCE = 60_000;

/**
 * Makes the ready-made world: the example backend in version 1 on two tasks behind a load balancer, and a candidate in
 * the repository. Resolves with the target group's ARN when the service is steady, unless it is never to be; rejects
 * with its last events when it does not become so.
 */
export async function makeReadyWorld(cloud: Cloud, wish: ReadyWorldWish): Promise<string> {
  const { commit, network, pace, scenario, script, signal } = wish;
  await seedAccount(cloud);
  const images = packBoth(cloud, wish);
  const [{ first, candidate }, databaseUrl] = await Promise.all([images, wish.databaseUrl]);
  signal.throwIfAborted();
  const stage = { cloud, script, pace, first, candidate };
  cast(scenario, stage);
  const { targetGroup } = await seedService(cloud, {
    image: `${cloud.ecr.host}/${NAMES.repository}@${first}`,
    environment: {
      NODE_ENV: 'production',
      GIT_SHA: commit,
      BUILD_TIME: FIRST_BUILD_TIME,
      CORS_ORIGINS: NAMES.corsOrigin,
      API_TOKEN: NAMES.apiToken,
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    },
    network,
    healthCheck: EXAMPLE_HEALTH_CHECK,
    ...scenario.service,
  });
  if (!scenario.neverSteady) await becomeSteady(cloud, signal);
  await scenario.begin?.(stage);
  return targetGroup;
}

async function packBoth(
  cloud: Cloud,
  { commit, pace, scenario }: ReadyWorldWish,
): Promise<Pick<Stage, 'first' | 'candidate'>> {
  const first = await packExample(cloud, {
    tag: commit,
    commit,
    buildTime: FIRST_BUILD_TIME,
    command: scenario.first?.command(pace),
  });
  const command = scenario.candidate?.command(pace);
  return { first, candidate: await deriveExample(cloud, first, { ...CANDIDATE, command }) };
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
