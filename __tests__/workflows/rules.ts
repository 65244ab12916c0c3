import { parse } from 'yaml';
import { action, textOf } from '../pages.js';
import { isOurs, nameOf, OURS, read, type Job, type Step, type Values, type Workflow } from './workflow.js';

/* Rules of our own for workflows. Each gives what is wrong, a line each; nothing is wrong with an empty list. */

/** Rules for what pages show. */
export const FOR_PAGES = { neverCancelled, noExpressionInScript, cancellable, knownOutputs };

/** Rules for the files of workflows. */
export const FOR_FILES = {
  ...FOR_PAGES,
  nothingPermitted,
  limited,
  withoutCredentials,
  oneAtATime,
  grantedEnough,
  typedInputs,
};

const jobsOf = ({ jobs }: Workflow): readonly (readonly [string, Job])[] => Object.entries(jobs);
const stepsOf = ({ steps = [] }: Job): readonly Step[] => steps;
const allSteps = (workflow: Workflow): readonly Step[] => jobsOf(workflow).flatMap(([, job]) => stepsOf(job));
const isMap = (value: unknown): value is Values => typeof value === 'object' && value !== null;

/** The token may do nothing, until a job says what it needs. */
export function nothingPermitted({ permissions, jobs }: Workflow): readonly string[] {
  const isEmpty = isMap(permissions) && Object.keys(permissions).length === 0;
  const wide = Object.entries(jobs).filter(([, job]) => typeof job.permissions === 'string');
  return [
    ...(isEmpty ? [] : ['permissions at the top are not {}']),
    ...wide.map(([name]) => `the permissions of ${name} are not named one by one`),
  ];
}

/** No job runs for the six hours that GitHub allows. A job that calls a workflow must not have a limit. */
export function limited(workflow: Workflow): readonly string[] {
  return jobsOf(workflow)
    .filter(([, job]) => job.steps !== undefined && typeof job['timeout-minutes'] !== 'number')
    .map(([name]) => `${name} has no timeout-minutes`);
}

/** No checkout leaves the token of the job in .git/config for later steps and for what is uploaded. */
export function withoutCredentials(workflow: Workflow): readonly string[] {
  return allSteps(workflow)
    .filter(({ uses }) => nameOf(uses) === 'actions/checkout')
    .filter((step) => step.with?.['persist-credentials'] !== false)
    .map(() => 'a checkout keeps its credentials');
}

const OUR_WORKFLOW = `${OURS}/.github/workflows/deploy-backend.yml`;
const changesService = (step: Step): boolean => isOurs(step) && step.with?.['mode'] !== 'smoke';
const cancels = (concurrency: unknown): boolean =>
  isMap(concurrency) && ![undefined, false].includes(concurrency['cancel-in-progress'] as undefined);

/** No run that changes a service is cancelled by the next one. */
export function neverCancelled(workflow: Workflow): readonly string[] {
  const jobs = jobsOf(workflow).filter(
    ([, job]) => stepsOf(job).some(changesService) || nameOf(job.uses) === OUR_WORKFLOW,
  );
  const top = jobs.length > 0 && cancels(workflow.concurrency) ? ['cancel-in-progress at the top'] : [];
  const own = jobs
    .filter(([, job]) => cancels(job.concurrency))
    .map(([name]) => `cancel-in-progress in ${name}`);
  return [...top, ...own];
}

/** Runs that change a service wait for each other: the job, or the whole workflow, is in a concurrency group. */
export function oneAtATime(workflow: Workflow): readonly string[] {
  return jobsOf(workflow)
    .filter(([, job]) => stepsOf(job).some(changesService))
    .filter(([, job]) => (job.concurrency ?? workflow.concurrency) === undefined)
    .map(([name]) => `${name} has no concurrency group`);
}

/** No script is put together from an expression: its text would be run, whatever it is. It comes by a variable. */
export function noExpressionInScript(workflow: Workflow): readonly string[] {
  return allSteps(workflow).flatMap(({ run = '' }) => run.match(/\$\{\{.*?\}\}/gs) ?? []);
}

/** The runner does not signal a running step whose `if` still holds after a cancel (actions/runner, StepsRunner.cs). */
export function cancellable(workflow: Workflow): readonly string[] {
  return allSteps(workflow)
    .filter((step) => isOurs(step) && /\b(?:always|cancelled)\s*\(/i.test(String(step.if)))
    .map((step) => `the release cannot be cancelled: if: ${String(step.if)}`);
}

/** Outputs of this action that are read are outputs that it has. */
export function knownOutputs(workflow: Workflow): readonly string[] {
  return jobsOf(workflow).flatMap(([, job]) => {
    const ids = stepsOf(job).flatMap((step) => (isOurs(step) && step.id !== undefined ? [step.id] : []));
    const named = [...JSON.stringify(job).matchAll(/\bsteps\.([\w-]+)\.outputs\.([\w-]+)/g)];
    return named
      .filter(([, id = '', output = '']) => ids.includes(id) && !(output in action.outputs))
      .map(([text]) => text);
  });
}

const LEVELS = ['none', 'read', 'write'];
const level = (value: unknown): number => LEVELS.indexOf(typeof value === 'string' ? value : 'none');

/** The job of a workflow of this repository that another job calls. */
function calledBy({ uses }: Job): Workflow | undefined {
  return nameOf(uses) === OUR_WORKFLOW ? read(textOf('.github/workflows/deploy-backend.yml')) : undefined;
}

/**
 * A job that calls a workflow grants at least what the jobs of that one ask for: GitHub does not start it otherwise ("is
 * requesting 'id-token: write', but is only allowed 'id-token: none'").
 */
export function grantedEnough(workflow: Workflow): readonly string[] {
  return jobsOf(workflow).flatMap(([name, job]) => {
    const called = calledBy(job);
    if (called === undefined) return [];
    const granted = job.permissions ?? (isMap(workflow.permissions) ? workflow.permissions : {});
    return jobsOf(called)
      .flatMap(([, { permissions = {} }]) => Object.entries(permissions))
      .filter(([scope, value]) => level(value) > level(granted[scope]))
      .map(([scope, value]) => `${name} does not grant ${scope}: ${String(value)}`);
  });
}

interface Declared {
  readonly on: { readonly workflow_call: { readonly inputs: Record<string, { readonly type: string }> } };
}

/** What a called workflow is given is of the type that its input has. */
export function typedInputs(workflow: Workflow): readonly string[] {
  return jobsOf(workflow).flatMap(([, job]) => {
    if (calledBy(job) === undefined) return [];
    const { inputs } = (parse(textOf('.github/workflows/deploy-backend.yml')) as Declared).on.workflow_call;
    return Object.entries(job.with ?? {})
      .filter(([, value]) => typeof value !== 'string' || !value.includes('${{'))
      .filter(([name, value]) => name in inputs && typeof value !== inputs[name]?.type)
      .map(([name, value]) => `${name} is ${JSON.stringify(value)}`);
  });
}
