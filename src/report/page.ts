import type { FailureCode } from '../errors.js';
import { lastPart } from '../model/arn.js';
import { showDuration } from '../model/duration.js';
import type { OutcomeKind } from '../outcome.js';
import { linksOf } from './console.js';
import {
  code,
  paragraph,
  some,
  withoutEmpty,
  type Bar,
  type Block,
  type Line,
  type Page,
} from './content.js';
import {
  audit,
  callsOf,
  changesOf,
  commitsOf,
  evidence,
  healthOf,
  logsOf,
  more,
  progressOf,
  stepsOf,
  warningsOf,
  type Kept,
} from './page-sections.js';
import { smokeOf } from './page-smoke.js';
import type { AuditRecord, StepEntry } from './record.js';

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
      commitsOf(record),
      changesOf(record),
      smokeOf(record),
      warningsOf(record),
      stepsOf(record),
      healthOf(record),
      progressOf(record),
      logsOf(record),
      callsOf(record),
      audit(record, kept),
    ],
  });
}

function title({ facts, failure, mode, outcome, succeeded }: AuditRecord): Line {
  const service = facts.service === undefined ? 'The service' : code(facts.service);
  if (mode === 'smoke') {
    if (succeeded)
      return ['✅ ', service, ' passes its smoke checks', ...named(' with commit ', facts.gitSha)];
    if (failure && ANSWERS.includes(failure.code)) return ['❌ ', service, ' does not answer as it should'];
    return ['❌ ', `The smoke test ${outcome === 'cancelled' ? 'was cancelled' : 'could not be done'}`];
  }
  if (!succeeded) {
    const what = mode === 'rollback' ? [] : named(' of ', facts.gitSha);
    const subject = facts.service === undefined ? [`The ${mode}`] : [service, `: the ${mode}`];
    // A rollback that failed may be proven to be back where it began: the state says so.
    const unproven = mode === 'rollback' && outcome === 'rollback-failed';
    const how = unproven ? 'failed: a person must look' : (FAILURES[outcome] ?? outcome);
    return ['❌ ', ...subject, ...what, ` ${how}`];
  }
  // Without an error a release is rolled back only by the post step of a run that was cut off.
  if (outcome === 'rolled-back' && mode === 'release')
    return ['✅ ', service, ' is rolled back: the release', ...named(' of ', facts.gitSha), ' was cut off'];
  const [how, before] = SUCCESSES[outcome] ?? [outcome, ': commit '];
  return ['✅ ', service, ` ${how}`, ...named(before, facts.gitSha)];
}

function named(before: string, commit: string | undefined): Line {
  return commit === undefined ? [] : [before, code(commit.slice(0, 12))];
}

/** What a smoke test finds; anything else says nothing of the service. */
const ANSWERS: readonly FailureCode[] = ['smoke-failed', 'base-url-unreachable'];

const SUCCESSES: Partial<Record<OutcomeKind, readonly [how: string, beforeCommit: string]>> = {
  released: ['is released', ': commit '],
  planned: ['is left as it is: this was a rehearsal', ' of '],
  'rolled-back': ['is rolled back', ', and runs commit '],
};

const FAILURES: Partial<Record<OutcomeKind, string>> = {
  failed: 'failed before anything was changed',
  'rolled-back': 'failed and was rolled back',
  'left-as-is': 'failed and was left in place',
  superseded: 'was superseded by another deployment',
  cancelled: 'was cancelled',
  'rollback-failed': 'failed, and the service is not proven to be back: a person must look',
};

function verdict({ state, startedAt, durationMs, facts }: AuditRecord): Block {
  const { url } = facts;
  return paragraph(
    ...(url === undefined ? [] : [{ text: url, href: url }, ' · ']),
    `${state} It began ${startedAt.slice(0, 16).replace('T', ' ')} UTC and took ${showDuration(durationMs)}.`,
  );
}

/** What a person did on purpose, here or elsewhere, is no alarm. */
const CALM: readonly OutcomeKind[] = ['cancelled', 'superseded'];

