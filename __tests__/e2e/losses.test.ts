import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { StepResult } from '../../runner/run-action.js';
import type { GitHubFault } from '../../sandbox/github/faults.js';
import { appendEvent } from '../../sandbox/logs/write.js';
import { createLogStream } from '../../sandbox/logs/groups.js';
import { NAMES } from '../../sandbox/names.js';
import { CANDIDATE } from '../../sandbox/ready-world.js';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { errorsOf, FEW_CHECKS, look, runIn } from './account.js';
import { EVERY, WHY_SKIPPED } from './every-scenario.js';

/* Whatever cannot be told, the verdict is the same, and the loss is told wherever something still can be. */

const LIMIT = 120_000;

/** Something that is broken, and what is told of it. */
interface Loss {
  /** The rest of the sentence that begins with a release. */
  readonly when: string;
  /** Variables of the runner that are other than it made them. */
  readonly sets?: Readonly<Record<string, string | undefined>>;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly before?: (sandbox: Sandbox) => void;
  /** The one warning, beside those of every run. */
  readonly warning: RegExp | undefined;
  /** What nobody gets. */
  readonly lost?: readonly ('outputs' | 'summary' | 'report')[];
  /** Runs in every `npm test`. */
  readonly always?: true;
}

const NOT_WRITTEN = (what: string, code: string): RegExp =>
  new RegExp(`^${what} (?:could not|cannot) be written: .*${code}`);
const NO_REPORT = /^The report could not be written, and follows in the log: /;
const gitHub =
  (kind: GitHubFault['kind'], more: Partial<GitHubFault> = {}) =>
  ({ github }: Sandbox): void =>
    void github.faults.push({ kind, ...more });
const RECORDED = { environment: 'production' };
const UNRECORDED = /^The deployment is not fully recorded on GitHub\. /;

const LOSSES: readonly Loss[] = [
  {
    when: 'without a file for the summary',
    sets: { GITHUB_STEP_SUMMARY: '/nowhere/summary' },
    warning: NOT_WRITTEN('The job summary', 'nowhere'),
    lost: ['summary'],
  },
  {
    when: 'without a place for the summary',
    sets: { GITHUB_STEP_SUMMARY: undefined },
    warning: NOT_WRITTEN('The job summary', 'GITHUB_STEP_SUMMARY'),
    lost: ['summary'],
  },
  {
    when: 'with a summary that nobody may write',
    sets: { GITHUB_STEP_SUMMARY: '/proc/sys/kernel/ostype' },
    warning: NOT_WRITTEN('The job summary', '/proc/sys'),
    lost: ['summary'],
  },
  {
    when: 'with a full disk under the summary',
    sets: { GITHUB_STEP_SUMMARY: '/dev/full' },
    warning: NOT_WRITTEN('The job summary', 'ENOSPC'),
    lost: ['summary'],
    always: true,
  },
  {
    when: 'with a full disk under the outputs',
    sets: { GITHUB_OUTPUT: '/dev/full' },
    warning: NOT_WRITTEN('Outputs', 'ENOSPC'),
    lost: ['outputs'],
    always: true,
  },
  {
    when: 'without a file for the outputs',
    sets: { GITHUB_OUTPUT: '/nowhere/outputs' },
    warning: NOT_WRITTEN('Outputs', 'nowhere'),
    lost: ['outputs'],
  },
  {
    when: 'without a place for the outputs, as runners before 2022',
    sets: { GITHUB_OUTPUT: undefined },
    warning: undefined,
  },
  {
    when: 'with a report folder below a file',
    inputs: { 'report-dir': '/etc/passwd/reports' },
    warning: NO_REPORT,
    lost: ['report'],
  },
  {
    when: 'with a report folder that nobody may write',
    inputs: { 'report-dir': '/proc/sys/kernel/reports' },
    warning: NO_REPORT,
    lost: ['report'],
    always: true,
  },
  { when: 'that GitHub denies to record', inputs: RECORDED, before: gitHub('denied'), warning: UNRECORDED },
  {
    when: 'of a repository that GitHub does not know',
    inputs: RECORDED,
    before: gitHub('missing'),
    warning: UNRECORDED,
  },
  {
    when: 'while GitHub has an error of its own',
    inputs: RECORDED,
    before: gitHub('server-error'),
    warning: UNRECORDED,
  },
  {
    when: 'while GitHub is slow',
    inputs: RECORDED,
    before: gitHub('slow', { delay: 1_000 }),
    warning: undefined,
  },
  {
    when: 'with a log group that does not exist',
    inputs: { 'log-group': '/ecs/other' },
    warning: /^The logs of 2 of 2 tasks could not be read: /,
  },
  {
    when: 'that may not read the logs',
    before: ({ cloud }) => void cloud.faults.push({ action: 'logs:*', kind: 'deny' }),
    warning: /^The logs of 2 of 2 tasks could not be read: .*permission is missing/,
  },
  {
    when: 'among 100 MB of logs in events of 1 MB',
    before: verbose,
    warning: /^Not all of the last log lines were read: /,
    always: true,
  },
];

