import { EventEmitter, once } from 'node:events';
import { request, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import { readConfig } from '../../examples/backend/src/config.js';
import type { Database } from '../../examples/backend/src/database.js';
import { createLog, type Log } from '../../examples/backend/src/log.js';
import { startService, type Service } from '../../examples/backend/src/service.js';

/** A service on a loopback port, and what it wrote. */
export interface TestService extends Service {
  readonly lines: readonly string[];
  ask(path: string, options?: Ask): Promise<Answer>;
}

export interface Ask extends Pick<RequestOptions, 'method' | 'headers' | 'agent'> {
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; undefined when it is empty. */
  readonly json: unknown;
}

/** A database that answers at once. */
export const WELL: Database = { ping: () => Promise.resolve(), close: () => Promise.resolve() };

/** Starts the example with this environment and database. */
export async function serve(
  env: Readonly<Record<string, string>> = {},
  database: Database = WELL,
): Promise<TestService> {
  const { lines, log } = recordingLog();
  const config = readConfig({ HOST: '127.0.0.1', PORT: '0', ...env });
  const service = await startService(config, database, log);
  return { ...service, lines, ask: (path, options) => ask(service.address.port, path, options) };
}

/** A log that keeps its lines, and tells when one with the given message comes. */
export function recordingLog() {
  const lines: string[] = [];
  const news = new EventEmitter();
  const log: Log = createLog({
    write(line) {
      lines.push(line);
      news.emit((JSON.parse(line) as { msg: string }).msg);
    },
  });
  return { lines, log, logged: (msg: string) => once(news, msg) };
}

/** Sends one request, by default over a connection of its own. */
export function ask(port: number, path: string, { body, ...options }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ agent: false, ...options, host: '127.0.0.1', port, path }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const json: unknown = text === '' ? undefined : JSON.parse(text);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
