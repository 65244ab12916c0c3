import { describe, expect, it } from '@jest/globals';
import { parseCommand, registeredCommands, type RunnerCommand } from '../../runner/commands.js';
import { LineReader } from '../../runner/lines.js';
import { runnerLog } from '../../src/adapters/log.js';
import type { Log } from '../../src/world.js';
import { chance } from '../../bench/chance.js';

/*
 * Lines that try to be a command of the runner go through every writer of the log, and a port of the runner's own parser
 * reads what was written. 1,000,000 in CI. The same again: `SEED=… LINES=… npm test -- hostile-lines`.
 */
const LINES = Number(process.env['LINES'] ?? (process.env['EVERY_SCENARIO'] === '1' ? 1_000_000 : 20_000));
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
/** Lines that a writer is given at a time. */
const BATCH = 40;

/** Pieces of which commands are made, of what parts lines, and of what some readers do not see. */
const PIECES: readonly string[] = [
  ...[
    '::',
    ':',
    '##[',
    '##',
    '#',
    '[',
    ']',
    ']',
    '::]',
    ':::',
    '####[[',
    ' ',
    ' ',
    '\t',
    ',',
    ';',
    '=',
    '%',
    '|',
  ],
  ...['%0A', '%0D', '%25', '%3A', '%3B', '%5D', '%2C', '\\n', '\\r', '&#58;', '\\u003a', '\\x3a', '\\:'],
  ...['\r', '\n', '\r\n', '\v', '\f', '\u0085', '\u2028', '\u2029', '\u001c', '\u001d', '\u001e', '\u001f'],
  ...['\0', '\b', '\u0007', '\u007f', '\u0090', '\u009b', '\u009d', '\u009c', '\u00ad', '\u034f', '\u061c'],
  ...[
    '\u001b',
    '\u001b[',
    '\u001b]',
    '\u001b[0m',
    '\u001b[2K',
    '\u001b]8;;',
    '\u001b\\',
    '\u001bP',
    'm',
    '0',
    '~',
  ],
  ...[
    '\u200b',
    '\u200c',
    '\u200d',
    '\u200e',
    '\u202a',
    '\u202e',
    '\u2060',
    '\u2066',
    '\u2069',
    '\ufeff',
    '\ufff9',
  ],
  ...[
    '\u00a0',
    '\u1680',
    '\u180e',
    '\u2003',
    '\u202f',
    '\u205f',
    '\u3000',
    '\ufe0f',
    '\u{e0041}',
    '\u{1d173}',
  ],
  ...[
    '\ud800',
    '\udc00',
    '\ud83d',
    '\ude00',
    '😀',
    'é',
    'e\u0301',
    '：',
    '＃',
    '［',
    '∷',
    '︓',
    'x',
    'name',
    'file=a',
  ],
];
const NAMES = [...registeredCommands];

function grammar(seed: number): () => string {
  const random = chance(seed);
  const one = (of: readonly string[]): string => of[Math.floor(random() * of.length)]!;
  const anything = (): string => String.fromCharCode(Math.floor(random() * 0x10000));
  const piece = (): string => (random() < 0.05 ? anything() : one(PIECES));
  const some = (most: number): string =>
    Array.from({ length: Math.floor(random() * (most + 1)) }, piece).join('');
  const hidden = (): string => (random() < 0.75 ? '' : piece());
  const name = (): string => {
    const chosen = one(NAMES);
    return random() < 0.2 ? chosen.toUpperCase() : chosen;
  };
  const rest = (): string => (random() < 0.6 ? '' : ` ${some(3)}`);
  const before = (): string => (random() < 0.5 ? one(['', ' ', '\t', '\r', '\u00a0', '\u2028']) : some(2));
  const whole = (): string =>
    random() < 0.5
      ? `${before()}:${hidden()}:${name()}${hidden()}${rest()}:${hidden()}:${some(2)}`
      : `${some(2)}#${hidden()}#${hidden()}[${name()}${hidden()}${rest()}]${some(2)}`;
  return () => (random() < 0.6 ? whole() : some(12));
}

