import type { TaskRequest, TaskResponse } from './runtime.js';

/** How the containers of an image live under the simulated runtime. Times are milliseconds of AWS time. */
export interface Behaviour {
  /** Until the task's network is there. Default: 3 s. */
  readonly attach?: number;
  /** From then until the images are fetched. Default: 5 s. */
  readonly pull?: number;
  /** From then until the container runs and listens. Default: 2 s. */
  readonly start?: number;
  /** The task cannot be started: ECS's stopped reason. */
  readonly failure?: string;
  /** From when on the container answers 503 and fails its health check; 0 means from the start. Default: never. */
  readonly unhealthyAfter?: number;
  /** The container ends by itself, `after` counted from its start. */
  readonly exit?: { readonly after: number; readonly exitCode: number; readonly reason?: string };
  /** What it makes of SIGTERM; it is killed when that takes longer than its stop timeout. Default: exit 0 after 1 s. */
  readonly stop?: { readonly after: number; readonly exitCode: number };
  /** False: nothing listens on its ports. */
  readonly listens?: boolean;
  /** Lines that it writes when it starts. */
  readonly output?: readonly string[];
  /** Its answer to a request; undefined for the usual one, `hang` for none at all. */
  readonly answer?: (request: TaskRequest, app: App) => Answer | 'hang' | undefined;
}

/** A running container as its answers see it. */
export interface App {
  readonly task: string;
  readonly container: string;
  /** The task definition's family. */
  readonly family: string;
  /** The image's environment, overlaid with the task definition's. */
  readonly environment: ReadonlyMap<string, string>;
  /** Milliseconds of AWS time since it started. */
  readonly uptime: number;
}

/** An HTTP answer; a body that is not text goes out as JSON. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: unknown;
}

/** Behaviour by tag, by digest, by whole image reference, or `*` for every image. Changes apply to tasks started later. */
export type Script = ReadonlyMap<string, Behaviour>;

/** What the script says of an image; the more precise name wins. */
export function behaviourOf(script: Script, image: string, digest: string): Behaviour {
  const tag = /:([^:/@]+)$/.exec(image.split('@')[0] ?? '')?.[1] ?? '';
  const pinned = image.split('@')[1] ?? '';
  const name = [image, pinned, digest, tag, '*'].find((one) => script.has(one));
  return (name === undefined ? undefined : script.get(name)) ?? {};
}

/** The app's answer as bytes, or undefined when it gives none. */
export function answerOf(behaviour: Behaviour, request: TaskRequest, app: App): TaskResponse | undefined {
  const own = behaviour.answer?.(request, app);
  if (own === 'hang') return undefined;
  const { status = 200, headers = {}, body = '' } = own ?? usualAnswer(behaviour, request, app);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
  return {
    status,
    headers: { 'content-type': type, ...headers },
    body: Buffer.from(request.method === 'HEAD' ? '' : text),
  };
}

/** Every path exists; the version route tells what the environment says. */
function usualAnswer({ unhealthyAfter }: Behaviour, { path }: TaskRequest, app: App): Answer {
  if (unhealthyAfter !== undefined && app.uptime >= unhealthyAfter) {
    return { status: 503, body: { status: 'unhealthy' } };
  }
  if (path.split('?')[0] !== '/api/v1/version') return { body: { status: 'ok' } };
  const value = (name: string, otherwise: string) => app.environment.get(name) ?? otherwise;
  return {
    body: {
      gitSha: value('GIT_SHA', 'unknown'),
      buildTime: value('BUILD_TIME', 'unknown'),
      nodeEnv: value('NODE_ENV', 'production'),
      version: value('APP_VERSION', '1.0.0'),
      service: value('SERVICE_NAME', app.family),
    },
  };
}
