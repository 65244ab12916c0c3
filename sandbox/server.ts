import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Server } from 'node:net';
import { answer } from './aws.js';
import type { Certificate } from './certificates.js';
import type { Cloud } from './cloud.js';
import { Silence } from './protocol/exchange.js';
import type { WireRequest } from './protocol/operation.js';
import { registryHandler } from './registry.js';

/** A server that listens and answers 503 until it is told what to serve. */
export interface Endpoint {
  readonly port: number;
  serve(listener: RequestListener): void;
  /** Cuts every connection and stops listening. */
  close(): Promise<void>;
}

export interface EndpointWish {
  /** A loopback address. */
  readonly host: string;
  /** 0 is any free one. */
  readonly port: number;
  /** Absent: plain HTTP. */
  readonly certificate?: Certificate;
}

/** The largest request that is read; a layer part comes as base64 of at most 10 MB ("Amazon ECR service quotas"). */
const LARGEST_BODY = 32 * 1024 * 1024;

/** Begins to listen; rejects with the system's error, such as `EADDRINUSE`. */
export async function openEndpoint({ host, port, certificate }: EndpointWish): Promise<Endpoint> {
  let serve: RequestListener = (_request, response) => response.writeHead(503).end();
  const listener: RequestListener = (request, response) => serve(request, response);
  // Layers that are pushed may take longer than Node's five minutes.
  const limits = { requestTimeout: 0 };
  const server = certificate
    ? createTlsServer({ ...limits, ...certificate }, listener)
    : createServer(limits, listener);
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: portOf(server),
    serve(next) {
      serve = next;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * Serves a cloud over HTTP: the registry below `/v2/`, the APIs of all services everywhere else. `log` hears of
 * operations that the cloud does not know.
 */
export function serveCloud(cloud: Cloud, log: (line: string) => void): RequestListener {
  const registry = registryHandler(cloud);
  return (request, response) => {
    if (/^\/v2(?:[/?]|$)/.test(request.url ?? '/')) registry(request, response);
    else
      answerApi(cloud, request, response, log).catch((error: unknown) => {
        // Who gets no answer waits as long as he likes.
        if (!(error instanceof Silence)) response.destroy();
      });
  };
}

async function answerApi(
  cloud: Cloud,
  request: IncomingMessage,
  response: ServerResponse,
  log: (line: string) => void,
): Promise<void> {
  const body = await bodyOf(request);
  if (body === undefined) {
    response.writeHead(413, { connection: 'close' }).end();
    return;
  }
  const call = wireRequest(request, body);
  const { status, headers, body: text } = await answer(cloud, call);
  if (/UnknownOperationException|InvalidAction/.test(text)) log(`unknown operation: ${nameOf(call)}`);
  const bytes = Buffer.from(text);
  response.writeHead(status, { ...headers, 'content-length': bytes.length }).end(bytes);
}

function wireRequest({ method = 'GET', url = '/', headers }: IncomingMessage, body: string): WireRequest {
  const single = Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')] as const);
  return { method, path: url, headers: Object.fromEntries(single), body };
}

/** Undefined when it is longer than anything that AWS takes. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > LARGEST_BODY) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** What was asked for; the text comes from outside and goes into a line of the log. */
function nameOf({ headers, body, method, path }: WireRequest): string {
  const name = headers['x-amz-target'] ?? new URLSearchParams(body).get('Action') ?? `${method} ${path}`;
  return JSON.stringify(name.slice(0, 200));
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}
