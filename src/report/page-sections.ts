import { showDuration } from '../model/duration.js';
import { showCounts } from '../model/log-excerpt.js';
import { code, paragraph, some, type Block, type Line, type Section, type Span } from './content.js';
import type { AuditRecord, StepEntry } from './record.js';
import type { RunIdentity } from './run-identity.js';

/** Where the record is kept, once it is. */
export interface Kept {
  /** Of the Markdown, or of the JSON where that could not be written; the others lie beside it. */
  readonly path: string;
  /** Of the canonical JSON, in hexadecimal digits. */
  readonly sha256: string;
}

/** So many lines of one kind; whoever needs more looks into the JSON report. */
const MANY = 100;

/** What stands in place of lines that are left out. */
export const more = (left: number): Line => [`… ${String(left)} more`];

/** What was seen of a failure: events, reasons, last words. */
export function evidence({ failure }: AuditRecord): Section {
  const lines = failure?.evidence ?? [];
  const shown = some(lines, MANY, (left) => `… ${String(left)} more`);
  return {
    title: 'Evidence',
    folded: true,
    blocks: lines.length === 0 ? [] : [{ kind: 'quote', lines: shown }],
  };
}

/** What differs between the two revisions, by name; in a rehearsal that is what one wants to see. */
export function changesOf({ facts, outcome }: AuditRecord): Section {
  const lines = facts.difference ?? [];
  const items = some(
    lines.map((line): Line => [line]),
    MANY,
    more,
  );
  return {
    title: `Task definition: ${count(lines.length, 'difference')}, by name`,
    folded: outcome !== 'planned',
    blocks: lines.length === 0 ? [] : [{ kind: 'list', items }],
  };
}

/** What the release brings, or what a rollback takes away; or why nobody can tell. */
export function commitsOf({ facts: { commits }, run }: AuditRecord): Section {
  if (!commits) return { title: 'Commits', folded: true, blocks: [] };
  if ('left' in commits)
    return { title: 'Commits: not known', folded: true, blocks: [paragraph(commits.left)] };
  const { direction, total, commits: listed, source } = commits;
  const items = listed.map(({ sha, author, subject }): Line => [
    linkTo(sha, run),
    ` ${subject} `,
    `(${author})`,
  ]);
  const left = total - listed.length;
  return {
    title: `Commits ${direction}: ${String(total)}, as ${source} has it`,
    folded: total > 10,
    blocks: total === 0 ? [] : [{ kind: 'list', items: [...items, ...(left > 0 ? [more(left)] : [])] }],
  };
}

function linkTo(sha: string, { server, repository }: RunIdentity): Span {
  const short = sha.slice(0, 12);
  if (server === undefined || repository === undefined) return code(short);
  return { text: short, href: `${server}/${repository}/commit/${sha}` };
}

const MARK: Readonly<Record<StepEntry['status'], string>> = {
  passed: '✅',
  failed: '❌',
  skipped: '–',
  cancelled: '■',
  'not reached': '·',
};

/** Every step with its time and what it found. Of a rehearsal, and where none began, the others say nothing. */
export function stepsOf({ steps, outcome }: AuditRecord): Section {
  const began = steps.filter(({ status }) => status !== 'not reached');
  const shown = outcome === 'planned' ? began : steps;
  const rows = shown.map(({ name, status, durationMs, note }): Line[] => [
    [MARK[status]],
    [name],
    [status === 'not reached' ? '' : duration(durationMs)],
    [status === 'not reached' ? status : note],
  ]);
  const head = ['', 'step', 'time', 'what it found'].map((name): Line => [name]);
  return {
    title: `Steps: ${String(began.length)}`,
    folded: true,
    blocks: began.length < 2 ? [] : [{ kind: 'table', head, rows }],
  };
}

/** What was tolerated. */
export function warningsOf({ warnings, state }: AuditRecord): Section {
  const told = warnings.filter((line) => line !== state);
  const items = some(
    told.map((line): Line => [line]),
    MANY,
    more,
  );
  return {
    title: `Warnings: ${String(told.length)}`,
    folded: false,
    blocks: told.length === 0 ? [] : [{ kind: 'list', items }],
  };
}

/** How healthy the targets and containers of the new tasks were, and which image they run. */
export function healthOf({ facts }: AuditRecord): Section {
  const { health, identity, targetHealth = [], containerHealth } = facts;
  const rows = targetHealth.map(({ targetGroup, healthy, expected, states, reasons }): Line[] => [
    [targetGroup],
    [`${String(healthy)} of ${String(expected)}`],
    [counts(states)],
    [counts(reasons)],
  ]);
  const containers = containerHealth
    ? [
        paragraph(
          `Containers: ${String(containerHealth.healthy)} of ${String(containerHealth.expected)} healthy`,
        ),
      ]
    : [];
  const said = [health, identity].flatMap((line) => (line === undefined ? [] : [paragraph(line)]));
  const head = ['target group', 'healthy', 'states', 'reasons'].map((name): Line => [name]);
  return {
    title: 'Target health',
    folded: true,
    blocks: [...(rows.length === 0 ? [] : [{ kind: 'table', head, rows } as const]), ...containers, ...said],
  };
}

