import { describe, expect, it } from '@jest/globals';
import { CREATED_LABEL, INPUTS_LABEL, REVISION_LABEL } from '../../../../src/model/build-inputs.js';
import { planBuild } from '../../../../src/steps/preflight/build-plan.js';
import { findImage, openRegistry, resolveImage } from '../../../../src/steps/preflight/find-image.js';
import { registryWorld, store, storeIndex } from '../registry-world.js';

const SHA = 'a'.repeat(40);
const URI = '706704660887.dkr.ecr.us-east-1.amazonaws.com/app';
const UNKNOWN = `sha256:${'9'.repeat(64)}`;
const INPUTS = {
  context: '.',
  dockerfile: 'Dockerfile',
  target: undefined,
  platform: 'linux/amd64',
  buildArgs: [],
  secrets: [],
  cacheFrom: [],
  cacheTo: [],
};

async function planned(wish: Parameters<typeof registryWorld>[0] = {}, dirty = false) {
  const made = registryWorld(wish);
  const registry = await openRegistry(made.aws, 'app');
  const changes = dirty ? [{ path: 'a', mode: '100644', blob: 'b' }] : [];
  const commit = { sha: SHA, source: undefined };
  const plan = planBuild(
    { commit, inputs: INPUTS, repository: registry.repository, tag: undefined, dirty: changes },
    {},
  );
  const labels = {
    [REVISION_LABEL]: plan.revision,
    [INPUTS_LABEL]: plan.inputsHash,
    [CREATED_LABEL]: '2026-11-01T00:00:00Z',
  };
  return { ...made, registry, plan, labels };
}

describe('the repository', () => {
  it('is described by name, with the URI that ECR answers', async () => {
    const { repository } = await openRegistry(registryWorld().aws, 'app');
    expect(repository).toEqual({
      arn: 'arn:aws:ecr:us-east-1:706704660887:repository/app',
      name: 'app',
      host: '706704660887.dkr.ecr.us-east-1.amazonaws.com',
      uri: URI,
      account: '706704660887',
      tags: { mutability: 'MUTABLE', exceptions: [] },
    });
  });

  it('keeps the host of a URI that was given, and is asked for in its account and region', async () => {
    const made = registryWorld();
    const { ecr, repository } = await openRegistry(made.aws, '706704660887.dkr-ecr.us-west-2.on.aws/app');
    expect(ecr.region).toBe('us-west-2');
    expect(repository.uri).toBe('706704660887.dkr-ecr.us-west-2.on.aws/app');
    expect(made.cloud.calls.at(-1)?.input).toMatchObject({ registryId: '706704660887' });
  });

  it('may have another host only when ECR itself says so', async () => {
    const made = registryWorld();
    await expect(openRegistry(made.aws, '127.0.0.1:5000/app')).rejects.toMatchObject({ code: 'inputs' });
  });

  it('that does not exist is named, with its region', async () => {
    await expect(openRegistry(registryWorld().aws, 'nope')).rejects.toMatchObject({
      code: 'repository-missing',
      message: 'There is no ECR repository "nope" in us-east-1.',
    });
  });

  it('gives a password that is masked, as is the token, before anybody has it', async () => {
    const made = registryWorld();
    const { ecr } = await openRegistry(made.aws, 'app');
    const masked: string[] = [];
    const password = await ecr.password((secret) => masked.push(secret));
    expect(masked).toEqual([Buffer.from(`AWS:${password}`).toString('base64'), password]);
  });
});

