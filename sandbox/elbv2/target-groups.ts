import type { Cloud } from '../cloud.js';
import { AwsError } from '../errors.js';
import type { JsonObject } from '../json.js';
import type { Operations } from '../protocol/operation.js';
import { findLoadBalancer, findTargetGroup, loadBalancersOf } from './find.js';
import { endChecks } from './health-checks.js';
import { flag, integer, invalid, oneOf, requiredText, structure, text, texts } from './input.js';
import { nameOf } from './load-balancers.js';
import { page } from './page.js';
import type { HealthCheck, TargetGroup } from './state.js';

/** Defaults of CreateTargetGroup for HTTP. */
const HEALTH_CHECK: HealthCheck = {
  enabled: true,
  path: '/',
  interval: 30,
  timeout: 5,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
  matcher: '200',
};

/** The health check after the parameters of CreateTargetGroup or ModifyTargetGroup; throws `ValidationError`. */
function readHealthCheck(input: JsonObject, now: HealthCheck): HealthCheck {
  const { port: portNow, ...rest } = now;
  const port = readPort(input, portNow);
  const changed: HealthCheck = {
    ...rest,
    enabled: flag(input, 'HealthCheckEnabled') ?? now.enabled,
    path: text(input, 'HealthCheckPath') ?? now.path,
    interval: integer(input, 'HealthCheckIntervalSeconds', [5, 300]) ?? now.interval,
    timeout: integer(input, 'HealthCheckTimeoutSeconds', [2, 120]) ?? now.timeout,
    healthyThreshold: integer(input, 'HealthyThresholdCount', [2, 10]) ?? now.healthyThreshold,
    unhealthyThreshold: integer(input, 'UnhealthyThresholdCount', [2, 10]) ?? now.unhealthyThreshold,
    matcher: text(structure(input, 'Matcher') ?? {}, 'HttpCode') ?? now.matcher,
    ...(port !== undefined && { port }),
  };
  const { path, interval, timeout, matcher } = changed;
  if (!path.startsWith('/')) throw invalid(`Health check path '${path}' must begin with a '/' character`);
  if (timeout >= interval) {
    throw invalid(`Health check timeout '${timeout}' must be smaller than the interval '${interval}'`);
  }
  if (!/^[2-4]\d\d(?:-[2-4]\d\d)?(?:,[2-4]\d\d(?:-[2-4]\d\d)?)*$/.test(matcher)) {
    throw invalid(`Health check matcher HTTP code '${matcher}' must be within '200-499' inclusive`);
  }
  return changed;
}

function readPort(input: JsonObject, now: number | undefined): number | undefined {
  const port = text(input, 'HealthCheckPort');
  if (port === undefined) return now;
  return port === 'traffic-port' ? undefined : integer(input, 'HealthCheckPort', [1, 65_535]);
}

function create(cloud: Cloud, input: JsonObject): JsonObject {
  const { account, elb, ids, region } = cloud;
  const name = nameOf(input, 'Target group name');
  const port = integer(input, 'Port', [1, 65_535]);
  if (port === undefined) throw invalid('A port must be specified');
  const settings: Pick<TargetGroup, 'name' | 'targetType' | 'protocol' | 'port' | 'healthCheck'> = {
    name,
    targetType: oneOf(input, 'TargetType', ['instance', 'ip'] as const) ?? 'instance',
    protocol: oneOf(input, 'Protocol', ['HTTP', 'HTTPS'] as const) ?? 'HTTP',
    port,
    healthCheck: readHealthCheck(input, HEALTH_CHECK),
  };
  const present = [...elb.targetGroups.values()].find((one) => one.name === name);
  if (present && !sameSettings(present, settings)) {
    throw new AwsError(
      'DuplicateTargetGroupName',
      `A target group with the same name '${name}' exists, but with different settings`,
    );
  }
  const arn = `arn:aws:elasticloadbalancing:${region}:${account}:targetgroup/${name}/${ids.hex(16)}`;
  const group = present ?? { arn, ...settings, attributes: {}, targets: new Map() };
  elb.targetGroups.set(group.arn, group);
  return { TargetGroups: [view(cloud, group)] };
}

