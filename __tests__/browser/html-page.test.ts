import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DeployError } from '../../src/errors.js';
import type { StepRecord } from '../../src/journal.js';
import { pageOf } from '../../src/report/page.js';
import type { AuditRecord } from '../../src/report/record.js';
import { toHtml } from '../../src/report/to-html.js';
import { FACTS, recorded } from '../src/report/recorded.js';
import { browsing, IS_THERE, WHY_LEFT_OUT } from './browsing.js';

/* The HTML report in a real browser. */

const test = IS_THERE ? it : it.skip;
const there = browsing();

const START = Date.UTC(2026, 2, 29, 0, 59, 30);
const step = (
  name: StepRecord['name'],
  startedAt: number,
  took: number,
  status: StepRecord['status'] = 'passed',
): StepRecord => ({ name, startedAt: START + startedAt, took, status, note: '' });
const STEPS = [
  step('preflight', 0, 2_000),
  step('build', 2_000, 30_000),
  step('baseline', 2_000, 3_000),
  step('wait', 32_000, 60_000, 'failed'),
  step('rollback', 92_000, 40_000),
];
const HOSTILE =
  '</details></pre><img src=http://evil.example/i.png onerror=alert(1)><script>alert(1)</script>';

/** A failed release in which everything that came from elsewhere says the same. */
const saying = (text: string): AuditRecord =>
  recorded(
    { kind: 'rolled-back', error: new DeployError('crash-loop', text, { hint: text, evidence: [text] }) },
    {
      ...FACTS,
      service: text,
      subject: text,
      difference: [text],
      health: text,
      url: `https://api.example.com/?${text}`,
      logs: { ...FACTS.logs!, lines: [text], group: text },
    },
    { steps: STEPS.map((one) => ({ ...one, note: text })), warnings: [text] },
  );

async function show(record: AuditRecord): Promise<readonly string[]> {
  const { folder, viewer } = there();
  const path = join(folder, 'report.html');
  await writeFile(path, toHtml(pageOf(record)));
  return viewer.open(path);
}

const structure = (): Promise<string> =>
  there().viewer.page.evaluate<string>(
    `[...document.querySelectorAll('body *')].map(({ tagName }) => tagName).join(' ')`,
  );

describe(`the HTML report in a browser${WHY_LEFT_OUT}`, () => {
  test('draws each step where it was, and as long as it took', async () => {
    await show(saying('plain'));
    const drawn = await there().viewer.page.evaluate<
      { name: string; x: number; width: number; kind: string }[]
    >(
      `[...document.querySelectorAll('svg rect')].map((bar) => ({
        name: bar.dataset.step, kind: bar.getAttribute('class'),
        x: bar.getBoundingClientRect().x, width: bar.getBoundingClientRect().width,
      }))`,
    );
    expect(drawn.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'preflight passed',
      'build passed',
      'baseline passed',
      'wait failed',
      'rollback rollback',
    ]);
    const scale = drawn.at(-1)!.width / 40_000;
    for (const [at, { startedAt, took }] of STEPS.entries()) {
      expect(Math.abs(drawn[at]!.x - drawn[0]!.x - (startedAt - START) * scale)).toBeLessThan(1);
      expect(Math.abs(drawn[at]!.width - took * scale)).toBeLessThan(1);
    }
  });

  test('asks for nothing, fits the window of a telephone and opens its evidence', async () => {
    expect(await show(saying('plain'))).toEqual([]);
    await there().viewer.page.setViewportSize({ width: 390, height: 800 });
    expect(await there().viewer.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
      390,
    );
    await there().viewer.page.setViewportSize({ width: 1_012, height: 800 });
    const evidence = there().viewer.page.locator('details', { hasText: 'Evidence' }).first();
    expect(await evidence.locator('pre').isVisible()).toBe(false);
    await evidence.locator('summary').click();
    expect(await evidence.locator('pre').textContent()).toBe('plain');
  });

  test('shows any text as text', async () => {
    await show(saying('plain'));
    const plain = await structure();
    expect(await show(saying(HOSTILE))).toEqual([]);
    expect(await structure()).toBe(plain);
    const text = (await there().viewer.page.textContent('main')) ?? '';
    expect(text.split('<script>alert(1)</script>').length).toBeGreaterThan(10);
    expect(await there().viewer.page.title()).toContain('<img src=http://evil.example/i.png');
  });
});
