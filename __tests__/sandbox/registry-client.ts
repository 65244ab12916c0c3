import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { virtualClock, type VirtualClock } from '../../sandbox/clock.js';
import type { Cloud } from '../../sandbox/cloud.js';
import { memoryBlobs } from '../../sandbox/ecr/memory-blobs.js';
import { createRepository } from '../../sandbox/ecr/repositories.js';
import type { Blobs } from '../../sandbox/ecr/state.js';
import { registryHandler } from '../../sandbox/registry.js';
import { answeringRuntime, emptyCloud } from './balanced-cloud.js';

export const IMAGE = 'application/vnd.oci.image.manifest.v1+json';
export const INDEX = 'application/vnd.oci.image.index.v1+json';
export const NOWHERE = `sha256:${'0'.repeat(64)}`;

/** A registry that listens on loopback, with the repository `app`, and a client that is logged in. */
export interface Registry {
  readonly cloud: Cloud;
  readonly clock: VirtualClock;
  readonly origin: string;
  /** Sends a request with good credentials; a path is taken below the registry's own address. */
  send(method: string, path: string, body?: string | Uint8Array, headers?: object): Promise<Response>;
  /** Uploads a blob in one piece and returns its descriptor. */
  upload(content: string, repository?: string): Promise<{ digest: string; size: number }>;
  close(): Promise<void>;
}

export function digestOf(content: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** Starts a registry; whoever starts it has to close it. */
export async function startRegistry(blobs: Blobs = memoryBlobs()): Promise<Registry> {
  const clock = virtualClock();
  const empty = emptyCloud(answeringRuntime(new Map()), clock);
  const server = createServer((request, response) => handle(request, response));
  const host = `127.0.0.1:${await listen(server)}`;
  const cloud: Cloud = { ...empty, ecr: { ...empty.ecr, blobs, host, passwords: new Set(['secret']) } };
  const handle = registryHandler(cloud);
  createRepository(cloud, 'app');
  const origin = `http://${host}`;
  const send: Registry['send'] = (method, path, body, headers) =>
    fetch(new URL(path, origin), {
      method,
      headers: { authorization: `Basic ${btoa('AWS:secret')}`, ...headers },
      ...(body !== undefined && { body }),
    });
  return {
    cloud,
    clock,
    origin,
    send,
    async upload(content, repository = 'app') {
      const digest = digestOf(content);
      await send('POST', `/v2/${repository}/blobs/uploads/?digest=${digest}`, content);
      return { digest, size: Buffer.byteLength(content) };
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await blobs.close();
    },
  };
}

/** The manifest of an image whose blobs it uploads. */
export async function imageManifest(registry: Registry, content: string): Promise<string> {
  const config = await registry.upload(`{"architecture":"amd64","os":"linux","note":"${content}"}`);
  const layer = await registry.upload(`layer of ${content}`);
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: IMAGE,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...layer }],
  });
}

/** Code and message of a registry's error answer. */
export async function errorOf(response: Response): Promise<{ code: string; message: string }> {
  const { errors } = (await response.json()) as { errors: { code: string; message: string }[] };
  return errors[0]!;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
