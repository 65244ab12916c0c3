import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { openViewer } from '../../scripts/pictures/viewer.js';
import type { ScenarioName } from '../../sandbox/scenarios/table.js';
import { DeployError } from '../../src/errors.js';
import { readInputs, type ReleaseInputs } from '../../src/inputs/inputs.js';
import { journal, type Journal, type StepName, type StepRecord } from '../../src/journal.js';
import { release } from '../../src/modes/release.js';
import type { Outcome } from '../../src/outcome.js';
import { gantt } from '../../src/report/gantt.js';
import { report } from '../../src/report/report.js';
import { readyWorld, type ReadyWorld } from '../ready-world.js';
import { inputs } from '../world.js';
import { browsing, IS_THERE, WHY_LEFT_OUT } from './browsing.js';

/* Job summaries in a real browser, shown as GitHub shows them: see scripts/pictures/in-page.js. */

const describeThere = IS_THERE ? describe : describe.skip;
const there = browsing();

/** A release that came to its end, with the record of its steps. */
interface Told {
  readonly there: ReadyWorld;
  readonly outcome: Outcome;
  readonly record: Journal;
}

async function released(scenario: ScenarioName): Promise<Told> {
  const there = await readyWorld({ env: inputs(), scenario });
  const record = journal(there.world);
  const given = (await readInputs(there.world.env, there.world.files)) as ReleaseInputs;
  const outcome = await there.during(release(given, there.world, record));
  return { there, outcome, record };
}

async function summaryOf({ there, outcome, record }: Told): Promise<string> {
  await report(outcome, record, there.world);
  return there.summaries.at(-1)!;
}

const show = (markdown: string) => {
  const { viewer, folder } = there();
  return viewer.show(markdown, join(folder, 'summary.html'));
};

const fenced = (steps: readonly StepRecord[]): string => `\`\`\`mermaid\n${gantt(steps)}\n\`\`\`\n`;

/** Mermaid's own space left and right of the bars, in the picture's units. */
const PADDING = 75;

/** What is drawn of a gantt, in the picture's own units; bars in the order of the rows. */
interface Drawing {
  readonly width: number;
  readonly bars: readonly { readonly x: number; readonly width: number; readonly className: string }[];
  readonly sections: readonly string[];
  readonly labels: readonly string[];
  readonly ticks: readonly string[];
  /** Writing that leaves the picture, or the names of steps where bars begin. */
  readonly outside: readonly string[];
}

/** The pictures of a page, in their order. */
const drawings = (page: Page): Promise<readonly Drawing[]> =>
  page.evaluate<readonly Drawing[]>(`[...document.querySelectorAll('pre.mermaid svg')].map((svg) => {
    const rows = (selector) => [...svg.querySelectorAll(selector)]
      .sort((one, other) => one.getAttribute('y') - other.getAttribute('y'));
    const text = ({ textContent }) => textContent;
    const frame = svg.getBoundingClientRect();
    const isOutside = (one) => {
      const { left, right, top, bottom } = one.getBoundingClientRect();
      const end = one.matches('.sectionTitle') ? frame.left + ${String(PADDING)} : frame.right;
      return left < frame.left || right > end || top < frame.top || bottom > frame.bottom;
    };
    return {
      width: svg.viewBox.baseVal.width,
      bars: rows('rect.task').map((bar) => ({
        x: Number(bar.getAttribute('x')),
        width: Number(bar.getAttribute('width')),
        className: bar.getAttribute('class'),
      })),
      sections: rows('.sectionTitle').map(text),
      labels: rows('[class*="taskText"]').map((label) => text(label).trim()),
      ticks: [...svg.querySelectorAll('.tick text')].map(text),
      outside: [...svg.querySelectorAll('text')].filter(isOutside).map(text),
    };
  })`);

