import { randomUUID } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing, messageOf } from './failure.js';
import type { Masks } from './masks.js';
import type { NamedValues } from './named-values.js';
import type { StageLog } from './stage-log.js';

/** Bytes of a job summary that a step may write; a larger one is dropped (FileCommandManager.cs `AttachmentSizeLimit`). */
export const summaryLimitBytes = 1024 * 1024;

/** The files of one stage through which a step speaks to the runner, by the part of their variable after `GITHUB_`. */
export interface FileCommands {
  readonly path: string;
  readonly env: string;
  readonly step_summary: string;
  readonly state: string;
  readonly output: string;
}

/** What a stage's file commands change. */
export interface FileTargets {
  readonly log: StageLog;
  readonly masks: Masks;
  readonly outputs: NamedValues;
  readonly state: NamedValues;
  /** Variables for the job's later steps. */
  readonly environment: Map<string, string>;
  /** Folders to put before the PATH of the job's later steps, the last one first. */
  readonly folders: string[];
}

/** What reading a stage's file commands found out. */
export interface FileCommandsRead {
  readonly summary: string | undefined;
  /** A file could not be read as what it should be, which fails the step. */
  readonly failed: boolean;
}

/** Makes the empty files of a stage below the runner's folder for temporary files. */
export async function makeFileCommands(temp: string): Promise<FileCommands> {
  const folder = join(temp, '_runner_file_commands');
  const suffix = randomUUID();
  const files = {
    path: join(folder, `add_path_${suffix}`),
    env: join(folder, `set_env_${suffix}`),
    step_summary: join(folder, `step_summary_${suffix}`),
    state: join(folder, `save_state_${suffix}`),
    output: join(folder, `set_output_${suffix}`),
  };
  await mkdir(folder, { recursive: true });
  await Promise.all(Object.values(files).map((file) => writeFile(file, '')));
  return files;
}

/** Text from `from` up to the next line feed; `ended` tells whether there was one. */
function lineAt(text: string, from: number): { line: string; next: number; ended: boolean } | undefined {
  if (from >= text.length) return undefined;
  const feed = text.indexOf('\n', from);
  return feed < 0
    ? { line: text.slice(from), next: text.length, ended: false }
    : { line: text.slice(from, feed), next: feed + 1, ended: true };
}

function heredoc(text: string, from: number, delimiter: string): { value: string; next: number } {
  let end = from;
  let read = lineAt(text, from);
  while (read?.line !== delimiter) {
    if (read === undefined) throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`);
    if (!read.ended) throw new Error('Invalid value. EOF marker missing new line.');
    end = read.next - 1;
    read = lineAt(text, read.next);
  }
  return { value: text.slice(from, Math.max(from, end)), next: read.next };
}

/**
 * Reads `NAME=value` and `NAME<<DELIMITER` pairs one by one (FileCommandManager.cs EnvFileKeyValuePairs), so that
 * what stands before a broken pair is still given. Throws at a line that is neither and at a pair that was cut off.
 */
export function* keyValuePairs(text: string): Generator<readonly [name: string, value: string]> {
  let read = lineAt(text, 0);
  while (read !== undefined) {
    const { line } = read;
    let next = read.next;
    const equals = line.indexOf('=');
    const marker = line.indexOf('<<');
    if (line !== '' && equals >= 0 && (marker < 0 || equals < marker)) {
      yield [line.slice(0, equals), line.slice(equals + 1)];
    } else if (marker >= 0) {
      const [name, end] = [line.slice(0, marker), line.slice(marker + 2)];
      if (name === '' || end === '')
        throw new Error(`Invalid format '${line}'. Name must not be empty and delimiter must not be empty`);
      const found = heredoc(text, next, end);
      yield [name, found.value];
      next = found.next;
    } else if (line !== '') {
      throw new Error(`Invalid format '${line}'`);
    }
    read = lineAt(text, next);
  }
}

/** The file's text, or nothing where the step has removed it. */
async function textOf(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\ufeff/u, '');
  } catch (error) {
    if (isMissing(error)) return '';
    throw error;
  }
}

function addFolders(text: string, folders: string[]): void {
  for (const folder of text.split(/\r\n|\n|\r/u).filter((line) => line !== '')) {
    const earlier = folders.indexOf(folder);
    if (earlier >= 0) folders.splice(earlier, 1);
    folders.unshift(folder);
  }
}

function setVariables(text: string, targets: FileTargets): void {
  for (const [name, value] of keyValuePairs(text)) {
    if (name.toUpperCase() === 'NODE_OPTIONS')
      targets.log.annotate('error', "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
    else targets.environment.set(name, value);
  }
}

async function summaryOf(file: string, targets: FileTargets): Promise<string | undefined> {
  const text = await textOf(file);
  if (text === '') return undefined;
  const { size } = await stat(file);
  if (size > summaryLimitBytes) {
    targets.log.annotate(
      'error',
      `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of ${Math.floor(summaryLimitBytes / 1024)}k, got ${Math.floor(size / 1024)}k. For more information see: https://docs.github.com/actions/using-workflows/workflow-commands-for-github-actions#adding-a-markdown-summary`,
    );
    return undefined;
  }
  const lines = text.replace(/(\r\n|\n|\r)$/u, '').split(/\r\n|\n|\r/u);
  return lines.map((line) => `${targets.masks.hide(line)}\n`).join('');
}

/** Reads what a stage left in its files, in the runner's order; a broken file does not keep the others from being read. */
export async function readFileCommands(files: FileCommands, targets: FileTargets): Promise<FileCommandsRead> {
  let summary: string | undefined;
  let failed = false;
  const readers: Readonly<Record<keyof FileCommands, () => Promise<void>>> = {
    path: async () => addFolders(await textOf(files.path), targets.folders),
    env: async () => setVariables(await textOf(files.env), targets),
    step_summary: async () => void (summary = await summaryOf(files.step_summary, targets)),
    state: async () => saveState(await textOf(files.state), targets),
    output: async () => setOutputs(await textOf(files.output), targets),
  };
  for (const [name, read] of Object.entries(readers)) {
    try {
      await read();
    } catch (error) {
      failed = true;
      targets.log.annotate('error', `Unable to process file command '${name}' successfully.`);
      targets.log.annotate('error', messageOf(error));
    }
  }
  return { summary, failed };
}

function saveState(text: string, { state, log }: FileTargets): void {
  for (const [name, value] of keyValuePairs(text)) {
    state.set(name, value);
    log.debug(`Save intra-action state ${name} = ${value}`);
  }
}

function setOutputs(text: string, { outputs, log }: FileTargets): void {
  for (const [name, value] of keyValuePairs(text)) {
    if (name === '') throw new Error("Value cannot be null or empty. (Parameter 'name')");
    outputs.set(name, value);
    log.debug(`Set output ${name} = ${value}`);
  }
}
