import type { Cloud } from '../cloud.js';
import type { JsonObject } from '../json.js';
import { number, object, objects, text, texts } from './fields.js';
import { clientError } from './refusals.js';
import { isEcrImage } from './registration.js';

/** Throws a `ClientException` for a task definition that ECS would not register, in ECS's words. */
export function checkTaskDefinition(cloud: Cloud, definition: JsonObject): void {
  checkFamily(text(definition, 'family') ?? '');
  const containers = objects(definition, 'containerDefinitions');
  if (containers.length === 0) throw clientError('Container list cannot be empty.');
  containers.forEach(checkContainer);
  const names = containers.map((container) => text(container, 'name'));
  if (new Set(names).size < names.length)
    throw clientError('Container names must be unique within a task definition.');
  if (containers.every((container) => container['essential'] === false)) {
    throw clientError('At least one essential container is required in a task definition.');
  }
  if (requires(definition, 'FARGATE')) checkFargate(cloud, definition);
  else checkMemory(definition);
}

/** Whether the definition could run on Fargate, whatever it says that it needs. */
export function fitsFargate(definition: JsonObject): boolean {
  return (
    text(definition, 'networkMode') === 'awsvpc' &&
    sizes(definition).some((memory) => memory === memoryOf(definition))
  );
}

/** Whether `requiresCompatibilities` names that launch type. */
export function requires(definition: JsonObject, launchType: string): boolean {
  return texts(definition, 'requiresCompatibilities').includes(launchType);
}

function checkFamily(family: string): void {
  if (family === '') throw clientError('Family should not be null or empty.');
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(family)) throw clientError('Invalid characters in family name.');
}

function checkContainer(container: JsonObject): void {
  if (!text(container, 'name')) throw clientError('Container.name should not be null or empty.');
  if (!text(container, 'image')) throw clientError('Container.image should not be null or empty.');
  for (const mapping of objects(container, 'portMappings')) {
    const port = number(mapping, 'containerPort');
    if (port !== undefined && (port < 0 || port > 65_535)) {
      throw clientError(`Invalid 'containerPort' setting for container '${text(container, 'name') ?? ''}'`);
    }
  }
  const command = object(container, 'healthCheck')?.['command'];
  if (Array.isArray(command) && command.length === 0) {
    throw clientError('Health check command must not be empty.');
  }
}

/** Amazon ECS Developer Guide, "Task definition differences for Fargate". */
function checkFargate(cloud: Cloud, definition: JsonObject): void {
  for (const size of ['cpu', 'memory']) {
    if (!text(definition, size))
      throw clientError(`Fargate requires that '${size}' be defined at the task level.`);
  }
  if (text(definition, 'networkMode') !== 'awsvpc')
    throw clientError('Fargate only supports network mode ‘awsvpc’.');
  if (!fitsFargate(definition)) {
    throw clientError(
      `No Fargate configuration exists for given values: ${text(definition, 'cpu') ?? ''} CPU, ` +
        `${text(definition, 'memory') ?? ''} memory.`,
    );
  }
  if (text(definition, 'executionRoleArn')) return;
  for (const container of objects(definition, 'containerDefinitions')) {
    const needs = isEcrImage(cloud, text(container, 'image') ?? '')
      ? 'ECR images'
      : text(object(container, 'logConfiguration') ?? {}, 'logDriver') === 'awslogs' && 'log driver awslogs';
    if (needs) {
      throw clientError(`Fargate requires task definition to have execution role ARN to support ${needs}.`);
    }
  }
}

/** On EC2 a container has a memory limit of its own unless the task has one. */
function checkMemory(definition: JsonObject): void {
  if (text(definition, 'memory')) return;
  for (const container of objects(definition, 'containerDefinitions')) {
    if (number(container, 'memory') === undefined && number(container, 'memoryReservation') === undefined) {
      throw clientError(
        `Invalid setting for container '${text(container, 'name') ?? ''}'. ` +
          "At least one of 'memory' or 'memoryReservation' must be specified.",
      );
    }
  }
}

/** Sizes of memory in MiB that go with the task's CPU units: least, most and step ("Task CPU and memory"). */
function sizes(definition: JsonObject): readonly number[] {
  const [least = 1, most = 0, step = 1] = FARGATE_SIZES[cpuOf(definition)] ?? [];
  const steps = Array.from(
    { length: Math.floor((most - least) / step) + 1 },
    (_, index) => least + index * step,
  );
  return cpuOf(definition) === '256' ? [512, ...steps] : steps;
}

const FARGATE_SIZES: Readonly<Record<string, readonly [least: number, most: number, step: number]>> = {
  '256': [1_024, 2_048, 1_024],
  '512': [1_024, 4_096, 1_024],
  '1024': [2_048, 8_192, 1_024],
  '2048': [4_096, 16_384, 1_024],
  '4096': [8_192, 30_720, 1_024],
  '8192': [16_384, 61_440, 4_096],
  '16384': [32_768, 122_880, 8_192],
};

/** `1 vCPU` is another way to write 1024. */
function cpuOf(definition: JsonObject): string {
  const cpu = text(definition, 'cpu') ?? '';
  const units = /^([\d.]+)\s*vcpu$/i.exec(cpu)?.[1];
  return units === undefined ? cpu : String(Number(units) * 1_024);
}

/** `2 GB` is another way to write 2048. */
function memoryOf(definition: JsonObject): number {
  const memory = text(definition, 'memory') ?? '';
  const gigabytes = /^([\d.]+)\s*gb$/i.exec(memory)?.[1];
  return gigabytes === undefined ? Number(memory) : Number(gigabytes) * 1_024;
}