/** Where bars have to stand: no narrower than a 250th of the whole, so that each can be seen. */
function expectBars({ width, bars }: Drawing, steps: readonly StepRecord[]): void {
  const start = Math.min(...steps.map(({ startedAt }) => startedAt));
  const end = (shortest: number): number =>
    Math.max(...steps.map(({ startedAt, took }) => startedAt - start + Math.max(took, shortest)));
  const shortest = end(0) / 250;
  const scale = (width - 2 * PADDING) / end(shortest);
  expect(bars).toHaveLength(steps.length);
  for (const [at, { startedAt, took }] of steps.entries()) {
    expect(Math.abs(bars[at]!.x - PADDING - (startedAt - start) * scale)).toBeLessThan(1.5);
    expect(Math.abs(bars[at]!.width - Math.max(took, shortest) * scale)).toBeLessThan(1.5);
  }
}

const drawnSteps = (steps: readonly StepRecord[]): readonly StepRecord[] =>
  steps
    .filter(({ status, took }) => status !== 'skipped' || took > 100)
    .sort((one, other) => one.startedAt - other.startedAt);

const step = (
  name: StepName,
  startedAt: number,
  took: number,
  status: StepRecord['status'] = 'passed',
): StepRecord => ({ name, startedAt: Date.UTC(2026, 2, 29, 0, 59, 30) + startedAt, took, status, note: '' });

const QUICK = [step('preflight', 0, 400), step('register', 400, 0), step('wait', 400, 1_600, 'failed')];
const MINUTE = 60_000;
const SLOW = [
  step('preflight', 0, 3_000),
  step('baseline', 3_000, 90_000, 'skipped'),
  step('build', 3_000, 40 * MINUTE),
  step('deploy', 41 * MINUTE, 0),
  step('wait', 41 * MINUTE, 109 * MINUTE, 'failed'),
  step('rollback', 150 * MINUTE, 30 * MINUTE),
  step('logs', 180 * MINUTE, 100),
];

describeThere(`the gantt in a browser${WHY_LEFT_OUT}`, () => {
  it.each(['UTC', 'Asia/Kolkata', 'America/St_Johns'])(
    'has bars where the times say, be the run short or long, for a reader in %s',
    async (zone) => {
      const { browser, folder } = there();
      const { page, show } = await openViewer(browser, zone);
      const { mermaidError } = await show(fenced(QUICK) + fenced(SLOW), join(folder, 'gantt.html'));
      expect(mermaidError).toBeUndefined();
      const [quick, slow] = await drawings(page);
      expectBars(quick!, QUICK);
      expectBars(slow!, SLOW);
      expect(quick!.ticks).toEqual(['0.000s', '0.500s', '1.000s', '1.500s', '2.000s']);
      const halves = ['0h 00m', '0h 30m', '1h 00m', '1h 30m', '2h 00m', '2h 30m', '3h 00m'];
      expect(slow!.ticks).toEqual(halves);
      expect([quick!.outside, slow!.outside]).toEqual([[], []]);
      await page.close();
    },
  );

  it('tells what failed, what was cut short and the way back apart', async () => {
    await show(fenced(SLOW));
    const { bars, sections, labels } = (await drawings(there().viewer.page))[0]!;
    expect(sections).toEqual(SLOW.map(({ name }) => name));
    expect(labels).toEqual([
      '3.0s',
      '1m 30s, skipped',
      '40m 00s',
      '0.0s',
      '1h 49m, failed',
      '30m 00s',
      '0.1s',
    ]);
    const kinds = bars.map(({ className }) => /\b(crit|done|active)\d/.exec(className)?.[1]);
    expect(kinds).toEqual([undefined, 'done', undefined, undefined, 'crit', 'active', undefined]);
  });
});

/** One line of all that Markdown, HTML and GitHub itself might take for something else than text. */
const HOSTILE =
  '[x](http://evil.example) ![x](http://evil.example/i.png) <img src=http://evil.example/i.png> | a | b | @team #1 ' +
  '</code></details></td></table><script>x()</script> `a` ``` **b** ~~c~~ https://evil.example/ www.evil.example <!--';

