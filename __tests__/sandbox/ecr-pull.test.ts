import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Cloud } from '../../sandbox/cloud.js';
import { putImage } from '../../sandbox/ecr/images.js';
import { pull, PullFailure } from '../../sandbox/ecr/pull.js';
import { createRepository } from '../../sandbox/ecr/repositories.js';
import type { Repository } from '../../sandbox/ecr/state.js';
import { answeringRuntime, emptyCloud } from './balanced-cloud.js';
import { digestOf, IMAGE, INDEX, NOWHERE } from './registry-client.js';

let cloud: Cloud;
let repository: Repository;

beforeEach(() => {
  cloud = emptyCloud(answeringRuntime(new Map()));
  repository = createRepository(cloud, 'team/app');
});

async function image(architecture: string, tag?: string): Promise<string> {
  const config = Buffer.from(
    JSON.stringify({
      architecture,
      os: 'linux',
      config: { Env: ['A=1'], Cmd: ['node', 'main.js'], WorkingDir: '/app', Labels: { team: 'web' } },
    }),
  );
  const layer = Buffer.from(`layer for ${architecture}`);
  const [configDigest, layerDigest] = [
    await cloud.ecr.blobs.write(config),
    await cloud.ecr.blobs.write(layer),
  ];
  repository.layers.add(configDigest).add(layerDigest);
  const body = JSON.stringify({
    schemaVersion: 2,
    mediaType: IMAGE,
    config: { digest: configDigest, size: config.length },
    layers: [
      {
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
        digest: layerDigest,
        size: layer.length,
      },
    ],
  });
  return putImage(cloud, repository, { body, tag }).digest;
}

async function index(tag: string, architectures: readonly string[]): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const one of architectures) digests[one] = await image(one);
  const manifests = architectures.map((architecture) => ({
    mediaType: IMAGE,
    digest: digests[architecture],
    size: 1,
    platform: { os: 'linux', architecture },
  }));
  const body = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests });
  return { ...digests, index: putImage(cloud, repository, { body, tag }).digest };
}

describe('a pull', () => {
  it('by tag gives the digest, the layers and what the configuration says', async () => {
    const digest = await image('amd64', 'v1');
    expect(await pull(cloud, 'registry.test/team/app:v1', 'amd64')).toEqual({
      digest,
      manifestDigest: digest,
      config: {
        architecture: 'amd64',
        os: 'linux',
        env: ['A=1'],
        entrypoint: [],
        cmd: ['node', 'main.js'],
        workingDir: '/app',
        labels: { team: 'web' },
      },
      layers: [
        {
          digest: digestOf('layer for amd64'),
          mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
        },
      ],
    });
  });

  it('by digest gives that image, whatever the tag says', async () => {
    const [first] = [await image('amd64', 'live'), await image('arm64', 'live')];
    const pulled = await pull(cloud, `registry.test/team/app:live@${first}`, 'amd64');
    expect(pulled.digest).toBe(first);
  });

  it('without tag and digest means latest', async () => {
    const digest = await image('amd64', 'latest');
    expect((await pull(cloud, 'registry.test/team/app', 'amd64')).digest).toBe(digest);
  });

  it.each([
    ['X86_64', 'amd64'],
    ['ARM64', 'arm64'],
    ['amd64', 'amd64'],
  ])('of an index for %s takes the image for %s and reports the index', async (asked, taken) => {
    const digests = await index('multi', ['arm64', 'amd64']);
    const pulled = await pull(cloud, 'registry.test/team/app:multi', asked);
    expect(pulled).toMatchObject({
      digest: digests['index'],
      manifestDigest: digests[taken],
      config: { architecture: taken },
    });
  });

  it('of a single image does not look at its architecture', async () => {
    await image('arm64', 'v1');
    const pulled = await pull(cloud, 'registry.test/team/app:v1', 'X86_64');
    expect(pulled.config.architecture).toBe('arm64');
  });

  it.each([
    [
      'an index without this platform',
      'registry.test/team/app:arm',
      "image Manifest does not contain descriptor matching platform 'linux/amd64'",
    ],
    [
      'a tag that is not there',
      'registry.test/team/app:v9',
      'failed to resolve ref registry.test/team/app:v9: registry.test/team/app:v9: not found',
    ],
    [
      'a digest that is not there',
      `registry.test/team/app@${NOWHERE}`,
      `failed to resolve ref registry.test/team/app@${NOWHERE}: registry.test/team/app@${NOWHERE}: not found`,
    ],
    [
      'a repository that is not there',
      'registry.test/none:v1',
      'failed to resolve ref registry.test/none:v1: registry.test/none:v1: not found',
    ],
    [
      'an image of Docker Hub',
      'nginx:1',
      'failed to resolve ref docker.io/library/nginx:1: failed to do request: ' +
        'Head "https://registry-1.docker.io/v2/library/nginx/manifests/1": dial tcp: i/o timeout',
    ],
  ])("of %s fails in ECS's words", async (_what, reference, reason) => {
    await index('arm', ['arm64']);
    const failure = pull(cloud, reference, 'X86_64');
    await expect(failure).rejects.toBeInstanceOf(PullFailure);
    await expect(failure).rejects.toThrow(
      `CannotPullContainerError: pull image manifest has been retried 1 time(s): ${reason}`,
    );
  });
});
