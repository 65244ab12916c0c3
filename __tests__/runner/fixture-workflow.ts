import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { WorkflowRun } from '../../runner/workflow/results.js';
import { runWorkflow } from '../../runner/workflow/run-workflow.js';
import type { StandIn } from '../../runner/workflow/stand-in.js';
import type { WorkflowWish } from '../../runner/workflow/wish.js';

/** A run, and what the stand-in `acme/tell` was told, in order. */
export interface Told {
  readonly run: WorkflowRun;
  readonly told: readonly string[];
}

const MAIN = '.github/workflows/main.yml';

/**
 * Runs a workflow on a push. The action `acme/tell@v1` remembers its input `say`, gives it back as output `said`, and fails
 * with the input `fail`; after the job it says `after` and the same. More files of the repository `acme/app` go by their path.
 */
export async function runText(
  workflow: string,
  wish: Partial<WorkflowWish> = {},
  files: Readonly<Record<string, string>> = {},
): Promise<Told> {
  const root = await mkdtemp(join(tmpdir(), 'fixture-workflow-'));
  const told: string[] = [];
  const tell: StandIn = ({ inputs: { say = '', fail = '', mask = '', env = '' } }) => {
    told.push(say);
    if (fail !== '') throw new Error(fail);
    const post = (): object => {
      told.push(`after ${say}`);
      return {};
    };
    return { outputs: { said: say }, masks: [mask], env: env === '' ? {} : { TOLD: env }, post };
  };
  try {
    for (const [path, text] of Object.entries({ [MAIN]: workflow, ...files })) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    const run = await runWorkflow({
      file: join(root, MAIN),
      event: { name: 'push' },
      repositories: { 'acme/app': root },
      ...wish,
      standIns: { 'acme/tell': tell, ...wish.standIns },
    });
    return { run, told };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** What was told by those that were no post steps. */
export const said = ({ told }: Told): readonly string[] => told.filter((one) => !one.startsWith('after '));

/** How each job ended, by its name. */
export const results = ({ run }: Told): Readonly<Record<string, string>> =>
  Object.fromEntries(run.jobs.map(({ name, result }) => [name, result]));