/** A hundred events of a megabyte for each new task, as soon as it has written its first line. */
function verbose({ cloud }: Sandbox): void {
  const message = 'chatter '.repeat(2 ** 17).slice(0, 2 ** 20 - 26);
  const old = new Set(cloud.ecs.clusters.get(NAMES.cluster)?.tasks.keys());
  const done = new Set<string>();
  cloud.afterCall.push(() => {
    const group = cloud.logs.groups.get(NAMES.logGroup);
    for (const { id } of cloud.ecs.clusters.get(NAMES.cluster)?.tasks.values() ?? []) {
      if (!group || old.has(id) || done.has(id)) continue;
      done.add(id);
      const name = `ecs/${NAMES.container}/${id}`;
      const stream = group.streams.get(name) ?? createLogStream(cloud, group, name);
      for (let count = 0; count < 100; count++) appendEvent(cloud, stream, cloud.clock.now(), message);
    }
  });
}

interface Released {
  readonly result: StepResult;
  readonly reports: readonly string[];
  readonly sandbox: Sandbox;
}

async function release(
  { sets = {}, inputs = {}, before }: Partial<Loss>,
  scenario: 'healthy' | 'crash-loop',
  judge: (released: Released) => unknown,
): Promise<void> {
  const sandbox = await startSandbox({ runtime: 'simulated', pace: 200, scenario });
  const folder = mkdtempSync(join(tmpdir(), 'deploy-backend-losses-'));
  // The runner's own variables win over those of the step: what is loaded before the script can change them.
  const preload = join(folder, 'preload.mjs');
  const lines = Object.entries(sets).map(([name, value]) =>
    value === undefined ? `delete process.env.${name};` : `process.env.${name} = '${value}';`,
  );
  writeFileSync(preload, lines.join('\n'));
  try {
    before?.(sandbox);
    const reportDir = join(folder, 'reports');
    const contexts = { github: { api_url: sandbox.ready.githubApi } };
    const result = await runIn(
      sandbox,
      { ...FEW_CHECKS, 'report-dir': reportDir, ...inputs },
      { contexts, env: { NODE_OPTIONS: `--import ${preload}` } },
    );
    await judge({ result, sandbox, reports: existsSync(reportDir) ? readdirSync(reportDir) : [] });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await sandbox.close();
  }
}

const warningsOf = ({ annotations }: StepResult): readonly string[] =>
  annotations.filter(({ level }) => level === 'warning').map(({ message }) => message);

/** What a release here says besides, as GitHub is not asked by default. */
const EVERY_RUN = /^Whether the live commit /;
/** What is told as it happens, and once more of the end. */
const TOLD_AGAIN = /^The (?:outputs|report of the smoke checks) could not be written/;

