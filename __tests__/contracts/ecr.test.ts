import { createHash } from 'node:crypto';
import {
  BatchCheckLayerAvailabilityCommand,
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  CompleteLayerUploadCommand,
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  GetDownloadUrlForLayerCommand,
  InitiateLayerUploadCommand,
  ListImagesCommand,
  paginateDescribeImages,
  paginateDescribeRepositories,
  PutImageCommand,
  PutImageTagMutabilityCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { virtualClock } from '../../sandbox/clock.js';
import { answeringRuntime, emptyCloud } from '../sandbox/balanced-cloud.js';
import { sdkSettings } from '../sandbox/sdk.js';

const START = Date.UTC(2026, 2, 4, 5, 6, 7, 250);
const ACCOUNT = '123456789012';
const IMAGE = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const NOWHERE = `sha256:${'0'.repeat(64)}`;

let ecr: ECRClient;

beforeEach(async () => {
  ecr = new ECRClient(sdkSettings(emptyCloud(answeringRuntime(new Map()), virtualClock(START))));
  await ecr.send(new CreateRepositoryCommand({ repositoryName: 'team/app' }));
});

function digestOf(content: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

async function upload(content: string, repositoryName = 'team/app') {
  const bytes = Buffer.from(content);
  const { uploadId } = await ecr.send(new InitiateLayerUploadCommand({ repositoryName }));
  await ecr.send(
    new UploadLayerPartCommand({
      repositoryName,
      uploadId,
      partFirstByte: 0,
      partLastByte: bytes.length - 1,
      layerPartBlob: bytes,
    }),
  );
  const digest = digestOf(bytes);
  await ecr.send(new CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests: [digest] }));
  return { digest, size: bytes.length };
}

/** Uploads a layer unless it is there, as every client does. */
async function provide(content: string) {
  const digest = digestOf(content);
  const check = new BatchCheckLayerAvailabilityCommand({
    repositoryName: 'team/app',
    layerDigests: [digest],
  });
  const [layer] = (await ecr.send(check)).layers!;
  return layer!.layerAvailability === 'AVAILABLE' ? { digest, size: layer!.layerSize! } : upload(content);
}

/** An image whose configuration and layer are already in the repository. */
async function manifest(content: string): Promise<string> {
  const config = await provide(`{"architecture":"amd64","os":"linux","note":"${content}"}`);
  const layer = await provide(`layer of ${content}`);
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: IMAGE,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...layer }],
  });
}

async function push(content: string, imageTag?: string): Promise<string> {
  const imageManifest = await manifest(content);
  await ecr.send(new PutImageCommand({ repositoryName: 'team/app', imageManifest, imageTag }));
  return digestOf(imageManifest);
}

async function pushIndex(digests: readonly string[], imageTag: string): Promise<string> {
  const manifests = digests.map((digest) => ({ mediaType: IMAGE, digest, size: 1 }));
  const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests });
  await ecr.send(new PutImageCommand({ repositoryName: 'team/app', imageManifest, imageTag }));
  return digestOf(imageManifest);
}

async function tagsInRepository(): Promise<readonly string[]> {
  const { imageIds } = await ecr.send(new ListImagesCommand({ repositoryName: 'team/app' }));
  return imageIds!.flatMap(({ imageTag }) => imageTag ?? []).sort();
}

