import type { CheckName } from '../checks/check.js';
import type { CustomCheck, ReadinessSettings, SmokeSettings } from '../checks/settings.js';
import { cleanLine } from '../model/untrusted-text.js';
import type { Environment } from '../world.js';
import { readCustomCheck, readStatus } from './custom-check.js';
import { ANSWER_TIME, FIELD, fitting, HEADER, HTTP_URL, METHOD, ORIGIN, PATH, TEXT, WANTED } from './form.js';
import type { InputReader } from './reader.js';
import type { Given, SmokeFile } from './smoke-settings.js';
import { Variables } from './variables.js';
import { openYaml } from './yaml-file.js';
import type { YamlMap, YamlValue } from './yaml-value.js';

const MAX_SIZE = 256 * 1_024;
/** So many problems of one file are said. */
const MAX_PROBLEMS = 20;

/** What the reading of a file gathers beside the settings of the checks. */
interface Gathered {
  readonly skips: Map<string, string>;
  readonly variables: Variables;
}

/**
 * Reads the text of the file of the smoke suite; whatever is wrong with it is a problem with line and key. Undefined
 * when it cannot be read at all.
 */
export function readSmokeFile(
  path: string,
  text: string,
  env: Environment,
  read: InputReader,
): SmokeFile | undefined {
  const file = cleanLine(path, 120);
  if (text.length > MAX_SIZE) {
    read.problem(`${file} has more than ${MAX_SIZE / 1_024} KiB.`, 'smoke-config names a small YAML file.');
    return undefined;
  }
  if (/[\0\uFFFD]/.test(text)) {
    read.problem(`${file} is not a text in UTF-8.`, 'smoke-config names a YAML file.');
    return undefined;
  }
  const found: { readonly line: number; readonly message: string }[] = [];
  const root = openYaml(text, (line, message) => found.push({ line, message }));
  const made = root?.map('the file', (map) => readRoot(map, new Variables(env)));
  const ordered = found.toSorted((one, other) => one.line - other.line).slice(0, MAX_PROBLEMS);
  for (const { line, message } of ordered) read.problem(`${file}:${line}: ${message}`);
  if (found.length > MAX_PROBLEMS) read.problem(`${file} has ${found.length - MAX_PROBLEMS} more problems.`);
  return made;
}

function readRoot(map: YamlMap, variables: Variables): SmokeFile {
  const version = map.required('version');
  if (version && version.scalar() !== 1)
    version.problem('must be 1, the only form of this file that there is');
  const skips = new Map<string, string>();
  const checks = map.get('checks')?.map('checks', (all) => readChecks(all, { skips, variables })) ?? {};
  const custom = readCustom(map.get('custom'), { skips, variables });
  return { checks, custom, skips, secrets: variables.secrets };
}

function readCustom(list: YamlValue | undefined, { skips, variables }: Gathered): readonly CustomCheck[] {
  const names = new Set<string>();
  const read = (map: YamlMap): CustomCheck => {
    const check = readCustomCheck(map, names, variables);
    readSkip(map, check.name, skips);
    names.add(check.name);
    return check;
  };
  return list?.list((item) => item.map('a check of your own', read)) ?? [];
}

function readSkip(map: YamlMap, name: string, skips: Map<string, string>): void {
  const reason = map.get('skip')?.text(TEXT);
  if (reason !== undefined) skips.set(name, cleanLine(reason, 200));
}

function readChecks(checks: YamlMap, { skips, variables }: Gathered): SmokeFile['checks'] {
  const of = <Made>(name: CheckName, read: (map: YamlMap) => Made): Made | undefined =>
    checks.get(name)?.map(name, (map) => {
      const made = read(map);
      readSkip(map, name, skips);
      return made;
    });
  return {
    version: of('version', (map) => ({ path: path(map), field: map.get('field')?.text(FIELD) })),
    health: of('health', readReadiness),
    database: of('database', readReadiness),
    https: of('https', (map) => ({
      httpUrl: map.get('http-url')?.text(HTTP_URL),
      minDays: map.get('min-days')?.integer({ min: 0, max: 365 }),
    })),
    auth: of('auth', (map) => readAuth(map, variables)),
    cors: of('cors', readCors),
    'security-headers': of('security-headers', readSecurityHeaders),
    'response-time': of('response-time', (map) => ({
      path: path(map),
      limit: map.get('limit')?.text(ANSWER_TIME),
    })),
    'error-format': of('error-format', (map) => ({
      path: path(map),
      readOnlyPath: map.get('read-only-path')?.text(PATH),
      fields: names(map, 'fields'),
    })),
    root: of('root', (map) => ({ path: path(map), status: readStatus(map.get('status')) })),
  };
}

function readReadiness(map: YamlMap): Given<ReadinessSettings> {
  return {
    path: path(map),
    status: readStatus(map.get('status')),
    field: map.get('field')?.text(FIELD),
    required: map.get('required')?.flag(),
    values: readValues(map.get('values')),
    contentType: map.get('content-type')?.text(WANTED),
  };
}

function readValues(list: YamlValue | undefined): readonly string[] | undefined {
  const read = (item: YamlValue): string => {
    const value = item.scalar();
    if (value === null || value === '') item.problem('must be text, a number, true or false');
    return String(value).toLowerCase();
  };
  return list?.list(read, 1);
}

function readAuth(map: YamlMap, variables: Variables): Given<SmokeSettings['auth']> {
  const token = map.get('token');
  return {
    path: path(map),
    status: readStatus(map.get('status')),
    token: token && variables.fill(token, TOKEN),
    fields: names(map, 'fields'),
  };
}

const TOKEN = fitting(/^[\x21-\x7e]+$/, 'a token without spaces: "Bearer" is put in front of it');

function readCors(map: YamlMap): Given<SmokeSettings['cors']> {
  return {
    path: path(map),
    origin: map.get('origin')?.text(ORIGIN),
    open: map.get('open')?.flag(),
    method: map.get('method')?.text(METHOD),
    headers: map.get('headers')?.list((item) => item.text(HEADER)),
  };
}

function readSecurityHeaders(map: YamlMap): Given<SmokeSettings['security-headers']> {
  return {
    path: path(map),
    protectedPath: map.get('protected-path')?.text(PATH),
    hstsMinAge: map.get('hsts-min-age')?.integer({ min: 0, max: 10 * 365 * 86_400 }),
    optional: map.get('optional')?.list((item) => item.text(HEADER)),
  };
}

function path(map: YamlMap): string | undefined {
  return map.get('path')?.text(PATH);
}

function names(map: YamlMap, key: string): readonly string[] | undefined {
  return map.get(key)?.list((item) => item.text(TEXT));
}
