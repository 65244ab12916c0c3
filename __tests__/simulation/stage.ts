import { changeService, deployCopy, readyService } from '../../sandbox/scenarios/release.js';
import { ecsOperations } from '../../sandbox/ecs/operations.js';
import { objects } from '../../sandbox/ecs/fields.js';
import type { Cloud } from '../../sandbox/cloud.js';
import { EXAMPLE_HEALTH_CHECK } from '../../sandbox/example-image.js';
import type { JsonObject } from '../../sandbox/json.js';
import { NAMES } from '../../sandbox/names.js';
import { seedAccount, seedService } from '../../sandbox/seed.js';
import { testWorld, type TestWorld } from '../world.js';
import { behaviourOf } from './fates.js';
import type { Other, PlannedFault, Schedule, ServicePlan } from './schedule.js';
import { COMMITS, type Shelf, type Tag } from './shelf.js';
import { truthOf } from './truth.js';
import type { Truth } from './history.js';

/** The world of a schedule, in which its service is steady, with all that is going to go wrong laid in. */
export interface Stage extends TestWorld {
  readonly schedule: Schedule;
  readonly shelf: Shelf;
  /** By deployment. */
  readonly owners: Map<string, string>;
  /** Updates that runs have sent and that ECS has not carried out yet. */
  readonly pending: { readonly run: string; readonly taskDefinition: string }[];
  readonly events: { readonly at: number; readonly does: string }[];
  readonly before: Truth;
}

/** Milliseconds after which nothing moves any more, and of one look whether that is so already. */
const AFTERWARDS = 25 * 60_000;
const LOOK = 60_000;

/** Makes the world of a schedule. */
export async function makeStage(schedule: Schedule, shelf: Shelf): Promise<Stage> {
  const { seed, service: plan } = schedule;
  const made = testWorld({ seed });
  const { cloud } = made;
  await seedAccount(cloud);
  await shelf.stock(cloud);
  cloud.ecs.rollbackDeployment = plan.rollbackDeployment;
  await seedService(cloud, {
    image: imageOf(cloud, shelf, 'v1', plan.tagged),
    environment: { GIT_SHA: COMMITS.v1, NODE_ENV: 'production', CORS_ORIGINS: NAMES.corsOrigin },
    network: plan.network,
    desiredCount: plan.desiredCount,
    ...(plan.containerCheck ? { healthCheck: EXAMPLE_HEALTH_CHECK } : {}),
    settings: settingsOf(plan),
  });
  await comeToRest(made);
  if (plan.second) {
    await deployCopy(cloud, (container) => ({
      image: imageOf(cloud, shelf, 'v2', false),
      environment: [
        ...objects(container, 'environment').filter(({ name }) => name !== 'GIT_SHA'),
        { name: 'GIT_SHA', value: COMMITS.v2 },
      ],
    }));
    await comeToRest(made);
  }
  const stage = { ...made, schedule, shelf, owners: new Map<string, string>(), pending: [], events: [] };
  claim(stage, 'before');
  cloud.afterCall.push(() => claim(stage, 'ecs'));
  return { ...stage, before: truthOf(cloud) };
}

/** Lets time pass until the service is steady, and stays so for a while. */
export async function comeToRest({ cloud, clock }: Pick<Stage, 'cloud' | 'clock'>): Promise<void> {
  let steady = false;
  for (let passed = 0; passed < AFTERWARDS; passed += LOOK) {
    await clock.advance(LOOK);
    const was = steady;
    steady = isSteady(truthOf(cloud));
    if (steady && was) return;
  }
}

function isSteady({ primary, deployments, desired, tasks }: Truth): boolean {
  return primary?.rolloutState === 'COMPLETED' && deployments === 1 && tasks.length === desired;
}

function imageOf({ ecr }: Cloud, { digests }: Shelf, tag: Tag, tagged: boolean): string {
  return `${ecr.host}/${NAMES.repository}${tagged ? `:${tag}` : `@${digests[tag]}`}`;
}

