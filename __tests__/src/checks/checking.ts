import {
  createServer,
  type RequestListener,
  type Server,
  type ServerOptions as HttpOptions,
} from 'node:http';
import { createServer as createTlsServer, type ServerOptions as TlsOptions } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAuthority, type Authority } from '../../../sandbox/certificates.js';
import { httpSender, sendHttp } from '../../../src/adapters/http.js';
import type { Check, CheckResult } from '../../../src/checks/check.js';
import { perform } from '../../../src/checks/suite.js';
import type { Clock, HttpResponse, SendHttp } from '../../../src/world.js';
import { jumpingClock } from '../../jumping-clock.js';

/* How the tests of checks ask: over real connections to small servers, or with given answers. */

/** An answer with a body, 200 unless said otherwise. */
export function answer(
  body: string,
  status = 200,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): HttpResponse {
  const lists = Object.entries(headers).map(([name, value]) => [name, [value].flat()] as const);
  return {
    status,
    headers: Object.fromEntries(lists),
    body,
    truncated: false,
    duration: 1,
    connecting: 1,
  };
}

/** Gives these answers one after the other, the last one for ever. */
export function answering(answers: readonly (HttpResponse | Error)[]): SendHttp {
  let asked = 0;
  return () => {
    const next = answers[Math.min(asked++, answers.length - 1)]!;
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
}

/** Does one check over real connections, or with another client; pauses take no time. */
export function doCheck(
  check: Check,
  {
    http = sendHttp,
    timeout = 30_000,
    clock = jumpingClock(Date.now()),
    signal = new AbortController().signal,
  }: { http?: SendHttp; timeout?: number; clock?: Clock; signal?: AbortSignal } = {},
): Promise<CheckResult> {
  return perform('check', check, timeout, { http, clock, random: Math.random, signal });
}

type Headers = Readonly<Record<string, string | readonly string[]>>;

/** What a small server answers; absent: 200, no headers, no body. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Headers;
  readonly body?: string;
}

/** A reply that is JSON. */
export function json(document: unknown, status = 200, headers: Headers = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(document),
  };
}

/** A server that gives these replies one after the other, the last one for ever. */
export function replying(...replies: readonly Reply[]): RequestListener {
  let asked = 0;
  return (_, response) => {
    const { status = 200, headers = {}, body = '' } = replies[Math.min(asked++, replies.length - 1)]!;
    response.setHeaders(new Map(Object.entries(headers)));
    response.writeHead(status).end(body);
  };
}

/** An authority for servers over TLS, and a client that trusts it alone. */
export async function trusting(): Promise<{ readonly authority: Authority; readonly http: SendHttp }> {
  const authority = await createAuthority();
  return { authority, http: httpSender({ ca: authority.cert }) };
}

/** Servers that live as long as one test. */
export class Servers {
  readonly #open: Server[] = [];

  /** Starts one on loopback; with a certificate it speaks TLS. Resolves to its origin under the name `localhost`. */
  async start(listener: RequestListener, tls?: TlsOptions, options: HttpOptions = {}): Promise<URL> {
    const server = tls ? createTlsServer(tls, listener) : createServer(options, listener);
    this.#open.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return new URL(`${tls ? 'https' : 'http'}://localhost:${String(port)}/`);
  }

  /** Cuts every connection and stops listening. */
  close(): void {
    for (const server of this.#open.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  }
}
