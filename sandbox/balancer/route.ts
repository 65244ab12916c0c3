import type { Cloud } from '../cloud.js';
import { targetGroupAttributes } from '../elbv2/attributes.js';
import { rulesOf } from '../elbv2/find.js';
import type { Action, Listener, Rule, Target, TargetGroup } from '../elbv2/state.js';

/** What rules look at. */
export interface RoutedRequest {
  /** The `Host` header, with or without port. */
  readonly host: string;
  /** Path and query. */
  readonly path: string;
}

/** Where a request goes; a forward without target has none to go to. */
export type Route =
  | Exclude<Action, { readonly type: 'forward' }>
  | { readonly type: 'forward'; readonly group: TargetGroup; readonly target: Target | undefined };

/** Decides by the listener's rules, smallest priority first, then by its default action. */
export function route(cloud: Cloud, listener: Listener, request: RoutedRequest): Route | undefined {
  const rule = rulesOf(cloud, listener).find((one) => applies(one, request));
  const [action] = rule?.actions ?? listener.defaultActions;
  if (action?.type !== 'forward') return action;
  const group = cloud.elb.targetGroups.get(action.targetGroup);
  return group && { type: 'forward', group, target: nextTarget(group) };
}

/** Host names are compared without case, paths with it and without the query ("Condition types for listener rules"). */
function applies({ hostHeaders, pathPatterns }: Rule, request: RoutedRequest): boolean {
  const host = hostName(request.host).toLowerCase();
  const path = request.path.replace(/\?.*$/s, '');
  return (
    (hostHeaders.length === 0 || hostHeaders.some((pattern) => fits(pattern.toLowerCase(), host))) &&
    (pathPatterns.length === 0 || pathPatterns.some((pattern) => fits(pattern, path)))
  );
}

/** A `Host` header without its port. */
export function hostName(host: string): string {
  return host.replace(/:\d*$/, '');
}

/**
 * Whether a text fits a pattern where `*` stands for any run of characters and `?` for exactly one. It goes
 * back to the last `*` only, so that no pattern makes it slow.
 */
export function fits(pattern: string, text: string): boolean {
  let [at, position] = [0, 0];
  let star: { readonly at: number; position: number } | undefined;
  while (position < text.length) {
    const wanted = pattern[at];
    if (wanted === '*') {
      star = { at, position };
      at += 1;
    } else if (wanted === '?' || wanted === text[position]) {
      at += 1;
      position += 1;
    } else if (star) {
      star.position += 1;
      position = star.position;
      at = star.at + 1;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}

const turns = new WeakMap<TargetGroup, number>();

/** Round robin over the targets that may have requests. */
function nextTarget(group: TargetGroup): Target | undefined {
  const targets = routable(group);
  const turn = turns.get(group) ?? 0;
  turns.set(group, turn + 1);
  return targets[turn % targets.length];
}

/**
 * The healthy targets; all that are registered when fewer are healthy than the group's minimum ("Target group
 * health": the load balancer fails open). A draining target gets no new request.
 */
function routable(group: TargetGroup): readonly Target[] {
  const name = 'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count';
  const minimum = Number(targetGroupAttributes(group)[name]);
  const registered = [...group.targets.values()].filter(({ state }) => state !== 'draining');
  const healthy = registered.filter(({ state }) => state === 'healthy');
  return healthy.length >= minimum ? healthy : registered.filter(({ state }) => state !== 'unused');
}
