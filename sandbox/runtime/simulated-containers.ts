import { createHash } from 'node:crypto';
import type { Clock } from '../clock.js';
import type { PulledImage } from '../ecr/pull.js';
import { number, object, objects, text, texts } from '../ecs/fields.js';
import type { JsonObject } from '../json.js';

/** A container of a task definition, as far as the simulated runtime reads it. Times are milliseconds of AWS time. */
export interface ContainerPlan {
  readonly name: string;
  readonly image: string;
  readonly environment: ReadonlyMap<string, string>;
  readonly ports: readonly PortPlan[];
  readonly healthCheck: HealthCheckPlan | undefined;
  readonly stopTimeout: number;
}

export interface PortPlan {
  readonly containerPort: number;
  /** 0 asks for a free one. */
  readonly hostPort: number;
  readonly protocol: 'tcp' | 'udp';
}

export interface HealthCheckPlan {
  readonly interval: number;
  readonly retries: number;
  readonly startPeriod: number;
}

/** Reads the containers of a registered task definition. */
export function containersOf(definition: JsonObject): ContainerPlan[] {
  return objects(definition, 'containerDefinitions').map((container) => ({
    name: text(container, 'name') ?? '',
    image: text(container, 'image') ?? '',
    environment: new Map(
      objects(container, 'environment').map((one) => [text(one, 'name') ?? '', text(one, 'value') ?? '']),
    ),
    ports: objects(container, 'portMappings').map((mapping) => ({
      containerPort: number(mapping, 'containerPort') ?? 0,
      hostPort: number(mapping, 'hostPort') ?? 0,
      protocol: text(mapping, 'protocol') === 'udp' ? 'udp' : 'tcp',
    })),
    healthCheck: healthCheckOf(object(container, 'healthCheck')),
    // Amazon ECS API Reference, ContainerDefinition: 30 seconds when nothing is given.
    stopTimeout: (number(container, 'stopTimeout') ?? 30) * 1_000,
  }));
}

/** Amazon ECS API Reference, HealthCheck: every 30 s, three retries, no start period; `NONE` switches it off. */
function healthCheckOf(check: JsonObject | undefined): HealthCheckPlan | undefined {
  if (!check || texts(check, 'command')[0] === 'NONE') return undefined;
  return {
    interval: (number(check, 'interval') ?? 30) * 1_000,
    retries: number(check, 'retries') ?? 3,
    startPeriod: (number(check, 'startPeriod') ?? 0) * 1_000,
  };
}

/**
 * When a container's own check gives its verdict, counted from the container's start: a good one with the
 * first check, a bad one after the retries, which do not count within the start period.
 */
export function checkTimes(
  { interval, retries, startPeriod }: HealthCheckPlan,
  unhealthyAfter: number | undefined,
): { readonly healthy: number | undefined; readonly unhealthy: number | undefined } {
  const sick = unhealthyAfter ?? Number.POSITIVE_INFINITY;
  return {
    healthy: sick > interval ? interval : undefined,
    unhealthy: Number.isFinite(sick) ? Math.max(sick, startPeriod) + interval * retries : undefined,
  };
}

/** The images of the registry in the sandbox. */
export interface Registry {
  /** `host[:port]` in image references. */
  readonly host: string;
  /** Finds an image; rejects with ECS's stopped reason as message. */
  pull(image: string, architecture: string): Promise<Pick<PulledImage, 'digest' | 'config'>>;
}

/** An image that was fetched: its digest and the environment that was built into it. */
export interface FetchedImage {
  readonly digest: string;
  readonly environment: ReadonlyMap<string, string>;
}

/** Fetches an image from the registry, or makes up a digest for one from elsewhere, always the same. */
export async function fetchImage(
  registry: Registry | undefined,
  image: string,
  architecture: string,
): Promise<FetchedImage> {
  if (!registry || !image.startsWith(`${registry.host}/`)) {
    const digest = image.split('@')[1] ?? `sha256:${createHash('sha256').update(image).digest('hex')}`;
    return { digest, environment: new Map() };
  }
  const { digest, config } = await registry.pull(image, architecture);
  const environment = config.env.map((pair) => {
    const [name = '', ...value] = pair.split('=');
    return [name, value.join('=')] as const;
  });
  return { digest, environment: new Map(environment) };
}

/** Waits that end together when a task stops. */
export interface Waits {
  after(ms: number, work: () => void): void;
  cancel(): void;
}

/** Waits on the clock that can be cancelled at once. */
export function waitsOn(clock: Clock): Waits {
  const cancels = new Set<() => void>();
  return {
    after(ms, work) {
      const cancel = clock.after(ms, () => {
        cancels.delete(cancel);
        work();
      });
      cancels.add(cancel);
    },
    cancel() {
      for (const cancel of cancels) cancel();
      cancels.clear();
    },
  };
}
