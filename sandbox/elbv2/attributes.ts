import type { Cloud } from '../cloud.js';
import type { JsonObject } from '../json.js';
import type { Operations } from '../protocol/operation.js';
import { findListener, findLoadBalancer, findTargetGroup } from './find.js';
import { invalid, requiredText, structures, text } from './input.js';
import type { Listener, LoadBalancer, TargetGroup } from './state.js';

type Attributes = Readonly<Record<string, string>>;

/** TargetGroupAttribute in the Elastic Load Balancing API reference, those of an application load balancer. */
const TARGET_GROUP: Attributes = {
  'deregistration_delay.timeout_seconds': '300',
  'stickiness.enabled': 'false',
  'stickiness.type': 'lb_cookie',
  'stickiness.lb_cookie.duration_seconds': '86400',
  'stickiness.app_cookie.cookie_name': '',
  'stickiness.app_cookie.duration_seconds': '86400',
  'slow_start.duration_seconds': '0',
  'load_balancing.algorithm.type': 'round_robin',
  'load_balancing.algorithm.anomaly_mitigation': 'off',
  'load_balancing.cross_zone.enabled': 'use_load_balancer_configuration',
  'target_group_health.dns_failover.minimum_healthy_targets.count': '1',
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': 'off',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': '1',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': 'off',
};

/** LoadBalancerAttribute in the Elastic Load Balancing API reference, those of an application load balancer. */
const LOAD_BALANCER: Attributes = {
  'access_logs.s3.enabled': 'false',
  'access_logs.s3.bucket': '',
  'access_logs.s3.prefix': '',
  'client_keep_alive.seconds': '3600',
  'connection_logs.s3.enabled': 'false',
  'connection_logs.s3.bucket': '',
  'connection_logs.s3.prefix': '',
  'deletion_protection.enabled': 'false',
  'idle_timeout.timeout_seconds': '60',
  'ipv6.deny_all_igw_traffic': 'false',
  'load_balancing.cross_zone.enabled': 'true',
  'routing.http.desync_mitigation_mode': 'defensive',
  'routing.http.drop_invalid_header_fields.enabled': 'false',
  'routing.http.preserve_host_header.enabled': 'false',
  'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': 'false',
  'routing.http.xff_client_port.enabled': 'false',
  'routing.http.xff_header_processing.mode': 'append',
  'routing.http2.enabled': 'true',
  'waf.fail_open.enabled': 'false',
  'zonal_shift.config.enabled': 'false',
};

/** ListenerAttribute in the Elastic Load Balancing API reference: headers that the listener sets or removes. */
const LISTENER: Attributes = {
  'routing.http.response.server.enabled': 'true',
  ...Object.fromEntries(
    [
      'strict_transport_security',
      'access_control_allow_origin',
      'access_control_allow_methods',
      'access_control_allow_headers',
      'access_control_allow_credentials',
      'access_control_expose_headers',
      'access_control_max_age',
      'content_security_policy',
      'x_content_type_options',
      'x_frame_options',
    ].map((header) => [`routing.http.response.${header}.header_value`, '']),
  ),
};

/** Every attribute of a target group, those that were never set with AWS's default. */
export function targetGroupAttributes({ attributes }: Pick<TargetGroup, 'attributes'>): Attributes {
  return { ...TARGET_GROUP, ...attributes };
}

/** Every attribute of a load balancer, those that were never set with AWS's default. */
export function loadBalancerAttributes({ attributes }: Pick<LoadBalancer, 'attributes'>): Attributes {
  return { ...LOAD_BALANCER, ...attributes };
}

/** Every attribute of a listener, those that were never set with AWS's default. */
export function listenerAttributes({ attributes }: Pick<Listener, 'attributes'>): Attributes {
  return { ...LISTENER, ...attributes };
}

/** Least and most seconds of the attributes that this load balancer acts on (same references). */
const LIMITS: Readonly<Record<string, readonly [number, number]>> = {
  'deregistration_delay.timeout_seconds': [0, 3_600],
  'idle_timeout.timeout_seconds': [1, 4_000],
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': [1, 1_000],
};

/** Attributes to set, out of the known ones; throws `ValidationError` for others and for values out of range. */
function changes(input: JsonObject, known: Attributes, owner: string): Record<string, string> {
  const entries = structures(input, 'Attributes').map((one): [string, string] => {
    const [key, value] = [requiredText(one, 'Key'), text(one, 'Value') ?? ''];
    if (!Object.hasOwn(known, key)) throw invalid(`${owner} attribute key '${key}' is not recognized`);
    const [least, most] = LIMITS[key] ?? [];
    const number = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
    if (least !== undefined && most !== undefined && !(number >= least && number <= most)) {
      throw invalid(`The value '${value}' of '${key}' must be an integer between ${least} and ${most}`);
    }
    return [key, value];
  });
  return Object.fromEntries(entries);
}

function asList(attributes: Attributes): JsonObject {
  return { Attributes: Object.entries(attributes).map(([Key, Value]) => ({ Key, Value })) };
}

const group = (cloud: Cloud, input: JsonObject): TargetGroup =>
  findTargetGroup(cloud, requiredText(input, 'TargetGroupArn'));
const loadBalancer = (cloud: Cloud, input: JsonObject): LoadBalancer =>
  findLoadBalancer(cloud, requiredText(input, 'LoadBalancerArn'));
const listener = (cloud: Cloud, input: JsonObject): Listener =>
  findListener(cloud, requiredText(input, 'ListenerArn'));

/** The operations that read and set attributes. */
export const attributeOperations: Operations = {
  DescribeTargetGroupAttributes: (cloud, input) => asList(targetGroupAttributes(group(cloud, input))),
  DescribeLoadBalancerAttributes: (cloud, input) =>
    asList(loadBalancerAttributes(loadBalancer(cloud, input))),
  DescribeListenerAttributes: (cloud, input) => asList(listenerAttributes(listener(cloud, input))),
  ModifyTargetGroupAttributes(cloud, input) {
    const found = group(cloud, input);
    found.attributes = { ...found.attributes, ...changes(input, TARGET_GROUP, 'Target group') };
    return asList(targetGroupAttributes(found));
  },
  ModifyLoadBalancerAttributes(cloud, input) {
    const found = loadBalancer(cloud, input);
    found.attributes = { ...found.attributes, ...changes(input, LOAD_BALANCER, 'Load balancer') };
    return asList(loadBalancerAttributes(found));
  },
  ModifyListenerAttributes(cloud, input) {
    const found = listener(cloud, input);
    found.attributes = { ...found.attributes, ...changes(input, LISTENER, 'Listener') };
    return asList(listenerAttributes(found));
  },
};
