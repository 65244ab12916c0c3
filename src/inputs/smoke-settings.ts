import { CHECKS, type CheckName } from '../checks/check.js';
import type { CustomCheck, ReadinessSettings, SmokeSettings } from '../checks/settings.js';
import type { JsonPath } from '../model/json-path.js';
import { cleanLine } from '../model/untrusted-text.js';
import { ANSWER_TIME, HTTP_URL, ORIGIN, PATH } from './form.js';
import type { InputReader } from './reader.js';

/** What the file says about a check: any of its settings. */
export type Given<Settings> = { readonly [Name in keyof Settings]?: Settings[Name] | undefined };

/** What the file of the smoke suite says. */
export interface SmokeFile {
  readonly checks: { readonly [Name in CheckName]?: Given<SmokeSettings[Name]> | undefined };
  readonly custom: readonly CustomCheck[];
  /** Why a check is left out, by its name. */
  readonly skips: ReadonlyMap<string, string>;
  /** Values of environment variables that it asks for. */
  readonly secrets: readonly string[];
}

/** Where there is no file. */
export const NO_FILE: SmokeFile = { checks: {}, custom: [], skips: new Map(), secrets: [] };

const COMMIT: JsonPath = { text: 'gitSha', steps: ['gitSha'] };
const WELL = ['ok', 'up', 'healthy', 'pass', 'ready'];
const HEALTH: ReadinessSettings = {
  path: '/api/v1/health/live',
  status: [200],
  field: { text: 'status', steps: ['status'] },
  required: false,
  values: [...WELL, 'alive', 'true'],
  contentType: undefined,
};
const DATABASE: ReadinessSettings = {
  path: '/api/v1/health/ready',
  status: [200],
  field: { text: '$.checks.database', steps: ['checks', 'database'] },
  required: true,
  values: [...WELL, 'connected', 'true'],
  contentType: undefined,
};
const ROOT = { path: '/api/v1', status: [200, 204, 301, 302, 308, 401, 404] };

/**
 * Every setting of the suite: the input, else the file, else what is built in. An input names the route of one check;
 * others that look at the same route take it from there, unless the file gives them one of their own.
 */
export function readSettings(read: InputReader, file: SmokeFile, baseUrl: URL): SmokeSettings {
  const { checks } = file;
  const version = {
    path: read.formed('version-path', PATH) ?? checks.version?.path ?? '/api/v1/version',
    field: checks.version?.field ?? COMMIT,
  };
  const health = readiness(read.formed('health-path', PATH), checks.health, HEALTH);
  const database = readiness(read.formed('ready-path', PATH), checks.database, DATABASE);
  const root = {
    path: read.formed('root-path', PATH) ?? checks.root?.path ?? ROOT.path,
    status: checks.root?.status ?? ROOT.status,
  };
  const auth = {
    path: read.formed('protected-path', PATH) ?? checks.auth?.path,
    status: checks.auth?.status ?? [401],
    token: checks.auth?.token,
    fields: checks.auth?.fields ?? [],
  };
  return {
    version,
    health,
    database,
    root,
    auth,
    ...transport(read, file, version.path, baseUrl),
    ...answers(read, file, version.path, auth.path),
    'error-format': {
      path: checks['error-format']?.path ?? root.path,
      readOnlyPath: checks['error-format']?.readOnlyPath ?? version.path,
      fields: checks['error-format']?.fields ?? [],
    },
    custom: file.custom,
    skips: readSkips(read, file, auth.path),
  };
}

function readiness(
  path: string | undefined,
  file: Given<ReadinessSettings> | undefined,
  otherwise: ReadinessSettings,
): ReadinessSettings {
  return {
    path: path ?? file?.path ?? otherwise.path,
    status: file?.status ?? otherwise.status,
    field: file?.field ?? otherwise.field,
    required: file?.required ?? otherwise.required,
    values: file?.values ?? otherwise.values,
    contentType: file?.contentType ?? otherwise.contentType,
  };
}

/** How the service is reached: encrypted, and fast enough. */
function transport(
  read: InputReader,
  { checks: { https, 'response-time': time } }: SmokeFile,
  versionPath: string,
  baseUrl: URL,
): Pick<SmokeSettings, 'https' | 'response-time'> {
  const besides = baseUrl.port === '' ? new URL(`http://${baseUrl.hostname}`) : undefined;
  return {
    https: {
      path: versionPath,
      httpUrl: read.formed('http-url', HTTP_URL) ?? https?.httpUrl ?? besides,
      minDays: https?.minDays ?? 14,
    },
    'response-time': {
      path: time?.path ?? versionPath,
      limit: read.formed('max-response-time', ANSWER_TIME) ?? time?.limit ?? 2_000,
    },
  };
}

/** What the headers of its answers have to say. */
function answers(
  read: InputReader,
  { checks: { cors, 'security-headers': headers } }: SmokeFile,
  versionPath: string,
  protectedPath: string | undefined,
): Pick<SmokeSettings, 'cors' | 'security-headers'> {
  return {
    cors: {
      path: cors?.path ?? protectedPath ?? versionPath,
      origin: read.formed('cors-origin', ORIGIN) ?? cors?.origin,
      open: cors?.open ?? false,
      method: cors?.method ?? 'GET',
      headers: cors?.headers ?? ['content-type'],
    },
    'security-headers': {
      path: headers?.path ?? versionPath,
      protectedPath: headers?.protectedPath ?? protectedPath,
      hstsMinAge: headers?.hstsMinAge ?? 15_552_000,
      optional: headers?.optional ?? [],
    },
  };
}

/** Why checks are left out: by the input, else by the file, else for want of what they need. */
function readSkips(
  read: InputReader,
  { skips }: SmokeFile,
  protectedPath: string | undefined,
): ReadonlyMap<string, string> {
  return new Map([
    ...(protectedPath === undefined ? [['auth', 'protected-path is not given'] as const] : []),
    ...skips,
    ...read.lines('skip-checks').map((name) => [name, 'left out by skip-checks'] as const),
  ]);
}

/** Says which names of `skip-checks` are none of a check. */
export function checkSkips(read: InputReader, { custom }: SmokeFile): void {
  const known = new Set<string>([...CHECKS, ...custom.map(({ name }) => name)]);
  for (const name of read.lines('skip-checks').filter((one) => !known.has(one))) {
    read.problem(
      `The input skip-checks names "${cleanLine(name, 60)}", which is no check.`,
      `Write one name a line (by hand, one --skip-checks each): ${[...known].join(', ')}.`,
    );
  }
}
