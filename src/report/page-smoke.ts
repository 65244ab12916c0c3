import { passed, type CheckResult } from '../checks/check.js';
import { NOT_INCLUDED } from '../checks/suite.js';
import { resultOf, standing, type Standing } from '../checks/verdict.js';
import { showDuration } from '../model/duration.js';
import { paragraph, type Block, type Line, type Section } from './content.js';
import type { AuditRecord } from './record.js';

const VERDICT: Readonly<Record<CheckResult['verdict'], string>> = {
  pass: '✅',
  flaky: '⚠️',
  fail: '❌',
  skipped: '–',
};

const STANDING: Partial<Record<Standing, string>> = {
  mended: 'mended',
  regression: 'regression',
  'pre-existing': 'failed before as well',
};

/** A look at the service: what the checks found, and when. */
interface Look {
  readonly when: string;
  readonly results: readonly CheckResult[];
}

/**
 * What each smoke check found: of the release, beside what it found before, and what it found once the service was put
 * back. Unfolded where something is not as it should be, or where nothing else was done.
 */
export function smokeOf({ facts, mode }: AuditRecord): Section {
  const { baseline = [], smoke = [], restoredSmoke = [] } = facts;
  const looks = [
    { when: 'before', results: baseline },
    { when: mode === 'release' ? 'release' : 'now', results: smoke },
    { when: 'rollback', results: restoredSmoke },
  ].filter(({ results }) => results.length > 0);
  const judged = [smoke, restoredSmoke, baseline].find(({ length }) => length > 0) ?? [];
  const counted = judged.filter((result) => !isLeftOut(result));
  const good = counted.filter(passed).length;
  const smooth = counted.every(({ verdict }) => verdict === 'pass' || verdict === 'skipped');
  const what =
    judged === baseline ? ' before the release' : judged === restoredSmoke ? ' after the rollback' : '';
  return {
    title: `Smoke checks${what}: ${String(good)} of ${String(counted.length)} passed`,
    folded: mode !== 'smoke' && smooth,
    blocks: looks.length === 0 ? [] : [table(looks, judged, baseline), ...leftOut(judged)],
  };
}

function table(
  looks: readonly Look[],
  judged: readonly CheckResult[],
  baseline: readonly CheckResult[],
): Block {
  const marks = looks.length > 1 ? looks.map(({ when }) => when) : [''];
  const rows = judged
    .filter((result) => !isLeftOut(result))
    .map((result): Line[] => {
      const known =
        judged === baseline ? undefined : STANDING[standing(result, resultOf(baseline, result.check))];
      return [
        ...looks.map(({ results }): Line => [markOf(resultOf(results, result.check))]),
        [result.check],
        [...(known === undefined ? [] : [{ strong: known }, ' · ']), result.detail],
        [showDuration(result.durationMs)],
      ];
    });
  const head = [...marks, 'check', 'found', 'time'].map((name): Line => [name]);
  return { kind: 'table', head, rows };
}

function markOf(result: CheckResult | undefined): string {
  return result ? VERDICT[result.verdict] : '';
}

/** What does not belong to the proof of a rollback has no row. */
function isLeftOut({ verdict, detail }: CheckResult): boolean {
  return verdict === 'skipped' && detail === NOT_INCLUDED;
}

function leftOut(results: readonly CheckResult[]): readonly Block[] {
  const names = results.filter(isLeftOut).map(({ check }) => check);
  return names.length === 0 ? [] : [paragraph(`Not part of this proof: ${names.join(', ')}.`)];
}
