import { styleText } from 'node:util';
import type { LineKind, LogLine } from './stage-log.js';

/** How lines of a log are printed. */
export interface Look {
  readonly colours: boolean;
  /** Begins each line with the seconds since the job began. */
  readonly times: boolean;
}

type Style = Parameters<typeof styleText>[0];

/** The words and colours that GitHub's page of a run has for the kinds of lines. */
const looks: Readonly<Record<LineKind, { before: string; style: Style }>> = {
  output: { before: '', style: 'reset' },
  group: { before: '▾ ', style: 'bold' },
  endgroup: { before: '', style: 'reset' },
  error: { before: 'Error: ', style: 'red' },
  warning: { before: 'Warning: ', style: 'yellow' },
  notice: { before: 'Notice: ', style: 'blue' },
  debug: { before: '', style: 'magenta' },
};

const withTime = (atMs: number, look: Look): string => {
  const seconds = `${(atMs / 1000).toFixed(1).padStart(6)}s `;
  return look.colours ? styleText('gray', seconds, { validateStream: false }) : seconds;
};

/** A function that gives the text to print for each line of a log, in order: groups indent what is in them. */
export function shownLines(look: Look): (line: LogLine) => string {
  let inGroup = false;
  let stage: LogLine['stage'] | undefined;
  return (line) => {
    if (line.stage !== stage) inGroup = false;
    stage = line.stage;
    const indent = inGroup && line.kind !== 'group' ? '  ' : '';
    if (line.kind === 'group') inGroup = true;
    if (line.kind === 'endgroup') {
      inGroup = false;
      return '';
    }
    const { before, style } = looks[line.kind];
    const time = look.times ? withTime(line.atMs, look) : '';
    return `${before}${line.text}`
      .split('\n')
      .map((text) => `${time}${indent}${paint(text, style, look)}\n`)
      .join('');
  };
}

function paint(text: string, style: Style, look: Look): string {
  return look.colours && style !== 'reset' ? styleText(style, text, { validateStream: false }) : text;
}

/** Prints the lines of a log to a stream as they come, in colours where it is a terminal (no-color.org). */
export function showOn(stream: NodeJS.WriteStream, times = true): (line: LogLine) => void {
  const colours = stream.isTTY && (process.env['NO_COLOR'] ?? '') === '';
  const shown = shownLines({ colours, times });
  return (line) => void stream.write(shown(line));
}