describe('repositories', () => {
  it('are described as they were created', async () => {
    const { repositories } = await ecr.send(
      new DescribeRepositoriesCommand({ repositoryNames: ['team/app'] }),
    );
    expect(repositories).toEqual([
      {
        repositoryArn: `arn:aws:ecr:us-east-1:${ACCOUNT}:repository/team/app`,
        registryId: ACCOUNT,
        repositoryName: 'team/app',
        repositoryUri: 'registry.test/team/app',
        createdAt: new Date(START),
        imageTagMutability: 'MUTABLE',
        imageScanningConfiguration: { scanOnPush: false },
        encryptionConfiguration: { encryptionType: 'AES256' },
      },
    ]);
  });

  it('are not created twice', async () => {
    await expect(ecr.send(new CreateRepositoryCommand({ repositoryName: 'team/app' }))).rejects.toMatchObject(
      {
        name: 'RepositoryAlreadyExistsException',
        message: `The repository with name 'team/app' already exists in the registry with id '${ACCOUNT}'`,
        $metadata: { httpStatusCode: 400 },
      },
    );
  });

  it.each(['a', 'Team/App', 'team//app', 'team/app-', `a${'b'.repeat(256)}`])(
    'refuse the name %s',
    async (repositoryName) => {
      await expect(ecr.send(new CreateRepositoryCommand({ repositoryName }))).rejects.toMatchObject({
        name: 'InvalidParameterException',
        message: expect.stringContaining("'repositoryName'"),
      });
      expect((await ecr.send(new DescribeRepositoriesCommand({}))).repositories).toHaveLength(1);
    },
  );

  it('that are missing are said with their name and registry', async () => {
    const missing = new DescribeRepositoriesCommand({ repositoryNames: ['team/other'] });
    await expect(ecr.send(missing)).rejects.toMatchObject({
      name: 'RepositoryNotFoundException',
      message: `The repository with name 'team/other' does not exist in the registry with id '${ACCOUNT}'`,
    });
    const foreign = new DescribeRepositoriesCommand({
      repositoryNames: ['team/app'],
      registryId: '999999999999',
    });
    await expect(ecr.send(foreign)).rejects.toMatchObject({
      name: 'RepositoryNotFoundException',
      message: expect.stringContaining("'999999999999'"),
    });
  });

  it('are listed completely over pages of any size', async () => {
    for (const name of ['b', 'c', 'd', 'e']) {
      await ecr.send(new CreateRepositoryCommand({ repositoryName: `team/${name}` }));
    }
    for (const pageSize of [1, 2, 5, 6]) {
      const names: (string | undefined)[] = [];
      let pages = 0;
      for await (const page of paginateDescribeRepositories({ client: ecr, pageSize }, {})) {
        pages += 1;
        names.push(...page.repositories!.map(({ repositoryName }) => repositoryName));
      }
      expect(names.sort()).toEqual(['team/app', 'team/b', 'team/c', 'team/d', 'team/e']);
      expect(pages).toBe(Math.ceil(5 / pageSize));
    }
  });

  it('refuse a page token that was never given', async () => {
    await expect(ecr.send(new DescribeRepositoriesCommand({ nextToken: 'zzz' }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  it('with images are deleted by force alone', async () => {
    await push('one', 'v1');
    await expect(ecr.send(new DeleteRepositoryCommand({ repositoryName: 'team/app' }))).rejects.toMatchObject(
      {
        name: 'RepositoryNotEmptyException',
      },
    );
    expect(await tagsInRepository()).toEqual(['v1']);
    await ecr.send(new DeleteRepositoryCommand({ repositoryName: 'team/app', force: true }));
    expect((await ecr.send(new DescribeRepositoriesCommand({}))).repositories).toEqual([]);
  });
});

describe('an authorization token', () => {
  it('is the user AWS with a new password, for twelve hours', async () => {
    const first = await ecr.send(new GetAuthorizationTokenCommand({}));
    const second = await ecr.send(new GetAuthorizationTokenCommand({}));
    const [data] = first.authorizationData!;
    expect(Buffer.from(data!.authorizationToken!, 'base64').toString()).toMatch(/^AWS:\S{100,}$/);
    expect(data!.expiresAt).toEqual(new Date(START + 12 * 3_600_000));
    expect(data!.proxyEndpoint).toBe('https://registry.test');
    expect(second.authorizationData![0]!.authorizationToken).not.toBe(data!.authorizationToken);
  });
});

describe('an image', () => {
  it('is described with its tags, size, time and media types', async () => {
    const digest = await push('one', 'v1');
    await push('one', 'latest');
    const { imageDetails } = await ecr.send(new DescribeImagesCommand({ repositoryName: 'team/app' }));
    expect(imageDetails).toEqual([
      {
        registryId: ACCOUNT,
        repositoryName: 'team/app',
        imageDigest: digest,
        imageTags: ['latest', 'v1'],
        imageSizeInBytes: '{"architecture":"amd64","os":"linux","note":"one"}'.length + 'layer of one'.length,
        imagePushedAt: new Date(START),
        imageManifestMediaType: IMAGE,
        artifactMediaType: 'application/vnd.oci.image.config.v1+json',
      },
    ]);
  });

  it('is found by tag, by digest, and by both when they agree', async () => {
    const [one, two] = [await push('one', 'v1'), await push('two', 'v2')];
    const find = async (imageTag?: string, imageDigest?: string) => {
      const id = { ...(imageTag && { imageTag }), ...(imageDigest && { imageDigest }) };
      const command = new DescribeImagesCommand({ repositoryName: 'team/app', imageIds: [id] });
      return (await ecr.send(command)).imageDetails!.map(({ imageDigest: found }) => found);
    };
    expect(await find('v1')).toEqual([one]);
    expect(await find(undefined, two)).toEqual([two]);
    expect(await find('v2', two)).toEqual([two]);
    await expect(find('v1', two)).rejects.toMatchObject({ name: 'ImageNotFoundException' });
    await expect(find('v3')).rejects.toMatchObject({
      name: 'ImageNotFoundException',
      message:
        "The image with imageId {imageDigest:'null', imageTag:'v3'} does not exist within the repository " +
        `with name 'team/app' in the registry with id '${ACCOUNT}'`,
    });
  });

  it('is listed over pages, tagged or not', async () => {
    const digests = [await push('a', 'v1'), await push('b'), await push('c', 'v3')];
    const found: (string | undefined)[] = [];
    for await (const page of paginateDescribeImages(
      { client: ecr, pageSize: 1 },
      { repositoryName: 'team/app' },
    )) {
      expect(page.imageDetails!.length).toBeLessThanOrEqual(1);
      found.push(...page.imageDetails!.map(({ imageDigest }) => imageDigest));
    }
    expect(found.sort()).toEqual(digests.sort());
    const untagged = { repositoryName: 'team/app', filter: { tagStatus: 'UNTAGGED' } } as const;
    const { imageIds } = await ecr.send(new ListImagesCommand(untagged));
    expect(imageIds).toEqual([{ imageDigest: digests.find((one) => one === imageIds![0]!.imageDigest) }]);
  });

  it('is given back exactly as it was put', async () => {
    const imageManifest = await manifest('one');
    const command = new PutImageCommand({ repositoryName: 'team/app', imageManifest, imageTag: 'v1' });
    const { image } = await ecr.send(command);
    const { images, failures } = await ecr.send(
      new BatchGetImageCommand({
        repositoryName: 'team/app',
        imageIds: [{ imageTag: 'v1' }, { imageTag: 'v9' }, { imageDigest: 'sha256:zz' }, {}],
        acceptedMediaTypes: [IMAGE],
      }),
    );
    expect(images).toEqual([image]);
    expect(images![0]!.imageManifest).toBe(imageManifest);
    expect(failures).toEqual([
      {
        imageId: { imageTag: 'v9' },
        failureCode: 'ImageNotFound',
        failureReason: 'Requested image not found',
      },
      expect.objectContaining({ failureCode: 'InvalidImageDigest' }),
      expect.objectContaining({ failureCode: 'MissingDigestAndTag' }),
    ]);
  });

  it('is not given in a media type that the client does not accept', async () => {
    await push('one', 'v1');
    const { images, failures } = await ecr.send(
      new BatchGetImageCommand({
        repositoryName: 'team/app',
        imageIds: [{ imageTag: 'v1' }],
        acceptedMediaTypes: [INDEX],
      }),
    );
    expect(images).toEqual([]);
    expect(failures).toEqual([expect.objectContaining({ failureCode: 'ImageNotFound' })]);
  });

  it('that names a layer which is not there is refused', async () => {
    const content = JSON.parse(await manifest('one')) as { layers: { digest: string }[] };
    content.layers[0]!.digest = NOWHERE;
    const command = new PutImageCommand({
      repositoryName: 'team/app',
      imageManifest: JSON.stringify(content),
      imageTag: 'v1',
    });
    await expect(ecr.send(command)).rejects.toMatchObject({
      name: 'LayersNotFoundException',
      message: expect.stringContaining(NOWHERE),
    });
    expect(await tagsInRepository()).toEqual([]);
  });

  it('is not put with a digest of something else', async () => {
    const command = new PutImageCommand({
      repositoryName: 'team/app',
      imageManifest: await manifest('one'),
      imageDigest: NOWHERE,
    });
    await expect(ecr.send(command)).rejects.toMatchObject({ name: 'ImageDigestDoesNotMatchException' });
  });

  it.each(['', 'no json', '[]', '{}', '{"schemaVersion":1}'])('is not made of %j', async (imageManifest) => {
    const command = new PutImageCommand({ repositoryName: 'team/app', imageManifest, imageTag: 'v1' });
    await expect(ecr.send(command)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });
});

describe('a tag', () => {
  it('of a mutable repository moves to another image', async () => {
    const [one, two] = [await push('one', 'live'), await push('two', 'live')];
    const { imageDetails } = await ecr.send(new DescribeImagesCommand({ repositoryName: 'team/app' }));
    expect(imageDetails!.map(({ imageDigest, imageTags }) => [imageDigest, imageTags])).toEqual([
      [one, undefined],
      [two, ['live']],
    ]);
  });

  it('that points there already makes PutImage say that nothing is new', async () => {
    const digest = await push('one', 'v1');
    const again = new PutImageCommand({
      repositoryName: 'team/app',
      imageManifest: await manifestAgain(digest),
      imageTag: 'v1',
    });
    await expect(ecr.send(again)).rejects.toMatchObject({ name: 'ImageAlreadyExistsException' });
  });

  it('of an immutable repository stays, even for the very same image', async () => {
    await ecr.send(
      new PutImageTagMutabilityCommand({ repositoryName: 'team/app', imageTagMutability: 'IMMUTABLE' }),
    );
    const digest = await push('one', 'v1');
    const refusal = {
      name: 'ImageTagAlreadyExistsException',
      message:
        "The image tag 'v1' already exists in the 'team/app' repository and cannot be overwritten " +
        'because the tag is immutable.',
    };
    await expect(push('two', 'v1')).rejects.toMatchObject(refusal);
    const imageManifest = await manifestAgain(digest);
    const again = new PutImageCommand({ repositoryName: 'team/app', imageManifest, imageTag: 'v1' });
    await expect(ecr.send(again)).rejects.toMatchObject(refusal);
    const second = new PutImageCommand({ repositoryName: 'team/app', imageManifest, imageTag: 'v2' });
    await ecr.send(second);
    const { imageDetails } = await ecr.send(new DescribeImagesCommand({ repositoryName: 'team/app' }));
    expect(imageDetails!.map((one) => [one.imageDigest, one.imageTags])).toEqual([[digest, ['v1', 'v2']]]);
  });

  it('that an immutable repository excludes still moves', async () => {
    await ecr.send(
      new PutImageTagMutabilityCommand({
        repositoryName: 'team/app',
        imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
        imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'live*' }],
      }),
    );
    await push('one', 'live-1');
    const moved = await push('two', 'live-1');
    const found = new DescribeImagesCommand({
      repositoryName: 'team/app',
      imageIds: [{ imageTag: 'live-1' }],
    });
    expect((await ecr.send(found)).imageDetails![0]!.imageDigest).toBe(moved);
    await push('one', 'v1');
    await expect(push('two', 'v1')).rejects.toMatchObject({ name: 'ImageTagAlreadyExistsException' });
  });

  async function manifestAgain(imageDigest: string): Promise<string> {
    const command = new BatchGetImageCommand({ repositoryName: 'team/app', imageIds: [{ imageDigest }] });
    return (await ecr.send(command)).images![0]!.imageManifest!;
  }
});

describe('an index', () => {
  it('needs its images, and has the size of the largest', async () => {
    const small = await push('s');
    const missing = pushIndex([small, NOWHERE], 'multi');
    await expect(missing).rejects.toMatchObject({ name: 'ReferencedImagesNotFoundException' });
    const large = await push('a much larger one');
    const index = await pushIndex([small, large], 'multi');
    const { imageDetails } = await ecr.send(new DescribeImagesCommand({ repositoryName: 'team/app' }));
    const size = new Map(imageDetails!.map((one) => [one.imageDigest, one.imageSizeInBytes]));
    expect(size.get(index)).toBe(size.get(large));
    expect(size.get(small)).toBeLessThan(size.get(large)!);
  });

  it('keeps its images from being deleted', async () => {
    const child = await push('one');
    const index = await pushIndex([child], 'multi');
    const remove = (imageDigest: string) =>
      ecr.send(new BatchDeleteImageCommand({ repositoryName: 'team/app', imageIds: [{ imageDigest }] }));
    const { failures } = await remove(child);
    expect(failures).toEqual([
      {
        imageId: { imageDigest: child },
        failureCode: 'ImageReferencedByManifestList',
        failureReason: `Requested image referenced by manifest list: [${index}]`,
      },
    ]);
    expect((await remove(index)).imageIds).toEqual([{ imageDigest: index, imageTag: 'multi' }]);
    expect((await remove(child)).imageIds).toEqual([{ imageDigest: child }]);
  });
});

describe('deleting', () => {
  it('a tag leaves the image until its last tag goes', async () => {
    const digest = await push('one', 'v1');
    await push('one', 'v2');
    const remove = (imageTag: string) =>
      ecr.send(new BatchDeleteImageCommand({ repositoryName: 'team/app', imageIds: [{ imageTag }] }));
    expect((await remove('v1')).imageIds).toEqual([{ imageDigest: digest, imageTag: 'v1' }]);
    expect(await tagsInRepository()).toEqual(['v2']);
    await remove('v2');
    const left = await ecr.send(new ListImagesCommand({ repositoryName: 'team/app' }));
    expect(left.imageIds).toEqual([]);
    expect((await remove('v2')).failures).toEqual([
      expect.objectContaining({ failureCode: 'ImageNotFound' }),
    ]);
  });

  it('by digest takes all tags along', async () => {
    const imageDigest = await push('one', 'v1');
    await push('one', 'v2');
    const command = new BatchDeleteImageCommand({ repositoryName: 'team/app', imageIds: [{ imageDigest }] });
    expect((await ecr.send(command)).imageIds).toHaveLength(2);
    expect(await tagsInRepository()).toEqual([]);
  });
});

describe('a layer', () => {
  it('is available once it was uploaded, and in its own repository alone', async () => {
    const { digest, size } = await upload('some bytes');
    await ecr.send(new CreateRepositoryCommand({ repositoryName: 'team/other' }));
    const check = (repositoryName: string, layerDigests: string[]) =>
      ecr.send(new BatchCheckLayerAvailabilityCommand({ repositoryName, layerDigests }));
    const { layers, failures } = await check('team/app', [digest, NOWHERE, 'nonsense']);
    expect(layers).toEqual([
      { layerDigest: digest, layerAvailability: 'AVAILABLE', layerSize: size },
      { layerDigest: NOWHERE, layerAvailability: 'UNAVAILABLE' },
    ]);
    expect(failures).toEqual([
      expect.objectContaining({ layerDigest: 'nonsense', failureCode: 'InvalidLayerDigest' }),
    ]);
    expect((await check('team/other', [digest])).layers![0]!.layerAvailability).toBe('UNAVAILABLE');
  });

  it('has an address only when it is there', async () => {
    const { digest } = await upload('some bytes');
    const address = (layerDigest: string) =>
      ecr.send(new GetDownloadUrlForLayerCommand({ repositoryName: 'team/app', layerDigest }));
    expect(await address(digest)).toMatchObject({
      layerDigest: digest,
      downloadUrl: expect.stringMatching(/^http:\/\/registry\.test\//),
    });
    await expect(address(NOWHERE)).rejects.toMatchObject({ name: 'LayersNotFoundException' });
    await expect(address('nonsense')).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('is refused when its parts do not follow on each other', async () => {
    const { uploadId } = await ecr.send(new InitiateLayerUploadCommand({ repositoryName: 'team/app' }));
    const part = (partFirstByte: number, content: string) =>
      ecr.send(
        new UploadLayerPartCommand({
          repositoryName: 'team/app',
          uploadId,
          partFirstByte,
          partLastByte: partFirstByte + content.length - 1,
          layerPartBlob: Buffer.from(content),
        }),
      );
    expect(await part(0, 'one')).toMatchObject({ lastByteReceived: 2 });
    await expect(part(4, 'two')).rejects.toMatchObject({ name: 'InvalidLayerPartException' });
    expect(await part(3, 'two')).toMatchObject({ lastByteReceived: 5 });
    const complete = (layerDigests: string[]) =>
      ecr.send(new CompleteLayerUploadCommand({ repositoryName: 'team/app', uploadId, layerDigests }));
    expect(await complete([digestOf('onetwo')])).toMatchObject({ layerDigest: digestOf('onetwo') });
    await expect(complete([digestOf('onetwo')])).rejects.toMatchObject({ name: 'UploadNotFoundException' });
  });

  it('is refused when empty, with another digest, or when it is there already', async () => {
    const begin = async () =>
      (await ecr.send(new InitiateLayerUploadCommand({ repositoryName: 'team/app' }))).uploadId;
    const empty = new CompleteLayerUploadCommand({
      repositoryName: 'team/app',
      uploadId: await begin(),
      layerDigests: [NOWHERE],
    });
    await expect(ecr.send(empty)).rejects.toMatchObject({ name: 'EmptyUploadException' });
    const uploadId = await begin();
    await ecr.send(
      new UploadLayerPartCommand({
        repositoryName: 'team/app',
        uploadId,
        partFirstByte: 0,
        partLastByte: 0,
        layerPartBlob: Buffer.from('x'),
      }),
    );
    const wrong = { repositoryName: 'team/app', uploadId, layerDigests: [NOWHERE] };
    await expect(ecr.send(new CompleteLayerUploadCommand(wrong))).rejects.toMatchObject({
      name: 'InvalidLayerException',
    });
    await upload('known');
    await expect(upload('known')).rejects.toMatchObject({ name: 'LayerAlreadyExistsException' });
  });
});
