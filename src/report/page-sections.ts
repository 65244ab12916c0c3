import { passed, type CheckResult } from '../checks/check.js';
import { resultOf, standing, type Standing } from '../checks/verdict.js';
import { showDuration } from '../model/duration.js';
import { showCounts } from '../model/log-excerpt.js';
import { code, paragraph, some, type Block, type Line, type Section } from './content.js';
import { resultsOf, type AuditRecord, type StepEntry } from './record.js';

/** So many lines of one kind; whoever needs more looks into the JSON report. */
const MANY = 100;

const more = (left: number): Line => [`… ${String(left)} more`];

/** What the release brings: the difference of the two revisions, by name. */
export function changesOf({ facts }: AuditRecord): readonly Section[] {
  const lines = facts.difference ?? [];
  const items = some(
    lines.map((line): Line => [line]),
    MANY,
    more,
  );
  return [
    {
      title: `Task definition: ${count(lines.length, 'difference')}, by name`,
      folded: true,
      blocks: lines.length === 0 ? [] : [{ kind: 'list', items }],
    },
  ];
}

const MARK: Readonly<Record<StepEntry['status'], string>> = {
  passed: '✅',
  failed: '❌',
  skipped: '⏭️',
  'not reached': '·',
};

/** Every step with its time and what it found. */
export function stepsOf({ steps }: AuditRecord): Section {
  const rows = steps.map(({ name, status, durationMs, note }): Line[] => [
    [MARK[status]],
    [name],
    [status === 'not reached' ? '' : showDuration(durationMs)],
    [status === 'not reached' ? status : note],
  ]);
  return {
    title: 'Steps',
    folded: false,
    blocks: [{ kind: 'table', head: [[''], ['step'], ['time'], ['']], rows }],
  };
}

const VERDICT: Readonly<Record<CheckResult['verdict'], string>> = {
  pass: '✅',
  flaky: '⚠️',
  fail: '❌',
  skipped: '⏭️',
};

const STANDING: Partial<Record<Standing, string>> = {
  mended: 'mended',
  regression: 'regression',
  'pre-existing': 'failed before as well',
};

/** What each smoke check found, beside what it found before the change. */
export function smokeOf(record: AuditRecord): Section {
  const results = resultsOf(record);
  const { smoke, baseline = [] } = record.facts;
  const before = smoke === undefined ? [] : baseline;
  const good = `${String(results.filter(passed).length)} of ${String(results.length)} passed`;
  return {
    title: `Smoke checks${smoke ? '' : ' of the version before'}: ${good}`,
    folded: smoke === undefined,
    blocks: results.length === 0 ? [] : [smokeTable(results, before)],
  };
}

function smokeTable(results: readonly CheckResult[], seen: readonly CheckResult[]): Block {
  const compared = seen.length > 0;
  const rows = results.map((result): Line[] => {
    const before = resultOf(seen, result.check);
    const known = STANDING[standing(result, before)];
    return [
      ...(compared ? [[before ? VERDICT[before.verdict] : '']] : []),
      [VERDICT[result.verdict]],
      [result.check],
      [...(known === undefined ? [] : [{ strong: known }, ' · ']), result.detail],
      [String(result.attempts)],
      [showDuration(result.durationMs)],
    ];
  });
  const marks = compared ? ['before', 'after'] : [''];
  const head = [...marks, 'check', 'found', 'requests', 'time'].map((name): Line => [name]);
  return { kind: 'table', head, rows };
}

/** What was tolerated. */
export function warningsOf({ warnings }: AuditRecord): Section {
  const items = some(
    warnings.map((line): Line => [line]),
    MANY,
    more,
  );
  return {
    title: `Warnings: ${String(warnings.length)}`,
    folded: false,
    blocks: warnings.length === 0 ? [] : [{ kind: 'list', items }],
  };
}

/** How healthy the targets and containers of the new tasks were. */
export function healthOf({ facts }: AuditRecord): Section {
  const { health, identity } = facts;
  const lines = [health, identity].flatMap((line) => (line === undefined ? [] : [paragraph(line)]));
  return { title: 'Target health', folded: true, blocks: lines };
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

function count(number: number, what: string): string {
  return `${String(number)} ${what}${number === 1 ? '' : 's'}`;
}
