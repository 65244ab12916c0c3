import { githubOfRun } from '../environment.js';
import type { Conclusion } from '../stage-log.js';
import { scopeAt, statusOfAncestors } from './contexts.js';
import { readWorkflow, type CallDefinition, type JobDefinition } from './definition.js';
import { holds, isMapping, resolveValue, textOf, textsOf, type Mapping, type Value } from './expressions.js';
import { concurrencyOf, permissionsFor, serverContexts, type Frame } from './frame.js';
import { calledInputs, calledSecrets, dispatchedInputs } from './inputs.js';
import { combinations } from './matrix.js';
import type { JobConclusion, JobRun, WorkflowRun } from './results.js';
import { runJob } from './run-job.js';
import { workflowUsed } from './uses.js';
import type { WorkflowWish } from './wish.js';

/** What is known of a job that has ended, all of its combinations together. */
interface EndedJob {
  readonly result: JobConclusion;
  readonly outputs: Readonly<Record<string, string>>;
  /** Itself and all before it. */
  readonly line: ReadonlySet<string>;
}

const worst = (results: readonly JobConclusion[]): Conclusion =>
  (['failure', 'cancelled'] as const).find((one) => results.includes(one)) ?? 'success';

const mappingIn = (mapping: Mapping, name: string): Mapping => {
  const value = mapping[name];
  return isMapping(value) ? value : {};
};

/**
 * Runs a workflow as GitHub does: conditions, expressions, matrices, called workflows, outputs between jobs. Jobs run one
 * after the other on this machine, whatever `runs-on` says; groups of `concurrency` are told, but nothing waits for them;
 * the filters of events (branches, paths, cron), rules of environments, `timeout-minutes`, `max-parallel` and `hashFiles`
 * are not imitated, and names in `env` have no case. Throws at whatever else of the language it does not know, and at an
 * expression that cannot be evaluated, which on GitHub would fail the step or the run.
 */
export async function runWorkflow(wish: WorkflowWish): Promise<WorkflowRun> {
  const definition = await readWorkflow(wish.file);
  const { name, inputs: filledIn = {}, payload = {} } = wish.event;
  if (!(name in definition.on)) throw new Error(`${wish.file}: ${name} does not start this workflow`);
  const dispatched = name === 'workflow_dispatch';
  const declared = mappingIn(mappingIn(definition.on, name), 'inputs');
  const inputs = dispatched ? dispatchedInputs(declared, filledIn) : {};
  const github = githubOfRun({ workflow: definition.name, event_name: name, ...wish.contexts?.github });
  const texts = Object.entries(inputs).map(([input, value]) => [input, textOf(value)] as const);
  const event = dispatched ? { ...payload, inputs: Object.fromEntries(texts) } : payload;
  const secrets = { ...wish.secrets, GITHUB_TOKEN: github['token'] ?? '' };
  return runFrame({ wish, definition, inputs, secrets, named: undefined, github, event, granted: undefined });
}

async function runFrame(frame: Frame): Promise<WorkflowRun> {
  const { definition } = frame;
  const server = serverContexts(frame);
  for (const job of definition.jobs) permissionsFor(frame, job);
  const ended = new Map<string, EndedJob>();
  const runs: JobRun[] = [];
  for (const job of inOrder(definition.jobs)) {
    const own = await runCombinations(frame, job, ended);
    runs.push(...own);
    ended.set(job.id, {
      result: own.every(({ result }) => result === 'skipped')
        ? 'skipped'
        : worst(own.map(({ result }) => result)),
      outputs: Object.assign({}, ...own.map(({ outputs }) => outputs)) as EndedJob['outputs'],
      line: new Set([job.id, ...ancestorsOf(job, ended)]),
    });
  }
  const called = mappingIn(definition.on, 'workflow_call');
  const jobs = Object.fromEntries([...ended].map(([id, { result, outputs }]) => [id, { result, outputs }]));
  const outputs = Object.entries(frame.granted ? mappingIn(called, 'outputs') : {}).map(
    ([name, output]) => [name, isMapping(output) ? (output['value'] ?? '') : ''] as const,
  );
  return {
    conclusion: worst([...ended.values()].map(({ result }) => result)),
    concurrency: concurrencyOf(definition.concurrency, 'concurrency', server),
    jobs: runs,
    outputs: textsOf(Object.fromEntries(outputs), scopeAt('workflow-output', { ...server, jobs })),
  };
}

