import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseCommand } from '../../../runner/commands.js';
import { levelOf, logExcerpt, showCounts } from '../../../src/model/log-excerpt.js';

describe('the level of a line', () => {
  it.each([
    ['{"level":"error","msg":"x"}', 'error'],
    ['{"level":50,"time":1}', 'error'],
    ['{"level":60}', 'error'],
    ['{"level": 40}', 'warn'],
    ['{"severity":"WARNING"}', 'warn'],
    ['{"lvl":"info","msg":"an error was handled"}', 'info'],
    ['{"level":30,"msg":"error"}', 'info'],
    ['{"level":20}', 'debug'],
    ['2026-01-01T00:00:00Z ERROR something', 'error'],
    ['[warn] careful', 'warn'],
    ['INFO: ready', 'info'],
    ['TRACE x', 'debug'],
    ['FATAL: out of memory', 'error'],
    ['listening on 3001', 'other'],
    ['informed everybody', 'other'],
    [`${'x'.repeat(100)} error`, 'other'],
    ['', 'other'],
  ])('%j is %s', (line, level) => {
    expect(levelOf(line)).toBe(level);
  });
});

describe('an excerpt of the log', () => {
  const messages = ['{"level":"error","msg":"password=hunter2"}', 'INFO patient 123-45-6789', 'ready'];

  it('counts levels and shows lines without secrets and personal data', () => {
    const excerpt = logExcerpt('/ecs/api', messages, true);
    expect(excerpt).toMatchObject({
      group: '/ecs/api',
      counts: { error: 1, warn: 0, info: 1, debug: 0, other: 1 },
    });
    expect(excerpt.lines).toHaveLength(3);
    expect(excerpt.lines.join()).not.toMatch(/hunter2|123-45-6789/);
    expect(showCounts(excerpt.counts)).toBe('1 error, 0 warnings, 2 other lines');
  });

  it('may be counts alone', () => {
    expect(logExcerpt('g', messages, false)).toMatchObject({ lines: [], counts: { error: 1 } });
  });

  it('hides a secret that lies where a long line is cut', () => {
    const line = `${'x'.repeat(390)} AKIAABCDEFGHIJKLMNOP and more`;
    expect(logExcerpt('g', [line], true).lines.join()).not.toMatch(/AKIA/);
  });

  it('has one short line a message, and no command in it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary' })),
        fc.constantFrom('::error::', '##[error]', ''),
        (parts, evil) => {
          const { lines } = logExcerpt('g', [`${evil}${parts.join(`\n${evil}`)}`], true);
          expect(lines).toHaveLength(1);
          expect(lines[0]!.length).toBeLessThanOrEqual(410);
          expect(parseCommand(lines[0]!)).toBeUndefined();
        },
      ),
    );
  });
});
