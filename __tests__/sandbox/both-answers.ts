import { answerOf, type App, type Behaviour } from '../../sandbox/runtime/behaviour.js';
import type { Answer, Ask } from '../examples/backend-service.js';

/* The same question to a real program and to a simulated one. */

/** An answer as far as the two have to agree. */
export interface Seen {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly json: unknown;
}

/** What Node adds on the wire, and no answer of a simulated task has. */
const OF_THE_WIRE: ReadonlySet<string> = new Set(['content-length', 'date', 'connection', 'keep-alive']);

/** What a real program answered. */
export function seen({ status, headers, json }: Answer): Seen {
  const kept = Object.entries(headers).filter(([name]) => !OF_THE_WIRE.has(name));
  return { status, headers: Object.fromEntries(kept), json };
}

/** What a simulated one answers. */
export function simulated(
  behaviour: Behaviour,
  { environment, ip = '10.0.0.4' }: { environment: Readonly<Record<string, string>>; ip?: string },
  path: string,
  { method = 'GET', headers = {}, body }: Ask = {},
): Seen {
  const request = {
    method,
    path,
    headers: headers as Record<string, string>,
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
    timeout: 1_000,
  };
  const app: App = {
    task: 't',
    container: 'c',
    ip,
    environment: new Map(Object.entries(environment)),
    uptime: 1,
  };
  const answer = answerOf(behaviour, request, app)!;
  const text = answer.body.toString();
  return {
    status: answer.status,
    headers: answer.headers,
    json: text === '' ? undefined : (JSON.parse(text) as unknown),
  };
}
