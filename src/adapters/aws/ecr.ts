import type {
  BatchGetImageResponse,
  ECRClient,
  ImageIdentifier,
  Repository as SdkRepository,
} from '@aws-sdk/client-ecr';

import { DeployError } from '../../errors.js';
import { awsErrorName } from '../../model/aws-failure.js';
import { registryOf, type Repository, type RepositoryAddress } from '../../model/image.js';
import { MANIFEST_TYPES } from '../../model/manifest.js';
import { redact } from '../../model/redact.js';
import { clientSettings, read, required, type AwsAccess } from './clients.js';

/** What names an image within a repository. */
export type ImageId = { readonly digest: string } | { readonly tag: string };

/** A manifest or index exactly as it was pushed. */
export interface StoredManifest {
  readonly digest: string;
  readonly body: string;
}

/** ECR, in the few verbs that a release needs. Every method throws a `DeployError` when AWS says no. */
export interface Ecr {
  readonly region: string;
  /** The repository of that name or URI; throws `repository-missing` when there is none. */
  repository(address: RepositoryAddress): Promise<Repository>;
  /** A password for the user `AWS` of this region's registries, good for twelve hours; masked before it is returned. */
  password(mask: (secret: string) => void): Promise<string>;
  /** Digest of a tag, or the digest itself when the repository has it; undefined when there is no such image. */
  digest(repository: Repository, image: ImageId): Promise<string | undefined>;
  /** The manifest of an image; undefined when there is no such image. */
  manifest(repository: Repository, image: ImageId): Promise<StoredManifest | undefined>;
  /** A URL, signed and good for minutes, for a layer or a configuration. */
  layerUrl(repository: Repository, digest: string): Promise<string>;
}

/** The adapter for the registries of one region; the SDK's client is loaded on first use. */
export function ecr(access: AwsAccess): Ecr {
  let loaded: Promise<Sdk> | undefined;
  const load = () =>
    (loaded ??= import('./sdk-ecr.js').then((sdk) => ({
      sdk,
      client: new sdk.ECRClient(clientSettings(access)),
    })));
  return {
    region: access.region,
    repository: async (address) => describeRepository(access, await load(), address),
    password: async (mask) => password(access, await load(), mask),
    digest: async (repository, image) => digestOf(access, await load(), repository, image),
    manifest: async (repository, image) => manifestOf(access, await load(), repository, image),
    layerUrl: async (repository, digest) => layerUrl(access, await load(), repository, digest),
  };
}

interface Sdk {
  readonly sdk: typeof import('./sdk-ecr.js');
  readonly client: ECRClient;
}

async function describeRepository(
  access: AwsAccess,
  { sdk, client }: Sdk,
  address: RepositoryAddress,
): Promise<Repository> {
  const action = 'ecr:DescribeRepositories';
  const command = {
    repositoryNames: [address.name],
    ...(address.account === undefined ? {} : { registryId: address.account }),
  };
  const found = await read(access, action, async (abortSignal) => {
    const answer = await client.send(new sdk.DescribeRepositoriesCommand(command), { abortSignal });
    return required(answer.repositories?.[0], action, 'repositories[0]');
  }).catch((error: unknown) => {
    throw awsErrorName(error) === 'RepositoryNotFoundException'
      ? missing(address.name, access.region, error)
      : error;
  });
  return repositoryOf(found, address);
}

/**
 * A URI that was given keeps its own host (FIPS, dual stack) when it is one of ECR's; any other host has to be
 * the one that ECR answers with.
 */
function repositoryOf(found: SdkRepository, address: RepositoryAddress): Repository {
  const action = 'ecr:DescribeRepositories';
  const answered = required(found.repositoryUri, action, 'repositoryUri');
  const answeredHost = answered.slice(0, answered.indexOf('/'));
  const host = address.host ?? answeredHost;
  if (host !== answeredHost && registryOf(host).account === undefined) {
    throw new DeployError('inputs', `${host} is no registry of ECR: the repository's URI is ${answered}.`, {
      hint: 'Give the URI that ECR shows for the repository, or its name alone.',
    });
  }
  return {
    arn: found.repositoryArn ?? '',
    name: address.name,
    host,
    uri: `${host}/${address.name}`,
    account: required(found.registryId, action, 'registryId'),
    tags: {
      mutability: found.imageTagMutability ?? 'MUTABLE',
      exceptions: (found.imageTagMutabilityExclusionFilters ?? []).flatMap(({ filter }) => filter ?? []),
    },
  };
}

