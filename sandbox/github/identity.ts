import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { RequestListener } from 'node:http';
import type { Clock } from '../clock.js';
import type { JsonObject } from '../json.js';
import { openEndpoint } from '../server.js';

/** The job that a token is about, as far as its subject and AWS's condition keys tell. */
export interface IdentifiedJob {
  /** `owner/name`. */
  readonly repository: string;
  /** Ids of owner and repository. */
  readonly ids: readonly [owner: string, repository: string];
  readonly ref: string;
  /** The environment of the job; absent: it has none. */
  readonly environment?: string | undefined;
  /** It was started by a pull request, which its subject says where it has no environment. */
  readonly pullRequest?: boolean;
  /** Whether the subject has the ids in it, as that of repositories made since 15 July 2026. */
  readonly immutable: boolean;
}

/** What goes wrong with requests for a token. `unavailable`: status 503; `html`: a page with status 200; `hang`: no answer. */
export interface IdentityFault {
  readonly kind: 'denied' | 'unavailable' | 'html' | 'hang' | 'reset';
  /** Requests that are still to be spoiled; absent: all. */
  times?: number;
}

/** The part of GitHub that says who a job is. */
export interface IdentityIssuer {
  /** As IAM names it, without `https://`. */
  readonly provider: string;
  /** What a job shows to be given a token. */
  readonly requestToken: string;
  job: IdentifiedJob;
  readonly faults: IdentityFault[];
  /** Tokens that were given out. */
  readonly given: string[];
  readonly key: (id: string) => KeyObject | undefined;
  /** Answers a request for a token; `hang` and `reset` are for whoever carries it to imitate. */
  answer(url: string, authorization: string | undefined): IdentityAnswer;
}

export type IdentityAnswer = { readonly status: number; readonly body: string } | 'hang' | 'reset';

const KEY_ID = 'key-of-the-local-github';
/** Seconds for which a token is good ("OpenID Connect reference", GitHub Docs: `exp` is five minutes after `iat`). */
const LIFETIME = 300;

/** RSA takes its time, and most worlds need no token. */
let keys: { readonly privateKey: KeyObject; readonly publicKey: KeyObject } | undefined;
const keyPair = () => (keys ??= generateKeyPairSync('rsa', { modulusLength: 2048 }));

/** An issuer of identity tokens for one job. */
export function identityIssuer(clock: Clock, requestToken: string, job: IdentifiedJob): IdentityIssuer {
  const issuer: IdentityIssuer = {
    provider: 'token.actions.githubusercontent.com',
    requestToken,
    job,
    faults: [],
    given: [],
    key: (id) => (id === KEY_ID ? keyPair().publicKey : undefined),
    answer(url, authorization) {
      const fault = issuer.faults.find(({ times }) => times !== 0);
      if (fault?.times !== undefined) fault.times -= 1;
      switch (fault?.kind) {
        case 'hang':
        case 'reset':
          return fault.kind;
        case 'html':
          return { status: 200, body: '<!DOCTYPE html><title>Unicorn!</title>' };
        case 'unavailable':
          return { status: 503, body: '{"message":"Service Unavailable"}' };
        default:
          return tokenFor(issuer, clock, url, fault ? undefined : authorization);
      }
    },
  };
  return issuer;
}

/** The request is that of `getIDToken` (actions/toolkit, packages/core/src/oidc-utils.ts). */
function tokenFor(
  issuer: IdentityIssuer,
  clock: Clock,
  url: string,
  authorization: string | undefined,
): IdentityAnswer {
  if (authorization !== `Bearer ${issuer.requestToken}`)
    return { status: 401, body: '{"message":"The token has expired or is invalid"}' };
  const { repository } = issuer.job;
  const audience = new URL(url, 'http://127.0.0.1').searchParams.get('audience');
  const now = Math.floor(clock.now() / 1_000);
  const token = signed({
    ...claimsOf(issuer.job),
    iss: `https://${issuer.provider}`,
    // "OpenID Connect reference": by default the URL of the repository's owner.
    aud: audience ?? `https://github.com/${repository.split('/')[0] ?? ''}`,
    jti: `${now}-${issuer.given.length}`,
    iat: now,
    nbf: now,
    exp: now + LIFETIME,
  });
  issuer.given.push(token);
  return { status: 200, body: JSON.stringify({ count: token.length, value: token }) };
}

/** "OpenID Connect reference", GitHub Docs; the immutable form: changelog of 23 April 2026, "Immutable subject claims". */
function claimsOf(job: IdentifiedJob): JsonObject {
  const { repository, ids, ref, environment, immutable } = job;
  const [owner = '', name = ''] = repository.split('/');
  const said = immutable ? `${owner}@${ids[0]}/${name}@${ids[1]}` : repository;
  const branch = job.pullRequest ? 'pull_request' : `ref:${ref}`;
  const place = environment === undefined ? branch : `environment:${environment}`;
  return {
    sub: `repo:${said}:${place}`,
    repository,
    repository_owner: owner,
    repository_owner_id: ids[0],
    repository_id: ids[1],
    ref,
    ...(environment === undefined ? {} : { environment }),
  };
}

function signed(claims: JsonObject): string {
  const part = (value: JsonObject): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const said = `${part({ typ: 'JWT', alg: 'RS256', kid: KEY_ID })}.${part(claims)}`;
  return `${said}.${sign('sha256', Buffer.from(said), keyPair().privateKey).toString('base64url')}`;
}

/** An issuer on loopback. */
export interface IdentityServer {
  /** For `ACTIONS_ID_TOKEN_REQUEST_URL`. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Begins to serve an issuer. */
export async function serveIdentity(issuer: IdentityIssuer): Promise<IdentityServer> {
  const endpoint = await openEndpoint({ host: '127.0.0.1', port: 0 });
  const listener: RequestListener = (request, response) => {
    const answer = issuer.answer(request.url ?? '/', request.headers.authorization);
    if (answer === 'reset') response.destroy();
    else if (answer !== 'hang')
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  };
  endpoint.serve(listener);
  return {
    url: `http://127.0.0.1:${endpoint.port}/idtoken?api-version=2.0`,
    close: () => endpoint.close(),
  };
}