/** The same run, in which each text that came from elsewhere is this one. */
function saying({ there, outcome, record }: Told, text: string): Told {
  const { facts } = record;
  const result = { verdict: 'fail' as const, attempts: 1, durationMs: 1, check: text, detail: text };
  const lines = [text, `# ${text}`, `- ${text}`, `> ${text}`, '```', text];
  return {
    there,
    outcome: {
      ...outcome,
      state: text,
      error: new DeployError('crash-loop', `${text}\n${text}`, { hint: text, evidence: lines }),
    },
    record: {
      ...record,
      warnings: [text, text],
      steps: record.steps.map((one) => ({ ...one, note: text })),
      facts: {
        ...facts,
        service: text,
        subject: text,
        difference: [text, text],
        health: text,
        identity: text,
        baseline: [result],
        smoke: [...(facts.smoke ?? []), result],
        logs: { ...facts.logs!, lines },
      },
    },
  };
}

/** Names of the elements of a page in their order, pictures aside. */
const structure = (page: Page): Promise<readonly string[]> =>
  page.evaluate<readonly string[]>(
    `[...document.querySelectorAll('article, article *')].filter((one) => !one.closest('svg')).map((one) => one.localName)`,
  );

describeThere(`the summary of a run in a browser${WHY_LEFT_OUT}`, () => {
  it.each<ScenarioName>(['healthy', 'crash-loop', 'no-security-headers'])(
    'has the timeline of its steps, and nothing that GitHub would take away or fetch (%s)',
    async (scenario) => {
      const told = await released(scenario);
      expect(await show(await summaryOf(told))).toEqual({
        removed: [],
        references: [],
        requests: [],
        mermaidError: undefined,
      });
      const picture = (await drawings(there().viewer.page))[0]!;
      const steps = drawnSteps(told.record.steps);
      expectBars(picture, steps);
      expect(picture.sections).toEqual(steps.map(({ name }) => name));
      expect(picture.outside).toEqual([]);
    },
  );

  it('fits its column, and what is folded opens', async () => {
    await show(await summaryOf(await released('crash-loop')));
    const { page } = there().viewer;
    const folds = page.locator('article details:not([open]) > summary');
    expect(await folds.count()).toBeGreaterThan(0);
    while ((await folds.count()) > 0) await folds.first().click();
    const hidden = await page.evaluate(`[...document.querySelectorAll('details > :not(summary)')]
      .filter((one) => one.getBoundingClientRect().height === 0).length`);
    expect(hidden).toBe(0);
    // Blocks of code scroll: their lines are as the application wrote them.
    const wide = await page.evaluate(`[...document.querySelectorAll('article, article *')]
      .filter((one) => !one.closest('pre, svg') && one.scrollWidth > Math.max(one.clientWidth, 1) + 1 && one.clientWidth > 0)
      .map((one) => one.outerHTML.slice(0, 80))`);
    expect(wide).toEqual([]);
  });

  it('shows any text as text', async () => {
    const told = await released('no-security-headers');
    const { page } = there().viewer;
    await show(await summaryOf(saying(told, 'plain')));
    const plain = await structure(page);
    expect(await show(await summaryOf(saying(told, HOSTILE)))).toEqual({
      removed: [],
      references: [],
      requests: [],
      mermaidError: undefined,
    });
    expect(await structure(page)).toEqual(plain);
    const text = ((await page.textContent('article')) ?? '').replaceAll('\u200B', '');
    expect(text.split('<img src=http://evil.example/i.png>').length).toBeGreaterThan(20);
    expect(await page.locator('article [href*="//evil"], article [src*=evil]').count()).toBe(0);
  });

  it('would not pass with what GitHub takes away', async () => {
    const drawn = await show(
      '<p style="color: red" id="x">a</p><svg></svg><b onclick="x()" class="y">@team, see #1</b><a href="javascript:x()">b</a>' +
        '<img src="https://evil.example/i.png">\n\n```mermaid\nnothing known\n```\n',
    );
    expect(drawn).toEqual({
      removed: ['style of p', 'id of p', 'svg', 'onclick of b', 'class of b', 'href of a'],
      references: ['@team', '#1'],
      requests: ['https://evil.example/i.png'],
      mermaidError: expect.stringMatching(/No diagram type detected/),
    });
  });
});
