import type { JsonObject } from '../json.js';
import { number, object, objects, text } from './fields.js';
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

/** The deployment configuration with the members that ECS adds. */
export function deploymentConfiguration(settings: JsonObject): JsonObject {
  const given = object(settings, 'deploymentConfiguration') ?? {};
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