/** Such as `2 healthy, 1 initial`. */
function counts(values: Readonly<Record<string, number>>): string {
  return Object.entries(values)
    .map(([name, number]) => `${String(number)} ${name}`)
    .join(', ');
}

/** What happened while the run waited, with the time since its start. */
export function progressOf({ progress, startedAt }: AuditRecord): Section {
  const start = Date.parse(startedAt);
  const rows = progress.map(({ at, step, text }): Line[] => [
    [duration(Date.parse(at) - start)],
    [step],
    [text],
  ]);
  const head = ['after', 'step', 'what happened'].map((name): Line => [name]);
  return {
    title: `Progress: ${count(progress.length, 'entry', 'entries')}`,
    folded: true,
    blocks: rows.length === 0 ? [] : [{ kind: 'table', head, rows: beginningAndEnd(rows) }],
  };
}

/** Of very many rows the first, which tell how it began, and more of the last. */
function beginningAndEnd(rows: readonly (readonly Line[])[]): readonly (readonly Line[])[] {
  const first = MANY / 5;
  if (rows.length <= MANY) return rows;
  const left = rows.length - MANY;
  return [...rows.slice(0, first), [[''], [''], more(left)], ...rows.slice(first + left)];
}

/** How much the new tasks said, and the last of it where that may be shown. */
export function logsOf({ facts: { logs } }: AuditRecord): Section {
  const blocks: Block[] = [];
  if (logs) blocks.push(paragraph('Group ', code(logs.group)));
  if (logs && logs.lines.length > 0) blocks.push({ kind: 'quote', lines: logs.lines });
  return { title: `Logs of the new tasks: ${logs ? showCounts(logs.counts) : ''}`, folded: true, blocks };
}

/** Which calls changed something in AWS, by the names that CloudTrail knows them by. */
export function callsOf({ calls }: AuditRecord): Section {
  const rows = calls.map(({ action, at, requestId, error }): Line[] => [
    [at],
    [code(action)],
    requestId === undefined ? ['–'] : [code(requestId)],
    [error ?? ''],
  ]);
  const head = ['at', 'call', 'request id', 'error'].map((name): Line => [name]);
  return {
    title: `Changes of AWS: ${count(calls.length, 'call')}`,
    folded: true,
    blocks:
      rows.length === 0 ? [] : [{ kind: 'table', head, rows: some(rows, MANY, (left) => [more(left)]) }],
  };
}

/** What an auditor asks for: who ran what, when, and where the record is. */
export function audit({ run, startedAt, endedAt, facts }: AuditRecord, kept: Kept | undefined): Section {
  const row = (name: string, value: string | undefined): (readonly Line[])[] =>
    value === undefined ? [] : [[[name], [code(value)]]];
  const rows = [
    ...row('started', startedAt),
    ...row('ended', endedAt),
    ...IDENTITY.flatMap(([name, field]) => row(name, run[field])),
    ...(run.url === undefined ? [] : [[['log'], [{ text: run.url, href: run.url }]]]),
    ...row('revision before', facts.previousTaskDefinitionArn),
    ...row('revision', facts.taskDefinitionArn),
    ...row('image before', facts.previousImageDigest),
    ...row('image', facts.imageDigest),
    ...row('report', kept?.path),
    ...row('SHA-256 of the JSON report', kept?.sha256),
  ];
  return { title: 'Audit', folded: true, blocks: [{ kind: 'table', head: [[''], ['']], rows }] };
}

const IDENTITY: readonly (readonly [name: string, field: keyof RunIdentity])[] = [
  ['actor', 'actor'],
  ['attempt started by', 'triggeringActor'],
  ['repository', 'repository'],
  ['workflow', 'workflow'],
  ['workflow file', 'workflowRef'],
  ['job', 'job'],
  ['event', 'event'],
  ['ref', 'ref'],
  ['commit of the workflow', 'sha'],
  ['run', 'id'],
  ['attempt', 'attempt'],
  ['runner', 'runner'],
];

function count(number: number, one: string, several = `${one}s`): string {
  return `${String(number)} ${number === 1 ? one : several}`;
}

/** A duration that is not broken into two lines. */
function duration(ms: number): string {
  return showDuration(ms).replace(' ', '\u00A0');
}