describe('an image that was built before', () => {
  it('is reused when commit and inputs are the same', async () => {
    const { cloud, world, registry, plan, labels } = await planned();
    const digest = await store(cloud, SHA, labels);
    expect(await findImage(world, registry, plan)).toEqual({
      uri: `${URI}@${digest}`,
      repository: URI,
      digest,
      acceptedDigests: [digest],
      gitSha: SHA,
      buildTime: '2026-11-01T00:00:00Z',
      tag: SHA,
      architectures: ['amd64'],
      reused: true,
    });
  });

  it('is not there', async () => {
    const { world, registry, plan } = await planned();
    expect(await findImage(world, registry, plan)).toBeUndefined();
  });

  it.each([
    ['another commit', { [REVISION_LABEL]: 'b'.repeat(40) }, 'it was built from bbbb'],
    ['other inputs', { [INPUTS_LABEL]: 'other' }, 'with other build inputs'],
    ['who knows what', { [REVISION_LABEL]: undefined }, 'from an unknown commit'],
  ])('of %s is built again, unless its tag is immutable', async (_, changed, why) => {
    const mutable = await planned();
    const labels = JSON.parse(JSON.stringify({ ...mutable.labels, ...changed })) as Record<string, string>;
    await store(mutable.cloud, SHA, labels);
    expect(await findImage(mutable.world, mutable.registry, mutable.plan)).toBeUndefined();
    const immutable = await planned({ mutability: 'IMMUTABLE' });
    await store(immutable.cloud, SHA, labels);
    await expect(findImage(immutable.world, immutable.registry, immutable.plan)).rejects.toMatchObject({
      code: 'tag-taken',
      message: expect.stringContaining(why) as unknown,
    });
  });

  it('from changed files is never reused', async () => {
    const { cloud, world, registry, plan, labels } = await planned({}, true);
    expect(plan.tag).toMatch(/^a{40}-dirty-/);
    await store(cloud, plan.tag, labels);
    expect(await findImage(world, registry, plan)).toBeUndefined();
  });

  it('that may not be read ends the run before the build, because after the push it has to be read', async () => {
    const { cloud, world, registry, plan, labels } = await planned();
    await store(cloud, SHA, labels);
    cloud.faults.push({ action: 'ecr:BatchGetImage', kind: 'deny' });
    await expect(findImage(world, registry, plan)).rejects.toMatchObject({
      code: 'access-denied',
      hint: expect.stringContaining('Allow ecr:BatchGetImage') as unknown,
    });
  });

  it('is asked for again when its configuration comes damaged', async () => {
    const { cloud, world, registry, plan, labels } = await planned();
    const digest = await store(cloud, SHA, labels);
    let times = 0;
    const http: typeof world.http = async (request) => {
      const answered = await world.http(request);
      return ++times === 1 ? { ...answered, body: answered.body.replace('amd64', 'arm64') } : answered;
    };
    expect(await findImage({ ...world, http }, registry, plan)).toMatchObject({
      digest,
      architectures: ['amd64'],
    });
    expect(times).toBe(2);
  });
});

describe('the image to release', () => {
  it('is resolved from a tag to its digest, its commit read from its label', async () => {
    const { cloud, world, aws } = registryWorld();
    const digest = await store(cloud, 'v1', { [REVISION_LABEL]: SHA });
    expect(await resolveImage(world, aws, `${URI}:v1`)).toMatchObject({
      uri: `${URI}@${digest}`,
      gitSha: SHA,
      buildTime: undefined,
      tag: 'v1',
    });
    expect(await resolveImage(world, aws, 'app:v1')).toMatchObject({ digest });
    expect(await resolveImage(world, aws, `${URI}@${digest}`)).toMatchObject({ digest, tag: undefined });
  });

  it('may be an index: its images are accepted, its attestations are not', async () => {
    const { cloud, world, aws } = registryWorld();
    const amd64 = await store(cloud, undefined, { [REVISION_LABEL]: SHA });
    const arm64 = await store(cloud, undefined, { [REVISION_LABEL]: SHA }, 'arm64');
    const attestation = await store(cloud, undefined, {}, 'unknown');
    const index = storeIndex(cloud, 'v1', { amd64, arm64 }, attestation);
    expect(await resolveImage(world, aws, `${URI}:v1`)).toMatchObject({
      uri: `${URI}@${index}`,
      acceptedDigests: [index, amd64, arm64],
      architectures: ['amd64', 'arm64'],
      gitSha: SHA,
    });
  });

  it('of another registry is taken by digest, and its commit is not known', async () => {
    const { world, aws } = registryWorld();
    for (const name of ['ghcr.io/team/app', 'nginx', 'app']) {
      expect(await resolveImage(world, aws, `${name}@${UNKNOWN}`)).toMatchObject({
        uri: `${name}@${UNKNOWN}`,
        gitSha: undefined,
        acceptedDigests: [UNKNOWN],
        architectures: [],
      });
    }
  });

  it.each([
    [URI, 'inputs', 'neither tag nor digest'],
    ['ghcr.io/team/app:v1', 'inputs', 'has no digest'],
    [`${URI}:nope`, 'image-missing', 'There is no image'],
    ['app:nope', 'image-missing', 'There is no image'],
    [`${URI}@${UNKNOWN}`, 'image-missing', 'There is no image'],
    [URI.replace('app', 'other:v1'), 'repository-missing', 'no ECR repository "other"'],
  ])('is not %s', async (text, code, message) => {
    const { world, aws } = registryWorld();
    await expect(resolveImage(world, aws, text)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as unknown,
    });
  });
});
