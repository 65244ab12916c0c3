import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import type { CheckResult } from '../../../src/checks/check.js';
import { junit } from '../../../src/report/junit.js';

const RESULTS: readonly CheckResult[] = [
  { check: 'version', verdict: 'pass', detail: 'commit 1', attempts: 5, durationMs: 1_234 },
  { check: 'cors', verdict: 'flaky', detail: 'after a retry', attempts: 2, durationMs: 20 },
  { check: 'root', verdict: 'fail', detail: 'a <default> page & "more"', attempts: 1, durationMs: 5 },
  { check: 'auth', verdict: 'skipped', detail: 'no path', attempts: 0, durationMs: 0 },
];

const read = (xml: string): unknown =>
  new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '' }).parse(xml);

describe('the JUnit report', () => {
  it('has a case for each check, a failure for what failed and a skip for what was left out', () => {
    expect(read(junit(RESULTS, Date.UTC(2026, 0, 2, 3, 4, 5)))).toMatchObject({
      testsuites: {
        testsuite: {
          name: 'smoke',
          tests: '4',
          failures: '1',
          skipped: '1',
          time: '1.234',
          timestamp: '2026-01-02T03:04:05',
          testcase: [
            { name: 'version', time: '1.234' },
            { name: 'cors' },
            { name: 'root', failure: { message: 'a &#60;default&#62; page &#38; &#34;more&#34;' } },
            { name: 'auth', skipped: { message: 'no path' } },
          ],
        },
      },
    });
  });

  it('is well-formed XML whatever the details say', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (detail) => {
        const xml = junit([{ check: detail, verdict: 'fail', detail, attempts: 1, durationMs: 1 }], 0);
        // Markup is ours alone: tags without quotes or signs of their own, text without `<` and bare `&`.
        expect(xml).toMatch(
          /^<\?xml[^<>]*\?>(?:<\/?[a-z-]+(?: [a-z]+="(?:[^<>&"]|&#\d+;)*")*\/?>|[^<>&]|&#\d+;)*$/u,
        );
        // XML 1.0, section 2.2: "Char"; what is not well-formed Unicode cannot be written at all.
        expect(xml).toMatch(/^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u);
      }),
    );
  });
});
