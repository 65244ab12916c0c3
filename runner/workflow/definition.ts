import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { isList, isMapping, textOf, type Mapping, type Value } from './expressions.js';

/** A workflow as its file has it, expressions not yet evaluated. */
export interface WorkflowDefinition {
  readonly file: string;
  readonly name: string;
  /** What starts it, by the name of the event. */
  readonly on: Mapping;
  readonly env: Mapping;
  readonly permissions: Value | undefined;
  readonly concurrency: Value | undefined;
  readonly jobs: readonly JobDefinition[];
}

/** A job of a workflow: steps, or a call of another workflow. */
export interface JobDefinition {
  readonly id: string;
  readonly name: string | undefined;
  readonly needs: readonly string[];
  readonly condition: string;
  readonly permissions: Value | undefined;
  readonly environment: Value | undefined;
  readonly concurrency: Value | undefined;
  readonly strategy: Mapping;
  readonly env: Mapping;
  readonly outputs: Mapping;
  readonly runsOn: Value | undefined;
  readonly steps: readonly StepDefinition[];
  readonly call: CallDefinition | undefined;
}

/** A call of another workflow. */
export interface CallDefinition {
  readonly uses: string;
  readonly with: Mapping;
  /** By name, or `inherit`. */
  readonly secrets: Mapping | 'inherit';
}

/** A step of a job: an action, or a script. */
export interface StepDefinition {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly condition: string;
  readonly env: Mapping;
  readonly continueOnError: Value;
  readonly uses: string | undefined;
  readonly with: Mapping;
  readonly run: string | undefined;
  readonly shell: string | undefined;
  readonly workingDirectory: string | undefined;
}

/* The names that are known in each place. `timeout-minutes`, `fail-fast` and `max-parallel` are not imitated. */
const workflowKeys = ['name', 'run-name', 'on', 'permissions', 'env', 'concurrency', 'jobs'];
const eitherKeys = ['name', 'needs', 'if', 'permissions', 'concurrency', 'strategy'];
const callKeys = [...eitherKeys, 'uses', 'with', 'secrets'];
const jobKeys = [...eitherKeys, ...['runs-on', 'environment', 'outputs', 'env', 'steps', 'timeout-minutes']];
const stepKeys = ['id', 'name', 'if', 'env', 'continue-on-error', 'timeout-minutes'];
const actionKeys = [...stepKeys, 'uses', 'with'];
const scriptKeys = [...stepKeys, 'run', 'shell', 'working-directory'];

/** The mapping in a place, without other names than those that are known. Throws otherwise. */
function mappingAt(value: Value | undefined, where: string, known?: readonly string[]): Mapping {
  if (value === undefined || value === null) return {};
  if (!isMapping(value)) throw new Error(`${where}: a mapping was expected`);
  const unknown = Object.keys(value).filter((name) => known?.includes(name) === false);
  if (unknown.length > 0) throw new Error(`${where}: ${unknown.join(', ')} cannot be imitated here`);
  return value;
}

function textAt(mapping: Mapping, name: string): string | undefined {
  const value = mapping[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'object') throw new Error(`${name}: a text was expected`);
  return String(value);
}

const listAt = (value: Value | undefined): readonly Value[] =>
  value === undefined || value === null ? [] : isList(value) ? value : [value];

/** Reads a workflow. Throws when it is not YAML, or has something that cannot be imitated. */
export async function readWorkflow(file: string): Promise<WorkflowDefinition> {
  const document = parseDocument(await readFile(file, 'utf8'));
  const [broken] = document.errors;
  if (broken !== undefined) throw new Error(`${file}: ${broken.message}`);
  const root = mappingAt(document.toJS() as Value, file, workflowKeys);
  const jobs = Object.entries(mappingAt(root['jobs'], `${file}: jobs`));
  return {
    file,
    name: textAt(root, 'name') ?? file,
    on: eventsOf(root['on']),
    env: mappingAt(root['env'], `${file}: env`),
    permissions: root['permissions'],
    concurrency: root['concurrency'],
    jobs: jobs.map(([id, job]) => jobOf(id, job, `${file}: ${id}`)),
  };
}

/** `on: push` and `on: [push]` are the same as `on: { push: {} }`. */
const eventsOf = (on: Value | undefined): Mapping =>
  isMapping(on) ? on : Object.fromEntries(listAt(on).map((name) => [textOf(name), {}]));

function jobOf(id: string, value: Value, where: string): JobDefinition {
  const calls = isMapping(value) && 'uses' in value;
  const job = mappingAt(value, where, calls ? callKeys : jobKeys);
  const secrets = job['secrets'];
  return {
    id,
    name: textAt(job, 'name'),
    needs: listAt(job['needs']).map(textOf),
    condition: textAt(job, 'if') ?? '',
    permissions: job['permissions'],
    environment: job['environment'],
    concurrency: job['concurrency'],
    strategy: mappingAt(job['strategy'], `${where}: strategy`, ['matrix', 'fail-fast', 'max-parallel']),
    env: mappingAt(job['env'], `${where}: env`),
    outputs: mappingAt(job['outputs'], `${where}: outputs`),
    runsOn: job['runs-on'],
    steps: listAt(job['steps']).map((step, at) => stepOf(step, `${where}: step ${at + 1}`)),
    call: calls
      ? {
          uses: textAt(job, 'uses') ?? '',
          with: mappingAt(job['with'], `${where}: with`),
          secrets: secrets === 'inherit' ? secrets : mappingAt(secrets, `${where}: secrets`),
        }
      : undefined,
  };
}

function stepOf(value: Value, where: string): StepDefinition {
  const isAction = isMapping(value) && 'uses' in value;
  const step = mappingAt(value, where, isAction ? actionKeys : scriptKeys);
  if (!isAction && typeof step['run'] !== 'string') throw new Error(`${where}: neither uses nor run`);
  return {
    id: textAt(step, 'id'),
    name: textAt(step, 'name'),
    condition: textAt(step, 'if') ?? '',
    env: mappingAt(step['env'], `${where}: env`),
    continueOnError: step['continue-on-error'] ?? false,
    uses: textAt(step, 'uses'),
    with: mappingAt(step['with'], `${where}: with`),
    run: textAt(step, 'run'),
    shell: textAt(step, 'shell'),
    workingDirectory: textAt(step, 'working-directory'),
  };
}
