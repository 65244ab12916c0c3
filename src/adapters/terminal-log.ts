import { cleanLine, disarmed, quoted } from '../model/untrusted-text.js';
import type { Environment, Log } from '../world.js';

/** What a terminal is written to, as process.stdout is. */
export interface Screen {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Width in characters; changes with the window. */
  readonly columns?: number;
}

/** Back to the start of the line, and away with it and all below (ECMA-48: CR, ED). */
const ERASE = '\r\u001B[J';
/** Around a text that the terminal cuts at its edge instead of going on below (DEC private mode 7, DECAWM). */
const [NO_WRAP, WRAP] = ['\u001B[?7l', '\u001B[?7h'];

/**
 * The log as a person reads it in a terminal: no commands, nothing of others' that moves the cursor, and no secret. Where lines
 * can be redrawn, what goes on is one line below everything else, and the cursor rests at its start.
 */
export function terminalLog(screen: Screen, env: Environment): Log {
  const redraws = canRedraw(screen, env);
  const hidden = secrets();
  let status = '';
  const drawn = (): string => {
    const room = Math.max(1, (screen.columns ?? 80) - 1);
    return status === '' ? '' : `${NO_WRAP}${cleanLine(status.replaceAll('\t', ' '), room)}${WRAP}\r`;
  };
  const line = (text: string): void => {
    screen.write(`${status === '' ? '' : ERASE}${hidden.without(text)}\n${drawn()}`);
  };
  const marked = (mark: string, text: string): void => line(`${mark}: ${disarmed(text)}`);
  return {
    info: (text) => line(disarmed(text)),
    warning: (text) => marked('warning', text),
    error: (text) => marked('error', text),
    quote: (text) => line(quoted(text)),
    group: (title) => line(`\n${cleanLine(title)}`),
    endGroup: () => undefined,
    status(text) {
      if (!redraws) return false;
      const was = status;
      status = hidden.without(text ?? '');
      if (was !== '' || status !== '') screen.write(`${was === '' ? '' : ERASE}${drawn()}`);
      return true;
    },
    mask: (secret) => hidden.add(secret),
  };
}

/**
 * Whether a line can be shown in place of another: a terminal that is not `dumb` (terminfo), and not the log of a CI system,
 * which sets CI and keeps every byte. NO_COLOR says nothing of it: there are no colours.
 */
function canRedraw({ isTTY = false }: Screen, { TERM, CI = '' }: Environment): boolean {
  return isTTY && TERM !== 'dumb' && ['', '0', 'false'].includes(CI.toLowerCase());
}

/** What must not be shown, line by line, as the runner does it (AddMaskCommandExtension in ActionCommandManager.cs). */
function secrets() {
  const known = new Set<string>();
  return {
    add(secret: string): void {
      for (const part of secret.split(/\r?\n/)) if (part.trim() !== '') known.add(part);
    },
    without(text: string): string {
      const longestFirst = [...known].sort((one, other) => other.length - one.length);
      return longestFirst.reduce((left, secret) => left.replaceAll(secret, '***'), text);
    },
  };
}
