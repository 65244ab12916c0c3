import type { Cloud } from '../cloud.js';
import { AwsError } from '../errors.js';
import type { JsonObject } from '../json.js';
import type { Operations } from '../protocol/operation.js';
import { arnOf, clusterOf, findService, findTaskDefinition, nameOf, serviceOf } from './arns.js';
import { beginDeployment, endServiceDeployment } from './deploying.js';
import { describedService } from './describe-service.js';
import { flag, isObject, number, object, present, text, texts, without } from './fields.js';
import { pageOf } from './paging.js';
import { clientError, invalidParameter, missing } from './refusals.js';
import { tasksOf, wake } from './scheduler.js';
import { checkDesiredCount, checkSettings } from './service-rules.js';
import { launchTypeOf, needsDeployment } from './settings.js';
import type { Service } from './state.js';
import { includesTags, readTags } from './tags.js';
import { usableTaskDefinition } from './task-definitions.js';

/** The operations on services (Amazon ECS API Reference). */
export const serviceOperations: Operations = {
  CreateService,
  DescribeServices,
  UpdateService,
  DeleteService,
  ListServices,
};

function CreateService(cloud: Cloud, input: JsonObject): JsonObject {
  const cluster = clusterOf(cloud, input);
  const name = text(input, 'serviceName') ?? '';
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) throw invalidParameter('Invalid service name.');
  const existing = cluster.services.get(name);
  if (existing?.status === 'ACTIVE') throw invalidParameter('Creation of service was not idempotent.');
  if (existing?.status === 'DRAINING') {
    throw invalidParameter('Unable to Start a service that is still Draining.');
  }
  checkDesiredCount(number(input, 'desiredCount'));
  const definition = usableTaskDefinition(cloud, text(input, 'taskDefinition') ?? '');
  const settings = settingsOf(input);
  checkSettings(cloud, settings, definition);
  const service: Service = {
    name,
    arn: arnOf(cloud, 'service', cluster.name, name),
    cluster: cluster.name,
    status: 'ACTIVE',
    settings: { launchType: launchTypeOf(settings), ...settings },
    desiredCount: number(input, 'desiredCount') ?? 0,
    createdAt: cloud.clock.now(),
    deployments: [],
    serviceDeployments: [],
    revisions: [],
    events: [],
    tags: readTags(input, 'tags'),
  };
  cluster.services.set(name, service);
  beginDeployment(cloud, service, definition.arn, []);
  wake(cloud, service);
  return { service: describedService(cloud, service, true) };
}

function UpdateService(cloud: Cloud, input: JsonObject): JsonObject {
  const cluster = clusterOf(cloud, input);
  const service = serviceOf(cluster, text(input, 'service') ?? '');
  if (service.status !== 'ACTIVE') throw new AwsError('ServiceNotActiveException', 'Service was not ACTIVE.');
  checkDesiredCount(number(input, 'desiredCount'));
  const live = service.deployments[0]?.taskDefinition ?? '';
  const named = text(input, 'taskDefinition');
  const definition =
    named === undefined ? findTaskDefinition(cloud, live) : usableTaskDefinition(cloud, named);
  if (!definition) throw clientError('TaskDefinition not found.');
  const settings = merged(service.settings, settingsOf(input));
  checkSettings(cloud, settings, definition);
  const deployed =
    definition.arn !== live ||
    flag(input, 'forceNewDeployment') === true ||
    needsDeployment(service.settings, settings);
  if (deployed && definition.status !== 'ACTIVE') throw clientError('TaskDefinition is inactive');
  service.settings = settings;
  service.desiredCount = number(input, 'desiredCount') ?? service.desiredCount;
  if (deployed) beginDeployment(cloud, service, definition.arn, tasksOf(cluster, service));
  wake(cloud, service);
  return { service: describedService(cloud, service, true) };
}

/**
 * A deleted service drains its tasks and is INACTIVE afterwards; it stays describable for a while. What becomes of a
 * service deployment in progress is not documented; it is taken to be STOPPED.
 */
function DeleteService(cloud: Cloud, input: JsonObject): JsonObject {
  const service = serviceOf(clusterOf(cloud, input), text(input, 'service') ?? '');
  if (service.status === 'INACTIVE') throw new AwsError('ServiceNotFoundException', 'Service not found.');
  if (service.desiredCount > 0 && flag(input, 'force') !== true) {
    throw invalidParameter('The service cannot be stopped while it is scaled above 0.');
  }
  service.status = 'DRAINING';
  service.desiredCount = 0;
  endServiceDeployment(cloud, service);
  wake(cloud, service);
  return { service: describedService(cloud, service, true) };
}

function DescribeServices(cloud: Cloud, input: JsonObject): JsonObject {
  const cluster = clusterOf(cloud, input);
  const names = texts(input, 'services');
  if (names.length === 0) throw invalidParameter('Services cannot be empty.');
  if (names.length > 10) throw invalidParameter('Services cannot exceed 10 elements.');
  const found = names.map((name) => findService(cluster, name));
  const withTags = includesTags(input);
  return {
    services: found.flatMap((service) => (service ? [describedService(cloud, service, withTags)] : [])),
    failures: names.flatMap((name, index) =>
      found[index] ? [] : [missing(arnOf(cloud, 'service', cluster.name, nameOf(name)))],
    ),
  };
}

function ListServices(cloud: Cloud, input: JsonObject): JsonObject {
  const launchType = text(input, 'launchType');
  const arns = [...clusterOf(cloud, input).services.values()]
    .filter(({ status }) => status !== 'INACTIVE')
    .filter(({ settings }) => launchType === undefined || launchTypeOf(settings) === launchType)
    .map(({ arn }) => arn);
  const { items, nextToken } = pageOf(arns, { maxResults: 10, ...input }, 100);
  return present({ serviceArns: items, nextToken });
}

/** What a service is set to, without what is kept elsewhere. */
function settingsOf(input: JsonObject): JsonObject {
  return without(input, NO_SETTINGS);
}

const NO_SETTINGS: ReadonlySet<string> = new Set([
  'cluster',
  'service',
  'serviceName',
  'taskDefinition',
  'desiredCount',
  'forceNewDeployment',
  'clientToken',
  'tags',
]);

/** Members of the deployment configuration that are not given stay as they are (seen with UpdateService). */
function merged(before: JsonObject, given: JsonObject): JsonObject {
  const configuration = object(given, 'deploymentConfiguration');
  return {
    ...before,
    ...given,
    ...(configuration
      ? { deploymentConfiguration: overlaid(object(before, 'deploymentConfiguration') ?? {}, configuration) }
      : {}),
  };
}

function overlaid(before: JsonObject, given: JsonObject): JsonObject {
  const members = Object.entries(given).map(([name, value]) => {
    const old = before[name];
    return [name, isObject(value) && isObject(old) ? overlaid(old, value) : value] as const;
  });
  return { ...before, ...Object.fromEntries(members) };
}
