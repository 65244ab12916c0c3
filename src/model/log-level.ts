/** A level of an application's log, from the loudest to the quietest. */
export type Level = 'error' | 'warn' | 'info' | 'debug' | 'other';

/** Words of the loggers that are in use, those of syslog (RFC 5424, section 6.2.1), and the numbers of bunyan and pino. */
const LEVELS: readonly (readonly [Level, RegExp])[] = [
  [
    'error',
    /^(?:e|err|error|fatal|critical|crit|alert|emergency|emerg|panic|dpanic|severe|failure|[5-9]0)$/i,
  ],
  ['warn', /^(?:w|warn|warning|40)$/i],
  ['info', /^(?:i|info|information|informational|notice|log|30)$/i],
  ['debug', /^(?:d|debug|trace|verbose|silly|fine|finer|finest|[12]0)$/i],
];

const WORDS =
  'fatal|critical|crit|panic|emerg|alert|severe|error|err|warning|warn|notice|info|debug|verbose|trace';
/** Where lines that are no JSON state their level: in capitals, in brackets, or as the first word behind the time. */
const STATED: readonly RegExp[] = [
  /^(?:\S{1,40} )?([IWEF])\d{4} \d{2}:\d{2}:/,
  new RegExp(`\\b(${WORDS.toUpperCase()})\\b`),
  new RegExp(`[[(<](${WORDS})[\\])>]`, 'i'),
  new RegExp(`^[\\d:TZ.,+\\-/ \\t[\\]]{0,40}(${WORDS})\\b`, 'i'),
];
/** The first line of an exception, in JavaScript, Java and Python. */
const EXCEPTION =
  /^(?:Uncaught |Unhandled |Exception in thread "[^"]{0,80}" )?[\w$.]{0,80}(?:Error|Exception)(?::|$| \[)|^Traceback \(/;

/** The level that a field states, as text or as a number. */
export function levelNamed(stated: string): Level {
  return LEVELS.find(([, pattern]) => pattern.test(stated))?.[0] ?? 'other';
}

/** The level that a plain line states in its first words; that of an exception is `error`. */
export function levelIn(line: string): Level {
  const head = line.slice(0, 120);
  const priority = /^<(\d{1,3})>/.exec(head)?.[1];
  if (priority !== undefined) return SEVERITIES[Number(priority) % 8] ?? 'other';
  if (EXCEPTION.test(head)) return 'error';
  const stated = STATED.map((pattern) => pattern.exec(head.slice(0, 80))?.[1]).find(
    (word) => word !== undefined,
  );
  return stated === 'F' ? 'error' : levelNamed(stated ?? '');
}

/** By severity (RFC 5424, section 6.2.1). */
const SEVERITIES: readonly Level[] = ['error', 'error', 'error', 'error', 'warn', 'info', 'info', 'debug'];
