import { showDuration } from '../model/duration.js';
import { isObject, textAt } from '../model/json.js';
import { redact } from '../model/redact.js';
import { cleanLine } from '../model/untrusted-text.js';
import type { World } from '../world.js';

/** Requests that may still be sent; GitHub counts them by repository and hour. */
export interface Allowance {
  left: number;
}

const PUBLIC_API = 'https://api.github.com';
/** "API Versions": the one that answers without this header, too. */
const API_VERSION = '2022-11-28';
/** Milliseconds before a request is repeated that may be repeated and that GitHub could not answer. */
const PAUSE = 1_000;

/** Why GitHub's API did not do what it was asked. The message is safe to be shown. */
export class GitHubError extends Error {
  override readonly name = 'GitHubError';
  /** Absent: there was no answer, or none that could be read. */
  readonly status: number | undefined;
  /** Milliseconds after which GitHub wants to be asked again. */
  readonly retryAfter: number | undefined;
  /** That the token is not allowed to do it; a private repository is not found then. */
  readonly denied: boolean;

  constructor(message: string, answer: Partial<Pick<GitHubError, 'status' | 'retryAfter' | 'denied'>> = {}) {
    super(message);
    this.status = answer.status;
    this.retryAfter = answer.retryAfter;
    this.denied = answer.denied ?? false;
  }
}

/** What a person reads of a failure; `permission` is what the token of the job has to have. */
export function explain(error: unknown, permission: string): string {
  if (!(error instanceof GitHubError)) return redact(error instanceof Error ? error.message : String(error));
  const { message, status, denied } = error;
  if (!denied) return `${message}.`;
  if (status === 401) return `${message}. Is github-token still valid?`;
  if (status === 404) return `${message}. It is not there, or the job lacks the permission ${permission}.`;
  return `${message}. Give the job the permission ${permission}.`;
}

/** Parameters of a route: of its path, its query or its body. */
export type Parameters = Readonly<Record<string, unknown>>;
/** Asks GitHub for something; `repeatable` is what may be sent again when its answer was lost. */
export type Ask = (route: string, parameters: Parameters, repeatable?: boolean) => Promise<unknown>;

/** What requests are sent with. */
export interface Terms {
  /** Milliseconds for all of them together. */
  readonly limit: number;
  readonly allowance: Allowance;
}

/** A conversation with GitHub's API, at GITHUB_API_URL on an Enterprise Server. It ends `limit` milliseconds from now. */
export function conversation(
  world: Pick<World, 'env' | 'signal' | 'clock'>,
  token: string,
  repository: Parameters,
  { limit, allowance }: Terms,
): Ask {
  return patient(sender(world, token, repository, limit), world, limit, allowance);
}

type Send = (route: string, parameters: Parameters) => Promise<unknown>;

/** Octokit would write what a `Deprecation` header says to the console, past our log. */
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

function sender(
  { env, signal }: Pick<World, 'env' | 'signal'>,
  token: string,
  repository: Parameters,
  limit: number,
): Send {
  const over = AbortSignal.timeout(limit);
  return async (route, parameters) => {
    const { getOctokit } = await import('@actions/github');
    const octokit = getOctokit(token, { baseUrl: env['GITHUB_API_URL'] || PUBLIC_API });
    try {
      const answer: { readonly data: unknown } = await octokit.request(route, {
        ...repository,
        ...parameters,
        headers: { 'x-github-api-version': API_VERSION },
        request: { signal: AbortSignal.any([signal, over]), log: SILENT },
      });
      return answer.data;
    } catch (error) {
      signal.throwIfAborted();
      if (over.aborted) throw new GitHubError(`GitHub's API did not answer within ${showDuration(limit)}`);
      throw refusal(error);
    }
  };
}

/** Asks once more where GitHub names a time or where asking twice does no harm, as long as there is time for it. */
function patient(
  send: Send,
  { clock, signal }: Pick<World, 'clock' | 'signal'>,
  limit: number,
  allowance: Allowance,
): Ask {
  const end = clock.monotonic() + limit;
  const ask: Send = (route, parameters) => {
    if (allowance.left <= 0) throw new GitHubError('This run has asked GitHub often enough');
    allowance.left -= 1;
    return send(route, parameters);
  };
  return async (route, parameters, repeatable = true) => {
    try {
      return await ask(route, parameters);
    } catch (error) {
      const wait = error instanceof GitHubError ? pauseAfter(error, repeatable) : undefined;
      if (wait === undefined || clock.monotonic() + wait >= end || allowance.left <= 0) throw error;
      await clock.sleep(wait, signal);
      return ask(route, parameters);
    }
  };
}

function pauseAfter({ status, retryAfter }: GitHubError, repeatable: boolean): number | undefined {
  if (retryAfter !== undefined) return retryAfter;
  return repeatable && (status === undefined || status >= 500) ? PAUSE : undefined;
}

/** "Rate limits for the REST API": 403 or 429, with `retry-after`, or with nothing left of the hour. */
function refusal(error: unknown): GitHubError {
  const response = (error as Refused).response;
  if (!response) {
    const why = error instanceof Error ? harmless(error.message) : 'no answer';
    return new GitHubError(`GitHub's API cannot be reached: ${why}`);
  }
  const { status, headers, data } = response;
  const said = isObject(data) ? textAt(data, 'message') : undefined;
  const seconds = /^\d{1,6}$/.exec(String(headers['retry-after'] ?? ''))?.[0];
  const limited = status === 429 || seconds !== undefined || String(headers['x-ratelimit-remaining']) === '0';
  return new GitHubError(
    `GitHub's API answered ${String(status)}${said === undefined ? '' : ` (${harmless(said)})`}`,
    {
      status,
      denied: !limited && [401, 403, 404].includes(status),
      ...(seconds === undefined ? {} : { retryAfter: Number(seconds) * 1_000 }),
    },
  );
}

/** What Octokit throws when there was an answer. */
interface Refused {
  readonly response?: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string | number | undefined>>;
    readonly data: unknown;
  };
}

function harmless(text: string): string {
  return cleanLine(redact(cleanLine(text)), 200).replace(/\.$/, '');
}

/** An answer that is none of GitHub's: a page of a proxy, or half of one. */
export function unreadable(): GitHubError {
  return new GitHubError("GitHub's answer cannot be read");
}
