import { join, resolve } from 'node:path';
import type { Job, Step } from './job.js';
import { readManifest, stepInputs, type Manifest } from './manifest.js';
import { NamedValues } from './named-values.js';
import { runStage, type StageResult, type StageRun } from './run-stage.js';
import type { Conclusion } from './stage-log.js';

/** A step `uses: <action>` whose action runs on Node. */
export interface ActionStep extends Step {
  readonly manifest: Manifest;
  /** What the runner warns of before a script starts. */
  readonly warnings: readonly string[];
}

/** What a step gives to its action. */
export interface ActionWish {
  /** What the step has under `with`. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** What the context `github` says of the action, such as `action_repository`. */
  readonly about?: Readonly<Record<string, string>>;
}

/** Loads the action of a folder for a step. Throws when the runner would not load it, or it cannot be run here. */
export async function actionStep(job: Job, folder: string, wish: ActionWish): Promise<ActionStep> {
  const manifest = await readManifest(resolve(folder));
  const { runner } = job.contexts;
  const github = { ...job.contexts.github, action_path: manifest.folder, ...wish.about };
  const given = stepInputs(manifest, wish.inputs, { github, runner });
  return {
    name: manifest.name,
    manifest,
    contexts: { github, runner },
    ...given,
    env: wish.env,
    state: new NamedValues(),
  };
}

/** Runs main or post of an action. What post writes as outputs is dropped by the runner: give it a place of its own. */
export function runActionStage(
  job: Job,
  step: ActionStep,
  run: Omit<StageRun, 'warnings' | 'program' | 'args' | 'kind'>,
): Promise<StageResult> {
  const { manifest, warnings } = step;
  const script = run.stage === 'main' ? manifest.main : (manifest.post ?? '');
  const args = [join(manifest.folder, script)];
  return runStage(job, step, { ...run, warnings, program: job.node, args, kind: 'action' });
}

const postConditions: Readonly<Record<string, (conclusion: Conclusion) => boolean>> = {
  'always()': () => true,
  'success()': (conclusion) => conclusion === 'success',
  'failure()': (conclusion) => conclusion === 'failure',
  'cancelled()': (conclusion) => conclusion === 'cancelled',
  '!cancelled()': (conclusion) => conclusion !== 'cancelled',
};

/** Whether an action has a post script that runs after such a job. Throws at other conditions than the status functions. */
export function postRuns(manifest: Manifest, conclusion: Conclusion): boolean {
  const condition = postConditions[manifest.postIf.replace(/^\$\{\{\s*(.*?)\s*\}\}$/u, '$1')];
  if (condition === undefined) throw new Error(`Cannot evaluate \`post-if: ${manifest.postIf}\``);
  return manifest.post !== undefined && condition(conclusion);
}
