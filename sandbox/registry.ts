import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Cloud } from './cloud.js';
import { isSignedDownload } from './ecr/downloads.js';
import { blobMethods, getBlob, uploadMethods, uploadsMethods } from './ecr/registry-blobs.js';
import { asRegistryError, RegistryError, tokenExpired } from './ecr/registry-errors.js';
import { admit, replyError, type Exchange, type Methods } from './ecr/registry-exchange.js';
import { manifestMethods, tagMethods } from './ecr/registry-manifests.js';
import { findRepository } from './ecr/repositories.js';
import { admissionOf } from './ecr/tokens.js';

/** Kinds of paths below `/v2/`; the name of a repository has slashes of its own. */
const ROUTES: readonly (readonly [path: RegExp, methods: Methods])[] = [
  [/^\/v2\/(?<name>.+)\/manifests\/(?<reference>[^/]+)$/, manifestMethods],
  [/^\/v2\/(?<name>.+)\/blobs\/uploads\/?$/, uploadsMethods],
  [/^\/v2\/(?<name>.+)\/blobs\/uploads\/(?<reference>[^/]+)$/, uploadMethods],
  [/^\/v2\/(?<name>.+)\/blobs\/(?<reference>[^/]+)$/, blobMethods],
  [/^\/v2\/(?<name>.+)\/tags\/list$/, tagMethods],
];

/**
 * The registry that docker pushes to and pulls from: the OCI distribution protocol over the state that ECR's
 * API shows, with ECR's credentials, errors and words. Answers every request whose path begins with `/v2/`.
 */
export function registryHandler(cloud: Cloud): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const exchange = exchangeOf(cloud, request, response);
    response.setHeader('docker-distribution-api-version', 'registry/2.0');
    answer(exchange).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else replyError(exchange, asRegistryError(error));
    });
  };
}

function exchangeOf(cloud: Cloud, request: IncomingMessage, response: ServerResponse): Exchange {
  const url = new URL(`http://registry${request.url ?? '/'}`);
  return { cloud, request, response, url, method: request.method ?? 'GET', name: '', reference: '' };
}

async function answer(exchange: Exchange): Promise<void> {
  const { cloud, method, request, response, url } = exchange;
  const route = routeOf(exchange);
  if (route?.methods === blobMethods && method === 'GET' && isSignedDownload(cloud, url)) {
    return getBlob(route.exchange, findRepository(cloud, route.exchange.name));
  }
  const admission = admissionOf(cloud, request.headers.authorization);
  if (admission === 'expired') throw tokenExpired();
  if (admission !== 'good') {
    challenge(exchange);
    return;
  }
  if (/^\/v2\/?$/.test(url.pathname)) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 2 }).end('{}');
    return;
  }
  const endpoint = route && Object.hasOwn(route.methods, method) ? route.methods[method] : undefined;
  if (!route || !endpoint) {
    throw new RegistryError(route ? 405 : 404, 'UNSUPPORTED', 'The operation is unsupported.');
  }
  await admit(route.exchange, endpoint);
}

function routeOf(exchange: Exchange): { methods: Methods; exchange: Exchange } | undefined {
  for (const [path, methods] of ROUTES) {
    const groups = path.exec(exchange.url.pathname)?.groups;
    if (!groups) continue;
    const [name, reference] = [groups['name'], groups['reference']].map((part) => decode(part ?? ''));
    return { methods, exchange: { ...exchange, name: name ?? '', reference: reference ?? '' } };
  }
  return undefined;
}

/** Some clients write a digest's colon as `%3A`. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new RegistryError(400, 'NAME_INVALID', 'The path is not valid');
  }
}

/** ECR's challenge; docker turns it into "no basic auth credentials" when it has none. */
function challenge({ cloud, response }: Exchange): void {
  response
    .writeHead(401, {
      'www-authenticate': `Basic realm="https://${cloud.ecr.host}/",service="ecr.amazonaws.com"`,
      'content-type': 'text/plain; charset=utf-8',
      'content-length': 15,
    })
    .end('Not Authorized\n');
}
