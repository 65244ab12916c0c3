import type { Cloud } from '../cloud.js';
import type { JsonObject } from '../json.js';
import { object, objects, text } from './fields.js';

/**
 * A task definition with the members that ECS adds when they are not given, as DescribeTaskDefinition shows
 * them; nothing that was given is touched (Amazon ECS API Reference, ContainerDefinition and PortMapping).
 */
export function withDefaults(registered: JsonObject): JsonObject {
  return {
    volumes: [],
    placementConstraints: [],
    ...registered,
    containerDefinitions: objects(registered, 'containerDefinitions').map((container) =>
      containerWithDefaults(container, networkMode(registered)),
    ),
  };
}

/** The network mode; on Linux it is `bridge` when none is given. */
export function networkMode(definition: JsonObject): string {
  return text(definition, 'networkMode') ?? 'bridge';
}

function containerWithDefaults(container: JsonObject, mode: string): JsonObject {
  return {
    cpu: 0,
    essential: true,
    environment: [],
    mountPoints: [],
    volumesFrom: [],
    systemControls: [],
    ...container,
    portMappings: objects(container, 'portMappings').map((mapping) => ({
      // In awsvpc and host mode the host port is the container port; in bridge mode 0 asks for a free one.
      hostPort: mode === 'bridge' ? 0 : mapping['containerPort'],
      protocol: 'tcp',
      ...mapping,
    })),
  };
}

/** The capabilities that an instance needs (Amazon ECS Developer Guide, "Task definition capabilities"). */
export function requiresAttributes(cloud: Cloud, definition: JsonObject): JsonObject[] {
  const containers = objects(definition, 'containerDefinitions');
  const role = text(definition, 'executionRoleArn') !== undefined;
  const drivers = containers.flatMap(
    (container) => text(object(container, 'logConfiguration') ?? {}, 'logDriver') ?? [],
  );
  const ecr = containers.some((container) => isEcrImage(cloud, text(container, 'image') ?? ''));
  const names = [
    ...new Set(drivers.map((driver) => `com.amazonaws.ecs.capability.logging-driver.${driver}`)),
    ...(role && drivers.includes('awslogs') ? ['ecs.capability.execution-role-awslogs'] : []),
    ...(ecr ? ['com.amazonaws.ecs.capability.ecr-auth'] : []),
    ...(ecr && role ? ['ecs.capability.execution-role-ecr-pull'] : []),
    ...(text(definition, 'taskRoleArn') ? ['com.amazonaws.ecs.capability.task-iam-role'] : []),
    ...(containers.some((container) => object(container, 'healthCheck'))
      ? ['ecs.capability.container-health-check']
      : []),
    ...(networkMode(definition) === 'awsvpc' ? ['ecs.capability.task-eni'] : []),
    'com.amazonaws.ecs.capability.docker-remote-api.1.18',
  ];
  return names.map((name) => ({ name }));
}

/** Whether an image lies in a registry of ECR: this one, or one with ECR's kind of host name. */
export function isEcrImage({ ecr }: Cloud, image: string): boolean {
  const host = image.slice(0, Math.max(0, image.indexOf('/')));
  return host === ecr.host || /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/.test(host);
}
