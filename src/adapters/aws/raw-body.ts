import type { DeserializeHandler, MiddlewareStack } from '@smithy/types';
import type { JsonObject } from '../../model/json.js';

/*
 * The typed SDK drops every field that it does not know, on the way in and on the way out, without a word
 * (seen with client-ecs 3.1164.0). A task definition must not lose what AWS added last week, so these two
 * work below the serialiser: on the HTTP request before it is signed and on the HTTP response before it is read.
 */

interface Command<Input extends object, Output extends object> {
  readonly middlewareStack: MiddlewareStack<Input, Output>;
}

/** Makes the command send exactly this JSON, signed like any other body. */
export function sendRawBody<I extends object, O extends object>(
  command: Command<I, O>,
  body: JsonObject,
): void {
  command.middlewareStack.add(
    (next) => (args) => {
      if (hasBody(args.request)) args.request.body = JSON.stringify(body);
      return next(args);
    },
    { step: 'serialize', priority: 'low', name: 'rawRequestBody' },
  );
}

/** Keeps the text of the answer; the returned function gives it once the command was sent. */
export function captureBody<I extends object, O extends object>(command: Command<I, O>): () => string {
  let text = '';
  command.middlewareStack.addRelativeTo(
    (next: DeserializeHandler<I, O>): DeserializeHandler<I, O> =>
      async (args) => {
        const result = await next(args);
        if (hasBody(result.response)) {
          const bytes = await bytesOf(result.response.body);
          text = bytes.toString('utf8');
          result.response.body = bytes;
        }
        return result;
      },
    { relation: 'after', toMiddleware: 'deserializerMiddleware', name: 'rawResponseBody' },
  );
  return () => text;
}

function hasBody(message: unknown): message is { body: unknown } {
  return typeof message === 'object' && message !== null && 'body' in message;
}

async function bytesOf(body: unknown): Promise<Buffer> {
  if (typeof body === 'string' || body instanceof Uint8Array) return Buffer.from(body);
  if (!isAsyncIterable(body)) return Buffer.alloc(0);
  const chunks: Buffer[] = [];
  for await (const chunk of body) {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
