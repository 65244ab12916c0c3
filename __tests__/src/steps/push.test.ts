import { describe, expect, it } from '@jest/globals';
import type { Docker } from '../../../src/adapters/docker.js';
import { CREATED_LABEL, REVISION_LABEL } from '../../../src/model/build-inputs.js';
import { pushFailure } from '../../../src/model/docker-failure.js';
import { openRegistry } from '../../../src/steps/preflight/find-image.js';
import { pushAndConfirm } from '../../../src/steps/push.js';
import { registryWorld, store } from './registry-world.js';

const SHA = 'a'.repeat(40);
const LABELS = { [REVISION_LABEL]: SHA, [CREATED_LABEL]: '2026-11-24T03:00:00Z' };
const ABSENT = `sha256:${'9'.repeat(64)}`;

/** A docker whose pushes end as told, one after the other. */
function pusher(results: Awaited<ReturnType<Docker['push']>>[], digests: string[] = []): Docker {
  const never = () => Promise.reject(new Error('not asked for'));
  return {
    engine: never,
    login: never,
    build: never,
    push: () => Promise.resolve(results.shift() ?? { digest: undefined }),
    repositoryDigests: () => Promise.resolve(digests),
  };
}

async function ready(labels: Record<string, string> = LABELS) {
  const made = registryWorld();
  const registry = await openRegistry(made.aws, 'app');
  const digest = await store(made.cloud, SHA, labels);
  const { repository } = registry;
  const built = {
    reference: `${repository.uri}:${SHA}`,
    repository,
    tag: SHA,
    revision: SHA,
    buildTime: 'now',
  };
  return { ...made, registry, digest, built };
}

const failed = (line: string) => pushFailure('app', 1, [line]);

describe('a push', () => {
  it('is confirmed by digest, and commit and time are those of the image', async () => {
    const { world, registry, digest, built, said } = await ready();
    expect(await pushAndConfirm(world, pusher([{ digest }]), registry, built)).toEqual({
      uri: `${built.repository.uri}@${digest}`,
      repository: built.repository.uri,
      digest,
      acceptedDigests: [digest],
      gitSha: SHA,
      buildTime: '2026-11-24T03:00:00Z',
      tag: SHA,
      architectures: ['amd64'],
      reused: false,
    });
    expect(said).toEqual([]);
  });

  it('takes the digest of our repository from the engine when docker did not say it', async () => {
    const { world, registry, digest, built } = await ready();
    const digests = [`other/app@${ABSENT}`, `${built.repository.uri}@${digest}`];
    expect(await pushAndConfirm(world, pusher([], digests), registry, built)).toMatchObject({ digest });
    await expect(
      pushAndConfirm(world, pusher([], [`other/app@${digest}`]), registry, built),
    ).rejects.toMatchObject({
      code: 'push-failed',
    });
  });

  it('is tried again after a fault that may pass', async () => {
    const { world, registry, digest, built, said } = await ready();
    const docker = pusher([failed('503 Service Unavailable'), failed('EOF'), { digest }]);
    expect(await pushAndConfirm(world, docker, registry, built)).toMatchObject({ digest });
    expect(said).toHaveLength(2);
  });

  it('is given up after three attempts', async () => {
    const { world, registry, digest, built } = await ready();
    const docker = pusher([failed('EOF'), failed('EOF'), failed('EOF'), { digest }]);
    await expect(pushAndConfirm(world, docker, registry, built)).rejects.toMatchObject({
      code: 'push-failed',
    });
  });

  it('is not tried again when the registry said no', async () => {
    const { world, registry, digest, built } = await ready();
    const docker = pusher([failed('denied: not authorized to perform: ecr:PutImage'), { digest }]);
    await expect(pushAndConfirm(world, docker, registry, built)).rejects.toMatchObject({
      code: 'push-failed',
      evidence: ['denied: not authorized to perform: ecr:PutImage'],
    });
  });

  it('that ECR knows nothing of is no push', async () => {
    const { world, registry, built } = await ready();
    await expect(pushAndConfirm(world, pusher([{ digest: ABSENT }]), registry, built)).rejects.toMatchObject({
      code: 'digest-mismatch',
    });
  });

  it('of an image of another commit is no push of ours', async () => {
    const { world, registry, digest, built } = await ready({ [REVISION_LABEL]: 'b'.repeat(40) });
    await expect(pushAndConfirm(world, pusher([{ digest }]), registry, built)).rejects.toMatchObject({
      code: 'digest-mismatch',
    });
  });

  it('goes on with its digest when somebody moved the tag, and says so', async () => {
    const { cloud, world, registry, digest, built, said } = await ready();
    const other = await store(cloud, SHA, { who: 'else' });
    expect(await pushAndConfirm(world, pusher([{ digest }]), registry, built)).toMatchObject({ digest });
    expect(said).toEqual([expect.stringContaining(`was moved to ${other} meanwhile`)]);
  });

  it('needs no permission to look where the tag points', async () => {
    const { cloud, world, registry, digest, built, said } = await ready();
    cloud.faults.push({ action: 'ecr:DescribeImages', kind: 'deny' });
    expect(await pushAndConfirm(world, pusher([{ digest }]), registry, built)).toMatchObject({ digest });
    expect(said.join()).toContain('is not known');
  });

  it('survives throttling of the reads that confirm it', async () => {
    const { cloud, world, registry, digest, built } = await ready();
    cloud.faults.push({ action: 'ecr:*', kind: 'throttle', times: 3 });
    expect(await pushAndConfirm(world, pusher([{ digest }]), registry, built)).toMatchObject({ digest });
  });
});
