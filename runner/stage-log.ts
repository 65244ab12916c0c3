import type { Masks } from './masks.js';

/** The two stages of an action that the runner starts: the step itself, and what runs at the end of the job. */
export type Stage = 'main' | 'post';

/** How a stage or a job ended. */
export type Conclusion = 'success' | 'failure' | 'cancelled';

/** What a line of the log is shown as. */
export type LineKind = 'output' | 'group' | 'endgroup' | 'error' | 'warning' | 'notice' | 'debug';

/** A line of the log as people see it: masked. A message of a command can hold line feeds. */
export interface LogLine {
  readonly stage: Stage;
  readonly kind: LineKind;
  /** Without the mark `##[kind]`, which `loggedText` puts before it. */
  readonly text: string;
  /** Milliseconds since the job began. */
  readonly atMs: number;
}

/** The line as it stands in the log that GitHub offers for download, less its time. */
export const loggedText = (line: LogLine): string =>
  line.kind === 'output' ? line.text : `##[${line.kind}]${line.text}`;

/** A message that GitHub shows on the page of the run. */
export interface Annotation {
  readonly stage: Stage;
  readonly level: 'error' | 'warning' | 'notice';
  readonly message: string;
  /** The command's other properties, names in lower case: title, file, line, endline, col, endcolumn. */
  readonly properties: Readonly<Record<string, string>>;
}

/** Annotations of one level that a step can have; more are in the log alone (ExecutionContext.cs `_maxCountPerIssueType`). */
export const annotationsPerLevel = 10;

/** UTF-16 code units of an annotation's message; what is longer is cut (ExecutionContext.cs `_maxIssueMessageLength`). */
export const annotationLength = 4096;

/** What a stage said, as the runner keeps it: masked lines, and annotations within the runner's limits. */
export class StageLog {
  readonly stage: Stage;
  readonly lines: LogLine[] = [];
  readonly annotations: Annotation[] = [];
  readonly #masks: Masks;
  readonly #sinceJobBegan: () => number;
  readonly #showDebug: boolean;
  readonly #onLine: (line: LogLine) => void;

  constructor(options: {
    stage: Stage;
    masks: Masks;
    sinceJobBegan: () => number;
    showDebug: boolean;
    onLine: (line: LogLine) => void;
  }) {
    this.stage = options.stage;
    this.#masks = options.masks;
    this.#sinceJobBegan = options.sinceJobBegan;
    this.#showDebug = options.showDebug;
    this.#onLine = options.onLine;
  }

  /** Adds a line to the log. */
  write(text: string, kind: LineKind = 'output'): void {
    const line = { stage: this.stage, kind, text: this.#masks.hide(text), atMs: this.#sinceJobBegan() };
    this.lines.push(line);
    this.#onLine(line);
  }

  /** Adds a line that is there only where step debug logging is on. */
  debug(text: string): void {
    if (this.#showDebug) for (const line of text.split(/\r?\n/u)) this.write(line, 'debug');
  }

  /** Adds an annotation and its line of the log (ExecutionContext.AddIssue). */
  annotate(
    level: Annotation['level'],
    message: string,
    properties: Readonly<Record<string, string>> = {},
  ): void {
    const shown = this.#masks.hide(message).slice(0, annotationLength);
    if (this.annotations.filter((one) => one.level === level).length < annotationsPerLevel)
      this.annotations.push({ stage: this.stage, level, message: shown, properties });
    if (shown !== '') this.write(shown, level);
  }
}
