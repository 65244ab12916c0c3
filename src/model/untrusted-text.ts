/*
 * Text from AWS, docker, git, HTTP or the application may try to speak to the runner. It takes a line for a
 * command when, after white space, it starts with `::name`, and the older form `##[name]` anywhere in a
 * line (actions/runner, src/Runner.Common/ActionCommand.cs). Both are read on stdout and on stderr, and
 * a bare carriage return starts a new line there (ProcessInvoker.cs reads with StreamReader.ReadLine).
 */

const LINE_BREAK = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;
/** Text of which nothing has to be taken away, as most is. */
const PLAIN = /^[\t\n\r -~]*$/;
/**
 * Escape sequences, other control characters, and those that show nothing or turn the reading direction: .NET's search
 * ignores some of them.
 */
const UNSEEN =
  // eslint-disable-next-line no-control-regex -- removing control characters is the point
  /(?:\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B\n\r\u0085\u2028\u2029]*(?:\u0007|\u001B\\)?|[@-Z\\-_])|[\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cs}])+/gu;

const MAX_LINE = 2_000;
/** Our own words in one piece: a task definition's difference has hundreds of lines, nothing has more than these. */
const MAX_OWN_LINES = 5_000;
const MAX_OWN_LINE = 20_000;

/** Any text without control, escape and invisible characters; line breaks of every kind stay. */
export function stripped(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(UNSEEN, '');
}

/** Lines of any text without control, escape and invisible characters, each at most 2,000 characters. */
export function cleanLines(text: string, maxLine = MAX_LINE): readonly string[] {
  return stripped(text)
    .split(LINE_BREAK)
    .map((line) => cut(line, maxLine));
}

/** One line of any text: breaks become spaces, and the runner cannot take it for a command. */
export function cleanLine(text: string, maxLine = MAX_LINE): string {
  return disarm(cut(cleanLines(text, maxLine).join(' ').trim(), maxLine));
}

/** Text that is safe to write to the runner's log as it is: no line of it is a command. */
export function disarmed(text: string): string {
  return capped(cleanLines(text, MAX_OWN_LINE), MAX_OWN_LINES).map(disarm).join('\n');
}

/** Foreign text as a block in the log: cleaned, each line marked as quoted, at most `maxLines` lines. */
export function quoted(text: string, maxLines = 500): string {
  return capped(cleanLines(text), maxLines)
    .map((line) => `| ${disarm(line)}`)
    .join('\n');
}

function capped(lines: readonly string[], max: number): readonly string[] {
  const left = lines.length - max;
  return left > 0 ? [...lines.slice(0, max), `… ${String(left)} more lines`] : lines;
}

function disarm(line: string): string {
  return line.replace(/##(?=\[)/g, '## ').replace(/^(\s*):(?=:)/, '$1: ');
}

/** At most so many UTF-16 code units, and no half of a pair at the end. */
function cut(line: string, max: number): string {
  return line.length <= max ? line : `${line.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** A text of at most `max` characters: what is too much is left out of its middle, which is said there. */
export function withoutMiddle(text: string, max: number): string {
  if (text.length <= max) return text;
  const mark = `\n… the middle of ${String(text.length)} characters is left out here …\n`;
  const end = Math.floor(max / 3);
  const head = text.slice(0, max - mark.length - end).replace(/[\uD800-\uDBFF]$/, '');
  return `${head}${mark}${text.slice(-end).replace(/^[\uDC00-\uDFFF]/, '')}`;
}
