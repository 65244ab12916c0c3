import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { isObject, text } from '../ecs/fields.js';
import type { Json, JsonObject } from '../json.js';

/** A Docker Engine behind its unix socket (Docker Engine API). */
export interface DockerEngine {
  /** Calls the API and reads its whole answer; rejects with an `EngineError`, or with the socket's error. */
  call(method: string, path: string, options?: CallOptions): Promise<Json>;
  /** Calls the API and leaves the answer to be read as it comes. */
  stream(method: string, path: string, options?: CallOptions): Promise<IncomingMessage>;
}

export interface CallOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The engine refused; the message is its own. */
export class EngineError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * The engine that `DOCKER_HOST` names, or the one of the machine. Throws for a host that is no unix socket,
 * because containers have to share this machine's network.
 */
export function dockerEngine(
  host = process.env['DOCKER_HOST'] || 'unix:///var/run/docker.sock',
): DockerEngine {
  if (!host.startsWith('unix://'))
    throw new Error(`The docker runtime needs a unix socket, not DOCKER_HOST=${host}.`);
  const socketPath = host.slice('unix://'.length);
  const stream = (method: string, path: string, options: CallOptions = {}): Promise<IncomingMessage> =>
    answerOf(open(socketPath, method, path, options), options.body);
  return {
    stream,
    async call(method, path, options) {
      const body = await textOf(await stream(method, path, options));
      return body === '' ? null : (JSON.parse(body) as Json);
    },
  };
}

/** Whether an engine answers there. */
export async function engineAnswers(engine: DockerEngine): Promise<boolean> {
  return engine.stream('GET', '/_ping').then(
    (answer) => {
      answer.resume();
      return true;
    },
    () => false,
  );
}

/** A field of an answer that is a structure. */
export function field(answer: Json, name: string): JsonObject {
  const value = isObject(answer) ? answer[name] : undefined;
  return isObject(value) ? value : {};
}

function open(socketPath: string, method: string, path: string, options: CallOptions): ClientRequest {
  const query = new URLSearchParams(options.query).toString();
  return request({
    socketPath,
    method,
    path: query === '' ? path : `${path}?${query}`,
    headers: { host: 'docker', 'content-type': 'application/json', ...options.headers },
    agent: false,
  });
}

async function answerOf(sent: ClientRequest, body: JsonObject | undefined): Promise<IncomingMessage> {
  sent.end(body && JSON.stringify(body));
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const { statusCode = 0 } = answer;
  if (statusCode < 400) return answer;
  throw new EngineError(statusCode, messageOf(await textOf(answer)));
}

function messageOf(body: string): string {
  try {
    const answer = JSON.parse(body) as Json;
    return (isObject(answer) ? text(answer, 'message') : undefined) ?? body;
  } catch {
    return body;
  }
}
