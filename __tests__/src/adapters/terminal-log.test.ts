import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { terminalLog } from '../../../src/adapters/terminal-log.js';
import type { Environment, Log } from '../../../src/world.js';
import { Terminal } from '../../terminal.js';

const onTerminal = (columns = 40, env: Environment = { TERM: 'xterm-256color' }) => {
  const terminal = new Terminal(columns);
  return { terminal, log: terminalLog(terminal, env) };
};

/** Everything that is written where lines cannot be redrawn. */
function plain(speak: (log: Log) => void, env: Environment = {}, isTTY = false): string {
  let all = '';
  speak(terminalLog({ isTTY, columns: 40, write: (text) => void (all += text) }, env));
  return all;
}

describe('the log on a terminal', () => {
  it('shows what goes on in one line below all others, at each look anew', () => {
    const { terminal, log } = onTerminal();
    log.group('wait');
    expect(log.status('0.0s of 15m')).toBe(true);
    expect(terminal.screen).toEqual(['', 'wait', '0.0s of 15m']);
    log.info('0.0s tasks 2 desired');
    expect(terminal.screen).toEqual(['', 'wait', '0.0s tasks 2 desired', '0.0s of 15m']);
    log.status('2.0s');
    expect(terminal.screen).toEqual(['', 'wait', '0.0s tasks 2 desired', '2.0s']);
    log.quote('an event\nof two lines');
    log.warning('careful');
    expect(terminal.screen.slice(3)).toEqual(['| an event', '| of two lines', 'warning: careful', '2.0s']);
  });

  it('leaves nothing behind when it is over, and the cursor where the next line begins', () => {
    const { terminal, log } = onTerminal();
    log.info('one');
    log.status('goes on');
    log.status(undefined);
    expect(terminal.screen).toEqual(['one', '']);
    expect(terminal.cursor).toEqual({ row: 1, column: 0 });
    log.status(undefined);
    log.info('two');
    expect(terminal.screen).toEqual(['one', 'two', '']);
    expect(terminal.wraps).toBe(true);
  });

  it('redraws over what the terminal echoes of Ctrl-C', () => {
    const { terminal, log } = onTerminal();
    log.status('goes on');
    terminal.write('^C');
    log.info('cancelled');
    log.status(undefined);
    expect(terminal.screen).toEqual(['cancelled', '']);
  });

  it('is as wide as the terminal is now', () => {
    const { terminal, log } = onTerminal(20);
    log.status('x'.repeat(100));
    expect(terminal.screen).toEqual([`${'x'.repeat(18)}…`]);
    terminal.columns = 10;
    log.status('x'.repeat(100));
    expect(terminal.screen).toEqual([`${'x'.repeat(8)}…`]);
  });

  it('never takes more than its line, whatever it is told, and leaves no trace of it', () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.array(text), text, (columns, frames, last) => {
        const { terminal, log } = onTerminal(columns);
        for (const frame of frames) {
          log.status(frame);
          expect(terminal.screen).toHaveLength(1);
          expect(terminal.cursor).toEqual({ row: 0, column: 0 });
        }
        log.status(undefined);
        log.info('end');
        expect(terminal.screen[0]!.slice(0, columns)).toBe('end'.slice(0, columns));
        log.status(last);
        log.status(undefined);
        expect(terminal.screen.join('')).toBe('end');
      }),
    );
  });

  it.each<[string, Environment, boolean]>([
    ['it is no terminal', {}, false],
    ['the terminal is dumb', { TERM: 'dumb' }, true],
    ['a CI system keeps every byte', { CI: 'true' }, true],
  ])('writes plain lines and no status when %s', (_, env, isTTY) => {
    const text = plain(
      (log) => {
        expect(log.status('goes on')).toBe(false);
        log.info('one');
        log.status(undefined);
      },
      env,
      isTTY,
    );
    expect(text).toBe('one\n');
  });

  it.each<[string, Environment]>([
    ['colours are not wanted', { NO_COLOR: '1' }],
    ['CI says that there is none', { CI: 'false' }],
  ])('redraws all the same when %s', (_, env) => {
    expect(plain((log) => log.status('goes on'), env, true)).toMatch(/goes on/);
  });

  it('shows no secret that it was told of, each of its lines for itself, the longest first', () => {
    const shown = (speak: (log: Log) => void): string =>
      plain(
        (log) => {
          log.mask('hunter2\n\n  \nhunter2-and-more\r\n');
          speak(log);
        },
        {},
        true,
      );
    for (const said of ['info', 'warning', 'error', 'quote', 'group', 'status'] as const) {
      expect(shown((log) => log[said]('a hunter2 b hunter2-and-more c'))).toMatch(/a \*\*\* b \*\*\* c/);
    }
  });

  it('lets nobody else move the cursor', () => {
    const { terminal, log } = onTerminal();
    for (const said of ['info', 'warning', 'error', 'quote', 'group', 'status'] as const) {
      log[said]('\u001b[2J\u001b[1;1Hover\bthere\r');
    }
    expect(terminal.screen.join('\n')).toMatch(/^overthere/);
  });
});
