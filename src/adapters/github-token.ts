import { DeployError } from '../errors.js';
import { parseObject, textAt } from '../model/json.js';
import { AUDIENCE } from '../model/web-identity.js';
import type { HttpResponse, World } from '../world.js';

/** What asking GitHub for a token needs of the world. */
export type TokenWorld = Pick<World, 'env' | 'http' | 'clock' | 'signal' | 'log'>;

const ATTEMPTS = 4;
/** Milliseconds of one attempt. */
const TIMEOUT = 5_000;
/** Milliseconds before the second attempt; each time twice as long. */
const PAUSE = 1_000;
/** Tokens have about two thousand characters. */
const MAX_BYTES = 64 * 1024;

/**
 * GitHub's identity token for this job, for AWS; it is good for five minutes, and masked before it is used. It is asked for
 * over our own client, because that of @actions/core has neither a limit of time nor a way to be given up (`getIDToken`,
 * packages/core/src/oidc-utils.ts, whose request this is). Throws `credentials-missing` when GitHub gives none.
 */
export async function identityToken({ env, http, clock, signal, log }: TokenWorld): Promise<string> {
  const [url, secret] = [env['ACTIONS_ID_TOKEN_REQUEST_URL'], env['ACTIONS_ID_TOKEN_REQUEST_TOKEN']];
  if (!url || !secret) throw notAllowed();
  const request = {
    method: 'GET',
    url: `${url}&audience=${encodeURIComponent(AUDIENCE)}`,
    headers: {
      authorization: `Bearer ${secret}`,
      accept: 'application/json',
      'user-agent': 'deploy-backend',
    },
    timeout: TIMEOUT,
    maxBytes: MAX_BYTES,
    signal,
  };
  for (let attempt = 1; ; attempt++) {
    const answer = await http(request).catch(() => undefined);
    signal.throwIfAborted();
    const token = answer && tokenIn(answer);
    if (token !== undefined) {
      log.mask(token);
      return token;
    }
    const final = answer && answer.status >= 400 && answer.status < 500 && answer.status !== 429;
    if (final || attempt >= ATTEMPTS) throw notGiven(answer);
    await clock.sleep(PAUSE * 2 ** (attempt - 1), signal);
  }
}

/** Three parts of base64url (RFC 7519); undefined for any other answer. */
function tokenIn({ status, body, truncated }: HttpResponse): string | undefined {
  const token = status === 200 && !truncated ? textAt(parseObject(body) ?? {}, 'value') : undefined;
  return token !== undefined && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) ? token : undefined;
}

function notAllowed(): DeployError {
  return new DeployError(
    'credentials-missing',
    'GitHub gives this job no identity token, which role-to-assume needs: the permission id-token: write is missing.',
    {
      hint: 'Give the job (and who calls its workflow) permissions: { contents: read, id-token: write }. Pull requests from forks never have it.',
    },
  );
}

/** Its body is not shown: what is wrong with it is not known, and half a token may be in it. */
function notGiven(answer: HttpResponse | undefined): DeployError {
  const [status, refused] = [answer?.status, answer && answer.status >= 400 && answer.status < 500];
  const how =
    status === undefined
      ? 'does not answer'
      : status === 200
        ? 'answers something that is none'
        : `answers with status ${String(status)}`;
  return new DeployError(
    'credentials-missing',
    `GitHub gives this job no identity token, which role-to-assume needs: its token endpoint ${how}.`,
    {
      hint: refused
        ? 'The job may have run for more than six hours, after which GitHub gives no token; otherwise run it again.'
        : 'Check that the runner reaches *.actions.githubusercontent.com, and githubstatus.com, then run the job again.',
    },
  );
}