interface Heard {
  readonly lines: readonly string[];
  readonly commands: readonly RunnerCommand[];
}

/** What the runner reads and takes for a command of what is said. */
function hear(speak: (log: Log) => void): Heard {
  const lines: string[] = [];
  const reader = new LineReader((line) => lines.push(line));
  speak(runnerLog((text) => reader.read(Buffer.from(text))));
  reader.end();
  return { lines, commands: lines.flatMap((line) => parseCommand(line) ?? []) };
}

function holds(what: string, condition: boolean, texts: readonly string[]): void {
  if (!condition) throw new Error(`SEED=${String(SEED)}: ${what}: ${JSON.stringify(texts)}`);
}

const VISIBLE = /^[^\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\p{Default_Ignorable_Code_Point}]*$/u;

/** Every writer says the lines, and the runner takes from each what was meant and no more. */
function checkBatch(texts: readonly string[]): void {
  const text = texts.join('\n');
  for (const writer of ['info', 'quote'] as const) {
    const { commands, lines } = hear((log) => log[writer](text));
    holds(`${writer} gives a command`, commands.length === 0, texts);
    holds(
      `${writer} shows what cannot be seen`,
      lines.every((line) => VISIBLE.test(line.replaceAll('\t', ' '))),
      texts,
    );
    holds(
      `${writer} leaves a line unmarked`,
      writer === 'info' || lines.every((line) => line.startsWith('| ')),
      texts,
    );
  }
  for (const name of ['warning', 'error', 'group'] as const) {
    const { commands, lines } = hear((log) => log[name](text));
    const [command] = commands;
    holds(`${name} is one line`, lines.length === 1, texts);
    holds(`${name} is one command`, commands.length === 1 && command?.name === name, texts);
    holds(`${name} has properties`, command?.properties.size === 0, texts);
    const data = command?.data ?? '';
    holds(
      `${name} shows what cannot be seen`,
      data.split('\n').every((line) => VISIBLE.test(line.replaceAll('\t', ' '))),
      texts,
    );
  }
}

describe('lines that try to be commands', () => {
  it(`are none for the runner, ${String(LINES)} of them (the same again: SEED=${String(SEED)} LINES=${String(LINES)} npm test -- hostile-lines)`, () => {
    const line = grammar(SEED);
    for (let said = 0; said < LINES; said += BATCH)
      checkBatch(Array.from({ length: Math.min(BATCH, LINES - said) }, line));
  }, 240_000);

  it('would be commands if they were written as they are: one in ten at least', () => {
    const line = grammar(SEED);
    let taken = 0;
    for (let said = 0; said < 5_000; said++) {
      const lines: string[] = [];
      const reader = new LineReader((read) => lines.push(read));
      reader.read(Buffer.from(`${line()}\n`));
      if (lines.some((read) => parseCommand(read) !== undefined)) taken++;
    }
    expect(taken).toBeGreaterThan(500);
  });

  it('come back from an annotation as they were said, when they are harmless', () => {
    const text = '100% sure, a=b: 50%25 %0A done; [x] :: y\nsecond, line';
    for (const name of ['warning', 'error'] as const)
      expect(hear((log) => log[name](text)).commands).toEqual([{ name, properties: new Map(), data: text }]);
    expect(hear((log) => log.group('50% %0A')).commands).toEqual([
      { name: 'group', properties: new Map(), data: '50% %0A' },
    ]);
  });

  it.each(['info', 'quote', 'warning', 'error', 'group'] as const)('are not endless either: %s', (writer) => {
    const text = `${'x'.repeat(100_000)}\n`.repeat(200) + 'y\n'.repeat(100_000);
    const { lines } = hear((log) => log[writer](text));
    expect(lines.join('\n').length).toBeLessThan(5_000_000);
    expect(lines.length).toBeLessThan(5_010);
  });
});
