import { lastPart } from '../model/arn.js';
import { showDuration } from '../model/duration.js';
import type { OutcomeKind } from '../outcome.js';
import { linksOf } from './console.js';
import {
  code,
  paragraph,
  withoutEmpty,
  type Bar,
  type Block,
  type Line,
  type Page,
  type Section,
} from './content.js';
import { callsOf, changesOf, healthOf, logsOf, smokeOf, stepsOf, warningsOf } from './page-sections.js';
import type { AuditRecord, StepEntry } from './record.js';
import type { RunIdentity } from './run-identity.js';

/** Where the record is kept, once it is. */
export interface Kept {
  readonly path: string;
  /** Of the canonical JSON, in hexadecimal digits. */
  readonly sha256: string;
}

/** The whole story of a run: the verdict first, what changed, how it went, and the evidence. */
export function pageOf(record: AuditRecord, kept?: Kept): Page {
  return withoutEmpty({
    title: title(record),
    lead: [
      verdict(record),
      ...cause(record),
      ...beforeAndAfter(record),
      ...links(record),
      ...timeline(record),
    ],
    sections: [
      evidence(record),
      ...changesOf(record),
      smokeOf(record),
      warningsOf(record),
      stepsOf(record),
      healthOf(record),
      logsOf(record),
      callsOf(record),
      audit(record, kept),
    ],
  });
}

function title(record: AuditRecord): Line {
  const { facts, outcome, succeeded } = record;
  const service = facts.service === undefined ? 'The service' : code(facts.service);
  if (succeeded) return [`✅ `, service, ` ${SUCCESSES[outcome] ?? outcome}`, ...named(' at ', facts.gitSha)];
  if (record.mode === 'smoke') return ['❌ ', service, ' does not answer as it should'];
  const attempt =
    record.mode === 'rollback' ? ['the rollback'] : ['the release', ...named(' of ', facts.gitSha)];
  return ['❌ ', service, ': ', ...attempt, ` ${FAILURES[outcome] ?? outcome}`];
}

function named(before: string, commit: string | undefined): Line {
  return commit === undefined ? [] : [before, code(commit.slice(0, 12))];
}

const SUCCESSES: Partial<Record<OutcomeKind, string>> = {
  released: 'is released',
  verified: 'answers as it should',
  planned: 'would be released',
  'rolled-back': 'is rolled back and runs',
};

const FAILURES: Partial<Record<OutcomeKind, string>> = {
  failed: 'failed; nothing was changed',
  'rolled-back': 'failed and was rolled back',
  'left-as-is': 'failed and was left in place',
  superseded: 'was superseded by another deployment',
  cancelled: 'was cancelled',
  'rollback-failed': 'failed, and it is not proven to be back: a person must look',
};

function verdict({ state, durationMs, facts }: AuditRecord): Block {
  const { url } = facts;
  return paragraph(
    `${state} It took ${showDuration(durationMs)}.`,
    ...(url === undefined ? [] : [' · ', { text: url, href: url }]),
  );
}

function cause({ failure }: AuditRecord): readonly Block[] {
  if (!failure) return [];
  const [first = '', ...rest] = failure.message.split('\n');
  const lines: Line[] = [[{ strong: failure.code }, `: ${first}`], ...rest.map((line) => [line])];
  return [{ kind: 'alert', lines: [...lines, ...(failure.hint === undefined ? [] : [[failure.hint]])] }];
}

/** Of a run that looked at a revision; a smoke test knows none. */
function beforeAndAfter({ facts, mode }: AuditRecord): readonly Block[] {
  const { previousTaskDefinitionArn: before, taskDefinitionArn: after } = facts;
  if (before === undefined) return [];
  const cell = (value: string | undefined): Line => (value === undefined ? ['–'] : [code(value)]);
  const commit = (sha: string | undefined): Line => cell(sha?.slice(0, 12));
  const digest = (whole: string | undefined): Line => cell(whole?.slice(0, 19));
  const subject = facts.subject === undefined ? [] : [` ${facts.subject}`];
  const rows: (readonly Line[])[] = [
    [['commit'], commit(facts.previousGitSha), [...commit(facts.gitSha), ...subject]],
    [['revision'], cell(lastPart(before)), cell(after && lastPart(after))],
    [['image'], digest(facts.previousImageDigest), digest(facts.imageDigest)],
    [['deployment'], [''], cell(facts.deploymentId)],
  ];
  const head = [[''], ['before'], [mode === 'rollback' ? 'back to' : 'this release']];
  const image = facts.imageUri === undefined ? [] : [paragraph('Image: ', code(facts.imageUri))];
  return [{ kind: 'table', head, rows }, ...image];
}

function links({ facts }: AuditRecord): readonly Block[] {
  const all = linksOf(facts);
  if (all.length === 0) return [];
  return [paragraph(...all.flatMap((link, at) => (at === 0 ? [link] : [' · ', link])))];
}

/** A run of one step has no course to be drawn. */
function timeline({ steps }: AuditRecord): readonly Block[] {
  const bars = steps.flatMap((step) => barOf(step) ?? []);
  return bars.length < 2 ? [] : [{ kind: 'timeline', bars }];
}

function barOf({ name, status, startedAt, durationMs }: StepEntry): Bar | undefined {
  if (status === 'not reached' || startedAt === undefined) return undefined;
  return { name, status, startedAt: Date.parse(startedAt), took: durationMs };
}

function evidence({ failure }: AuditRecord): Section {
  const lines = failure?.evidence ?? [];
  return { title: 'Evidence', folded: true, blocks: lines.length === 0 ? [] : [{ kind: 'quote', lines }] };
}

/** What an auditor asks for: who ran what, when, and where the record is. */
function audit({ run, startedAt, endedAt, facts }: AuditRecord, kept: Kept | undefined): Section {
  const row = (name: string, value: string | undefined): (readonly Line[])[] =>
    value === undefined ? [] : [[[name], [code(value)]]];
  const rows = [
    ...row('started', startedAt),
    ...row('ended', endedAt),
    ...IDENTITY.flatMap(([name, field]) => row(name, run[field])),
    ...(run.url === undefined ? [] : [[['log'], [{ text: run.url, href: run.url }]]]),
    ...row('image', facts.imageUri),
    ...row('revision before', facts.previousTaskDefinitionArn),
    ...row('revision', facts.taskDefinitionArn),
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
