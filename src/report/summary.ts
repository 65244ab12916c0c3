import type { CheckResult } from '../checks/check.js';
import { resultOf, standing, type Standing } from '../checks/verdict.js';
import type { Facts } from '../facts.js';
import type { Journal, StepRecord } from '../journal.js';
import { lastPart } from '../model/arn.js';
import { showDuration } from '../model/duration.js';
import { showCounts } from '../model/log-excerpt.js';
import { redact } from '../model/redact.js';
import { stateOfService, succeeded, type Outcome } from '../outcome.js';
import { block, code, details, table, text } from './markdown.js';

/** The runner drops a summary of more than 1 MiB (FileCommandManager.cs); a person stops reading long before. */
const MAX_LENGTH = 256 * 1_024;

/** The job summary: the verdict first, what changed, how it went, and the evidence folded below. */
export function summary(outcome: Outcome, journal: Journal): string {
  const { facts } = journal;
  const parts = [
    headline(outcome, facts),
    ...cause(outcome),
    ...beforeAndAfter(facts),
    ...(facts.imageUri === undefined ? [] : [`Image: ${code(facts.imageUri)}`]),
    steps(journal),
    ...checks(facts),
    ...warnings(journal.warnings),
    ...differences(facts.difference ?? []),
    ...lastLines(facts),
  ];
  return cut(`${parts.join('\n\n')}\n`);
}

function headline(outcome: Outcome, { service, gitSha, url }: Facts): string {
  const what = service === undefined ? 'The service' : code(service);
  const commit = gitSha === undefined ? '' : ` at ${code(gitSha.slice(0, 12))}`;
  const where = url === undefined ? '' : ` · ${text(url)}`;
  const mark = succeeded(outcome) ? '✅' : '❌';
  const alone = service === undefined && outcome.error?.code === 'smoke-failed';
  const failed = alone ? 'does not answer as it should' : FAILURES[outcome.kind];
  const title = `${mark} ${what} ${succeeded(outcome) ? SUCCESSES[outcome.kind] : failed}${commit}`;
  return `## ${title}\n\n${text(stateOfService(outcome))}${where}`;
}

const SUCCESSES: Partial<Record<Outcome['kind'], string>> = {
  released: 'released',
  verified: 'answers as it should',
  planned: 'planned',
  'rolled-back': 'rolled back',
};

const FAILURES: Partial<Record<Outcome['kind'], string>> = {
  failed: 'failed: nothing was changed',
  'rolled-back': 'release failed and was rolled back',
  'left-as-is': 'release failed and was left in place',
  superseded: 'superseded by another deployment',
  cancelled: 'cancelled',
  'rollback-failed': 'not proven to be back: a person must look',
};

function cause({ error }: Outcome): readonly string[] {
  if (!error) return [];
  const lines = error.message.split('\n').map((line) => text(line));
  return [
    `> [!CAUTION]\n> **${text(error.code)}**: ${lines.join('<br>')}${error.hint === undefined ? '' : `\n>\n> ${text(error.hint)}`}`,
    ...(error.evidence.length > 0 ? [details('Evidence', block(error.evidence.map(redact)))] : []),
  ];
}

/** Of a run that looked at a revision; a smoke test knows none. */
function beforeAndAfter(facts: Facts): readonly string[] {
  if (facts.previousTaskDefinitionArn === undefined) return [];
  const cell = (value: string | undefined): string => (value === undefined ? '–' : code(value));
  const named = (arn: string | undefined): string => cell(arn && lastPart(arn));
  const rows = [
    ['revision', named(facts.previousTaskDefinitionArn), named(facts.taskDefinitionArn)],
    [
      'commit',
      cell(facts.previousGitSha?.slice(0, 12)),
      `${cell(facts.gitSha?.slice(0, 12))} ${text(facts.subject ?? '', 80)}`,
    ],
    ['image', cell(facts.previousImageDigest?.slice(0, 19)), cell(facts.imageDigest?.slice(0, 19))],
    ['deployment', '', cell(facts.deploymentId)],
  ];
  return [table(['', 'before', 'this run'], rows)];
}

const MARK: Record<StepRecord['status'] | 'not reached', string> = {
  passed: '✅',
  failed: '❌',
  skipped: '⏭️',
  'not reached': '·',
};

function steps({ plan, steps: records }: Journal): string {
  const rows = [...new Set([...plan, ...records.map(({ name }) => name)])].map((name) => {
    const record = records.find((one) => one.name === name);
    if (!record) return [MARK['not reached'], name, '', 'not reached'];
    return [MARK[record.status], name, showDuration(record.took), text(record.note, 200)];
  });
  return table(['', 'step', 'time', ''], rows);
}

const VERDICT: Record<CheckResult['verdict'], string> = {
  pass: '✅',
  flaky: '⚠️',
  fail: '❌',
  skipped: '⏭️',
};

const STANDING: Partial<Record<Standing, string>> = {
  mended: '**mended** · ',
  regression: '**regression** · ',
  'pre-existing': '**failed before as well** · ',
};

function checks({ smoke, baseline = [] }: Facts): readonly string[] {
  const results = smoke ?? baseline;
  const compared = smoke !== undefined && baseline.length > 0;
  if (results.length === 0) return [];
  const rows = results.map((result) => {
    const { check, verdict, detail, attempts, durationMs } = result;
    const before = compared ? resultOf(baseline, check) : undefined;
    return [
      ...(compared ? [before ? VERDICT[before.verdict] : ''] : []),
      VERDICT[verdict],
      text(check),
      `${STANDING[standing(result, before)] ?? ''}${text(detail, 300)}`,
      String(attempts),
      showDuration(durationMs),
    ];
  });
  const marks = compared ? ['before', 'after'] : [''];
  const title = smoke ? 'Smoke checks' : 'Smoke checks of the live version';
  return [`### ${title}\n\n${table([...marks, 'check', 'found', 'requests', 'time'], rows)}`];
}

function warnings(all: readonly string[]): readonly string[] {
  return all.length === 0 ? [] : [`### Warnings\n\n${all.map((line) => `- ${text(line)}`).join('\n')}`];
}

function differences(lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  return [
    details(
      `Task definition: ${String(lines.length)} differences, by name`,
      lines.map((line) => `- ${text(line)}`).join('\n'),
    ),
  ];
}

function lastLines({ logs }: Facts): readonly string[] {
  if (!logs) return [];
  const title = `Last log lines: ${showCounts(logs.counts)}`;
  return [logs.lines.length === 0 ? text(title) : details(title, block(logs.lines))];
}

function cut(page: string): string {
  if (Buffer.byteLength(page) <= MAX_LENGTH) return page;
  return `${Buffer.from(page).subarray(0, MAX_LENGTH).toString('utf8')}\n\n… cut: the summary was longer than ${String(MAX_LENGTH / 1_024)} KiB.\n`;
}
