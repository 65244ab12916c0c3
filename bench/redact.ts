import { redact } from '../src/model/redact.js';
import { chance } from './chance.js';

/** A text and how long its redaction takes. */
export interface Slow {
  readonly what: string;
  readonly msPerMiB: number;
}

/** What the patterns of the redactor begin with, consist of and look for next, one for each of them at least. */
const PIECES = [
  ...[
    'eyJ',
    'eyJ-',
    'eyJa.',
    'a@',
    '@a.',
    'a.a@',
    'a@a.a.',
    '%40',
    'a%40',
    '-----BEGIN ',
    '-----BEGIN A-----',
    '-----END ',
  ],
  ...[
    'patient',
    'patient_',
    'patient-',
    'patient.',
    'patientPatient',
    'patient ',
    'patient:',
    'patient: ',
    'patient=',
    'x=',
    'x: ',
  ],
  ...[
    'a:',
    'a::',
    '::',
    ':',
    '0:',
    'a://',
    '://',
    '://a@',
    'a://a:a@',
    '/a',
    '/a?',
    '?',
    '?a=',
    '=',
    '==',
    '%3A',
    '%3D',
    '%22',
    '%',
  ],
  ...[
    'password=',
    'password="',
    "password='",
    'password=\\"',
    'password=\\\\"',
    'password={',
    'password=[',
    'notes=(',
    'notes: ',
    'kevin=',
  ],
  ...[
    'password ',
    'password is ',
    '--password ',
    '--',
    '--a',
    'PASSWORD ',
    'A_',
    'TOKEN ',
    'AKIA',
    'ghp_',
    'xoxb-',
    'sk-',
    'SG.',
    'a8Q~',
  ],
  ...[
    'bearer ',
    'bearer a',
    'basic+',
    'A1a',
    'A1a/',
    'AAAA',
    '1',
    '1.',
    '1-',
    '1 ',
    '123-',
    '123-45-',
    '(123) ',
    '+1',
    '+1 ',
    '1234 ',
    '12345678 ',
  ],
  ...[
    'arn:aws:',
    'arn:aws:a:a:',
    'time:',
    'time:1',
    'mrn ',
    'mrn no no ',
    'mrn a-',
    'ssn#',
    'born on ',
    'born 1',
    'jan 1 ',
    'Mr ',
    'Mr A',
    'A ',
    'Aa ',
  ],
  ...[
    '1 A ',
    '1 A A A A ',
    ', IL ',
    ')=(',
    'Key (',
    'Failing row contains (',
    "Duplicate entry '",
    'VALUES (',
    'PID|',
    '"resourceType":"Patient"',
  ],
  ...[
    'resourceType',
    'data:',
    'data:,',
    'ip-1-',
    'ab:',
    'ab-',
    '1EG4',
    '1HGCM82633A00',
    '/patients/',
    '/patients/1',
    'ecs-svc/',
    '<a>',
    '<patient>',
    '<',
    '>',
  ],
  ...[
    '"',
    "'",
    '\\',
    '\\"',
    '`',
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    ',',
    ';',
    '|',
    '&',
    '&a',
    '#',
    ' ',
    '\t',
    '\n',
    '\r',
    '\\n',
  ],
  ...[
    '\u001b[',
    '\u001b]',
    '\u001b',
    '\u200b',
    '\ufeff',
    '\u0000',
    '\u0085',
    '\ud800',
    'é',
    'é@',
    '😀',
    'a',
    'Z',
    'aZ',
    '_',
    '-',
    '.',
    '0',
  ],
] as const;

const MEBI = 2 ** 20;

/** Pieces again and again up to a length, after what may begin a match that never ends. */
const filled = (head: string, piece: string, length: number): string =>
  `${head}${piece.repeat(Math.ceil(length / piece.length))}`.slice(0, length);

/** Each piece alone, behind each way to begin something, and random ones: a few again and again, and all mixed. */
export function* worstCases(length: number, random: () => number, rounds: number) {
  const pick = (): string => PIECES[Math.floor(random() * PIECES.length)] ?? '';
  const some = (most: number): string =>
    Array.from({ length: 1 + Math.floor(random() * most) }, pick).join('');
  for (const piece of PIECES) yield { what: JSON.stringify(piece), text: filled('', piece, length) };
  for (let round = 0; round < rounds; round++) {
    const [head, piece] = [random() < 0.5 ? '' : some(2), some(5)];
    yield {
      what: `${JSON.stringify(head)}, then ${JSON.stringify(piece)}`,
      text: filled(head, piece, length),
    };
    const mixed = some(30).repeat(2);
    if (round % 5 === 0) yield { what: `mixed ${JSON.stringify(mixed)}`, text: filled('', mixed, length) };
    if (round % 50 === 0)
      yield {
        what: `all pieces, round ${String(round)}`,
        text: filled('', Array.from({ length: 20_000 }, pick).join(''), length),
      };
  }
}

/** Milliseconds of processor time for a MiB; the least of three, so that what else the machine does counts less. */
function measured(text: string): number {
  const times = [0, 1, 2].map(() => {
    // A text that was concatenated is put in one piece first: that is no work of the redactor.
    const flat = Buffer.from(text).toString();
    const before = process.cpuUsage();
    redact(flat);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return (Math.min(...times) * MEBI) / text.length;
}

/** The slowest texts, the slowest first: all are tried at a 16th of a MiB, the slowest again at 1 MiB. */
export function measureRedaction(
  seed: number,
  rounds: number,
): { readonly tried: number; readonly slowest: readonly Slow[] } {
  const found: (Slow & { readonly head: string })[] = [];
  let tried = 0;
  warmUp();
  for (const { what, text } of worstCases(MEBI / 16, chance(seed), rounds)) {
    tried++;
    found.push({ what, msPerMiB: measured(text), head: text });
    if (found.length > 400) keepSlowest(found, 40);
  }
  keepSlowest(found, 40);
  const whole = [...worstAgain(new Set(found.map(({ what }) => what)), seed, rounds)];
  return { tried, slowest: whole.toSorted((one, other) => other.msPerMiB - one.msPerMiB) };
}

/** Lets the patterns be compiled as they are after some use. */
function warmUp(): void {
  for (const { text } of worstCases(2_000, chance(0), 300)) redact(text);
}

function* worstAgain(wanted: ReadonlySet<string>, seed: number, rounds: number): Generator<Slow> {
  for (const { what, text } of worstCases(MEBI, chance(seed), rounds))
    if (wanted.has(what)) yield { what, msPerMiB: measured(text) };
}

function keepSlowest(found: Slow[], count: number): void {
  found.sort((one, other) => other.msPerMiB - one.msPerMiB);
  found.length = Math.min(found.length, count);
}