/** Everything that is not lost is there. */
function expectTold(
  { result, reports }: Released,
  lost: Loss['lost'],
  outputs: Record<string, string>,
): void {
  if (lost?.includes('outputs')) expect(result.outputs).toEqual({});
  else expect(result.outputs).toMatchObject(outputs);
  expect(result.main?.summary === undefined).toBe(lost?.includes('summary') ?? false);
  expect(reports.filter((name) => /^deployment-\d.*\.(?:json|md|html)$/.test(name))).toHaveLength(
    lost?.includes('report') ? 0 : 3,
  );
  const inLog = result.lines.some(({ text }) => /^ ?"outcome": "/.test(text));
  expect(inLog).toBe(lost?.includes('report') ?? false);
  expect(result.post?.exitCode).toBe(0);
}

/** A test that runs always, or else only in CI. */
const test = (always: boolean, sentence: string, work: () => Promise<void>): void => {
  if (always || EVERY) it.concurrent(sentence, work, LIMIT);
  else it.skip(`${sentence} (${WHY_SKIPPED})`, () => undefined);
};

describe('a release', () => {
  for (const { warning, lost, ...loss } of LOSSES)
    test(loss.always ?? false, `${loss.when} is the same release`, () =>
      release(loss, 'healthy', async (released) => {
        const { result, sandbox } = released;
        expect([result.conclusion, errorsOf(result)]).toEqual(['success', []]);
        expect((await look(sandbox)).users).toBe(CANDIDATE.commit);
        const said = warningsOf(result).filter((text) => !EVERY_RUN.test(text) && !TOLD_AGAIN.test(text));
        expect(said).toEqual(warning ? [expect.stringMatching(warning)] : []);
        expectTold(released, lost, { outcome: 'released', 'failure-code': '', 'git-sha': CANDIDATE.commit });
      }),
    );

  test(true, 'that cannot leave its post step any word changes nothing', () =>
    release({ sets: { GITHUB_STATE: '/dev/full' } }, 'healthy', (released) => {
      const { result, sandbox } = released;
      expect(result.conclusion).toBe('failure');
      expect(sandbox.cloud.calls.filter(({ action }) => action === 'ecs:UpdateService')).toEqual([]);
      expect(errorsOf(result).join('\n')).toMatch(/ENOSPC/);
      expectTold(released, [], { outcome: 'failed' });
    }),
  );
});

describe('a release that fails', () => {
  const FULL = { GITHUB_STEP_SUMMARY: '/dev/full', GITHUB_OUTPUT: '/dev/full' };
  test(true, 'fails for the same cause when nothing can be written any more', () =>
    release(
      {
        sets: FULL,
        inputs: { 'report-dir': '/proc/sys/kernel/reports', ...RECORDED },
        before: gitHub('denied'),
      },
      'crash-loop',
      async (released) => {
        const { result, sandbox } = released;
        expect(result.conclusion).toBe('failure');
        expect(errorsOf(result)).toHaveLength(1);
        expect(errorsOf(result)[0]).toMatch(/^crash-loop: [^]*is back on .*, and that is proven/);
        expect((await look(sandbox)).users).not.toBe(CANDIDATE.commit);
        for (const loss of [/Outputs cannot/, /job summary could not/, /The report could not/, UNRECORDED])
          expect(warningsOf(result).filter((text) => loss.test(text))).toHaveLength(1);
        expectTold(released, ['outputs', 'summary', 'report'], {});
      },
    ),
  );

  test(false, 'fails for the same cause when its logs may not be read', () =>
    release(
      { before: ({ cloud }) => void cloud.faults.push({ action: 'logs:*', kind: 'deny' }) },
      'crash-loop',
      (released) => {
        expect(errorsOf(released.result)[0]).toMatch(/^crash-loop: /);
        expectTold(released, [], { outcome: 'rolled-back', 'failure-code': 'crash-loop' });
        return Promise.resolve();
      },
    ),
  );
});

/** A file system of a few pages, where this user may make one. */
function tinyDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-backend-tiny-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmSync(folder, { recursive: true, force: true });
    return undefined;
  }
}
const tiny = EVERY && process.platform === 'linux' ? tinyDisk() : undefined;

describe('a report on a full disk', () => {
  const why = EVERY ? 'skipped: this user may not mount a file system' : WHY_SKIPPED;
  if (tiny === undefined) it.skip(`is told to be lost (${why})`, () => undefined);
  else
    it(
      'is told to be lost',
      async () => {
        try {
          await release({ inputs: { 'report-dir': tiny } }, 'healthy', ({ result }) => {
            expect([result.conclusion, result.outputs['outcome']]).toEqual(['success', 'released']);
            expect(warningsOf(result).join('\n')).toMatch(/report could (?:not )?be written[^]*ENOSPC/);
            return Promise.resolve();
          });
          // What did not fit has left no half of it.
          expect(readdirSync(tiny).filter((name) => name.endsWith('.tmp'))).toEqual([]);
        } finally {
          execFileSync('umount', [tiny]);
          rmSync(tiny, { recursive: true, force: true });
        }
      },
      LIMIT,
    );
});
