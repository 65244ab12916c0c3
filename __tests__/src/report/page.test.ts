import { describe, expect, it } from '@jest/globals';
import { DeployError, type FailureCode } from '../../../src/errors.js';
import type { Facts } from '../../../src/facts.js';
import type { Journal } from '../../../src/journal.js';
import type { Outcome } from '../../../src/outcome.js';
import { plain } from '../../../src/report/content.js';
import { pageOf } from '../../../src/report/page.js';
import { toHtml } from '../../../src/report/to-html.js';
import { toMarkdown } from '../../../src/report/to-markdown.js';
import { FACTS, recorded } from './recorded.js';

const LIMIT = 512 * 1_024;
const summary = (outcome: Outcome, facts: Facts = FACTS, more: Partial<Journal> = {}): string =>
  toMarkdown(pageOf(recorded(outcome, facts, more)), { folds: true, limit: LIMIT });

const titleOf = (outcome: Outcome, facts: Facts, more: Partial<Journal>): string =>
  plain(pageOf(recorded(outcome, facts, more)).title);

const HOSTILE = '</details><script>alert(1)</script> [x](http://evil) @team #1 | `a`';
const hostileRun = (): Parameters<typeof summary> => [
  {
    kind: 'left-as-is',
    error: new DeployError('smoke-failed', HOSTILE, { hint: HOSTILE, evidence: [HOSTILE] }),
  },
  {
    ...FACTS,
    service: HOSTILE,
    subject: HOSTILE,
    difference: [HOSTILE],
    url: `javascript:${HOSTILE}`,
    versionUrl: 'https://api.example.com/"><script>alert(1)</script>',
  },
  {
    warnings: [HOSTILE],
    steps: [{ name: 'wait', status: 'failed', startedAt: 0, took: 1, note: HOSTILE }],
  },
];

