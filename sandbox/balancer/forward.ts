import { type ClientRequest, type IncomingMessage, type ServerResponse, request } from 'node:http';
import type { Cloud } from '../cloud.js';
import { afterPatience } from '../elbv2/deadline.js';
import type { Listener } from '../elbv2/state.js';
import type { Address } from '../runtime/runtime.js';
import { ownAnswer } from './answers.js';
import { idleTimeout, withAnsweredHeaders } from './balance.js';
import { type Arrival, answeredHeaders, asRaw, forwardedHeaders } from './headers.js';

/** Bytes of headers that are let through both ways; an application load balancer's quota is 64 K. */
export const MAX_HEADER_BYTES = 65_536;

/** One request on its way from a client to a target and back. */
export interface Passage {
  readonly cloud: Cloud;
  readonly listener: Listener;
  readonly arrival: Arrival;
  /** Path and query. */
  readonly path: string;
  readonly inbound: IncomingMessage;
  readonly outbound: ServerResponse;
}

/**
 * Streams a request to a target and its answer back. What goes wrong before the answer has begun is the load
 * balancer's own 502, or 504 after the idle timeout; afterwards the client's connection is cut ("Troubleshoot
 * your Application Load Balancers": HTTP 502, HTTP 504).
 */
export function forward(passage: Passage, address: Address): void {
  const { inbound, outbound } = passage;
  const upstream = open(passage, address);
  if (!upstream) return;
  const idle = watchIdle(passage, () => {
    fail(passage, 504);
    upstream.destroy();
  });
  upstream.on('response', (answer) => {
    answer.on('data', idle.touch);
    answer.on('error', () => fail(passage, 502));
    if (!begin(passage, answer)) {
      upstream.destroy();
      return;
    }
    answer.pipe(outbound);
  });
  upstream.on('upgrade', (_answer, socket) => {
    socket.destroy();
    fail(passage, 502);
  });
  upstream.on('error', () => fail(passage, 502));
  inbound.on('data', idle.touch);
  inbound.on('error', () => upstream.destroy());
  outbound.on('error', () => upstream.destroy());
  outbound.on('close', () => {
    idle.stop();
    if (!outbound.writableFinished) upstream.destroy();
  });
  inbound.pipe(upstream);
}

/**
 * Opens the request to the target, over a connection of its own: reused connections would make a target that
 * closes idle ones fail at random. Answers 400 when Node refuses to write what the client sent.
 */
function open(passage: Passage, { ip, port }: Address): ClientRequest | undefined {
  const { cloud, inbound, arrival, path } = passage;
  const headers = forwardedHeaders(cloud, inbound.rawHeaders, arrival);
  const chunked = inbound.headers['transfer-encoding'] === undefined ? [] : ['Transfer-Encoding', 'chunked'];
  try {
    return request({
      host: ip,
      port,
      method: inbound.method,
      path,
      agent: false,
      headers: [...headers, ...chunked, 'Connection', 'close'],
      maxHeaderSize: MAX_HEADER_BYTES,
    });
  } catch {
    fail(passage, 400);
    return undefined;
  }
}

/** Writes the head of the answer; false when the target's is malformed and the client got a 502 instead. */
function begin(passage: Passage, answer: IncomingMessage): boolean {
  const { listener, outbound } = passage;
  if (outbound.headersSent) return false;
  const headers = answeredHeaders(listener, answer.rawHeaders);
  try {
    outbound.writeHead(answer.statusCode ?? 0, answer.statusMessage ?? '', headers);
    return true;
  } catch {
    fail(passage, 502);
    return false;
  }
}

/** Answers for the target, or cuts the connection when its answer has begun. */
function fail({ listener, inbound, outbound }: Passage, status: number): void {
  inbound.unpipe();
  inbound.resume();
  if (outbound.writableEnded || outbound.destroyed) return;
  if (outbound.headersSent) {
    outbound.destroy();
    return;
  }
  const { headers, body } = withAnsweredHeaders(listener, ownAnswer(status));
  outbound.writeHead(status, asRaw({ ...headers, connection: 'close' })).end(body);
}

/** Calls `expired` when no byte has passed for the load balancer's idle timeout. */
function watchIdle({ cloud, listener }: Passage, expired: () => void) {
  const seconds = idleTimeout(cloud, listener);
  let touched = cloud.clock.now();
  let cancel = (): void => undefined;
  const wait = (left: number): void => {
    cancel = afterPatience(cloud, left, () => {
      const quiet = cloud.clock.since(touched) / 1_000;
      // Timers may fire a moment early, and a pace makes that moment longer.
      if (quiet >= seconds * 0.9) expired();
      else wait(seconds - quiet);
    });
  };
  wait(seconds);
  return {
    touch: (): void => {
      touched = cloud.clock.now();
    },
    stop: (): void => cancel(),
  };
}
