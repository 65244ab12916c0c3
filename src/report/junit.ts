import type { CheckResult } from '../checks/check.js';
import { cleanLine } from '../model/untrusted-text.js';

/**
 * The smoke results as a JUnit report (the form that "JUnit XML" readers agree on: testsuite, testcase, failure, skipped).
 * Times are seconds; `at` is in milliseconds since the epoch.
 */
export function junit(results: readonly CheckResult[], at: number): string {
  const count = (verdict: CheckResult['verdict']): number =>
    results.filter((result) => result.verdict === verdict).length;
  const spent = Math.max(0, ...results.map(({ durationMs }) => durationMs));
  const suite = attributes({
    name: 'smoke',
    tests: results.length,
    failures: count('fail'),
    skipped: count('skipped'),
    errors: 0,
    time: seconds(spent),
    timestamp: new Date(at).toISOString().slice(0, 19),
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites><testsuite${suite}>`,
    ...results.map(testcase),
    '</testsuite></testsuites>',
    '',
  ].join('\n');
}

function testcase({ check, verdict, detail, attempts, durationMs }: CheckResult): string {
  const open = `<testcase${attributes({ classname: 'smoke', name: check, time: seconds(durationMs) })}>`;
  const said = `${verdict}: ${detail} (${String(attempts)} requests)`;
  const inside: Record<CheckResult['verdict'], string> = {
    pass: '',
    flaky: '',
    fail: `<failure${attributes({ message: detail })}/>`,
    skipped: `<skipped${attributes({ message: detail })}/>`,
  };
  return `${open}${inside[verdict]}<system-out>${escape(said)}</system-out></testcase>`;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escape(String(value))}"`)
    .join('');
}

/** Text as XML 1.0 has it: what no document may hold is left out. */
function escape(value: string): string {
  return cleanLine(value)
    .replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]|[\uFFFE\uFFFF]/g, '')
    .replace(/[&<>"']/g, (sign) => `&#${String(sign.codePointAt(0))};`);
}
