import type { Cloud } from '../cloud.js';
import { AwsError } from '../errors.js';
import { invalid } from './input.js';
import type { Action, Listener, LoadBalancer, Rule, TargetGroup } from './state.js';

/** A target group by ARN; throws `TargetGroupNotFound`, or `ValidationError` for what is no such ARN. */
export function findTargetGroup({ elb }: Cloud, arn: string): TargetGroup {
  const group = elb.targetGroups.get(arn);
  if (group) return group;
  if (!arn.includes(':targetgroup/')) throw invalid(`'${arn}' is not a valid target group ARN`);
  throw new AwsError('TargetGroupNotFound', 'One or more target groups not found');
}

/** A load balancer by ARN; throws `LoadBalancerNotFound`, or `ValidationError` for what is no such ARN. */
export function findLoadBalancer({ elb }: Cloud, arn: string): LoadBalancer {
  const loadBalancer = elb.loadBalancers.get(arn);
  if (loadBalancer) return loadBalancer;
  if (!arn.includes(':loadbalancer/')) throw invalid(`'${arn}' is not a valid load balancer ARN`);
  throw new AwsError('LoadBalancerNotFound', `Load balancers '[${arn}]' not found`);
}

/** A listener by ARN; throws `ListenerNotFound`, or `ValidationError` for what is no such ARN. */
export function findListener({ elb }: Cloud, arn: string): Listener {
  const listener = elb.listeners.get(arn);
  if (listener) return listener;
  if (!arn.includes(':listener/')) throw invalid(`'${arn}' is not a valid listener ARN`);
  throw new AwsError('ListenerNotFound', 'One or more listeners not found');
}

/** A rule by ARN; throws `RuleNotFound`, or `ValidationError` for what is no such ARN. */
export function findRule({ elb }: Cloud, arn: string): Rule {
  const rule = elb.rules.get(arn);
  if (rule) return rule;
  if (!arn.includes(':listener-rule/')) throw invalid(`'${arn}' is not a valid listener rule ARN`);
  throw new AwsError('RuleNotFound', 'One or more rules not found');
}

/** The listener's rules in the order in which they are tried: smallest priority first. */
export function rulesOf({ elb }: Cloud, listener: Listener): readonly Rule[] {
  return [...elb.rules.values()]
    .filter((rule) => rule.listener === listener.arn)
    .sort((one, other) => Number(one.priority) - Number(other.priority));
}

/** ARNs of the load balancers whose listeners or rules forward to a target group. */
export function loadBalancersOf({ elb }: Cloud, targetGroup: string): readonly string[] {
  const forwards = (actions: readonly Action[]): boolean =>
    actions.some((action) => action.type === 'forward' && action.targetGroup === targetGroup);
  const byRule = new Set(
    [...elb.rules.values()].filter(({ actions }) => forwards(actions)).map(({ listener }) => listener),
  );
  const listeners = [...elb.listeners.values()].filter(
    ({ arn, defaultActions }) => forwards(defaultActions) || byRule.has(arn),
  );
  return [...new Set(listeners.map(({ loadBalancer }) => loadBalancer))];
}
