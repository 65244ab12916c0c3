import { createHash } from 'node:crypto';
import { connect } from '../../../src/adapters/aws/aws.js';
import type { World } from '../../../src/world.js';
import { answer } from '../../../sandbox/aws.js';
import { virtualClock } from '../../../sandbox/clock.js';
import type { Cloud } from '../../../sandbox/cloud.js';
import { createCloud } from '../../../sandbox/create.js';
import { putImage } from '../../../sandbox/ecr/images.js';
import { createRepository, type RepositoryWish } from '../../../sandbox/ecr/repositories.js';

/** A registry with one repository `app`, and the world of a run that reaches it without a network. */
export function registryWorld(wish: RepositoryWish = {}) {
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIALOCAL';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
  const cloud = createCloud({
    clock: virtualClock(),
    runtime: () => {
      throw new Error('no tasks here');
    },
  });
  createRepository(cloud, 'app', wish);
  const said: string[] = [];
  const say = (kind: string) => (text: string) => void said.push(`${kind}: ${text}`);
  const none = () => undefined;
  let now = 0;
  const nothing = () => Promise.reject(new Error('a registry needs neither programs nor files'));
  const world: World = {
    clock: {
      now: () => Date.UTC(2026, 10, 24, 3, 0, 0, 123) + now,
      monotonic: () => now,
      sleep: (ms: number) => Promise.resolve(void (now += ms)),
    },
    random: () => 0.5,
    env: {},
    run: nothing,
    files: {
      read: nothing,
      write: nothing,
      create: nothing,
      list: nothing,
      link: nothing,
      temporaryFolder: nothing,
      remove: nothing,
    },
    runner: { output: nothing, save: nothing, summary: nothing },
    http: fetchBlob(cloud),
    aws: transport(cloud),
    log: {
      info: say('info'),
      warning: say('warning'),
      error: none,
      quote: none,
      group: none,
      endGroup: none,
      status: () => false,
      mask: say('mask'),
    },
    signal: new AbortController().signal,
  };
  const aws = connect(world, cloud.region);
  return { cloud, world, aws, said };
}

function transport(cloud: Cloud): NonNullable<World['aws']> {
  return {
    async handle({ method, path, headers, body }) {
      const request = { method, path, headers, body: new TextDecoder().decode(body as Uint8Array) };
      const { status, headers: told, body: text } = await answer(cloud, request);
      return { response: { statusCode: status, headers: { ...told }, body: new TextEncoder().encode(text) } };
    },
  };
}

/** What a signed URL of the registry gives. */
function fetchBlob(cloud: Cloud): World['http'] {
  return async ({ url }) => {
    const digest = /blobs\/(sha256:[0-9a-f]{64})\?/.exec(url)?.[1] ?? '';
    const body = (await cloud.ecr.blobs.read(digest)).toString();
    return { status: 200, headers: {}, body, truncated: false, duration: 1, connecting: 0 };
  };
}

/** Puts an image with these labels into a repository, as a push would; returns its digest. */
export async function store(
  cloud: Cloud,
  tag: string | undefined,
  labels: Record<string, string>,
  architecture = 'amd64',
): Promise<string> {
  const repository = cloud.ecr.repositories.get('app');
  if (!repository) throw new Error('no repository');
  const config = Buffer.from(JSON.stringify({ os: 'linux', architecture, config: { Labels: labels } }));
  const digest = await cloud.ecr.blobs.write(config);
  repository.layers.add(digest);
  const body = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: config.length },
    layers: [],
  });
  return put(cloud, body, tag);
}

/** Puts an index of images and attestations into a repository; returns its digest. */
export function storeIndex(
  cloud: Cloud,
  tag: string,
  images: Record<string, string>,
  attestation: string,
): string {
  const type = 'application/vnd.oci.image.manifest.v1+json';
  const manifests = Object.entries(images).map(([architecture, digest]) => ({
    mediaType: type,
    digest,
    size: 1,
    platform: { os: 'linux', architecture },
  }));
  const attached = {
    mediaType: type,
    digest: attestation,
    size: 1,
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
  };
  const index = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [...manifests, attached],
  };
  return put(cloud, JSON.stringify(index), tag);
}

function put(cloud: Cloud, body: string, tag: string | undefined): string {
  const repository = cloud.ecr.repositories.get('app');
  if (repository) putImage(cloud, repository, { body, tag });
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
}
