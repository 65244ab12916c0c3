import type { Cloud } from '../cloud.js';
import { targetGroupAttributes } from './attributes.js';
import { findTargetGroup, loadBalancersOf } from './find.js';
import { HEALTH } from './health.js';
import { beginChecks, drain, endChecks } from './health-checks.js';
import type { Target } from './state.js';

/** Where a target stands in its group's map. */
export function targetKey({ id, port }: Pick<Target, 'id' | 'port'>): string {
  return `${id}:${port}`;
}

/**
 * Registers a target; its health checks start when the group is in use by a listener. One that is registered
 * stays as it is, one that drains starts anew. Throws `TargetGroupNotFound`.
 */
export function registerTarget(
  cloud: Cloud,
  targetGroup: string,
  { id, port }: { readonly id: string; readonly port: number },
): void {
  const group = findTargetGroup(cloud, targetGroup);
  const key = targetKey({ id, port });
  const present = group.targets.get(key);
  if (present && present.state !== 'draining') return;
  if (present) endChecks(present);
  const target: Target = {
    id,
    port,
    zone: `${cloud.region}${group.targets.size % 2 === 0 ? 'a' : 'b'}`,
    ...HEALTH.notInUse,
    registeredAt: cloud.clock.now(),
  };
  group.targets.set(key, target);
  beginChecks(cloud, group, target);
}

/**
 * Starts draining a target; it is gone after the group's deregistration delay ("Edit target group attributes
 * for your Application Load Balancer": it shows as draining until then, even when no request is left). Without
 * a listener there is nothing to drain and it goes at once. One that is not registered is ignored, as the
 * DeregisterTargets reference says. Throws `TargetGroupNotFound`.
 */
export function deregisterTarget(
  cloud: Cloud,
  targetGroup: string,
  { id, port }: { readonly id: string; readonly port: number },
): void {
  const group = findTargetGroup(cloud, targetGroup);
  const key = targetKey({ id, port });
  const target = group.targets.get(key);
  if (!target || target.state === 'draining') return;
  const delay = Number(targetGroupAttributes(group)['deregistration_delay.timeout_seconds']);
  if (delay > 0 && loadBalancersOf(cloud, targetGroup).length > 0) {
    drain(cloud, group, key, target, delay);
    return;
  }
  endChecks(target);
  group.targets.delete(key);
}