function settingsOf({ balanced, breaker }: ServicePlan): JsonObject {
  return {
    ...(balanced ? {} : { loadBalancers: [], healthCheckGracePeriodSeconds: null }),
    ...(breaker === 'off'
      ? {}
      : {
          deploymentConfiguration: {
            deploymentCircuitBreaker: { enable: true, rollback: breaker === 'rollback' },
          },
        }),
  };
}

/** Lays in what goes wrong from the start of the main run on. */
export function layIn({ cloud, script, schedule, shelf }: Stage): void {
  const { mode, candidate, back, faults, service } = schedule;
  const rollingBack = mode === 'rollback';
  const candidates: readonly Tag[] = rollingBack ? ['v1'] : ['v3'];
  for (const tag of candidates) script.set(shelf.digests[tag], behaviourOf(candidate));
  const live = shelf.digests[service.second ? 'v2' : 'v1'];
  if (back === 'crashes') script.set(live, { exit: { after: 1_000, exitCode: 1 } });
  if (back === 'cannot-start')
    script.set(live, { failure: 'ResourceInitializationError: unable to pull secrets' });
  cloud.faults.push(...faults.map(faultOf));
}

function faultOf({ action, kind, after, times, delay }: PlannedFault) {
  return { action, kind, after, times, ...(kind === 'late' || kind === 'stale' ? { delay } : {}) };
}

/** Says whose the deployments are that nobody has claimed yet: of the run whose update made them, else the given owner's. */
export function claim(
  { cloud, owners, pending }: Pick<Stage, 'cloud' | 'owners' | 'pending'>,
  owner: string,
): void {
  for (const { id, taskDefinition } of readyService(cloud)?.deployments ?? []) {
    if (owners.has(id)) continue;
    const sent = owner === 'ecs' ? pending.findLastIndex((one) => one.taskDefinition === taskDefinition) : -1;
    const [update] = sent < 0 ? [] : pending.splice(sent, 1);
    owners.set(id, update?.run ?? owner);
  }
}

/** Does what somebody else does; what comes too late or is refused is nobody's loss. */
export async function act(stage: Stage, { does, to = 0 }: Other): Promise<void> {
  const { cloud, clock, events, shelf } = stage;
  claim(stage, 'ecs');
  events.push({ at: clock.now(), does });
  try {
    switch (does) {
      case 'redeploys':
        await changeService(cloud, 'UpdateService', { forceNewDeployment: true });
        break;
      case 'deploys':
        await deployCopy(cloud, () => ({ image: imageOf(cloud, shelf, 'v2', false) }));
        break;
      case 'scales':
        await changeService(cloud, 'UpdateService', { desiredCount: to });
        break;
      case 'deletes':
        await changeService(cloud, 'DeleteService', { force: true });
        break;
      case 'stops-task':
        await stopTask(cloud);
        break;
      case 'stops-deployment':
        await stopDeployment(cloud);
        break;
      case 'moves-tag':
        cloud.ecr.repositories.get(NAMES.repository)?.tags.set('v1', shelf.digests.v4);
        break;
      case 'releases':
        break;
    }
  } catch {
    events.pop();
  }
  claim(stage, does === 'stops-deployment' ? 'ecs' : 'person');
}

async function stopTask(cloud: Cloud): Promise<void> {
  const tasks = [...(cloud.ecs.clusters.get(NAMES.cluster)?.tasks.values() ?? [])];
  const running = tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING').at(-1);
  if (!running) throw new Error('No task runs.');
  await ecsOperations['StopTask']?.(cloud, { cluster: NAMES.cluster, task: running.arn, reason: 'by hand' });
}

async function stopDeployment(cloud: Cloud): Promise<void> {
  const [newest] = readyService(cloud)?.serviceDeployments ?? [];
  if (!newest) throw new Error('There is no service deployment.');
  await ecsOperations['StopServiceDeployment']?.(cloud, {
    serviceDeploymentArn: newest.arn,
    stopType: 'ROLLBACK',
  });
}