/** The jobs, each after those that it needs. Throws where there is no such order. */
function inOrder(jobs: readonly JobDefinition[]): readonly JobDefinition[] {
  const ordered: JobDefinition[] = [];
  while (ordered.length < jobs.length) {
    const next = jobs.find(
      (job) => !ordered.includes(job) && job.needs.every((id) => ordered.some((one) => one.id === id)),
    );
    if (next === undefined) throw new Error('needs: a job needs itself, or one that is not there');
    ordered.push(next);
  }
  return ordered;
}

const ancestorsOf = (job: JobDefinition, ended: ReadonlyMap<string, EndedJob>): ReadonlySet<string> =>
  new Set(job.needs.flatMap((id) => [...(ended.get(id)?.line ?? [])]));

async function runCombinations(
  frame: Frame,
  job: JobDefinition,
  ended: ReadonlyMap<string, EndedJob>,
): Promise<readonly JobRun[]> {
  const needs = Object.fromEntries(
    job.needs.map((id) => {
      const { result = 'skipped', outputs = {} } = ended.get(id) ?? {};
      return [id, { result, outputs }];
    }),
  );
  const contexts = { ...serverContexts(frame), needs };
  const ancestors = [...ancestorsOf(job, ended)].flatMap((id) => ended.get(id)?.result ?? []);
  const status = statusOfAncestors(ancestors, frame.wish.cancel?.aborted === true);
  if (!holds(job.condition, scopeAt('job-if', contexts, status))) return [unrun(job, {}, 'skipped')];
  const strategy = resolveValue(job.strategy, scopeAt('strategy', contexts)) as Mapping;
  const failFast = strategy['fail-fast'] !== false;
  const all = combinations(strategy['matrix']);
  const runs: JobRun[] = [];
  for (const [index, matrix] of all.entries()) {
    const about = { 'fail-fast': failFast, 'job-index': index, 'job-total': all.length };
    const known = { ...contexts, matrix, strategy: about };
    const over = failFast && runs.some(({ result }) => result === 'failure');
    runs.push(over ? unrun(job, matrix, 'cancelled') : await runOne(frame, job, known));
  }
  return runs;
}

function unrun({ id, name }: JobDefinition, matrix: Mapping, result: JobConclusion): JobRun {
  const nothing = { outputs: {}, steps: [], posts: [], annotations: [], lines: [], masks: [] };
  const none = { environment: undefined, concurrency: undefined, called: undefined };
  return { id, name: name ?? id, matrix, result, ...nothing, ...none };
}

async function runOne(frame: Frame, job: JobDefinition, contexts: Mapping): Promise<JobRun> {
  const scope = scopeAt('job', contexts);
  const text = (value: Value): string => textOf(resolveValue(value, scope));
  const own = {
    ...unrun(job, mappingIn(contexts, 'matrix'), 'success'),
    name: text(job.name ?? job.id),
    concurrency: concurrencyOf(job.concurrency, 'job', contexts),
  };
  if (job.call === undefined) {
    if (text(job.runsOn ?? '') === '') throw new Error(`${job.id}: runs-on is missing`);
    return { ...own, ...(await runJob(frame, job, contexts)) };
  }
  const called = await runCalled(frame, job, job.call, contexts);
  return { ...own, result: called.conclusion, outputs: called.outputs, called };
}

async function runCalled(
  frame: Frame,
  job: JobDefinition,
  call: CallDefinition,
  contexts: Mapping,
): Promise<WorkflowRun> {
  const definition = await readWorkflow(workflowUsed(call.uses, frame.definition.file, frame.wish));
  if (!('workflow_call' in definition.on)) throw new Error(`${call.uses} is not made to be called`);
  const declared = mappingIn(definition.on, 'workflow_call');
  const given = resolveValue(call.with, scopeAt('job', contexts)) as Mapping;
  const { GITHUB_TOKEN: token = '' } = frame.secrets;
  const secrets =
    call.secrets === 'inherit'
      ? frame.secrets
      : calledSecrets(
          mappingIn(declared, 'secrets'),
          textsOf(call.secrets, scopeAt('job-secrets', contexts)),
        );
  // "I must explicitly write it in the workflow caller" (actions/runner#1490), although the job has the environment.
  const named = call.secrets === 'inherit' ? frame.named : Object.keys(secrets);
  return runFrame({
    ...frame,
    definition,
    inputs: calledInputs(mappingIn(declared, 'inputs'), given),
    secrets: { ...secrets, GITHUB_TOKEN: token },
    named,
    granted: permissionsFor(frame, job),
  });
}
