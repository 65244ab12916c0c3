import type { JsonObject } from '../json.js';
import { number, object, objects, present, text, without } from './fields.js';
import type { Service } from './state.js';

/** A load balancer of a service: the container's port goes into the target group. */
export interface LoadBalancerSetting {
  readonly targetGroup: string;
  readonly container: string;
  readonly port: number;
}

/** Defaults of the rolling update (Amazon ECS API Reference, DeploymentConfiguration). */
const MINIMUM_HEALTHY_PERCENT = 100;
const MAXIMUM_PERCENT = 200;

/** The load balancers of a service, those with a target group. */
export function loadBalancersOf(settings: JsonObject): LoadBalancerSetting[] {
  return objects(settings, 'loadBalancers').flatMap((one) => {
    const targetGroup = text(one, 'targetGroupArn');
    return targetGroup
      ? [
          {
            targetGroup,
            container: text(one, 'containerName') ?? '',
            port: number(one, 'containerPort') ?? 0,
          },
        ]
      : [];
  });
}

/**
 * How many tasks must stay healthy (rounded up) and how many may run or be pending (rounded down) while a
 * service is deployed (Amazon ECS API Reference, DeploymentConfiguration).
 */
export function boundsOf({ settings, desiredCount }: Service): { minimum: number; maximum: number } {
  const configuration = object(settings, 'deploymentConfiguration') ?? {};
  const share = (percent: number) => (desiredCount * percent) / 100;
  return {
    minimum: Math.ceil(share(number(configuration, 'minimumHealthyPercent') ?? MINIMUM_HEALTHY_PERCENT)),
    maximum: Math.floor(share(number(configuration, 'maximumPercent') ?? MAXIMUM_PERCENT)),
  };
}

/** A deployment configuration with the members that ECS adds. */
export function deploymentConfiguration(given: JsonObject): JsonObject {
  return {
    maximumPercent: MAXIMUM_PERCENT,
    minimumHealthyPercent: MINIMUM_HEALTHY_PERCENT,
    strategy: 'ROLLING',
    ...given,
    deploymentCircuitBreaker: {
      enable: false,
      rollback: false,
      ...object(given, 'deploymentCircuitBreaker'),
    },
  };
}

/** Milliseconds after a task's start in which failed health checks do not count. */
export function gracePeriod(settings: JsonObject): number {
  return (number(settings, 'healthCheckGracePeriodSeconds') ?? 0) * 1_000;
}

/** Where the service's tasks run; EC2 when nothing is said (Amazon ECS API Reference, CreateService). */
export function launchTypeOf(settings: JsonObject): 'FARGATE' | 'EC2' {
  const providers = objects(settings, 'capacityProviderStrategy').map((one) => text(one, 'capacityProvider'));
  const fargate =
    text(settings, 'launchType') === 'FARGATE' || providers.some((name) => name?.startsWith('FARGATE'));
  return fargate ? 'FARGATE' : 'EC2';
}

/** Members that a service revision consists of: a change of one needs a new deployment (Amazon ECS API Reference, UpdateService). */
const REVISED: ReadonlySet<string> = new Set([
  'capacityProviderStrategy',
  'loadBalancers',
  'networkConfiguration',
  'platformVersion',
  'serviceConnectConfiguration',
  'serviceRegistries',
  'volumeConfigurations',
  'vpcLatticeConfigurations',
]);

/** Whether a service with these settings, that had those before, has to be deployed anew. */
export function needsDeployment(before: JsonObject, after: JsonObject): boolean {
  return [...REVISED].some((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

/** A service's settings with what belongs to a service revision taken from an older one. */
export function revisedSettings(settings: JsonObject, revision: JsonObject): JsonObject {
  const revised = present(Object.fromEntries([...REVISED].map((name) => [name, revision[name]])));
  return { ...without(settings, REVISED), ...revised };
}
