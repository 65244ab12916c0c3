/** A command of the runner as it was read from a line of a step's output. */
export interface RunnerCommand {
  /** As written; names are compared without regard to case. */
  readonly name: string;
  /** Names in lower case, because the runner looks them up without regard to case. */
  readonly properties: ReadonlyMap<string, string>;
  readonly data: string;
}

/** The commands that the runner listens to (actions/runner, ActionCommandManager.cs). */
export const registeredCommands: ReadonlySet<string> = new Set([
  'add-mask',
  'add-matcher',
  'add-path',
  'debug',
  'echo',
  'endgroup',
  'error',
  'group',
  'notice',
  'remove-matcher',
  'save-state',
  'set-env',
  'set-output',
  'stop-commands',
  'warning',
]);

/** Char.IsWhiteSpace of .NET: unlike JavaScript's it has U+0085 and lacks U+FEFF. */
const leadingSpace = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u;
const trailingSpace = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/u;

/**
 * What .NET's culture-sensitive String.IndexOf(string) does not see between two characters: control characters,
 * zero-width ones and marks of direction (Unicode Technical Standard 10, completely ignorable characters).
 */
const unseen = String.raw`(?:(?![\t-\r\u0085])[\p{Cc}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb])*`;
const separator = new RegExp(`:${unseen}:`, 'gu');
const marker = new RegExp(`#${unseen}#${unseen}\\[`, 'u');

type Escapes = readonly (readonly [escaped: string, plain: string])[];
const dataEscapes: Escapes = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%25', '%'],
];
const propertyEscapes: Escapes = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%3A', ':'],
  ['%2C', ','],
  ['%25', '%'],
];
const markedEscapes: Escapes = [
  ['%3B', ';'],
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%5D', ']'],
  ['%25', '%'],
];

const unescape = (text: string, escapes: Escapes): string =>
  escapes.reduce((left, [escaped, plain]) => left.replaceAll(escaped, plain), text);

/** `name=value` as .NET's Split('=', 2, RemoveEmptyEntries) reads it: without a name or a value it is nothing. */
function property(text: string, escapes: Escapes): readonly [string, string] | undefined {
  const [, name, value] = /^=*([^=]+)=+([^=][^]*)$/u.exec(text) ?? [];
  return name === undefined || value === undefined
    ? undefined
    : [name.toLowerCase(), unescape(value, escapes)];
}

function properties(text: string, divider: string, escapes: Escapes): ReadonlyMap<string, string> {
  const pairs = text.split(divider).map((entry) => property(entry, escapes));
  return new Map(pairs.filter((pair) => pair !== undefined));
}

function nameAndProperties(info: string): readonly [name: string, properties: string] {
  const space = info.indexOf(' ');
  return space < 0 ? [info, ''] : [info.slice(0, space), info.slice(space + 1)];
}

const isRegistered = (name: string, registered: ReadonlySet<string>) => registered.has(name.toLowerCase());

/** Reads `::name key=value,…::data`, which has to start the line (ActionCommand.TryParseV2). */
export function parseLeadingCommand(
  line: string,
  registered: ReadonlySet<string> = registeredCommands,
): RunnerCommand | undefined {
  const text = line.replace(leadingSpace, '');
  if (!text.startsWith('::')) return undefined;
  separator.lastIndex = 2;
  const end = separator.exec(text)?.index;
  if (end === undefined) return undefined;
  const [name, rest] = nameAndProperties(text.slice(2, end));
  if (!isRegistered(name, registered)) return undefined;
  const trimmed = rest.replace(leadingSpace, '').replace(trailingSpace, '');
  return {
    name,
    properties: properties(trimmed, ',', propertyEscapes),
    data: unescape(text.slice(end + 2), dataEscapes),
  };
}

/** Reads `##[name key=value;…]data`, whose first `##[` may be anywhere in the line (ActionCommand.TryParse). */
export function parseMarkedCommand(
  line: string,
  registered: ReadonlySet<string> = registeredCommands,
): RunnerCommand | undefined {
  const start = marker.exec(line)?.index ?? -1;
  const end = start < 0 ? -1 : line.indexOf(']', start);
  if (end < start + 3) return undefined;
  const [name, rest] = nameAndProperties(line.slice(start + 3, end));
  if (!isRegistered(name, registered)) return undefined;
  return {
    name,
    properties: properties(rest, ';', markedEscapes),
    data: unescape(line.slice(end + 1), markedEscapes),
  };
}

/** The command in a line of output, or undefined: the leading form is tried first, as the runner does. */
export function parseCommand(
  line: string,
  registered: ReadonlySet<string> = registeredCommands,
): RunnerCommand | undefined {
  return parseLeadingCommand(line, registered) ?? parseMarkedCommand(line, registered);
}
