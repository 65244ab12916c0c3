import { STATUS_CODES } from 'node:http';
import type { Answer, App } from './behaviour.js';
import type { TaskRequest } from './runtime.js';

/*
 * What `examples/backend` answers, for tasks that are simulated. A test asks both the same and compares.
 */

/** What Helmet gives every answer, set as it is in the example's `app.ts`. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};

const PREFLIGHT_HEADERS = {
  'access-control-allow-methods': 'GET, HEAD, POST',
  'access-control-allow-headers': 'Authorization, Content-Type',
  'access-control-max-age': '600',
} as const;

const PROTECTED = '/api/v1/patients';

/** Name and version in the example's `package.json`. */
const PACKAGE = { service: 'mentalspace-backend', version: '1.0.0' } as const;

const ROUTES: ReadonlyMap<string, (app: App) => unknown> = new Map<string, (app: App) => unknown>([
  ['/api/v1', () => PACKAGE],
  ['/api/v1/version', releaseOf],
  ['/api/v1/health/live', () => ({ status: 'ok' })],
  ['/api/v1/health/ready', () => ({ status: 'ok', checks: { database: 'ok' } })],
  [PROTECTED, () => ({ patients: [] })],
]);

/** The headers that all its answers have, whatever was asked. */
export function exampleHeaders({ headers }: TaskRequest, app: App): Answer['headers'] {
  const origin = allowedOrigin(headers, app);
  return {
    ...SECURITY_HEADERS,
    'cache-control': 'no-store',
    vary: 'Origin',
    ...(origin === undefined ? {} : { 'access-control-allow-origin': origin }),
  };
}

/** Its answer to a request, without the headers that all have. */
export function exampleAnswer(request: TaskRequest, app: App): Answer {
  const { headers, method } = request;
  if (method === 'OPTIONS' && headers['access-control-request-method'] !== undefined) {
    return { status: 204, headers: allowedOrigin(headers, app) === undefined ? {} : PREFLIGHT_HEADERS };
  }
  if (isMalformed(request)) return problem(400);
  const path = pathOf(request);
  const route = ROUTES.get(path);
  if (!route) return problem(404);
  const challenge = path === PROTECTED ? challengeTo(headers['authorization'], app) : undefined;
  if (challenge !== undefined) return problem(401, { 'www-authenticate': challenge });
  if (method === 'GET' || method === 'HEAD') return { body: route(app) };
  const allow = { allow: 'GET, HEAD, OPTIONS' };
  return method === 'OPTIONS' ? { status: 204, headers: allow } : problem(405, allow);
}

/** The answers of an example that was built from this commit, whatever its environment says. */
export function builtFrom(commit: string): (request: TaskRequest, app: App) => Answer {
  return (request, app) =>
    exampleAnswer(request, { ...app, environment: new Map([...app.environment, ['GIT_SHA', commit]]) });
}

/** A problem (RFC 9457). */
function problem(status: number, headers: Answer['headers'] = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/problem+json; charset=utf-8', ...headers },
    body: { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status },
  };
}

/** Express takes a path in any case and with a slash at its end (Express 5 API, "express.Router": defaults). */
function pathOf({ path }: TaskRequest): string {
  return path.replace(/\/?(\?.*)?$/s, '').toLowerCase();
}

/** Whether the body says that it is JSON and is no object or list (Express 5 API, "express.json": `strict`). */
function isMalformed({ headers, body }: TaskRequest): boolean {
  if (!body?.length || !/^application\/json *(;|$)/i.test(headers['content-type'] ?? '')) return false;
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value !== 'object' || value === null;
  } catch {
    return true;
  }
}

/** What one who may not pass is told; undefined for one who may. */
function challengeTo(authorization: string | undefined, { environment }: App): string | undefined {
  const token = environment.get('API_TOKEN');
  const given = /^bearer +([^ ]+) *$/i.exec(authorization ?? '')?.[1];
  if (given === undefined) return 'Bearer realm="api"';
  return given === token ? undefined : 'Bearer realm="api", error="invalid_token"';
}

function allowedOrigin({ origin }: TaskRequest['headers'], { environment }: App): string | undefined {
  const allowed = (environment.get('CORS_ORIGINS') ?? '').split(/[\s,]+/);
  return origin !== undefined && origin !== '' && allowed.includes(origin) ? origin : undefined;
}

function releaseOf({ environment }: App): unknown {
  return {
    gitSha: environment.get('GIT_SHA') || 'unknown',
    buildTime: environment.get('BUILD_TIME') || 'unknown',
    nodeEnv: environment.get('NODE_ENV') || 'development',
    ...PACKAGE,
  };
}
