import type { Cloud } from '../cloud.js';
import { isTimeout, withPatience } from './deadline.js';
import { loadBalancersOf } from './find.js';
import {
  HEALTH,
  type Streak,
  type TargetHealth,
  afterCheck,
  lengthen,
  matches,
  setHealth,
  wrongStatus,
} from './health.js';
import type { Target, TargetGroup } from './state.js';
import { addressOf } from './target-address.js';

/** What is under way for a target: its next check, or the end of its draining. */
interface Watch {
  streak: Streak;
  busy: boolean;
  cancel: () => void;
}

const watches = new WeakMap<Target, Watch>();

/** Seconds until a new target is known to every node of the load balancer; AWS publishes no figure. */
const REGISTRATION = 2;

/** Starts what a registered target needs: its health checks, when a listener uses the group. */
export function beginChecks(cloud: Cloud, group: TargetGroup, target: Target): void {
  if (watches.has(target)) return;
  if (loadBalancersOf(cloud, group.arn).length === 0) {
    setHealth(target, HEALTH.notInUse);
    return;
  }
  setHealth(target, HEALTH.registering);
  const watch: Watch = { streak: { successes: 0, failures: 0 }, busy: false, cancel: () => undefined };
  watches.set(target, watch);
  watch.cancel = cloud.clock.after(REGISTRATION * 1_000, () => {
    setHealth(target, HEALTH.checking);
    check(cloud, group, target, watch);
  });
}

/** Stops a target's checks, and ends its draining without removing it. */
export function endChecks(target: Target): void {
  watches.get(target)?.cancel();
  watches.delete(target);
}

/** Marks a target as draining and removes it when `seconds` have passed. */
export function drain(cloud: Cloud, group: TargetGroup, key: string, target: Target, seconds: number): void {
  endChecks(target);
  setHealth(target, HEALTH.draining);
  const cancel = cloud.clock.after(seconds * 1_000, () => {
    watches.delete(target);
    if (group.targets.get(key) === target) group.targets.delete(key);
  });
  watches.set(target, { streak: { successes: 0, failures: 0 }, busy: false, cancel });
}

/** Starts and stops checks after listeners or rules have changed: a group in use is checked, another is not. */
export function reviewUse(cloud: Cloud): void {
  for (const group of cloud.elb.targetGroups.values()) {
    const used = loadBalancersOf(cloud, group.arn).length > 0;
    for (const target of group.targets.values()) {
      if (target.state === 'draining') continue;
      if (!used) endChecks(target);
      beginChecks(cloud, group, target);
    }
  }
}

/** Stops everything that waits on the clock, so that a process can end. */
export function stopHealthChecks({ elb }: Cloud): void {
  for (const group of elb.targetGroups.values()) {
    for (const target of group.targets.values()) endChecks(target);
  }
}

/**
 * Checks a target now and then every interval, however long an answer takes ("the time that it takes for the
 * target to respond does not affect the interval", same page as in `health.ts`).
 */
function check(cloud: Cloud, group: TargetGroup, target: Target, watch: Watch): void {
  watch.cancel = cloud.clock.after(group.healthCheck.interval * 1_000, () => {
    check(cloud, group, target, watch);
  });
  if (watch.busy) return;
  watch.busy = true;
  void probe(cloud, group, target).then((result) => {
    watch.busy = false;
    if (watches.get(target) !== watch) return;
    watch.streak = lengthen(watch.streak, result);
    const health = afterCheck(target.state, result, watch.streak, group.healthCheck);
    if (health) setHealth(target, health);
  });
}

/** What one check found; never rejects. */
async function probe(cloud: Cloud, group: TargetGroup, target: Target): Promise<TargetHealth> {
  const { enabled, path, timeout, matcher, port = target.port } = group.healthCheck;
  if (!enabled) return HEALTH.disabled;
  try {
    const ip = addressOf(cloud, target);
    const { status } = await withPatience(
      cloud,
      timeout,
      cloud.runtime.request(
        { ip, port },
        {
          method: 'GET',
          path,
          headers: { host: `${ip}:${port}`, 'user-agent': 'ELB-HealthChecker/2.0', connection: 'close' },
          timeout: timeout * 1_000,
        },
      ),
    );
    return matches(matcher, status) ? HEALTH.healthy : wrongStatus(status);
  } catch (error) {
    return isTimeout(error) ? HEALTH.timeout : HEALTH.failed;
  }
}
