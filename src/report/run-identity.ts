import { redact } from '../model/redact.js';
import { cleanLine } from '../model/untrusted-text.js';
import type { Environment } from '../world.js';

/** Who ran what, where: as GitHub's runner says it (GitHub Docs, "Variables reference"). By hand only the user is known. */
export interface RunIdentity {
  /** Who started the run in the first place; by hand, the user of the machine. */
  readonly actor: string | undefined;
  /** Who started this attempt, which has the rights of the actor. */
  readonly triggeringActor: string | undefined;
  /** Where GitHub is, as a URL. */
  readonly server: string | undefined;
  readonly repository: string | undefined;
  readonly workflow: string | undefined;
  /** `owner/repository/.github/workflows/file@ref` */
  readonly workflowRef: string | undefined;
  readonly job: string | undefined;
  readonly event: string | undefined;
  readonly ref: string | undefined;
  /** The commit that the workflow runs for. */
  readonly sha: string | undefined;
  readonly id: string | undefined;
  readonly attempt: string | undefined;
  readonly runner: string | undefined;
  /** Where the log of this attempt is. */
  readonly url: string | undefined;
}

/** Reads who runs this from the environment. */
export function identityOf(env: Environment): RunIdentity {
  const said = (name: string): string | undefined => {
    const value = cleanLine(redact(env[name] ?? ''), 256);
    return value === '' ? undefined : value;
  };
  return {
    actor: said('GITHUB_ACTOR') ?? said('USER') ?? said('LOGNAME'),
    triggeringActor: said('GITHUB_TRIGGERING_ACTOR'),
    server: said('GITHUB_SERVER_URL'),
    repository: said('GITHUB_REPOSITORY'),
    workflow: said('GITHUB_WORKFLOW'),
    workflowRef: said('GITHUB_WORKFLOW_REF'),
    job: said('GITHUB_JOB'),
    event: said('GITHUB_EVENT_NAME'),
    ref: said('GITHUB_REF'),
    sha: said('GITHUB_SHA'),
    id: said('GITHUB_RUN_ID'),
    attempt: said('GITHUB_RUN_ATTEMPT'),
    runner: said('RUNNER_NAME'),
    url: runUrl(env),
  };
}

/** Where a person reads the log of this attempt; undefined outside of GitHub. */
export function runUrl(env: Environment): string | undefined {
  const [repository = '', id = ''] = [env['GITHUB_REPOSITORY'], env['GITHUB_RUN_ID']];
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository) || !/^\d+$/.test(id)) return undefined;
  const server = (env['GITHUB_SERVER_URL'] || 'https://github.com').replace(/\/+$/, '');
  const attempt = /^\d+$/.exec(env['GITHUB_RUN_ATTEMPT'] ?? '')?.[0];
  const page = `${server}/${repository}/actions/runs/${id}${attempt === undefined ? '' : `/attempts/${attempt}`}`;
  return URL.canParse(page) ? new URL(page).href : undefined;
}
