import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { HttpRequest, HttpResponse, SendHttp, Tls } from '../world.js';
import { guardedLookup, type Resolve } from './lookup.js';

const USER_AGENT = 'deploy-backend (smoke test)';
/** Bytes that the headers of an answer may have together; more rejects with `HPE_HEADER_OVERFLOW`. */
const MAX_HEADER_SIZE = 32 * 1_024;
const LIMITS: Limits = { connect: 5_000, firstByte: 8_000, idle: 2_000 };

/** Limits of an exchange beside its own, in milliseconds. */
export interface Limits {
  /** Name, TCP and TLS; more rejects with `CONNECT_TIMEOUT`. */
  readonly connect: number;
  /** From the connection to the end of the headers; more rejects with `FIRST_BYTE_TIMEOUT`. */
  readonly firstByte: number;
  /** For how long a connection is kept that nobody uses. */
  readonly idle: number;
}

/** What tests set; absent: the action's limits, the machine's resolver, the authorities that Node trusts. */
export interface HttpSettings {
  readonly limits?: Limits;
  readonly resolve?: Resolve;
  /** The only authority to trust, PEM. */
  readonly ca?: string;
}

interface Agents {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

/** An answer whose body is still to be read. */
interface Head extends Pick<HttpResponse, 'connecting'> {
  readonly outgoing: ClientRequest;
  readonly response: IncomingMessage;
  /** When there was a connection, by `performance.now()`. */
  readonly connected: number;
  readonly tls?: Tls;
}

/**
 * A client that trusts neither names nor answers: certificates are verified, redirects not followed, encodings not
 * asked for and not undone, times and sizes limited. Each request has a connection of its own, so that none keeps
 * speaking to an old task, unless it asks for the kept one. It rejects with `TimeoutError` after the request's limit,
 * with the reason of its signal, with a `code` of `Limits` or `FORBIDDEN_ADDRESS`, or with Node's own error.
 */
export function httpSender(settings: HttpSettings = {}): SendHttp {
  const { limits = LIMITS, resolve, ca } = settings;
  const connection = {
    lookup: guardedLookup(resolve),
    autoSelectFamily: true,
    // Node gives each address but the last 250 ms, which the way to another continent may take.
    autoSelectFamilyAttemptTimeout: 1_000,
    rejectUnauthorized: true,
    ca,
  };
  const own = agents(connection);
  const kept = agents({ ...connection, keepAlive: true, timeout: limits.idle });
  return async (request) => {
    const total = AbortSignal.timeout(request.timeout);
    const signal = request.signal ? AbortSignal.any([total, request.signal]) : total;
    try {
      return await exchange(
        () => send(request, request.keepAlive ? kept : own, signal),
        limits,
        request.maxBytes,
      );
    } catch (error) {
      request.signal?.throwIfAborted();
      total.throwIfAborted();
      throw error;
    }
  };
}

/** The client with the action's limits. */
export const sendHttp = httpSender();

/** No TLS session is resumed: the server would not show the certificate that it has now (RFC 8446, 2.2). */
function agents(options: https.AgentOptions): Agents {
  return { http: new http.Agent(options), https: new https.Agent({ ...options, maxCachedSessions: 0 }) };
}

function send(request: HttpRequest, agents: Agents, signal: AbortSignal): ClientRequest {
  const [open, agent] = request.url.startsWith('https:')
    ? [https.request, agents.https]
    : [http.request, agents.http];
  return open(request.url, {
    method: request.method,
    agent,
    headers: {
      accept: 'application/json, */*;q=0.5',
      'accept-encoding': 'identity',
      'cache-control': 'no-cache',
      'user-agent': USER_AGENT,
      ...request.headers,
    },
    maxHeaderSize: MAX_HEADER_SIZE,
    signal,
  }).end(request.body);
}

/**
 * Sends a request once more when the kept connection turns out to be dead before an answer begins: the server may have
 * closed it as it was used (Node "HTTP", request.reusedSocket).
 */
async function exchange(open: () => ClientRequest, limits: Limits, maxBytes: number): Promise<HttpResponse> {
  const first = open();
  const head = await begin(first, limits).catch((error: unknown) => {
    if (first.reusedSocket && isReset(error)) return begin(open(), limits);
    throw error;
  });
  const { outgoing, response, connected, ...measured } = head;
  try {
    const body = await readBody(response, maxBytes);
    return {
      status: response.statusCode ?? 0,
      headers: distinctHeaders(response),
      ...body,
      duration: performance.now() - connected,
      ...measured,
    };
  } finally {
    outgoing.destroy(); // Does nothing once the connection went back to its agent.
  }
}

/** Connects and waits for the headers of the answer. */
async function begin(outgoing: ClientRequest, limits: Limits): Promise<Head> {
  const started = performance.now();
  const answered = new Promise<IncomingMessage>((resolve) => {
    outgoing.once('response', (response) => {
      outgoing.on('error', (error) => response.destroy(error));
      resolve(response);
    });
  });
  const failed = new Promise<never>((_, reject) => {
    outgoing.on('error', reject);
    // There is no error when the answer is an upgrade, which nobody asked for (Node "HTTP", 'upgrade').
    outgoing.on('close', () => reject(failure('ECONNRESET')));
  });
  const within = async <T>(ms: number, code: string, awaited: Promise<T>): Promise<T> => {
    const timer = setTimeout(() => outgoing.destroy(failure(code)), ms);
    return Promise.race([awaited, failed]).finally(() => clearTimeout(timer));
  };
  const socket = await within(limits.connect, 'CONNECT_TIMEOUT', connectionOf(outgoing));
  const connected = performance.now();
  const tls = tlsOf(socket);
  const response = await within(limits.firstByte, 'FIRST_BYTE_TIMEOUT', answered);
  const connecting = outgoing.reusedSocket ? 0 : connected - started;
  return { outgoing, response, connected, connecting, ...(tls && { tls }) };
}

function connectionOf(outgoing: ClientRequest): Promise<Socket> {
  return new Promise((resolve) => {
    outgoing.once('socket', (socket) => {
      const ready = socket instanceof TLSSocket ? 'secureConnect' : 'connect';
      if (outgoing.reusedSocket) resolve(socket);
      else socket.once(ready, () => resolve(socket));
    });
  });
}

/** What was agreed on; undefined over plain HTTP and once the connection is gone. */
function tlsOf(socket: Socket): Tls | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const protocol = socket.getProtocol();
  if (protocol === null) return undefined;
  // Not getPeerX509Certificate, which on a client gives the certificate only once.
  return { protocol, expiresAt: Date.parse(socket.getPeerCertificate().valid_to) };
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** Whether the other side had already closed the connection. */
function isReset(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

async function readBody(
  response: IncomingMessage,
  maxBytes: number,
): Promise<Pick<HttpResponse, 'body' | 'truncated'>> {
  const bytes = Buffer.alloc(maxBytes);
  let size = 0;
  let truncated = false;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    const copied = chunk.copy(bytes, size);
    size += copied;
    truncated = copied < chunk.length;
    if (truncated) break;
  }
  return { body: bytes.toString('utf8', 0, size), truncated };
}

function distinctHeaders(response: IncomingMessage): HttpResponse['headers'] {
  return Object.fromEntries(
    Object.entries(response.headersDistinct).map(([name, values]) => [name, values ?? []]),
  );
}
