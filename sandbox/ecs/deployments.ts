import type { Cloud } from '../cloud.js';
import { AwsError } from '../errors.js';
import type { Json, JsonObject } from '../json.js';
import type { Operations } from '../protocol/operation.js';
import { clusterOf, everyService, serviceOf } from './arns.js';
import { describedServiceRevision } from './describe-service.js';
import { describedServiceDeployment, serviceDeploymentBrief } from './describe-service-deployment.js';
import { number, object, present, text, texts } from './fields.js';
import { pageOf } from './paging.js';
import { invalidParameter, missing } from './refusals.js';
import { wake } from './scheduler.js';
import { enter, type ServiceDeployment } from './service-deployment.js';
import type { Service } from './state.js';

/** The operations on service deployments and service revisions (Amazon ECS API Reference). */
export const deploymentOperations: Operations = {
  ListServiceDeployments,
  DescribeServiceDeployments,
  DescribeServiceRevisions,
  StopServiceDeployment,
};

/** Service deployments are kept for ninety days (Amazon ECS Developer Guide, "View service history"). */
const KEPT = 90 * 86_400;

/** Newest first; the filter's times are seconds since the epoch. */
function ListServiceDeployments(cloud: Cloud, input: JsonObject): JsonObject {
  const service = serviceOf(clusterOf(cloud, input), text(input, 'service') ?? '');
  const statuses = texts(input, 'status');
  const { after = 0, before = Number.POSITIVE_INFINITY } = createdAt(cloud, input);
  const found = service.serviceDeployments
    .filter(({ status }) => statuses.length === 0 || statuses.includes(status))
    .filter((one) => one.createdAt / 1_000 > after && one.createdAt / 1_000 < before)
    .map((one) => serviceDeploymentBrief(cloud, service, one));
  const { items, nextToken } = pageOf(found, { maxResults: 20, ...input }, 100);
  return present({ serviceDeployments: items, nextToken });
}

/** A filter that reaches further back than service deployments are kept is refused (hashicorp/terraform-provider-aws#43502). */
function createdAt(cloud: Cloud, input: JsonObject): { after?: number; before?: number } {
  const filter = object(input, 'createdAt') ?? {};
  const after = number(filter, 'after');
  const before = number(filter, 'before');
  const oldest = cloud.clock.now() / 1_000 - KEPT;
  if ((after ?? oldest) < oldest || (before ?? oldest) < oldest) {
    throw invalidParameter('The createdAt time range must be within the last 90 days.');
  }
  return { ...(after === undefined ? {} : { after }), ...(before === undefined ? {} : { before }) };
}

function DescribeServiceDeployments(cloud: Cloud, input: JsonObject): JsonObject {
  const { found, failures } = lookUp(cloud, texts(input, 'serviceDeploymentArns'), (service, wanted) => {
    const deployment = deploymentIn(service, wanted);
    return deployment && describedServiceDeployment(cloud, service, deployment);
  });
  return { serviceDeployments: found, failures };
}

function DescribeServiceRevisions(cloud: Cloud, input: JsonObject): JsonObject {
  const { found, failures } = lookUp(cloud, texts(input, 'serviceRevisionArns'), (service, wanted) => {
    const revision = service.revisions.find(({ arn }) => arn === wanted);
    return revision && describedServiceRevision(cloud, service, revision);
  });
  return { serviceRevisions: found, failures };
}

/**
 * Asks for the end of a service deployment that is going on, whatever its configuration says; the scheduler does the
 * rest. One that is rolling back already goes on doing so (Amazon ECS Developer Guide, "Stopping Amazon ECS service
 * deployments"). `ABORT` is in the API's model, but not documented: it is taken to fail the deployment without rollback.
 */
function StopServiceDeployment(cloud: Cloud, input: JsonObject): JsonObject {
  const serviceDeploymentArn = text(input, 'serviceDeploymentArn') ?? '';
  const stopType = text(input, 'stopType') ?? 'ROLLBACK';
  if (stopType !== 'ROLLBACK' && stopType !== 'ABORT') throw invalidParameter('The stop type is not valid.');
  const service = everyService(cloud).find((one) => deploymentIn(one, serviceDeploymentArn));
  const deployment = service && deploymentIn(service, serviceDeploymentArn);
  if (!deployment) {
    throw new AwsError('ServiceDeploymentNotFoundException', 'The service deployment does not exist.');
  }
  if (deployment.finishedAt !== undefined) {
    throw new AwsError('ConflictException', `The service deployment is ${deployment.status}.`);
  }
  if (!deployment.status.startsWith('ROLLBACK_')) {
    enter(cloud, deployment, stopType === 'ABORT' ? 'STOP_REQUESTED' : 'ROLLBACK_REQUESTED');
    wake(cloud, service);
  }
  return { serviceDeploymentArn };
}

function deploymentIn({ serviceDeployments }: Service, wanted: string): ServiceDeployment | undefined {
  return serviceDeployments.find(({ arn }) => arn === wanted);
}

/** Looks ARNs up in every service; at most twenty at once (Amazon ECS API Reference, both operations). */
function lookUp(
  cloud: Cloud,
  arns: readonly string[],
  describe: (service: Service, arn: string) => JsonObject | undefined,
): { found: Json; failures: Json } {
  if (arns.length === 0) throw invalidParameter('ARNs cannot be empty.');
  if (arns.length > 20) throw invalidParameter('ARNs cannot exceed 20 elements.');
  const services = everyService(cloud);
  const found = arns.map((arn) => services.map((service) => describe(service, arn)).find(Boolean));
  return {
    found: found.filter((one) => one !== undefined),
    failures: arns.filter((_, index) => found[index] === undefined).map(missing),
  };
}
