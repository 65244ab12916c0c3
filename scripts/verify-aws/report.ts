import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OPEN_POINTS, type Finding, type OpenPoint, type Verdict } from './case.js';
import type { Inputs } from './inputs.js';

/** What a whole verification came to. */
export interface Result {
  readonly findings: readonly Finding[];
  /** What is in the account now that was not there before. */
  readonly left: readonly string[];
}

/** Whether a finding calls for work. */
export function isWrong({ verdict }: Finding): boolean {
  return verdict === 'contradicts' || verdict === 'failed';
}

/** Whether AWS is as the code takes it to be, as far as it could be asked. */
export function agrees({ findings }: Result): boolean {
  return !findings.some(isWrong);
}

/** A finding as a person reads it; one that calls for work names the file. */
export function showFinding(finding: Finding): string {
  const { name, verdict, file, facts } = finding;
  const relied = isWrong(finding) ? ` (see ${file})` : '';
  return [`${verdict.padEnd(11)}  ${name}${relied}`, ...facts.map((fact) => `${' '.repeat(13)}${fact}`)].join(
    '\n',
  );
}

/** Everything at the end: the open points as a table to carry into an issue, what calls for work, and what was left behind. */
export function showResult(result: Result): string {
  const { findings, left } = result;
  const count = (verdict: Verdict): string =>
    `${String(findings.filter((finding) => finding.verdict === verdict).length)} ${verdict}`;
  const counts = (['seen', 'contradicts', 'failed', 'not allowed', 'not asked'] as const).map(count);
  return [
    '| open point | observed |',
    '| --- | --- |',
    ...OPEN_POINTS.map((point) => `| ${point} | ${answersTo(point, findings)} |`),
    '',
    ...findings.filter(isWrong).map(showFinding),
    `Left behind: ${left.length === 0 ? 'nothing' : left.join('; ')}.`,
    `${counts.join(', ')}.`,
  ].join('\n');
}

function answersTo(point: OpenPoint, findings: readonly Finding[]): string {
  const given = findings.flatMap(({ answers }) => answers.filter((answer) => answer.point === point));
  const facts = new Set(given.map(({ fact }) => fact.replaceAll('|', '\\|')));
  return facts.size === 0 ? 'not asked' : [...facts].join('<br>');
}

/** The same for programs; returns the path of the file. */
export async function writeResult(result: Result, inputs: Inputs, at: Date): Promise<string> {
  const { reportDir, region, cluster, service, change } = inputs;
  await mkdir(reportDir, { recursive: true });
  const path = join(reportDir, `verify-aws-${at.toISOString().replaceAll(/[-:]|\.\d+/g, '')}.json`);
  const record = {
    at: at.toISOString(),
    region,
    cluster,
    service,
    change,
    agrees: agrees(result),
    ...result,
  };
  await writeFile(path, `${JSON.stringify(record, undefined, 2)}\n`);
  return path;
}
