import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseCommand } from '../../../runner/commands.js';
import { boundedMessage, entriesOf, logExcerpt, showCounts } from '../../../src/model/log-excerpt.js';
import { redact } from '../../../src/model/redact.js';
import { CANARIES } from '../../canaries.js';

const events = (...messages: readonly string[]) =>
  messages.map((message, place) => ({ timestamp: 1_000 + place, message }));
const shown = (messages: readonly string[], most = 50) =>
  logExcerpt('g', entriesOf(events(...messages)), most).lines;

describe('an excerpt of the log', () => {
  const messages = ['{"level":"error","msg":"password=hunter2"}', 'INFO patient 123-45-6789', 'ready'];

  it('counts levels and shows lines without secrets and personal data', () => {
    const excerpt = logExcerpt('/ecs/api', entriesOf(events(...messages)), 50);
    expect(excerpt).toMatchObject({
      group: '/ecs/api',
      counts: { error: 1, warn: 0, info: 1, debug: 0, other: 1 },
    });
    expect(excerpt.lines).toHaveLength(3);
    expect(excerpt.lines.join()).not.toMatch(/hunter2|123-45-6789/);
    expect(showCounts(excerpt.counts)).toBe('1 error, 0 warnings, 2 other lines');
  });

  it('may be counts alone', () => {
    expect(logExcerpt('g', entriesOf(events(...messages)), 0)).toMatchObject({
      lines: [],
      counts: { error: 1 },
    });
  });

  it('shows errors and warnings first, then the newest others, each in order of time', () => {
    const said = ['info: 1', 'error: 2', 'info: 3', 'warn: 4', 'info: 5', 'error: 6', 'info: 7'];
    expect(shown(said)).toEqual([
      'error: 2',
      'warn: 4',
      'error: 6',
      'info: 1',
      'info: 3',
      'info: 5',
      'info: 7',
    ]);
    expect(shown(said, 5)).toEqual(['error: 2', 'warn: 4', 'error: 6', 'info: 5', 'info: 7']);
    expect(shown(said, 2)).toEqual(['warn: 4', 'error: 6']);
  });

  it('sorts the streams of several tasks into each other', () => {
    const one = entriesOf([
      { timestamp: 1, message: 'a' },
      { timestamp: 3, message: 'c' },
    ]);
    const other = entriesOf([
      { timestamp: 2, message: 'b' },
      { timestamp: 4, message: 'd' },
    ]);
    expect(logExcerpt('g', [...other, ...one], 50).lines).toEqual(['a', 'b', 'c', 'd']);
  });

  it('keeps a stack with its error, whether CloudWatch has it as one event or as several, and counts it once', () => {
    const stack = ['TypeError: x is no function', '    at f (/app/a.js:1:2)', '    at g (/app/b.js:3:4)'];
    for (const said of [stack, [stack.join('\n')]]) {
      const excerpt = logExcerpt('g', entriesOf(events('ready', ...said, 'bye')), 50);
      expect(excerpt.lines).toEqual([...stack, 'ready', 'bye']);
      expect(excerpt.counts).toMatchObject({ error: 1, other: 2 });
    }
  });

  it('keeps further causes and the end of a stack with its error', () => {
    const said = ['Error: x', '  at a', 'Caused by: y', '... 12 more', '}', '.. 3 more', 'free'];
    const [first, ...others] = entriesOf(events(...said));
    expect(first?.messages).toEqual(said.slice(0, 5));
    expect(others.map(({ messages }) => messages)).toEqual([['.. 3 more'], ['free']]);
    expect(entriesOf(events('x', '   ', 'y'))).toHaveLength(3);
  });

  it('keeps only so many lines of a stack', () => {
    const frames = Array.from({ length: 100 }, () => '  at f');
    expect(entriesOf(events('Error: deep', ...frames))[0]?.messages).toHaveLength(12);
    expect(shown([['Error: deep', ...frames].join('\n'), '  at g'])).toHaveLength(12);
  });

  it('has at most as many lines as it may, the first of what is cut', () => {
    expect(shown(['Error: a\n  at 1\n  at 2', 'Error: b\n  at 3'], 4)).toEqual([
      ...['Error: a', '  at 1'],
      ...['Error: b', '  at 3'],
    ]);
    expect(shown(['Error: a', 'Error: b'], 1)).toEqual(['Error: b']);
  });

  it('counts one and several of each level', () => {
    const counts = { error: 2, warn: 1, info: 1, debug: 2, other: 3 };
    expect(showCounts(counts)).toBe('2 errors, 1 warning, 6 other lines');
    expect(showCounts({ error: 1, warn: 0, info: 0, debug: 0, other: 1 })).toBe(
      '1 error, 0 warnings, 1 other line',
    );
  });

  it('shows the top of a stack that is very long', () => {
    const frames = Array.from({ length: 100 }, (_, place) => `    at f${String(place)} (a.js:1)`);
    expect(shown(['Error: deep', ...frames])).toHaveLength(12);
  });

  it('hides a secret that lies where a long line is cut', () => {
    const line = `${'x'.repeat(390)} AKIAABCDEFGHIJKLMNOP and more`;
    expect(shown([line]).join()).not.toMatch(/AKIA/);
  });

  it('leaves nothing of a key that was printed line by line', () => {
    const key = ['-----BEGIN RSA PRIVATE KEY-----', 'MIIabc', 'short', '-----END RSA PRIVATE KEY-----'];
    expect(shown(['before', ...key, 'after'])).toEqual(['before', '[private key]', '[private key]', 'after']);
  });

  it('drops the end of a message that is too long, and with it every half secret', () => {
    for (const { text, secret } of CANARIES.filter((canary) => !canary.text.includes('\n')))
      for (const place of [0, 1, Math.floor(text.length / 2), text.length - 1]) {
        const filler = 'word '.repeat(20_000).slice(0, 16 * 1_024 - place - 1) + ' ';
        const bounded = boundedMessage(filler + text + ' more'.repeat(2_000));
        expect(bounded.length).toBeLessThanOrEqual(16 * 1_024);
        if (redact(bounded.slice(-300)).includes(secret)) throw new Error(`${text} ${String(place)}`);
      }
    expect(boundedMessage('x'.repeat(1_000_000)).length).toBe(12 * 1_024);
    expect(boundedMessage(`${'x '.repeat(8_180)}4111 1111 1111 1111 1111 1111 ${'x'.repeat(99)}`)).toMatch(
      /x$/,
    );
  });

  it('shows no canary, in whatever shape it was logged', () => {
    for (const { kind, text, secret } of CANARIES) {
      const said = [
        text,
        ...text.split('\n'),
        JSON.stringify({ level: 30, msg: text, x: { deep: text } }),
        `level=info msg=${JSON.stringify(text)}`,
      ];
      const lines = shown(said, 1_000).join('\n');
      // Lines that were torn apart have lost the names of what they hold.
      const torn = text.includes('\n') && !kind.startsWith('private');
      if (!torn && lines.includes(secret)) throw new Error(`${kind} is shown: ${lines}`);
    }
  });

  it('has short lines, and no command in them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary' })),
        fc.constantFrom('::error::', '##[error]', ''),
        fc.constantFrom('\n', '\r', '\u2028'),
        (parts, evil, line) => {
          const lines = shown([`${evil}${parts.join(`${line}${evil}`)}`]);
          expect(lines.length).toBeLessThanOrEqual(12);
          for (const one of lines) {
            expect(one.length).toBeLessThanOrEqual(410);
            expect(one).not.toMatch(/[\n\r\u2028]/);
            expect(parseCommand(one)).toBeUndefined();
          }
        },
      ),
    );
  });
});
