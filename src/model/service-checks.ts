import { DeployError } from '../errors.js';
import { lastPart } from './arn.js';
import type { Json, JsonObject } from './json.js';
import { redact } from './redact.js';
import { inFlight, primary, type Service } from './service.js';
import { containerNames, containerOf, essentialContainers, secretNames } from './task-definition.js';

/**
 * Whether this action can release to a service at all, each reason with its own error: ACTIVE, the ECS
 * deployment controller with rolling updates, no DAEMON, no pause hooks, more than no task.
 */
export function serviceProblems(service: Service): readonly DeployError[] {
  const unsupported = (what: string): DeployError =>
    new DeployError('service-unsupported', `The service ${service.name} ${what}.`, {
      hint: 'This action releases rolling updates of replica services under the ECS deployment controller.',
    });
  if (service.status !== 'ACTIVE') {
    return [
      new DeployError('service-inactive', `The service ${service.name} is ${service.status}, not ACTIVE.`, {
        hint: 'It was deleted: create it again, or check the inputs cluster and service.',
      }),
    ];
  }
  return [
    service.controller === 'ECS'
      ? undefined
      : unsupported(`uses the deployment controller ${service.controller}`),
    service.strategy === 'ROLLING'
      ? undefined
      : unsupported(`uses the deployment strategy ${service.strategy}`),
    service.scheduling === 'REPLICA'
      ? undefined
      : unsupported(`has the scheduling strategy ${service.scheduling}`),
    service.pauses ? unsupported('has a lifecycle hook that pauses its deployments') : undefined,
    service.desiredCount > 0
      ? undefined
      : new DeployError('scaled-to-zero', `The service ${service.name} has a desired count of 0.`, {
          hint: 'Scale it up first: with no task there is nothing that could be proven.',
        }),
  ].filter((problem) => problem !== undefined);
}

/** The error of a release that meets a rollout of somebody else. */
export function rolloutInFlight(service: Service): DeployError | undefined {
  if (!inFlight(service)) return undefined;
  const current = primary(service);
  const what = current ? `${current.id} of ${lastPart(current.taskDefinition)}` : 'a deployment';
  return new DeployError('rollout-in-flight', `A rollout is in flight: ${what} is not complete.`, {
    hint: 'Let in-flight be wait to let it finish first, or replace to deploy over it.',
  });
}

/** The container that gets the image: the named one, else the only essential one. */
export function chooseContainer(body: JsonObject, wanted: string | undefined): string | DeployError {
  const names = containerNames(body);
  if (wanted !== undefined) {
    if (names.includes(wanted)) return wanted;
    return new DeployError(
      'container-missing',
      `The task definition has no container ${wanted}; it has ${names.map(redact).join(', ')}.`,
      {
        hint: 'Check the input container.',
      },
    );
  }
  const [only, ...others] = essentialContainers(body);
  if (only !== undefined && others.length === 0) return only;
  return new DeployError(
    'container-missing',
    `The task definition has several essential containers: ${names.map(redact).join(', ')}.`,
    {
      hint: 'Say with the input container which one gets the image.',
    },
  );
}

/** A variable cannot be both set by us and taken from a secret: ECS refuses such a container. */
export function secretProblems(
  body: JsonObject,
  container: string,
  variables: Iterable<string>,
): readonly DeployError[] {
  const definition = containerOf(body, container);
  const secrets = new Set(definition ? secretNames(definition) : []);
  return [...variables]
    .filter((name) => secrets.has(name))
    .map(
      (name) =>
        new DeployError(
          'task-definition-invalid',
          `The container ${container} takes ${name} from a secret, and the release would set it, too.`,
          {
            hint: `Rename that secret's variable, or leave ${name} out of environment-variables.`,
          },
        ),
    );
}

/** Fields of a container definition and of a task definition that RegisterTaskDefinition takes (Amazon ECS API Reference). */
const TASK_FIELDS = new Set(
  (
    'family taskRoleArn executionRoleArn networkMode containerDefinitions volumes placementConstraints requiresCompatibilities ' +
    'cpu memory tags pidMode ipcMode proxyConfiguration inferenceAccelerators ephemeralStorage runtimePlatform enableFaultInjection ' +
    'taskDefinitionArn revision status requiresAttributes compatibilities registeredAt registeredBy deregisteredAt deleteRequestedAt'
  ).split(' '),
);
const CONTAINER_FIELDS = new Set(
  (
    'name image repositoryCredentials cpu memory memoryReservation links portMappings essential restartPolicy entryPoint command ' +
    'environment environmentFiles mountPoints volumesFrom linuxParameters secrets dependsOn startTimeout stopTimeout versionConsistency ' +
    'hostname user workingDirectory disableNetworking privileged readonlyRootFilesystem dnsServers dnsSearchDomains extraHosts ' +
    'dockerSecurityOptions interactive pseudoTerminal dockerLabels ulimits logConfiguration healthCheck systemControls ' +
    'resourceRequirements firelensConfiguration credentialSpecs'
  ).split(' '),
);

/** Fields of a task definition file that ECS does not know: a typing error there would be lost without a word. */
export function unknownFields(body: JsonObject): readonly string[] {
  const containers: readonly Json[] = Array.isArray(body['containerDefinitions'])
    ? body['containerDefinitions']
    : [];
  return [
    ...Object.keys(body).filter((field) => !TASK_FIELDS.has(field)),
    ...containers.flatMap((container, index) =>
      typeof container === 'object' && container !== null
        ? Object.keys(container)
            .filter((field) => !CONTAINER_FIELDS.has(field))
            .map((field) => `containerDefinitions[${String(index)}].${field}`)
        : [],
    ),
  ];
}
