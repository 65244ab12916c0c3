import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseCommand, registeredCommands, type RunnerCommand } from '../../../runner/commands.js';
import { LineReader } from '../../../runner/lines.js';
import { runnerLog } from '../../../src/adapters/log.js';
import type { Log } from '../../../src/world.js';

/** The lines that the runner reads when the log is spoken to, and the commands that it takes of them. */
function read(speak: (log: Log) => void): { lines: string[]; commands: RunnerCommand[] } {
  const lines: string[] = [];
  const reader = new LineReader((line) => lines.push(line));
  speak(runnerLog((text) => reader.read(Buffer.from(text))));
  reader.end();
  return { lines, commands: lines.flatMap((line) => parseCommand(line) ?? []) };
}
const commands = (speak: (log: Log) => void): RunnerCommand[] => read(speak).commands;

/** Pieces of which commands are made, and what may hide between them. */
const piece = fc.oneof(
  fc.constantFrom(':', '::', '##', '#', '[', '##[', ']', ' ', '\t', ',', '=', '%0A', '%25', '%'),
  fc.constantFrom(...registeredCommands),
  fc.constantFrom('\r', '\u0085', '\u2028', '\v', '\f', '\0', '\u001b[0m', '\u001b]8;;', '\u0007', '\u007f'),
  fc.constantFrom(
    '\u200b',
    '\u00ad',
    '\ufe0f',
    '\u{e0041}',
    '\ufeff',
    '\u3000',
    '\u00a0',
    '\ud800',
    'é',
    'x',
  ),
);
/** Whole commands, with something in between that hides them from whoever looks for `::` and `##[`. */
const hidden = fc.oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 2, arbitrary: piece });
const whole = fc
  .tuple(fc.boolean(), fc.constantFrom(...registeredCommands), fc.tuple(hidden, hidden, hidden, hidden))
  .map(([leading, name, [a, b, c, d]]) =>
    leading ? `${a}:${b}:${name}${c}:${d}:x` : `${a}#${b}#${c}[${name}${d}]x`,
  );
const line = fc.oneof(
  whole,
  fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
);
const LINES = 50;
const hostile = fc.array(line, { minLength: LINES, maxLength: LINES });

describe('the log', () => {
  it('gives the runner no command in 100,000 hostile lines, whoever says them', () => {
    let lines = 0;
    fc.assert(
      fc.property(hostile, (texts) => {
        lines += texts.length;
        expect(commands((log) => log.info(texts.join('\n')))).toEqual([]);
        expect(commands((log) => log.quote(texts.join('\n')))).toEqual([]);
      }),
      { numRuns: 100_000 / LINES },
    );
    expect(lines).toBe(100_000);
  });

  it('would be caught if it gave one: the lines are hostile indeed', () => {
    const texts = fc.sample(line, { numRuns: 1_000, seed: 1 });
    const taken = texts.filter((text) => text.split(/\r/).some((line) => parseCommand(line) !== undefined));
    expect(taken.length).toBeGreaterThan(100);
  });

  it('says one annotation and nothing else, whatever it is about', () => {
    fc.assert(
      fc.property(hostile, (texts) => {
        const text = texts.slice(0, 5).join('\n');
        expect(commands((log) => log.warning(text)).map(({ name }) => name)).toEqual(['warning']);
        expect(commands((log) => log.error(text)).map(({ name }) => name)).toEqual(['error']);
      }),
      { numRuns: 500 },
    );
  });

  it('opens one group and nothing else', () => {
    fc.assert(
      fc.property(hostile, (texts) => {
        const { commands: taken, lines } = read((log) => log.group(texts.join('\n')));
        expect(taken.map(({ name }) => name)).toEqual(['group']);
        expect(lines).toHaveLength(1);
      }),
      { numRuns: 200 },
    );
    expect(commands((log) => log.endGroup())).toMatchObject([{ name: 'endgroup' }]);
  });

  it('masks exactly the secret, each of its lines for itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (secret) => {
        const wanted = secret.split(/\r?\n/).filter((part) => part.trim() !== '');
        const taken = commands((log) => log.mask(secret));
        expect(taken.map(({ name, data }) => [name, data])).toEqual(
          // A lone surrogate cannot be written as UTF-8.
          wanted.map((part) => ['add-mask', Buffer.from(part).toString()]),
        );
      }),
    );
  });

  it('keeps lines, signs and percent codes of an annotation', () => {
    const text = 'one: 100%\ntwo %0A three, four=5';
    expect(commands((log) => log.error(text))).toMatchObject([{ name: 'error', data: text }]);
  });

  it('shows no status: it could not take it back', () => {
    expect(read((log) => expect(log.status('goes on')).toBe(false)).lines).toEqual([]);
  });

  it('masks every line of a secret with several, and asks for no mask of nothing', () => {
    const key = '-----BEGIN KEY-----\r\nabc+/=%0A\n\n   \n-----END KEY-----\n';
    expect(commands((log) => log.mask(key)).map(({ name, data }) => `${name} ${data}`)).toEqual([
      'add-mask -----BEGIN KEY-----',
      'add-mask abc+/=%0A',
      'add-mask -----END KEY-----',
    ]);
  });

  it('keeps cause and hint of an error with a hundred problems, and says all of it in the log', () => {
    const problems = Array.from(
      { length: 100 },
      (_, index) => `- problem ${String(index)} ${'x'.repeat(80)}`,
    );
    const text = ['inputs: 100 problems:', ...problems, 'Correct them all.', 'Nothing was changed.'].join(
      '\n',
    );
    const { lines, commands: taken } = read((log) => log.error(text));
    expect(taken).toHaveLength(1);
    expect(taken[0]!.data.length).toBeLessThanOrEqual(4_096);
    expect(taken[0]!.data).toMatch(/^inputs: 100 problems:\n- problem 0 /);
    expect(taken[0]!.data).toMatch(/\n… the middle of \d+ characters is left out here …\n/);
    expect(taken[0]!.data).toMatch(/Correct them all\.\nNothing was changed\.$/);
    expect(lines.filter((line) => line.startsWith('| - problem'))).toHaveLength(100);
  });

  it('cuts an annotation where the runner would', () => {
    const [taken] = commands((log) => log.warning('x'.repeat(10_000)));
    expect(taken!.data).toHaveLength(2_000);
    expect(commands((log) => log.warning('x\n'.repeat(10_000)))[0]!.data.length).toBeLessThanOrEqual(4_096);
  });
});