/**
 * GetAuthorizationToken: base64 of `AWS:password`, good for every registry of the region that the caller may
 * use, whatever `registryIds` says (so it is not sent). `proxyEndpoint` is not used: the URI's own host is.
 */
async function password(
  access: AwsAccess,
  { sdk, client }: Sdk,
  mask: (secret: string) => void,
): Promise<string> {
  const action = 'ecr:GetAuthorizationToken';
  const token = await read(access, action, async (abortSignal) => {
    const answer = await client.send(new sdk.GetAuthorizationTokenCommand({}), { abortSignal });
    return required(answer.authorizationData?.[0]?.authorizationToken, action, 'authorizationToken');
  });
  mask(token);
  const secret = /^AWS:(.+)$/s.exec(Buffer.from(token, 'base64').toString('utf8'))?.[1];
  if (secret !== undefined) mask(secret);
  return required(secret, action, 'a usable authorizationToken');
}

async function digestOf(
  access: AwsAccess,
  { sdk, client }: Sdk,
  repository: Repository,
  image: ImageId,
): Promise<string | undefined> {
  const action = 'ecr:DescribeImages';
  const command = { ...place(repository), imageIds: [identifier(image)] };
  const reading = read(access, action, async (abortSignal) => {
    const answer = await client.send(new sdk.DescribeImagesCommand(command), { abortSignal });
    return required(answer.imageDetails?.[0]?.imageDigest, action, 'imageDetails[0].imageDigest');
  });
  return orMissing(repository, access.region, reading);
}

async function manifestOf(
  access: AwsAccess,
  { sdk, client }: Sdk,
  repository: Repository,
  image: ImageId,
): Promise<StoredManifest | undefined> {
  const action = 'ecr:BatchGetImage';
  const command = {
    ...place(repository),
    imageIds: [identifier(image)],
    acceptedMediaTypes: [...MANIFEST_TYPES],
  };
  const reading = read(access, action, async (abortSignal) => {
    const answer = await client.send(new sdk.BatchGetImageCommand(command), { abortSignal });
    return storedManifest(answer, action);
  });
  return orMissing(repository, access.region, reading);
}

function storedManifest(
  { failures, images }: BatchGetImageResponse,
  action: string,
): StoredManifest | undefined {
  const [failure] = failures ?? [];
  if (failure?.failureCode === 'ImageNotFound') return undefined;
  if (failure) {
    const why = `${failure.failureCode ?? 'unknown'}: ${redact(failure.failureReason ?? 'no reason given')}`;
    throw new DeployError('aws-unavailable', `${action} could not read the image (${why}).`);
  }
  return {
    digest: required(images?.[0]?.imageId?.imageDigest, action, 'images[0].imageId.imageDigest'),
    body: required(images?.[0]?.imageManifest, action, 'images[0].imageManifest'),
  };
}

async function layerUrl(
  access: AwsAccess,
  { sdk, client }: Sdk,
  repository: Repository,
  layerDigest: string,
): Promise<string> {
  const action = 'ecr:GetDownloadUrlForLayer';
  const command = { ...place(repository), layerDigest };
  return read(access, action, async (abortSignal) => {
    const answer = await client.send(new sdk.GetDownloadUrlForLayerCommand(command), { abortSignal });
    return required(answer.downloadUrl, action, 'downloadUrl');
  });
}

function place(repository: Repository) {
  return { registryId: repository.account, repositoryName: repository.name };
}

function identifier(image: ImageId): ImageIdentifier {
  return 'digest' in image ? { imageDigest: image.digest } : { imageTag: image.tag };
}

/** An image that is not there is an answer, a repository that is not there is a problem. */
async function orMissing<T>(
  repository: Repository,
  region: string,
  reading: Promise<T>,
): Promise<T | undefined> {
  return reading.catch((error: unknown) => {
    const name = awsErrorName(error);
    if (name === 'ImageNotFoundException') return undefined;
    throw name === 'RepositoryNotFoundException' ? missing(repository.name, region, error) : error;
  });
}

function missing(name: string, region: string, cause: unknown): DeployError {
  return new DeployError('repository-missing', `There is no ECR repository "${name}" in ${region}.`, {
    hint: 'Create it, or correct ecr-repository; a URI brings its own account and region.',
    cause,
  });
}
