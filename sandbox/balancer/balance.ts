import type { Cloud } from '../cloud.js';
import { loadBalancerAttributes } from '../elbv2/attributes.js';
import { isTimeout, withPatience } from '../elbv2/deadline.js';
import type { Listener, LoadBalancer } from '../elbv2/state.js';
import { addressOf } from '../elbv2/target-address.js';
import type { Address, TaskRequest, TaskResponse } from '../runtime/runtime.js';
import { fixedAnswer, ownAnswer, redirectAnswer } from './answers.js';
import { answeredHeaders, asRaw, asRequestHeaders, asResponseHeaders, forwardedHeaders } from './headers.js';
import { type RoutedRequest, hostName, route } from './route.js';

/** No load balancer listens there: what a client sees as a refused connection. */
export class ConnectionRefused extends Error {
  readonly code = 'ECONNREFUSED';
}

/**
 * A user's request through the load balancer without a socket, for a virtual clock: the same routing, the
 * tasks asked through the runtime. Ports are AWS's own (443 where the sandbox's server has another). Rejects
 * with `ConnectionRefused` when no listener fits the URL.
 */
export async function balance(
  cloud: Cloud,
  url: string,
  request: Omit<TaskRequest, 'path'>,
): Promise<TaskResponse> {
  const { protocol: scheme, host, hostname, port, pathname, search } = new URL(url);
  const protocol = scheme === 'https:' ? 'HTTPS' : 'HTTP';
  const standard = protocol === 'HTTPS' ? '443' : '80';
  const arrival = { protocol, port: Number(port || standard), clientIp: '127.0.0.1' } as const;
  const loadBalancer = loadBalancerFor(cloud, host);
  const listener = listenersOf(cloud, loadBalancer).find(
    (one) => one.protocol === protocol && one.port === arrival.port,
  );
  if (!listener) throw new ConnectionRefused(`connect ECONNREFUSED ${hostname}:${arrival.port}`);
  const asked = { host: request.headers['host'] ?? host, path: `${pathname}${search}` };
  const decision = decide(cloud, listener, asked, awsPorts(cloud, listener));
  if ('answer' in decision) return withAnsweredHeaders(listener, decision.answer);
  return askTask(cloud, listener, decision.address, {
    ...request,
    path: asked.path,
    headers: asRequestHeaders(
      forwardedHeaders(cloud, asRaw({ ...request.headers, host: asked.host }), arrival),
    ),
  });
}

/** Asks a task through the runtime; what goes wrong becomes the load balancer's own 502 or 504. */
export async function askTask(
  cloud: Cloud,
  listener: Listener,
  address: Address,
  request: TaskRequest,
): Promise<TaskResponse> {
  try {
    const answer = withPatience(cloud, idleTimeout(cloud, listener), cloud.runtime.request(address, request));
    return withAnsweredHeaders(listener, await answer);
  } catch (error) {
    return withAnsweredHeaders(listener, ownAnswer(isTimeout(error) ? 504 : 502));
  }
}

/** The answer as the client gets it. */
export function withAnsweredHeaders(listener: Listener, answer: TaskResponse): TaskResponse {
  return { ...answer, headers: asResponseHeaders(answeredHeaders(listener, asRaw(answer.headers))) };
}

/** What becomes of a request: an answer of the load balancer's own, or the address of a task. */
export type Decision = { readonly answer: TaskResponse } | { readonly address: Address };

/** Which port a redirect should name for a listener's port on AWS, or for `#{port}`. */
export type PortOf = (wanted: string, protocol: string) => string;

/** Routes a request; without any target it is the load balancer's own 503. */
export function decide(cloud: Cloud, listener: Listener, request: RoutedRequest, portOf: PortOf): Decision {
  const decision = route(cloud, listener, request);
  switch (decision?.type) {
    case 'redirect':
      return { answer: redirectAnswer(decision, listener.protocol, request, portOf) };
    case 'fixed-response':
      return { answer: fixedAnswer(decision) };
    case 'forward':
      return forwardTo(cloud, decision.target);
    case undefined:
      return { answer: ownAnswer(503) };
  }
}

function forwardTo(
  cloud: Cloud,
  target: { readonly id: string; readonly port: number } | undefined,
): Decision {
  if (!target) return { answer: ownAnswer(503) };
  try {
    return { address: { ip: addressOf(cloud, target), port: target.port } };
  } catch {
    return { answer: ownAnswer(502) };
  }
}

/** Ports as AWS has them. `#{port}` of a redirect to another protocol means that protocol's listener here. */
export function awsPorts(cloud: Cloud, { loadBalancer, port, protocol }: Listener): PortOf {
  return (wanted, wantedProtocol) => {
    if (wanted !== '#{port}') return wanted;
    if (wantedProtocol === protocol) return String(port);
    const other = listenersOf(cloud, cloud.elb.loadBalancers.get(loadBalancer)).find(
      (one) => one.protocol === wantedProtocol,
    );
    return String(other?.port ?? port);
  };
}

/** The load balancer whose DNS name a `Host` header has, else the oldest one. */
export function loadBalancerFor({ elb }: Cloud, host: string): LoadBalancer | undefined {
  const all = [...elb.loadBalancers.values()];
  return all.find(({ dnsName }) => dnsName.toLowerCase() === hostName(host).toLowerCase()) ?? all[0];
}

/** A load balancer's listeners, oldest first. */
export function listenersOf({ elb }: Cloud, loadBalancer: LoadBalancer | undefined): readonly Listener[] {
  return [...elb.listeners.values()].filter((one) => one.loadBalancer === loadBalancer?.arn);
}

/** Seconds without a byte after which the load balancer gives up. */
export function idleTimeout({ elb }: Cloud, { loadBalancer }: Listener): number {
  const owner = elb.loadBalancers.get(loadBalancer);
  return Number(loadBalancerAttributes(owner ?? { attributes: {} })['idle_timeout.timeout_seconds']);
}
