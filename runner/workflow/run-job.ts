import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeJob, type Job } from '../job.js';
import { endOrphans } from '../orphans.js';
import { scopeAt } from './contexts.js';
import type { JobDefinition } from './definition.js';
import { isMapping, resolveValue, textOf, textsOf, type Mapping, type Value } from './expressions.js';
import { permissionsFor, type Frame } from './frame.js';
import { JobSteps } from './job-steps.js';
import { mayIdentify } from './permissions.js';
import type { JobRun } from './results.js';
import { actionUsed } from './uses.js';

/** The part of a job's run that comes from its steps. */
export type StepsRun = Omit<JobRun, 'id' | 'name' | 'matrix' | 'concurrency' | 'called'>;

/** Where a job deploys to: a name, or a name, an address, and whether GitHub records it. */
interface Environment {
  readonly name: string | undefined;
  /** Not yet evaluated. */
  readonly url: string;
  readonly deployment: boolean;
}

function environmentOf({ environment }: JobDefinition, contexts: Mapping): Environment {
  const all: Mapping = isMapping(environment) ? environment : { name: environment ?? '' };
  const at = (name: string): Value => resolveValue(all[name] ?? '', scopeAt('job', contexts));
  const name = textOf(at('name'));
  return {
    name: name === '' ? undefined : name,
    url: textOf(all['url'] ?? ''),
    deployment: at('deployment') !== false,
  };
}

/**
 * Runs a job that has steps, on this machine, in a folder of its own: an empty workspace, as after GitHub's. What holds a
 * masked value is no output of it. `contexts` are those that GitHub knows before it begins.
 */
export async function runJob(frame: Frame, definition: JobDefinition, contexts: Mapping): Promise<StepsRun> {
  const { wish } = frame;
  const environment = environmentOf(definition, contexts);
  const kept = environment.name === undefined ? {} : (wish.environments?.[environment.name] ?? {});
  const own = Object.entries(kept.secrets ?? {}).filter(([name]) => frame.named?.includes(name) ?? true);
  const secrets = { ...frame.secrets, ...Object.fromEntries(own) };
  const folder = await mkdtemp(join(tmpdir(), 'runner-'));
  try {
    const { idToken, ...machine } = wish;
    const job = await makeJob(
      {
        ...machine,
        secrets: Object.values(secrets),
        contexts: { ...wish.contexts, github: { ...frame.github, job: definition.id } },
        ...(idToken && mayIdentify(permissionsFor(frame, definition))
          ? { idToken: idToken(environment.name) }
          : {}),
      },
      folder,
      frame.event,
    );
    const { github, runner } = job.contexts;
    const known = {
      ...contexts,
      vars: { ...wish.vars, ...kept.vars },
      secrets,
      github: { ...github, event: frame.event },
      runner,
    };
    return await runIn(job, frame, definition, known, environment);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runIn(
  job: Job,
  { wish, definition: { env } }: Frame,
  definition: JobDefinition,
  contexts: Mapping,
  environment: Environment,
): Promise<StepsRun> {
  const set = (variables: Readonly<Record<string, string>>): void => {
    for (const [name, value] of Object.entries(variables)) job.environment.set(name, value);
  };
  set(textsOf(env, scopeAt('workflow-env', contexts)));
  set(textsOf(definition.env, scopeAt('job-env', contexts)));
  const steps = new JobSteps(job, wish, contexts, (line) => wish.onLine?.(line, definition.id));
  for (const { uses } of definition.steps)
    if (uses !== undefined) actionUsed(uses, job.contexts.github['workspace'] ?? '', wish);
  try {
    for (const step of definition.steps) await steps.run(step);
    await steps.runPosts();
    const shown = (value: string): string => (job.masks.hide(value) === value ? value : '');
    const scope = steps.scope('job-end');
    // JobExtension.cs FinalizeJob: "Skip output since it may contain secret", and none that is empty.
    const outputs = Object.entries(textsOf(definition.outputs, scope)).filter(
      ([, value]) => shown(value) !== '',
    );
    const { name, deployment } = environment;
    const url = shown(textOf(resolveValue(environment.url, scope)));
    return {
      result: steps.status,
      outputs: Object.fromEntries(outputs),
      steps: steps.runs,
      posts: steps.posts,
      annotations: steps.annotations,
      lines: steps.lines,
      masks: job.masks.values,
      environment: name === undefined ? undefined : { name, url, deployment },
    };
  } finally {
    await endOrphans(job.trackingId);
  }
}
