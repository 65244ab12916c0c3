import { exampleAnswer, exampleHeaders } from './example-answers.js';
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
  /**
   * Its answer to a request, undefined for that of `examples/backend`, `hang` for none at all. It goes out with the headers
   * that the example gives every answer, unless it says otherwise.
   */
  readonly answer?: (request: TaskRequest, app: App) => Answer | 'hang' | undefined;
  /** Names of headers, in lower case, that none of its answers has. */
  readonly lacksHeaders?: readonly string[];
}

/** A running container as its answers see it. */
export interface App {
  readonly task: string;
  readonly container: string;
  /** The task's address; those of tasks that start one after the other follow each other. */
  readonly ip: string;
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
  const { status = 200, headers, body = '' } = own ?? usualAnswer(behaviour, request, app);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const sent = { ...contentType(body), ...exampleHeaders(request, app), ...headers };
  return {
    status,
    headers: without(sent, behaviour.lacksHeaders ?? []),
    body: Buffer.from(request.method === 'HEAD' ? '' : text),
  };
}

function contentType(body: unknown): Answer['headers'] {
  if (body === '') return {};
  const type = typeof body === 'string' ? 'text/plain' : 'application/json';
  return { 'content-type': `${type}; charset=utf-8` };
}

function without(headers: TaskResponse['headers'], names: readonly string[]): TaskResponse['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}

function usualAnswer({ unhealthyAfter }: Behaviour, request: TaskRequest, app: App): Answer {
  if (unhealthyAfter !== undefined && app.uptime >= unhealthyAfter) {
    return { status: 503, body: { status: 'unhealthy' } };
  }
  return exampleAnswer(request, app);
}
