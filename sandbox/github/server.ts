import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '../json.js';
import { openEndpoint } from '../server.js';
import { described, OPERATIONS, type OperationId } from './description.js';
import { isRefusal, REFUSALS, takeFault, type GitHubFault } from './faults.js';
import { operations, refuse, type GitHubAnswer, type GitHubCall } from './operations.js';
import { makeRepository, type Repository, type RepositoryCommit } from './repository.js';

/** A request that came, and how it was answered; 0 is not at all. */
export interface GitHubRequest {
  readonly operation: OperationId | undefined;
  readonly body: JsonObject;
  status: number;
}

/** The part of GitHub's API that a deployment needs, with one repository behind it. */
export interface GitHubServer {
  /** `http://127.0.0.1:PORT`, for `GITHUB_API_URL`. */
  readonly url: string;
  readonly repository: Repository;
  readonly faults: GitHubFault[];
  readonly requests: GitHubRequest[];
  /** What did not fit GitHub's description, in a request or in an answer: a defect, which a test should fail on. */
  readonly invalid: string[];
  close(): Promise<void>;
}

/** Begins to serve on loopback; `name` is `owner/name`. */
export async function startGitHub(
  name: string,
  commits: readonly RepositoryCommit[] = [],
): Promise<GitHubServer> {
  const endpoint = await openEndpoint({ host: '127.0.0.1', port: 0 });
  const server: GitHubServer = {
    url: `http://127.0.0.1:${endpoint.port}`,
    repository: makeRepository(name, commits),
    faults: [],
    requests: [],
    invalid: [],
    close: () => endpoint.close(),
  };
  endpoint.serve(listener(server));
  return server;
}

function listener(server: GitHubServer): RequestListener {
  return (request, response) => {
    serve(server, request, response).catch(() => response.destroy());
  };
}

async function serve(
  server: GitHubServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const sent = await text(request);
  const found = route(request);
  const body = parse(sent);
  const record: GitHubRequest = { operation: found?.id, body: body ?? {}, status: 0 };
  server.requests.push(record);
  const fault = found && takeFault(server.faults, found.id);
  if (fault?.kind === 'hang') return;
  if (fault?.delay !== undefined) await sleep(fault.delay);
  if (fault?.kind === 'reset') {
    response.destroy();
    return;
  }
  const answer =
    fault && isRefusal(fault.kind)
      ? refused(fault.kind, fault.message)
      : answerOf(server, request, found, body);
  if (fault?.kind === 'lost-reply') {
    response.destroy();
    return;
  }
  record.status = fault?.kind === 'html' ? 200 : answer.status;
  if (fault?.kind === 'html') {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><title>Unicorn!</title>');
    return;
  }
  const wait = fault?.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
  response
    .writeHead(answer.status, { 'content-type': 'application/json; charset=utf-8', ...wait })
    .end(JSON.stringify(answer.body));
}

function refused(kind: keyof typeof REFUSALS, more: string | undefined): GitHubAnswer {
  const [status, message] = REFUSALS[kind];
  return refuse(status, more === undefined ? message : `${message} ${more}`);
}

interface Found {
  readonly id: OperationId;
  readonly path: GitHubCall['path'];
  readonly query: URLSearchParams;
}

/** The operation that a request is for, and the parts of its path. */
function route({ method, url }: IncomingMessage): Found | undefined {
  const { pathname, searchParams: query } = new URL(url ?? '/', 'http://127.0.0.1');
  for (const [id, described] of Object.entries(OPERATIONS)) {
    const [verb = '', path = ''] = described.split(' ');
    const groups = new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`).exec(pathname)?.groups;
    if (verb !== method || !groups) continue;
    const parts = Object.entries(groups).map(([name, part]) => [name, decodeURIComponent(part)]);
    return { id: id as OperationId, path: Object.fromEntries(parts) as GitHubCall['path'], query };
  }
  return undefined;
}

/** Checks the request and the answer against GitHub's description; what does not fit is kept. */
function answerOf(
  { repository, invalid }: GitHubServer,
  request: IncomingMessage,
  found: Found | undefined,
  body: JsonObject | undefined,
): GitHubAnswer {
  const named = `${request.method ?? ''} ${request.url ?? ''}`;
  if (!found) {
    invalid.push(`${named}: there is no such operation`);
    return refuse(404, 'Not Found');
  }
  const { id, path, query } = found;
  if (!/^(?:token|bearer) \S+$/i.test(request.headers.authorization ?? ''))
    return refuse(401, 'Requires authentication');
  const wrong = wrongHeader(request) ?? wrongQuery(id, path, query) ?? wrongBody(id, body);
  if (wrong !== undefined) {
    invalid.push(`${named}: ${wrong}`);
    return refuse(/^header/.test(wrong) ? 400 : 422, `Invalid request. ${wrong}`);
  }
  if (`${path['owner'] ?? ''}/${path['repo'] ?? ''}` !== repository.name) return refuse(404, 'Not Found');
  const answer = operations[id](repository, { path, query, body: body ?? {} });
  const misfit = described(id).wrongAnswer(answer.status, answer.body);
  if (misfit === undefined) return answer;
  invalid.push(`${named}: answer ${String(answer.status)}: ${misfit}`);
  return refuse(500, 'Server Error');
}

/** "Getting started with the REST API", headers: a user agent is required, the other two are recommended. */
function wrongHeader({ headers, method }: IncomingMessage): string | undefined {
  if (!headers['user-agent']) return 'header user-agent is missing';
  if (!/^application\/vnd\.github(?:\.v3)?\+json$/.test(headers.accept ?? ''))
    return `header accept: ${headers.accept ?? ''}`;
  if (headers['x-github-api-version'] !== '2022-11-28')
    return 'header x-github-api-version is not 2022-11-28';
  const type = headers['content-type'] ?? '';
  return method === 'POST' && !type.startsWith('application/json')
    ? `header content-type: ${type}`
    : undefined;
}

function wrongQuery(id: OperationId, path: GitHubCall['path'], query: URLSearchParams): string | undefined {
  if (path['deployment_id'] !== undefined && !/^\d+$/.test(path['deployment_id']))
    return 'deployment_id is no integer';
  for (const [name, value] of query) {
    const type = described(id).query.get(name);
    if (type === undefined) return `there is no parameter ${name}`;
    if (type === 'integer' && !/^\d+$/.test(value)) return `${name} is no integer`;
    if (name === 'per_page' && Number(value) > 100) return 'per_page is at most 100';
  }
  return undefined;
}

function wrongBody(id: OperationId, body: JsonObject | undefined): string | undefined {
  const { fields, wrongBody: wrong } = described(id);
  if (!fields) return undefined;
  if (!body) return 'the body is no JSON object';
  const unknown = Object.keys(body).find((name) => !fields.has(name));
  return unknown === undefined ? wrong(body) : `there is no field ${unknown}`;
}

function parse(sent: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(sent);
    return typeof value === 'object' && value !== null ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
