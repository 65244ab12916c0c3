import { readyWorld, type ReadyWorld } from '../../__tests__/ready-world.js';
import { runCutOff } from '../../__tests__/src/modes/cut-off.js';
import { inputs } from '../../__tests__/world.js';
import type { ScenarioName } from '../../sandbox/scenarios/table.js';
import { run } from '../../src/run.js';
import type { Environment } from '../../src/world.js';

/** What a run left for people to read, as files: the Markdown of summaries, the HTML of reports. */
export type Pages = ReadonlyMap<string, string>;

const WORKFLOW: Environment = {
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'mentalspace/backend',
  GITHUB_RUN_ID: '7',
  GITHUB_RUN_ATTEMPT: '1',
};

/** The runs of which there are pictures, by name. They take place in this process, in a time of their own. */
export const RUNS = {
  success: () => single('success'),
  'crash-loop': () => single('crash-loop', {}, 'crash-loop'),
  'smoke-failure': () => single('smoke-failure', {}, 'no-security-headers'),
  cancelled,
  'dry-run': () => single('dry-run', { 'dry-run': 'true' }),
  smoke: () => single('smoke', { mode: 'smoke' }),
  rollback,
  'wrong-inputs': () =>
    single('wrong-inputs', { cluster: '', 'deployment-timeout': 'soon', 'fail-on': 'never' }),
} as const satisfies Readonly<Record<string, () => Promise<Pages>>>;

/** The name of such a run. */
export type RunName = keyof typeof RUNS;

const environment = (more: Readonly<Record<string, string>>): Environment => ({
  ...inputs(more),
  ...WORKFLOW,
});

async function single(
  name: string,
  more: Readonly<Record<string, string>> = {},
  scenario: ScenarioName = 'healthy',
): Promise<Pages> {
  const there = await readyWorld({ env: environment(more), scenario });
  await there.during(run(there.world));
  return pagesOf(there, [name]);
}

/** Cancelled while its rollout is in progress; its post step then puts the service back. */
async function cancelled(): Promise<Pages> {
  const whole = await readyWorld({ env: environment({}) });
  await runCutOff(whole, { call: Infinity, when: 'before', how: 'kill' });
  const deploy = whole.cloud.calls.findIndex(({ action }) => action === 'ecs:UpdateService');
  const there = await readyWorld({ env: environment({}) });
  await runCutOff(there, { call: deploy + 9, when: 'after', how: 'cancel' });
  return pagesOf(there, ['cancelled', 'cancelled-post']);
}

/** A second release went well, and a person wants the first one back. */
async function rollback(): Promise<Pages> {
  const there = await readyWorld({ env: environment({}) });
  await there.during(run(there.world));
  there.summaries.length = 0;
  there.files.clear();
  const env = environment({ mode: 'rollback', image: '', 'rollback-to': 'previous' });
  await there.during(run({ ...there.world, env }));
  return pagesOf(there, ['rollback']);
}

/** Summaries in the order in which they were written, and the reports beside them. */
function pagesOf({ summaries, files }: ReadyWorld, names: readonly string[]): Pages {
  const reports = [...files].filter(([path]) => /(^|\/)deployment-[^/]*\.html$/.test(path));
  return new Map([
    ...summaries.map(
      (markdown, at) => [`${names[at] ?? `${names.join('-')}-${String(at)}`}.md`, markdown] as const,
    ),
    ...reports.map(
      ([, html], at) => [`${names[at] ?? `${names.join('-')}-${String(at)}`}-report.html`, html] as const,
    ),
  ]);
}
