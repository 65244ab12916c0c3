import { once } from 'node:events';
import { request as open, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Address, TaskRequest, TaskResponse } from './runtime.js';

/**
 * Sends a request to a task that really listens. Rejects with the socket's error, or with a `TimeoutError`
 * when the whole answer is not there in time.
 */
export async function sendRequest(address: Address, request: TaskRequest): Promise<TaskResponse> {
  const { method, path, headers, body, timeout } = request;
  const outgoing = open({
    host: address.ip,
    port: address.port,
    method,
    path,
    headers,
    agent: false,
    signal: AbortSignal.timeout(timeout),
  });
  try {
    outgoing.end(body);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    return { status: answer.statusCode ?? 0, headers: headersOf(answer), body: await buffer(answer) };
  } catch (error) {
    throw isAbort(error) ? asTimeout(error) : error;
  } finally {
    outgoing.destroy();
  }
}

function headersOf({ headers }: IncomingMessage): TaskResponse['headers'] {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
}

function isAbort(error: unknown): error is Error {
  return error instanceof Error && error.name === 'AbortError';
}

function asTimeout({ cause }: Error): unknown {
  return cause ?? Object.assign(new Error('no answer in time'), { name: 'TimeoutError' });
}
