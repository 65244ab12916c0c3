import { isObject, parseJson, parseObject, type Json, type JsonObject } from './json.js';
import { levelIn, levelNamed, type Level } from './log-level.js';
import { redact } from './redact.js';

/** Fields of a structured line by their names; those of an error, a request and an answer under `err.type` and the like. */
type Fields = ReadonlyMap<string, Json>;

const INSIDE = new Set(['err', 'error', 'exception', 'req', 'request', 'res', 'response', 'http', 'log']);

const ERROR_NAMES = ['err', 'error', 'exception'];
const under = (parents: readonly string[], ...names: readonly string[]): readonly string[] =>
  parents.flatMap((parent) => names.map((name) => `${parent}.${name}`));

const LEVEL = ['level', 'severity', 'lvl', 'levelname', 'loglevel', 'log.level', '@level', 'severityText'];
const MESSAGE = ['msg', 'message', '@message', 'event', 'short_message'];

interface Known {
  readonly names: readonly string[];
  /** What a value has to look like; anything else is left out. */
  readonly shape: RegExp;
  readonly show?: (value: string) => string;
}

const TIME: Known = {
  names: ['time', 'timestamp', '@timestamp', 'ts', 'asctime'],
  shape: /^(?:\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}[\d.,:Z+ -]{0,16}|1\d{9}(?:\d{3}){0,3}(?:\.\d{1,9})?)$/,
};
const LOGGER: Known = { names: ['logger', 'logger_name', 'loggerName'], shape: /^[\w.:/$-]{1,80}$/ };
const CLASS: Known = {
  names: [...under(ERROR_NAMES, 'type', 'name', 'class', 'kind'), 'errorType', 'exc_type'],
  shape: /^[\w$.:]{1,80}$/,
};
const ERROR_MESSAGE = [...ERROR_NAMES, ...under(ERROR_NAMES, 'message', 'msg'), 'errorMessage'];

/** What is shown behind the message, in this order. */
const DETAILS: readonly Known[] = [
  {
    names: ['code', ...under(ERROR_NAMES, 'code')],
    shape: /^[A-Z][A-Z\d_]{1,40}$/,
    show: (code) => `code ${code}`,
  },
  {
    names: [
      'status',
      'statusCode',
      'status_code',
      ...under(['res', 'response', 'http'], 'status', 'statusCode', 'status_code'),
    ],
    shape: /^[1-5]\d{2}$/,
    show: (status) => `status ${status}`,
  },
  { names: ['method', ...under(['req', 'request', 'http'], 'method')], shape: /^[A-Z]{3,7}$/ },
  {
    names: ['route', ...under(['req', 'request', 'http'], 'route')],
    shape: /^(?!.*\/\d)\/[\w/:{}*<>.-]{0,120}$/,
  },
  {
    names: [
      'duration',
      'durationMs',
      'duration_ms',
      'responseTime',
      'response_time',
      'elapsed',
      'latency',
      'took',
    ],
    shape: /^\d{1,9}(?:\.\d{1,9})?(?: ?(?:ns|us|µs|ms|s|m))?$/,
    show: (duration) => `duration ${duration}`,
  },
];

/**
 * A line as it may be shown. As pino, winston, bunyan, python-json and others write it, or as logfmt has it: of these only
 * fields that are known to be harmless are shown, and of the message what `redact` leaves; how many others there were is
 * said. Any other line is redacted as a whole.
 */
export function readLogLine(message: string): string {
  const fields = fieldsOf(message);
  if (!fields) return redact(message);
  const used = new Set<string>();
  const text = show(fields, used);
  const level = levelOfFields(fields, used);
  const left = fields.size - used.size;
  const rest = left > 0 ? `… ${String(left)} ${left === 1 ? 'field' : 'fields'} left out` : '';
  return [level === 'other' ? '' : level, text, rest].filter((part) => part !== '').join(' ');
}

/** The level of a line: of a structured one, also when its end is missing, what a field says. */
export function levelOf(message: string): Level {
  const fields = fieldsOf(message);
  if (fields) return levelOfFields(fields, new Set());
  const stated = message.startsWith('{') ? LEVEL_FIELD.exec(message.slice(0, 400))?.[1] : undefined;
  return stated === undefined ? levelIn(message) : levelNamed(stated);
}

