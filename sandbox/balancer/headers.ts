import type { Cloud } from '../cloud.js';
import { listenerAttributes } from '../elbv2/attributes.js';
import type { Listener } from '../elbv2/state.js';

/** Name, value, name, value, … as they stand on the wire; a name may come several times. */
export type RawHeaders = readonly string[];

/** RFC 9110 section 7.6.1, and what older software sends in their place. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** How a request came in. */
export interface Arrival {
  readonly protocol: Listener['protocol'];
  /** The port that the client spoke to. */
  readonly port: number;
  readonly clientIp: string;
}

/**
 * Headers for a target: without those of this connection alone, with X-Forwarded-For (appended), -Proto, -Port
 * and X-Amzn-Trace-Id ("HTTP headers and Application Load Balancers", "Request tracing").
 */
export function forwardedHeaders(cloud: Cloud, headers: RawHeaders, arrival: Arrival): string[] {
  const sent = (name: string): string =>
    pairs(headers)
      .filter(([one]) => one.toLowerCase() === name)
      .map(([, value]) => value)
      .join(', ');
  const before = sent('x-forwarded-for');
  const own: readonly (readonly [string, string])[] = [
    ['X-Forwarded-For', before === '' ? arrival.clientIp : `${before}, ${arrival.clientIp}`],
    ['X-Forwarded-Proto', arrival.protocol.toLowerCase()],
    ['X-Forwarded-Port', String(arrival.port)],
    ['X-Amzn-Trace-Id', traceId(cloud, sent('x-amzn-trace-id'))],
  ];
  const replaced = new Set(own.map(([name]) => name.toLowerCase()));
  const kept = pairs(endToEnd(headers)).filter(([name]) => !replaced.has(name.toLowerCase()));
  return [...kept, ...own].flat();
}

/** A new trace, or a part of the client's own. */
function traceId({ clock, ids }: Cloud, given: string): string {
  const id = `1-${Math.floor(clock.now() / 1_000)
    .toString(16)
    .padStart(8, '0')}-${ids.hex(24)}`;
  if (!/(?:^|;)\s*Root=/.test(given)) return `Root=${id}`;
  return [`Self=${id}`, ...given.split(';').filter((part) => !/^\s*Self=/.test(part))].join(';');
}

/** Headers for the client: without those of this connection alone, and as the listener's attributes change them. */
export function answeredHeaders(listener: Listener | undefined, headers: RawHeaders): string[] {
  const attributes = Object.entries(listener ? listenerAttributes(listener) : {});
  const added = attributes.flatMap(([key, value]): [string, string][] => {
    const name = /^routing\.http\.response\.(\w+)\.header_value$/.exec(key)?.[1];
    return name === undefined || value === '' ? [] : [[name.replaceAll('_', '-'), value]];
  });
  const removed = new Set(added.map(([name]) => name));
  if (
    attributes.some(([key, value]) => key === 'routing.http.response.server.enabled' && value === 'false')
  ) {
    removed.add('server');
  }
  return [...pairs(endToEnd(headers)).filter(([name]) => !removed.has(name.toLowerCase())), ...added].flat();
}

function endToEnd(headers: RawHeaders): string[] {
  const named = pairs(headers)
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map((one) => one.trim().toLowerCase()));
  // What frames the message is never the sender's to remove: that is how requests are smuggled.
  const dropped = new Set([...HOP_BY_HOP, ...named.filter((name) => !FRAMING.has(name))]);
  return pairs(headers)
    .filter(([name]) => !dropped.has(name.toLowerCase()))
    .flat();
}

const FRAMING = new Set(['host', 'content-length']);

function pairs(headers: RawHeaders): [string, string][] {
  return Array.from({ length: Math.floor(headers.length / 2) }, (_, index): [string, string] => [
    headers[2 * index] ?? '',
    headers[2 * index + 1] ?? '',
  ]);
}

/** Raw headers as a record with names in lower case, each with all its values. */
function valuesByName(headers: RawHeaders): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs(headers)) {
    values.set(name.toLowerCase(), [...(values.get(name.toLowerCase()) ?? []), value]);
  }
  return values;
}

/** Raw headers as a runtime takes them: several values of a name are joined. */
export function asRequestHeaders(headers: RawHeaders): Record<string, string> {
  const values = [...valuesByName(headers)];
  return Object.fromEntries(values.map(([name, all]) => [name, all.join(', ')]));
}

/** Raw headers as a runtime gives them: a name that came several times, such as Set-Cookie, has a list. */
export function asResponseHeaders(headers: RawHeaders): Record<string, string | string[]> {
  const values = [...valuesByName(headers)];
  return Object.fromEntries(values.map(([name, all]) => [name, all.length === 1 ? all.join() : all]));
}

/** A record of headers as they stand on the wire. */
export function asRaw(headers: Readonly<Record<string, string | readonly string[]>>): string[] {
  return Object.entries(headers).flatMap(([name, value]) => [value].flat().flatMap((one) => [name, one]));
}
