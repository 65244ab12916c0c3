import { showDuration } from './duration.js';
import { isObject, objectsAt, type JsonObject } from './json.js';
import type { Service } from './service.js';

/** How long a target group takes to find a target healthy, and to let one go; milliseconds. */
export interface TargetGroupTiming {
  readonly interval: number;
  readonly healthyThreshold: number;
  /** `deregistration_delay.timeout_seconds` */
  readonly drain: number;
}

/** The longest time of a rollout that goes well; milliseconds. The start of the tasks themselves is not known. */
export interface WorstCase {
  readonly total: number;
  /** Until the health checks of one task agree. */
  readonly checks: number;
  /** What it is made of, for people. */
  readonly parts: string;
}

/**
 * Rounds of grace period, health checks and draining, then the bake time. In a round as many tasks are replaced as lie
 * between minimumHealthyPercent, rounded up, and maximumPercent, rounded down (ECS, DeploymentConfiguration).
 */
export function worstCase(
  { desiredCount, healthCheckGracePeriod: grace, rolling }: Service,
  body: JsonObject,
  groups: readonly TargetGroupTiming[],
): WorstCase {
  const least = Math.ceil((desiredCount * rolling.minimumHealthyPercent) / 100);
  const most = Math.floor((desiredCount * rolling.maximumPercent) / 100);
  const rounds = Math.ceil(desiredCount / Math.max(1, most - least));
  const drain = Math.max(0, ...groups.map((group) => group.drain));
  const checks = Math.max(
    containerChecks(body),
    ...groups.map(({ interval, healthyThreshold }) => interval * healthyThreshold),
  );
  const parts = [
    ...(grace > 0 ? [`grace period ${showDuration(grace)}`] : []),
    ...(checks > 0 ? [`health checks ${showDuration(checks)}`] : []),
    ...(drain > 0 ? [`draining ${showDuration(drain)}`] : []),
  ].join(', ');
  const bake = rolling.bakeTime > 0 ? `, bake time ${showDuration(rolling.bakeTime)}` : '';
  return {
    total: rounds * (grace + checks + drain) + rolling.bakeTime,
    checks,
    parts: `${rounds > 1 ? `${String(rounds)} rounds of ` : ''}${parts}${bake}`,
  };
}

/** The start period and then as many tries as a container has, of the slowest container (ECS, HealthCheck: its defaults). */
function containerChecks(body: JsonObject): number {
  const seconds = objectsAt(body, 'containerDefinitions').map(({ healthCheck: check }) => {
    if (!isObject(check)) return 0;
    const field = (name: string, otherwise: number): number =>
      typeof check[name] === 'number' ? check[name] : otherwise;
    return field('startPeriod', 0) + field('interval', 30) * field('retries', 3);
  });
  return Math.max(0, ...seconds) * 1_000;
}
