import http from 'node:http';
import https from 'node:https';
import type { HttpResponse, SendHttp } from '../world.js';

const USER_AGENT = 'deploy-backend (smoke test)';

/**
 * Sends a request over a connection of its own, so that no pooled connection keeps speaking to an old
 * task. Redirects are not followed, encodings not asked for and not undone. Rejects with Node's own error.
 */
export const sendHttp: SendHttp = (request) =>
  new Promise((resolve, reject) => {
    const started = performance.now();
    const total = AbortSignal.timeout(request.timeout);
    const send = request.url.startsWith('https:') ? https.request : http.request;
    const outgoing = send(request.url, {
      method: request.method,
      agent: false,
      headers: {
        accept: 'application/json, */*;q=0.5',
        'accept-encoding': 'identity',
        'cache-control': 'no-cache',
        'user-agent': USER_AGENT,
        ...request.headers,
      },
      signal: request.signal ? AbortSignal.any([total, request.signal]) : total,
    });
    outgoing.on('error', (error) => reject(reasonOf(request.signal) ?? reasonOf(total) ?? error));
    outgoing.on('response', (response) => {
      readBody(response, request.maxBytes).then(
        ({ body, truncated }) => {
          outgoing.destroy();
          resolve({
            status: response.statusCode ?? 0,
            headers: distinctHeaders(response),
            body,
            truncated,
            duration: performance.now() - started,
            connecting: 0,
          });
        },
        (error: unknown) => outgoing.destroy(error instanceof Error ? error : new Error(String(error))),
      );
    });
    outgoing.end(request.body);
  });

/** Why a signal was aborted, a cancel or `TimeoutError`: Node itself says of either only ABORT_ERR. */
function reasonOf(signal: AbortSignal | undefined): Error | undefined {
  return signal?.aborted ? (signal.reason as Error) : undefined;
}

async function readBody(
  response: http.IncomingMessage,
  maxBytes: number,
): Promise<Pick<HttpResponse, 'body' | 'truncated'>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    const bytes = Buffer.from(chunk as Uint8Array);
    chunks.push(bytes);
    size += bytes.length;
    if (size > maxBytes) break;
  }
  return { body: Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8'), truncated: size > maxBytes };
}

function distinctHeaders(response: http.IncomingMessage): HttpResponse['headers'] {
  return Object.fromEntries(
    Object.entries(response.headersDistinct).map(([name, values]) => [name, values ?? []]),
  );
}