function sameSettings(group: TargetGroup, settings: Partial<TargetGroup>): boolean {
  return (['targetType', 'protocol', 'port', 'healthCheck'] as const).every(
    (name) => JSON.stringify(group[name]) === JSON.stringify(settings[name]),
  );
}

function describe(cloud: Cloud, input: JsonObject): JsonObject {
  const [arns, names] = [texts(input, 'TargetGroupArns'), texts(input, 'Names')];
  const owner = text(input, 'LoadBalancerArn');
  if ([arns.length > 0, names.length > 0, owner !== undefined].filter(Boolean).length > 1) {
    throw invalid('You can specify only one of load balancer ARN, target group ARNs and names');
  }
  const { part, rest } = page(input, asked(cloud, arns, names, owner));
  return { TargetGroups: part.map((one) => view(cloud, one)), ...rest };
}

function asked(
  cloud: Cloud,
  arns: readonly string[],
  names: readonly string[],
  owner: string | undefined,
): readonly TargetGroup[] {
  const all = [...cloud.elb.targetGroups.values()];
  if (arns.length > 0) return arns.map((arn) => findTargetGroup(cloud, arn));
  if (owner !== undefined) {
    const { arn } = findLoadBalancer(cloud, owner);
    return all.filter((one) => loadBalancersOf(cloud, one.arn).includes(arn));
  }
  if (names.some((name) => !all.some((one) => one.name === name))) {
    throw new AwsError('TargetGroupNotFound', 'One or more target groups not found');
  }
  return names.length > 0 ? all.filter(({ name }) => names.includes(name)) : all;
}

function modify(cloud: Cloud, input: JsonObject): JsonObject {
  const group = findTargetGroup(cloud, requiredText(input, 'TargetGroupArn'));
  group.healthCheck = readHealthCheck(input, group.healthCheck);
  return { TargetGroups: [view(cloud, group)] };
}

/** A group that is gone already is no error: DeleteTargetGroup knows only `ResourceInUse`. */
function remove(cloud: Cloud, input: JsonObject): JsonObject {
  const arn = requiredText(input, 'TargetGroupArn');
  if (loadBalancersOf(cloud, arn).length > 0) {
    throw new AwsError('ResourceInUse', `Target group '${arn}' is currently in use by a listener or a rule`);
  }
  const group = cloud.elb.targetGroups.get(arn);
  for (const target of group?.targets.values() ?? []) endChecks(target);
  cloud.elb.targetGroups.delete(arn);
  return {};
}

function view(cloud: Cloud, group: TargetGroup): JsonObject {
  const { healthCheck } = group;
  return {
    TargetGroupArn: group.arn,
    TargetGroupName: group.name,
    Protocol: group.protocol,
    Port: group.port,
    VpcId: 'vpc-local',
    HealthCheckProtocol: 'HTTP',
    HealthCheckPort: healthCheck.port === undefined ? 'traffic-port' : String(healthCheck.port),
    HealthCheckEnabled: healthCheck.enabled,
    HealthCheckIntervalSeconds: healthCheck.interval,
    HealthCheckTimeoutSeconds: healthCheck.timeout,
    HealthyThresholdCount: healthCheck.healthyThreshold,
    UnhealthyThresholdCount: healthCheck.unhealthyThreshold,
    HealthCheckPath: healthCheck.path,
    Matcher: { HttpCode: healthCheck.matcher },
    LoadBalancerArns: loadBalancersOf(cloud, group.arn),
    TargetType: group.targetType,
    ProtocolVersion: 'HTTP1',
    IpAddressType: 'ipv4',
  };
}

/** Creates, describes, changes and deletes target groups. */
export const targetGroupOperations: Operations = {
  CreateTargetGroup: create,
  DescribeTargetGroups: describe,
  ModifyTargetGroup: modify,
  DeleteTargetGroup: remove,
};
