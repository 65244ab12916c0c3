import type { Cloud } from '../cloud.js';
import { AwsError } from '../errors.js';
import type { JsonObject } from '../json.js';
import type { Operations } from '../protocol/operation.js';
import { loadBalancerAttributes } from './attributes.js';
import { findLoadBalancer } from './find.js';
import { reviewUse } from './health-checks.js';
import { invalid, oneOf, requiredText, texts } from './input.js';
import { page } from './page.js';
import type { LoadBalancer } from './state.js';

/** Route 53 zone of application load balancers in us-east-1 ("Elastic Load Balancing endpoints and quotas"). */
const HOSTED_ZONE = 'Z35SXDOTRQ7X7K';

function create(cloud: Cloud, input: JsonObject): JsonObject {
  const name = nameOf(input, 'Load balancer name');
  if ((oneOf(input, 'Type', ['application', 'network', 'gateway']) ?? 'application') !== 'application') {
    throw new AwsError('OperationNotPermitted', 'The local AWS has application load balancers only');
  }
  const scheme = oneOf(input, 'Scheme', ['internet-facing', 'internal'] as const) ?? 'internet-facing';
  const present = [...cloud.elb.loadBalancers.values()].find((one) => one.name === name);
  if (present && present.scheme !== scheme) {
    throw new AwsError(
      'DuplicateLoadBalancerName',
      `A load balancer with the same name '${name}' exists, but with different settings`,
    );
  }
  const loadBalancer = present ?? add(cloud, name, scheme);
  return { LoadBalancers: [view(cloud, loadBalancer)] };
}

function add(cloud: Cloud, name: string, scheme: LoadBalancer['scheme']): LoadBalancer {
  const { account, clock, elb, ids, region } = cloud;
  const dnsName = `${scheme === 'internal' ? 'internal-' : ''}${name}-${ids.deployment().slice(0, 10)}`;
  const loadBalancer: LoadBalancer = {
    arn: `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/app/${name}/${ids.hex(16)}`,
    name,
    scheme,
    dnsName: `${dnsName}.${region}.elb.amazonaws.com`,
    createdAt: clock.now(),
    attributes: {},
  };
  elb.loadBalancers.set(loadBalancer.arn, loadBalancer);
  return loadBalancer;
}

/**
 * The name of a new load balancer or target group: at most 32 letters, digits and hyphens, none of them first
 * or last (CreateLoadBalancer, CreateTargetGroup). Throws `ValidationError`.
 */
export function nameOf(input: JsonObject, what: string): string {
  const name = requiredText(input, 'Name');
  if (name.length > 32) throw invalid(`${what} '${name}' cannot be longer than '32' characters`);
  if (!/^[a-zA-Z0-9-]+$/.test(name)) {
    throw invalid(
      `${what} '${name}' can only contain characters that are alphanumeric characters and hyphens(-)`,
    );
  }
  if (/^-|-$/.test(name)) throw invalid(`${what} '${name}' cannot begin or end with '-'`);
  return name;
}

function describe(cloud: Cloud, input: JsonObject): JsonObject {
  const [arns, names] = [texts(input, 'LoadBalancerArns'), texts(input, 'Names')];
  const all = [...cloud.elb.loadBalancers.values()];
  const missing = names.filter((name) => !all.some((one) => one.name === name));
  if (missing.length > 0) {
    throw new AwsError('LoadBalancerNotFound', `Load balancers '[${missing.join(', ')}]' not found`);
  }
  const named = names.length > 0 ? all.filter(({ name }) => names.includes(name)) : all;
  const asked = arns.length > 0 ? arns.map((arn) => findLoadBalancer(cloud, arn)) : named;
  const { part, rest } = page(input, asked);
  return { LoadBalancers: part.map((one) => view(cloud, one)), ...rest };
}

/** "If the load balancer does not exist or has already been deleted, the call succeeds" (DeleteLoadBalancer). */
function remove(cloud: Cloud, input: JsonObject): JsonObject {
  const arn = requiredText(input, 'LoadBalancerArn');
  const loadBalancer = cloud.elb.loadBalancers.get(arn);
  if (!loadBalancer) return {};
  if (loadBalancerAttributes(loadBalancer)['deletion_protection.enabled'] === 'true') {
    throw new AwsError(
      'OperationNotPermitted',
      `Load balancer '${arn}' cannot be deleted because deletion protection is enabled`,
    );
  }
  cloud.elb.loadBalancers.delete(arn);
  const listeners = [...cloud.elb.listeners.values()].filter((one) => one.loadBalancer === arn);
  for (const listener of listeners) {
    cloud.elb.listeners.delete(listener.arn);
    for (const rule of cloud.elb.rules.values()) {
      if (rule.listener === listener.arn) cloud.elb.rules.delete(rule.arn);
    }
  }
  reviewUse(cloud);
  return {};
}

/** As AWS shows it; the sandbox has no state `provisioning`, a load balancer works at once. */
function view({ region }: Cloud, loadBalancer: LoadBalancer): JsonObject {
  return {
    LoadBalancerArn: loadBalancer.arn,
    DNSName: loadBalancer.dnsName,
    CanonicalHostedZoneId: HOSTED_ZONE,
    CreatedTime: new Date(loadBalancer.createdAt).toISOString(),
    LoadBalancerName: loadBalancer.name,
    Scheme: loadBalancer.scheme,
    VpcId: 'vpc-local',
    State: { Code: 'active' },
    Type: 'application',
    AvailabilityZones: ['a', 'b'].map((zone) => ({
      ZoneName: `${region}${zone}`,
      SubnetId: `subnet-${zone}`,
      LoadBalancerAddresses: [],
    })),
    SecurityGroups: [],
    IpAddressType: 'ipv4',
  };
}

/** Creates, describes and deletes load balancers. */
export const loadBalancerOperations: Operations = {
  CreateLoadBalancer: create,
  DescribeLoadBalancers: describe,
  DeleteLoadBalancer: remove,
};
