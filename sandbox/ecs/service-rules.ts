import type { Cloud } from '../cloud.js';
import { loadBalancersOf as balancersInUse } from '../elbv2/find.js';
import type { JsonObject } from '../json.js';
import { THRESHOLD_TYPES } from './circuit-breaker.js';
import { number, object, objects, text, texts } from './fields.js';
import { invalidParameter } from './refusals.js';
import { networkMode } from './registration.js';
import { launchTypeOf, loadBalancersOf, type LoadBalancerSetting } from './settings.js';
import type { TaskDefinition } from './state.js';

/** Throws for settings of a service that ECS would not take with that task definition, in ECS's words. */
export function checkSettings(cloud: Cloud, settings: JsonObject, { body }: TaskDefinition): void {
  const awsvpc = networkMode(body) === 'awsvpc';
  const network = object(settings, 'networkConfiguration');
  if (launchTypeOf(settings) === 'FARGATE' && !texts(body, 'compatibilities').includes('FARGATE')) {
    throw invalidParameter('Task definition does not support launch_type FARGATE.');
  }
  if (awsvpc && !network) {
    throw invalidParameter("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  }
  if (!awsvpc && network) {
    throw invalidParameter(
      'Network Configuration is not valid for the given networkMode of this task definition.',
    );
  }
  const balancers = loadBalancersOf(settings);
  if (balancers.length === 0 && number(settings, 'healthCheckGracePeriodSeconds') !== undefined) {
    throw invalidParameter(
      'Health check grace period is only valid for services configured to use load balancers',
    );
  }
  for (const balancer of balancers) {
    checkContainer(balancer, body);
    checkTargetGroup(cloud, balancer, awsvpc);
  }
  checkConfiguration(object(settings, 'deploymentConfiguration') ?? {});
}

/** A number of tasks that a service may be asked for. */
export function checkDesiredCount(count: number | undefined): void {
  if (count !== undefined && (count < 0 || !Number.isInteger(count))) {
    throw invalidParameter('Desired count must be a non-negative integer.');
  }
}

function checkContainer({ container, port }: LoadBalancerSetting, body: JsonObject): void {
  const definition = objects(body, 'containerDefinitions').find(({ name }) => name === container);
  if (!definition)
    throw invalidParameter(`The container ${container} does not exist in the task definition.`);
  if (!objects(definition, 'portMappings').some(({ containerPort }) => containerPort === port)) {
    throw invalidParameter(`The container ${container} did not have a container port ${port} defined.`);
  }
}

function checkTargetGroup(cloud: Cloud, { targetGroup }: LoadBalancerSetting, awsvpc: boolean): void {
  const group = cloud.elb.targetGroups.get(targetGroup);
  if (!group) throw invalidParameter('The specified target group does not exist.');
  if (balancersInUse(cloud, targetGroup).length === 0) {
    throw invalidParameter(
      `The target group with targetGroupArn ${targetGroup} does not have an associated load balancer.`,
    );
  }
  const fits = awsvpc ? 'ip' : 'instance';
  if (group.targetType === fits) return;
  throw invalidParameter(
    `The provided target group ${targetGroup} has target type ${group.targetType}, which is incompatible with ` +
      `the ${awsvpc ? 'awsvpc' : 'bridge'} network mode specified in the task definition.`,
  );
}

/** Amazon ECS API Reference, DeploymentConfiguration. */
function checkConfiguration(configuration: JsonObject): void {
  const minimum = number(configuration, 'minimumHealthyPercent') ?? 100;
  const maximum = number(configuration, 'maximumPercent') ?? 200;
  if (minimum < 0 || minimum > 100 || maximum < 100 || maximum > 200) {
    throw invalidParameter('Invalid deployment configuration: percentages are out of range.');
  }
  // Both at 100 leave no move at all.
  if (minimum === 100 && maximum === 100) {
    throw invalidParameter(
      'Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.',
    );
  }
  checkBreaker(configuration);
}

/** Amazon ECS API Reference, ThresholdConfiguration; the wording is not documented. */
function checkBreaker(configuration: JsonObject): void {
  const breaker = object(configuration, 'deploymentCircuitBreaker') ?? {};
  const type = text(object(breaker, 'thresholdConfiguration') ?? {}, 'type');
  if (type !== undefined && !THRESHOLD_TYPES.includes(type)) {
    throw invalidParameter(`The threshold type ${type} of the deployment circuit breaker is not valid.`);
  }
}
