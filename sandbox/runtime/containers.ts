import { number, object, objects, text, texts } from '../ecs/fields.js';
import type { JsonObject } from '../json.js';
import { containersOf, type ContainerPlan, type HealthCheckPlan } from './simulated-containers.js';

/** A container of a task definition, as far as a runtime reads it that really starts it. */
export interface Container extends ContainerPlan {
  /** Overrides the image's entry point. */
  readonly entryPoint: readonly string[] | undefined;
  /** Overrides the image's command. */
  readonly command: readonly string[] | undefined;
  readonly workingDirectory: string | undefined;
  readonly user: string | undefined;
  readonly healthCheck: HealthCheck | undefined;
  readonly dependencies: readonly Dependency[];
  /** MiB; undefined means no limit of its own. */
  readonly memory: number | undefined;
}

/** A container's own health check; times are milliseconds of AWS time. */
export interface HealthCheck extends HealthCheckPlan {
  /** As in the task definition: `CMD` and a program, or `CMD-SHELL` and a line for the shell. */
  readonly command: readonly string[];
  readonly timeout: number;
}

/** What another container must have come to before this one is started. */
export interface Dependency {
  readonly container: string;
  readonly condition: 'START' | 'COMPLETE' | 'SUCCESS' | 'HEALTHY';
}

/** Reads the containers of a registered task definition. */
export function readContainers(definition: JsonObject): readonly Container[] {
  const plans = new Map(containersOf(definition).map((plan) => [plan.name, plan]));
  return objects(definition, 'containerDefinitions').flatMap((container) => {
    const plan = plans.get(text(container, 'name') ?? '');
    return plan ? [readContainer(plan, container, definition)] : [];
  });
}

function readContainer(plan: ContainerPlan, container: JsonObject, definition: JsonObject): Container {
  return {
    ...plan,
    entryPoint: given(container, 'entryPoint'),
    command: given(container, 'command'),
    workingDirectory: text(container, 'workingDirectory'),
    user: text(container, 'user'),
    healthCheck: plan.healthCheck && readHealthCheck(plan.healthCheck, container),
    dependencies: objects(container, 'dependsOn').map((one) => ({
      container: text(one, 'containerName') ?? '',
      condition: conditionOf(text(one, 'condition')),
    })),
    memory: number(container, 'memory') ?? taskMemory(definition),
  };
}

/** Amazon ECS API Reference, HealthCheck: the timeout is 5 seconds when nothing is given. */
function readHealthCheck(plan: HealthCheckPlan, container: JsonObject): HealthCheck | undefined {
  const check = object(container, 'healthCheck') ?? {};
  const command = texts(check, 'command');
  // Docker runs no check of another kind ("daemon/health.go"), and with it the container's health stays UNKNOWN.
  if (command[0] !== 'CMD' && command[0] !== 'CMD-SHELL') return undefined;
  return { ...plan, command, timeout: (number(check, 'timeout') ?? 5) * 1_000 };
}

function given(container: JsonObject, name: string): readonly string[] | undefined {
  const list = texts(container, name);
  return list.length > 0 ? list : undefined;
}

function conditionOf(condition: string | undefined): Dependency['condition'] {
  switch (condition) {
    case 'COMPLETE':
    case 'SUCCESS':
    case 'HEALTHY':
      return condition;
    default:
      return 'START';
  }
}

/** MiB; `1 GB` is another way to write 1024. */
function taskMemory(definition: JsonObject): number | undefined {
  const memory = text(definition, 'memory') ?? '';
  const gigabytes = /^([\d.]+)\s*gb$/i.exec(memory)?.[1];
  const size = gigabytes === undefined ? Number(memory) : Number(gigabytes) * 1_024;
  return size > 0 ? size : undefined;
}
