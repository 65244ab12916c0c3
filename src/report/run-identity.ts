import { redact } from '../model/redact.js';
import { cleanLine } from '../model/untrusted-text.js';
import type { Environment } from '../world.js';
import { webUrl } from './markdown.js';

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
  // Of its own form as it is: a long number looks like one of a person.
  const formed = (name: string, form: RegExp): string | undefined =>
    form.exec(env[name] ?? '')?.[0] ?? said(name);
  return {
    actor: said('GITHUB_ACTOR') ?? said('USER') ?? said('LOGNAME'),
    triggeringActor: said('GITHUB_TRIGGERING_ACTOR'),
    server: serverOf(env['GITHUB_SERVER_URL'] ?? ''),
    repository: said('GITHUB_REPOSITORY'),
    workflow: said('GITHUB_WORKFLOW'),
    workflowRef: said('GITHUB_WORKFLOW_REF'),
    job: said('GITHUB_JOB'),
    event: said('GITHUB_EVENT_NAME'),
    ref: said('GITHUB_REF'),
    sha: formed('GITHUB_SHA', /^[0-9a-f]{40,64}$/),
    id: formed('GITHUB_RUN_ID', /^\d{1,20}$/),
    attempt: formed('GITHUB_RUN_ATTEMPT', /^\d{1,20}$/),
    runner: formed('RUNNER_NAME', /^GitHub Actions \d{1,20}$/),
    url: runUrl(env),
  };
}

/** Where a person reads the log of this attempt; undefined outside of GitHub. */
export function runUrl(env: Environment): string | undefined {
  const [repository = '', id = ''] = [env['GITHUB_REPOSITORY'], env['GITHUB_RUN_ID']];
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository) || !/^\d+$/.test(id)) return undefined;
  const server = serverOf(env['GITHUB_SERVER_URL'] || 'https://github.com');
  if (server === undefined) return undefined;
  const attempt = /^\d+$/.exec(env['GITHUB_RUN_ATTEMPT'] ?? '')?.[0];
  return `${server}/${repository}/actions/runs/${id}${attempt === undefined ? '' : `/attempts/${attempt}`}`;
}

/** A web address without credentials, and without a slash at its end; undefined for anything else. */
function serverOf(given: string): string | undefined {
  return webUrl(given)?.replace(/\/+$/, '');
}
