import type { CheckResult } from '../checks/check.js';
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
    beforeAndAfter(facts),
    ...(facts.imageUri === undefined ? [] : [`Image: ${code(facts.imageUri)}`]),
    steps(journal),
    ...checks(facts.smoke ?? []),
    ...warnings(journal.warnings),
    ...differences(facts.difference ?? []),
    ...lastLines(facts),
  ];
  return cut(`${parts.join('\n\n')}\n`);
}

function headline(outcome: Outcome, { service, gitSha, url }: Facts): string {
  const what = service === undefined ? 'the service' : code(service);
  const commit = gitSha === undefined ? '' : ` at ${code(gitSha.slice(0, 12))}`;
  const where = url === undefined ? '' : ` · ${text(url)}`;
  const mark = succeeded(outcome) ? '✅' : '❌';
  const title = `${mark} ${what} ${succeeded(outcome) ? SUCCESSES[outcome.kind] : FAILURES[outcome.kind]}${commit}`;
  return `## ${title}\n\n${text(stateOfService(outcome))}${where}`;
}

const SUCCESSES: Partial<Record<Outcome['kind'], string>> = {
  released: 'released',
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

function beforeAndAfter(facts: Facts): string {
  const cell = (value: string | undefined): string => (value === undefined ? '–' : code(value));
  const named = (arn: string | undefined): string => cell(arn && lastPart(arn));
  return table(
    ['', 'before', 'this run'],
    [
      ['revision', named(facts.previousTaskDefinitionArn), named(facts.taskDefinitionArn)],
      [
        'commit',
        cell(facts.previousGitSha?.slice(0, 12)),
        `${cell(facts.gitSha?.slice(0, 12))} ${text(facts.subject ?? '', 80)}`,
      ],
      ['image', cell(facts.previousImageDigest?.slice(0, 19)), cell(facts.imageDigest?.slice(0, 19))],
      ['deployment', '', cell(facts.deploymentId)],
    ],
  );
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

function checks(results: readonly CheckResult[]): readonly string[] {
  if (results.length === 0) return [];
  const mark = { pass: '✅', flaky: '⚠️', fail: '❌', skipped: '⏭️' };
  const rows = results.map(({ check, verdict, detail, attempts, durationMs }) => [
    mark[verdict],
    text(check),
    text(detail, 200),
    String(attempts),
    showDuration(durationMs),
  ]);
  return [`### Smoke checks\n\n${table(['', 'check', 'found', 'requests', 'time'], rows)}`];
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
