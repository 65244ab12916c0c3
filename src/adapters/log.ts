import { cleanLine, cleanLines, disarmed, quoted, withoutMiddle } from '../model/untrusted-text.js';
import type { Log } from '../world.js';

/** The runner cuts an annotation's message after 4,096 characters (ExecutionContext.cs), and with it the hint at its end. */
const MAX_ANNOTATION = 4_000;

/**
 * The log as GitHub's runner reads it. The few commands are written here and not by @actions/core, because
 * loading that package takes as long as the first answer from AWS.
 */
export function runnerLog(write: (text: string) => void): Log {
  const line = (text: string): void => write(`${text}\n`);
  const command = (name: string, data: string): void => line(`::${name}::${escapeData(data)}`);
  const annotation = (name: 'warning' | 'error', text: string): void => {
    const whole = cleanLines(text).join('\n');
    const shown = withoutMiddle(whole, MAX_ANNOTATION);
    if (shown !== whole) line(quoted(text));
    command(name, shown);
  };
  return {
    info: (text) => line(disarmed(text)),
    warning: (text) => annotation('warning', text),
    error: (text) => annotation('error', text),
    quote: (text) => line(quoted(text)),
    group: (title) => command('group', cleanLine(title)),
    endGroup: () => line('::endgroup::'),
    status: () => false,
    mask: (secret) => {
      for (const part of secret.split(/\r?\n/)) if (part.trim() !== '') command('add-mask', part);
    },
  };
}

/** The runner's own escapes for the data of a command (actions/toolkit, packages/core/src/command.ts). */
function escapeData(data: string): string {
  return data.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