const LEVEL_FIELD = /"(?:level|severity|lvl|levelname)"\s{0,3}:\s{0,3}"?([a-z]{1,20}|\d{2})/i;

function fieldsOf(message: string): Fields | undefined {
  return jsonFields(message) ?? logfmtFields(message);
}

function show(fields: Fields, used: Set<string>): string {
  const known = (one: Known): string | undefined => valueOf(fields, one, used);
  const spoken = (names: readonly string[]): string => redact(textOf(fields, names, used) ?? '');
  const logger = known(LOGGER) ?? (fields.has('pid') ? known({ ...LOGGER, names: ['name'] }) : undefined);
  const [message, said] = [spoken(MESSAGE), spoken(ERROR_MESSAGE)];
  const error = [known(CLASS), said === message ? '' : said].filter((part) => part).join(': ');
  const details = [error, ...DETAILS.map((one) => known(one))].filter((part) => part);
  const shown = details.length > 0 ? `(${details.join(', ')})` : '';
  return [known(TIME), logger && `${logger}:`, message, shown].filter((part) => part).join(' ');
}

function levelOfFields(fields: Fields, used: Set<string>): Level {
  const name = LEVEL.find((one) => fields.has(one));
  const stated = name === undefined ? undefined : fields.get(name);
  if (name !== undefined) used.add(name);
  const level =
    typeof stated === 'string' || typeof stated === 'number' ? levelNamed(String(stated)) : 'other';
  if (name !== undefined || level !== 'other') return level;
  return [...fields.keys()].some((one) => ERROR_NAMES.includes(one.split('.', 1)[0] ?? ''))
    ? 'error'
    : 'other';
}

function valueOf(
  fields: Fields,
  { names, shape, show: shown }: Known,
  used: Set<string>,
): string | undefined {
  for (const name of names) {
    const value = fields.get(name);
    if ((typeof value !== 'string' && typeof value !== 'number') || !shape.test(String(value))) continue;
    used.add(name);
    return shown?.(String(value)) ?? String(value);
  }
  return undefined;
}

function textOf(fields: Fields, names: readonly string[], used: Set<string>): string | undefined {
  for (const name of names) {
    const value = fields.get(name);
    if (typeof value !== 'string') continue;
    used.add(name);
    return value;
  }
  return undefined;
}

function jsonFields(message: string): Fields | undefined {
  const object = /^\s*\{/.test(message) ? parseObject(message) : undefined;
  if (!object) return undefined;
  const fields = new Map<string, Json>();
  for (const [name, value] of ownFields(object))
    if (INSIDE.has(name) && isObject(value))
      for (const [inner, deep] of ownFields(value)) fields.set(`${name}.${inner}`, deep);
    else fields.set(name, value);
  return fields;
}

function ownFields(object: JsonObject): readonly (readonly [string, Json])[] {
  return Object.entries(object).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
}

const PAIR = /[ \t]*([\w.@-]{1,60})=("(?:[^"\\]|\\[^])*"|[^\s"]*)(?=\s|$)/y;

/** Logfmt has pairs and nothing else, a level or a message among them. */
function logfmtFields(message: string): Fields | undefined {
  const fields = new Map<string, Json>();
  const line = message.trimEnd();
  for (PAIR.lastIndex = 0; PAIR.lastIndex < line.length;) {
    const [, name, value] = PAIR.exec(line) ?? [];
    if (name === undefined || value === undefined) return undefined;
    fields.set(name, value.startsWith('"') ? unquoted(value) : value);
  }
  return [...LEVEL, ...MESSAGE].some((name) => fields.has(name)) && fields.size > 1 ? fields : undefined;
}

/** Go and others quote as JSON does; what does not is only freed of its backslashes. */
function unquoted(value: string): string {
  const text = parseJson(value);
  return typeof text === 'string' ? text : value.slice(1, -1).replace(/\\([^])/g, '$1');
}