describe('the summary', () => {
  it('begins with the verdict and shows what changed', () => {
    const page = summary({ kind: 'released' });
    expect(page).toMatch(/^## ✅ <code>api<\/code> is released&#58; commit <code>222222222222<\/code>\n/);
    expect(page).toMatch(/\| revision \| <code>api&#58;41<\/code> \| <code>api&#58;42<\/code> \|/);
    expect(page).toMatch(/\| · \| push \| {2}\| not reached \|/);
    expect(page).toMatch(/```mermaid\ngantt\n/);
  });

  it('leads to the live version, the service, the revision and the log group, without the account', () => {
    const links = [...summary({ kind: 'released' }).matchAll(/<a href="([^"]+)">([^<]+)<\/a>/g)];
    expect(links.map(([, href, name]) => [name, href])).toEqual([
      ['https&#58;//api.example.com/', 'https://api.example.com/'],
      ['live version', 'https://api.example.com/api/v1/version'],
      [
        'service',
        'https://us-east-1.console.aws.amazon.com/ecs/v2/clusters/prod/services/api/health?region=us-east-1',
      ],
      [
        'revision',
        'https://us-east-1.console.aws.amazon.com/ecs/v2/task-definitions/api/42/containers?region=us-east-1',
      ],
      [
        'log group',
        'https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group/$252Fecs$252Fapi',
      ],
      [
        '222222222222',
        'https://github.com/mentalspace/backend/commit/2222222222222222222222222222222222222222',
      ],
      [
        'https&#58;//github.com/mentalspace/backend/actions/runs/7/attempts/2',
        'https://github.com/mentalspace/backend/actions/runs/7/attempts/2',
      ],
    ]);
  });

  it('lists the commits with links, the targets by state and reason, and the progress with its time', () => {
    const page = summary({ kind: 'released' });
    expect(page).toContain(
      '### Commits added&#58; 2, as GitHub has it\n\n- <a href="https://github.com/mentalspace/backend/commit/2222222222222222222222222222222222222222">222222222222</a> Say hello &#40;octocat&#41;\n- … 1 more',
    );
    expect(page).toContain('| api-tg | 1 of 2 | 1 healthy, 1 unhealthy | 1 Target.Timeout |');
    expect(page).toContain('| 2&#46;0s | wait | tasks 1 of 2 running |');
    const left = summary({ kind: 'released' }, { ...FACTS, commits: { left: 'There is no token.' } });
    expect(left).toMatch(/Commits&#58; not known<\/summary>\n\nThere is no token\./);
  });

  it('shows of very many entries of progress how it began, and more of how it ended', () => {
    const progress = Array.from({ length: 500 }, (_, at) => ({
      at,
      step: 'wait' as const,
      text: `entry ${at}`,
    }));
    const page = summary({ kind: 'released' }, FACTS, { progress });
    const shown = [...page.matchAll(/entry (\d+)/g)].map(([, number]) => Number(number));
    expect([shown.length, shown[0], shown[19], shown[20], shown.at(-1)]).toEqual([100, 0, 19, 420, 499]);
    expect(page).toContain('… 400 more');
  });

  it('tells a regression from what failed before', () => {
    expect(summary({ kind: 'released' })).toMatch(/\| ✅ \| ❌ \| health \| \*\*regression\*\* · y \|/);
  });

  it('has a page for a run that came nowhere', () => {
    const error = new DeployError('inputs', '2 problems:\n- one\n- two');
    expect(summary({ kind: 'failed', error }, {}, { steps: [], calls: [], progress: [] })).toMatch(
      /^## ❌ The release failed before anything was changed\n[\s\S]*> 2 problems&#58; &#40;<code>inputs<\/code>&#41;\n> \n> - one\n> - two\n\n<details><summary>Audit/,
    );
  });

  it.each<[string, Outcome, Partial<Journal>]>([
    ['is released', { kind: 'released' }, {}],
    ['is left as it is: this was a rehearsal', { kind: 'planned' }, {}],
    ['is rolled back', { kind: 'rolled-back' }, { mode: 'rollback' }],
    ['is rolled back: the release was cut off', { kind: 'rolled-back' }, {}],
  ])('has a whole sentence for its title where the commit is not known: %s', (words, outcome, more) => {
    const { gitSha: _, ...facts } = FACTS;
    expect(titleOf(outcome, facts, more)).toBe(`✅ api ${words}`);
  });

  it.each<[FailureCode, Outcome['kind'], string]>([
    ['smoke-failed', 'failed', 'The service does not answer as it should'],
    ['base-url-unreachable', 'failed', 'The service does not answer as it should'],
    ['inputs', 'failed', 'The smoke test could not be done'],
    ['internal', 'failed', 'The smoke test could not be done'],
    ['cancelled', 'cancelled', 'The smoke test was cancelled'],
  ])('blames the service only for what its smoke test found (%s)', (code, kind, words) => {
    const error = new DeployError(code, 'x');
    expect(titleOf({ kind, error }, {}, { mode: 'smoke' })).toBe(`❌ ${words}`);
  });

  it('does not doubt in the title what the state says is proven', () => {
    const state = 'The rollback failed. api is back on api:42, and that is proven.';
    const outcome: Outcome = { kind: 'rollback-failed', error: new DeployError('timeout', 'x'), state };
    expect(titleOf(outcome, FACTS, { mode: 'rollback' })).toBe(
      '❌ api: the rollback failed: a person must look',
    );
  });

  it('stays below its limit whatever is in it, leaves out whole sections and names them', () => {
    const warnings = Array.from({ length: 20_000 }, () => '|'.repeat(400));
    const details = Array.from({ length: 900 }, () => '<'.repeat(400));
    const page = summary(
      { kind: 'released' },
      { ...FACTS, logs: { ...FACTS.logs!, lines: details } },
      { warnings },
    );
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(LIMIT);
    expect(page).toMatch(/… 19900 more/);
    const small = toMarkdown(pageOf(recorded()), { folds: true, limit: 12_000 });
    expect(Buffer.byteLength(small)).toBeLessThanOrEqual(12_000);
    expect(small).toMatch(/… cut, because this page would be too long: .*Audit/);
  });

  it.each(['- ', ''])(
    'stays below its limit when thousands of things are wrong (each line begins with "%s")',
    (mark) => {
      const lines = Array.from({ length: 10_000 }, () => `${mark}${'|'.repeat(600)}`);
      const error = new DeployError('inputs', ['10000 problems:', ...lines].join('\n'));
      const page = summary({ kind: 'failed', error }, {});
      expect(Buffer.byteLength(page)).toBeLessThanOrEqual(LIMIT);
      expect(page).toMatch(/… 99\d\d more/);
    },
  );

  it('shows foreign text as text', () => {
    const outsideBlocks = summary(...hostileRun()).replace(/^(`{3,})[\s\S]*?^\1$/gm, '');
    expect(outsideBlocks).not.toMatch(/<script|\]\(http(?![^"]*">)|href="javascript/);
    // In code nobody is mentioned.
    expect(outsideBlocks.replace(/<code>[^<]*<\/code>/g, '')).not.toMatch(/@team|(?<!&)#1/);
    // The details are as many as are closed: none was closed by foreign text.
    expect(outsideBlocks.match(/<details>/g)).toHaveLength(outsideBlocks.match(/<\/details>/g)!.length);
  });
});

describe('the HTML page', () => {
  const page = toHtml(pageOf(recorded(...hostileRun())));

  it('shows foreign text as text', () => {
    expect(page).not.toMatch(/<script|javascript:[^<]*"|<\/details><script/);
    expect(page.match(/<details>/g)).toHaveLength(page.match(/<\/details>/g)!.length);
  });

  it('loads nothing and runs nothing', () => {
    expect(page).toMatch(/default-src 'none'; style-src 'unsafe-inline'/);
    expect(page).not.toMatch(/<(?:script|img|link|iframe|object|base|form)|\bon\w+=|url\(|@import|src=/);
  });
});
