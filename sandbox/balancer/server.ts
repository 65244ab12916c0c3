import { once } from 'node:events';
import {
  type IncomingMessage,
  type RequestListener,
  type Server as HttpServer,
  type ServerResponse,
  STATUS_CODES,
  createServer as createHttpServer,
} from 'node:http';
import { type Server as HttpsServer, createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Certificate } from '../certificates.js';
import type { Cloud } from '../cloud.js';
import type { Listener } from '../elbv2/state.js';
import type { TaskResponse } from '../runtime/runtime.js';
import { ownAnswer } from './answers.js';
import {
  type PortOf,
  askTask,
  decide,
  listenersOf,
  loadBalancerFor,
  withAnsweredHeaders,
} from './balance.js';
import { MAX_HEADER_BYTES, type Passage, forward } from './forward.js';
import { asRaw, asRequestHeaders, forwardedHeaders } from './headers.js';

export interface BalancerOptions {
  readonly certificate: Certificate;
  /** Port of this machine for HTTP; absent or 0: any free one. */
  readonly httpPort?: number;
  /** Port of this machine for HTTPS; absent or 0: any free one. */
  readonly httpsPort?: number;
}

/** The load balancer that users' requests cross. */
export interface Balancer {
  readonly httpUrl: string;
  readonly httpsUrl: string;
  /** Shows another certificate to connections from now on. */
  useCertificate(certificate: Certificate): void;
  /** Cuts every connection and stops listening. */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/**
 * Opens the load balancers' ports on this machine: one for HTTP listeners, one for HTTPS listeners. Which
 * load balancer is meant tells the `Host` header (its DNS name; any other means the oldest), and its first
 * listener of that protocol answers, so listeners may come and go. Without one the connection is cut.
 */
export async function startBalancer(cloud: Cloud, options: BalancerOptions): Promise<Balancer> {
  const limits = { maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: 60_000 };
  const http = createHttpServer(limits);
  const https = createHttpsServer({ ...limits, ...options.certificate });
  const servers = [http, https];
  try {
    await listen(http, options.httpPort);
    await listen(https, options.httpsPort);
  } catch (error) {
    await Promise.all(servers.map(close));
    throw error;
  }
  const ports = { HTTP: portOf(http), HTTPS: portOf(https) };
  serve(http, handler(cloud, 'HTTP', ports));
  serve(https, handler(cloud, 'HTTPS', ports));
  return {
    httpUrl: `http://localhost:${ports.HTTP}`,
    httpsUrl: `https://localhost:${ports.HTTPS}`,
    useCertificate: (certificate) => https.setSecureContext(certificate),
    close: async () => {
      await Promise.all(servers.map(close));
    },
  };
}

async function listen(server: HttpServer | HttpsServer, port = 0): Promise<void> {
  server.listen(port, HOST);
  await once(server, 'listening');
}

function portOf(server: HttpServer | HttpsServer): number {
  return (server.address() as AddressInfo).port;
}

async function close(server: HttpServer | HttpsServer): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

function serve(server: HttpServer | HttpsServer, handle: RequestListener): void {
  server.on('request', (inbound, outbound) => {
    try {
      handle(inbound, outbound);
    } catch {
      outbound.destroy();
    }
  });
  server.on('clientError', refuse);
}

/** What is no HTTP gets a 400, what never ends a 408 (same page as in `forward.ts`); TLS that fails, nothing. */
function refuse(error: Error, socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  const code = 'code' in error ? String(error.code) : '';
  const status = code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  if (!socket.writable || (status === 400 && !code.startsWith('HPE_'))) {
    socket.destroy();
    return;
  }
  const { headers, body } = ownAnswer(status, { connection: 'close' });
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`);
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`;
  socket.end([head, ...lines, '', body.toString()].join('\r\n'));
}

type Ports = Readonly<Record<Listener['protocol'], number>>;

function handler(cloud: Cloud, protocol: Listener['protocol'], ports: Ports): RequestListener {
  return (inbound, outbound) => {
    const host = inbound.headers.host ?? '';
    const listeners = listenersOf(cloud, loadBalancerFor(cloud, host));
    const listener = listeners.find((one) => one.protocol === protocol);
    if (!listener) {
      inbound.socket.destroy();
      return;
    }
    const clientIp = inbound.socket.remoteAddress ?? HOST;
    const arrival = { protocol, port: ports[protocol], clientIp };
    const path = pathOf(inbound.url ?? '/');
    const decision = decide(cloud, listener, { host, path }, realPorts(cloud, listener, ports));
    const passage = { cloud, listener, arrival, path, inbound, outbound };
    if ('answer' in decision) send(inbound, outbound, withAnsweredHeaders(listener, decision.answer));
    else if (cloud.runtime.name !== 'simulated') forward(passage, decision.address);
    else void askSimulated(passage, decision.address);
  };
}

/** Path and query, also when the client sent a whole URL as if to a proxy. */
function pathOf(url: string): string {
  return url.replace(/^https?:\/\/[^/?#]*\/?/i, '/');
}

/** The ports of this machine that stand for a listener's protocol or for its port on AWS. */
function realPorts(cloud: Cloud, { loadBalancer, protocol }: Listener, ports: Ports): PortOf {
  return (wanted, wantedProtocol) => {
    if (wanted === '#{port}') return String(wantedProtocol === 'HTTPS' ? ports.HTTPS : ports[protocol]);
    const owner = cloud.elb.loadBalancers.get(loadBalancer);
    const meant = listenersOf(cloud, owner).find(({ port }) => String(port) === wanted);
    return meant ? String(ports[meant.protocol]) : wanted;
  };
}

/** Writes a whole answer; what the client still sends is read and forgotten, so that it can read the answer. */
function send(
  inbound: IncomingMessage,
  outbound: ServerResponse,
  { status, headers, body }: TaskResponse,
): void {
  inbound.resume();
  outbound.on('error', () => outbound.destroy());
  outbound.writeHead(status, asRaw(headers)).end(body);
}

/** Simulated tasks have no sockets: the request is read whole and asked through the runtime. */
async function askSimulated(
  { cloud, listener, arrival, path, inbound, outbound }: Passage,
  address: {
    readonly ip: string;
    readonly port: number;
  },
): Promise<void> {
  try {
    const body = await buffer(inbound);
    const answer = await askTask(cloud, listener, address, {
      method: inbound.method ?? 'GET',
      path,
      headers: asRequestHeaders(forwardedHeaders(cloud, inbound.rawHeaders, arrival)),
      ...(body.length > 0 && { body }),
      timeout: 60_000,
    });
    send(inbound, outbound, answer);
  } catch {
    outbound.destroy();
  }
}
