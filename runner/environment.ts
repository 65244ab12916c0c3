import { randomUUID } from 'node:crypto';
import type { FileCommands } from './file-commands.js';

/** A port on which nothing listens (RFC 863): what is not given to a run cannot leave the machine. */
const nowhere = 'http://127.0.0.1:9';

/** What the runner knows of its job, by the names that the contexts `github` and `runner` have. */
export interface JobContexts {
  readonly github: Readonly<Record<string, string>>;
  readonly runner: Readonly<Record<string, string>>;
}

/** Where a job's files are. */
export interface JobFolders {
  readonly workspace: string;
  readonly temp: string;
  readonly toolCache: string;
  /** The event that started the run, as JSON. */
  readonly event: string;
}

/** Variables of this process that a machine of GitHub's would not have, or has from the runner alone. */
const notOfTheMachine = /^(AWS_|ACTIONS_|GITHUB_|INPUT_|JEST_|NODE_|RUNNER_|STATE_|npm_)|^(CI|INIT_CWD)$/u;

/** The context `github` reaches a step as variables by this list; `token` and `event` are not on it (GitHubContext.cs). */
const hiddenFromSteps: ReadonlySet<string> = new Set(['token', 'event']);

/** This process's variables less what belongs to tests, npm and AWS. */
export function machineEnvironment(environment: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const kept = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined || notOfTheMachine.test(name) ? [] : [[name, value] as const],
  );
  return Object.fromEntries(kept);
}

const systems: Readonly<Record<string, string>> = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' };

/** The context `github` as far as all jobs of a run share it, with what is given in place of the made-up values. */
export function githubOfRun(given: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const repository = given['repository'] ?? 'mentalspace/backend';
  const ref = given['ref'] ?? 'refs/heads/master';
  const sha = given['sha'] ?? '0123456789abcdef0123456789abcdef01234567';
  const actor = given['actor'] ?? 'octocat';
  return {
    actor,
    actor_id: '583231',
    api_url: nowhere,
    base_ref: '',
    event_name: 'workflow_dispatch',
    graphql_url: `${nowhere}/graphql`,
    head_ref: '',
    ref,
    ref_name: ref.replace(/^refs\/[^/]+\//u, ''),
    ref_protected: 'false',
    ref_type: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    repository,
    repository_id: '1296269',
    repository_owner: repository.split('/')[0] ?? '',
    repository_owner_id: '583231',
    retention_days: '90',
    run_attempt: '1',
    run_id: '1658821493',
    run_number: '7',
    server_url: 'https://github.com',
    sha,
    token: `ghs_${randomUUID().replaceAll('-', '')}`,
    triggering_actor: actor,
    workflow: 'Release',
    workflow_ref: `${repository}/.github/workflows/release.yml@${ref}`,
    workflow_sha: sha,
    ...given,
  };
}

/** The contexts of a job that was started by hand on a branch, with what is given in place of the made-up values. */
export function jobContexts(
  folders: JobFolders,
  given: Partial<JobContexts>,
  showDebug: boolean,
): JobContexts {
  return {
    github: {
      action: '__self',
      action_path: '',
      action_ref: '',
      action_repository: '',
      event_path: folders.event,
      job: 'release',
      workspace: folders.workspace,
      ...githubOfRun(given.github ?? {}),
    },
    runner: {
      ...(showDebug ? { debug: '1' } : {}),
      os: systems[process.platform] ?? 'Linux',
      arch: process.arch.toUpperCase(),
      name: 'local runner',
      environment: 'self-hosted',
      tool_cache: folders.toolCache,
      temp: folders.temp,
      workspace: folders.temp,
      ...given.runner,
    },
  };
}

const prefixed = (
  prefix: string,
  values: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${prefix}${name.toUpperCase()}`, value]),
  );

/** The variable in which a step finds an input: spaces become underscores, dashes stay (Handler.cs AddInputsToEnvironment). */
export const inputVariable = (name: string): string => `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`;

/** What a job with the permission `id-token: write` may ask for identity tokens with. */
export interface IdTokenAccess {
  readonly url: string;
  readonly token: string;
}

/** All that the environment of a stage is made of, from the least to the most important. */
export interface StageEnvironment {
  readonly machine: Readonly<Record<string, string>>;
  /** Job's and step's `env`, and what earlier steps added through GITHUB_ENV and GITHUB_PATH. */
  readonly step: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, string>>;
  readonly contexts: JobContexts;
  readonly files: FileCommands;
  /** Opens the services of the runtime, artifacts and caches; absent for a shell's script, which has no way to them. */
  readonly runtimeToken?: string;
  /** Where the job is given identity tokens; absent without the permission `id-token: write`. */
  readonly idToken?: IdTokenAccess;
  readonly trackingId: string;
}

/** The environment in which the runner starts a stage (NodeScriptActionHandler.cs and ScriptHandler.cs, RunAsync). */
export function stageEnvironment(from: StageEnvironment): Readonly<Record<string, string>> {
  const github = Object.fromEntries(
    Object.entries(from.contexts.github).filter(([name]) => !hiddenFromSteps.has(name)),
  );
  const inputs = Object.entries(from.inputs).map(([name, value]) => [inputVariable(name), value] as const);
  const state = Object.entries(from.state).map(([name, value]) => [`STATE_${name}`, value] as const);
  return {
    ...from.machine,
    CI: 'true',
    RUNNER_TRACKING_ID: from.trackingId,
    ...from.step,
    ...Object.fromEntries(state),
    ...Object.fromEntries(inputs),
    ...prefixed('GITHUB_', { ...github, ...from.files }),
    ...prefixed('RUNNER_', from.contexts.runner),
    ...(from.runtimeToken === undefined
      ? {}
      : {
          ACTIONS_RUNTIME_URL: `${nowhere}/`,
          ACTIONS_RUNTIME_TOKEN: from.runtimeToken,
          ACTIONS_RESULTS_URL: `${nowhere}/`,
          ACTIONS_CACHE_URL: `${nowhere}/`,
        }),
    ...(from.idToken
      ? {
          ACTIONS_ID_TOKEN_REQUEST_URL: from.idToken.url,
          ACTIONS_ID_TOKEN_REQUEST_TOKEN: from.idToken.token,
        }
      : {}),
    GITHUB_ACTIONS: 'true',
  };
}