/** So many lines of a message are shown; whoever needs more looks into the JSON report. */
const MOST_SAID = 50;

/** What went wrong and what to do about it. Failing checks are told by their table, with what they found. */
function cause({ failure, outcome }: AuditRecord): readonly Block[] {
  if (!failure) return [];
  const [first = '', ...rest] = failure.message.split('\n');
  const isItem = (line: string): boolean => line.startsWith('- ');
  const found = failure.code === 'smoke-failed' ? [] : rest.filter(isItem);
  const items = found.map((line): Line => [line.slice(2)]);
  const others = rest.filter((line) => !isItem(line)).map((line): Line => [line]);
  const blocks: Block[] = [
    paragraph(first, ' (', code(failure.code), ')'),
    ...(items.length === 0 ? [] : [{ kind: 'list', items: some(items, MOST_SAID, more) } as const]),
    ...some(others, MOST_SAID, more).map((line) => paragraph(...line)),
    ...(failure.hint === undefined ? [] : [paragraph(failure.hint)]),
  ];
  return [{ kind: 'alert', level: CALM.includes(outcome) ? 'warning' : 'caution', blocks }];
}

/** Of a run that looked at a revision; a smoke test knows none. */
function beforeAndAfter({ facts, mode, outcome, succeeded }: AuditRecord): readonly Block[] {
  const {
    previousTaskDefinitionArn: before,
    taskDefinitionArn: after,
    restoredTaskDefinitionArn: restored,
  } = facts;
  if (before === undefined) return [];
  const rows = [
    row('commit', facts.previousGitSha?.slice(0, 12), facts.gitSha?.slice(0, 12)),
    row('revision', lastPart(before), after && lastPart(after)),
    row('image', facts.previousImageDigest?.slice(0, 19), facts.imageDigest?.slice(0, 19)),
    row('deployment', undefined, facts.deploymentId),
  ];
  const [live, next] = HEADS[outcome] ?? ['live before', `the ${mode}`];
  const head = [
    '',
    restored === before ? 'live before and now' : live,
    mode === 'rollback' && succeeded ? 'live now' : next,
  ];
  const copy = restored === undefined || restored === before ? [] : [restored];
  return [
    { kind: 'table', head: head.map((name) => [name]), rows: rows.flat() },
    ...(facts.subject === undefined ? [] : [paragraph(`“${facts.subject}”`)]),
    ...copy.map((arn) => paragraph('Live now: ', code(lastPart(arn)), ', a copy of what was live before.')),
    ...(facts.imageUri === undefined ? [] : [paragraph('Image: ', code(facts.imageUri))]),
  ];
}

/** A row of what was before and what is after; none where neither is known. */
function row(
  name: string,
  before: string | undefined,
  after: string | undefined,
): readonly (readonly Line[])[] {
  if (before === undefined && after === undefined) return [];
  const known = (value: string | undefined): Line => (value === undefined ? ['–'] : [code(value)]);
  return [[[name], known(before), known(after)]];
}

/** What was live, and what became of what the run deployed. */
const HEADS: Partial<Record<OutcomeKind, readonly [before: string, after: string]>> = {
  released: ['live before', 'live now'],
  planned: ['live', 'would be released'],
};

function links({ facts }: AuditRecord): readonly Block[] {
  const all = linksOf(facts);
  if (all.length === 0) return [];
  return [paragraph(...all.flatMap((link, at) => (at === 0 ? [link] : [' · ', link])))];
}

/** The course of a run that did something; of one step there is nothing to be drawn. */
function timeline({ steps, outcome }: AuditRecord): readonly Block[] {
  const bars = steps.flatMap((step) => barOf(step) ?? []);
  return bars.length < 2 || outcome === 'planned' ? [] : [{ kind: 'timeline', bars }];
}

function barOf({ name, status, startedAt, durationMs }: StepEntry): Bar | undefined {
  if (status === 'not reached' || startedAt === undefined) return undefined;
  return { name, status, startedAt: Date.parse(startedAt), took: durationMs };
}
